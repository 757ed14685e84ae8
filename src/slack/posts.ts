import { type Platform, RoomShut } from '../platform.ts'
import type { Api } from './api.ts'
import { effect, isCode, outside } from './faults.ts'
import { upload } from './files.ts'
import { LIMITS } from './limits.ts'
import { inOne, type Page, type Render } from './render.ts'

/** Private conversations remembered, so that a second message needs no second request. */
const CONVERSATIONS_KEPT = 5_000

/** Clocks differ. */
const SKEW_MS = 60_000
/** So many pages of messages are looked through for one that was said already. */
const PAGES_MAX = 5

/** By what a message of ours is known again. */
const EVENT = 'kindred_post'

/** Says something in a channel, or in private, whoever asks. */
export interface Says {
  conversationWith(workspace: string, account: string): Promise<string>
  /** `thread` is the message it is an answer to. */
  say(workspace: string, channel: string, page: Page, key?: string, thread?: string): Promise<string>
}

/** Messages of the bot's own, by the one door. */
export function saying(api: Api, logFailure: (where: string, error: unknown) => void): Says {
  const conversations = new Map<string, string>()
  return {
    async conversationWith(workspace, account) {
      const known = conversations.get(`${workspace}/${account}`)
      if (known) return known
      const { channel } = await api.call(workspace, 'conversations.open', { users: account })
      if (conversations.size >= CONVERSATIONS_KEPT) conversations.clear()
      conversations.set(`${workspace}/${account}`, channel.id)
      return channel.id
    },

    async say(workspace, channel, page, key, thread) {
      const metadata = key === undefined ? {} : { metadata: { event_type: EVENT, event_payload: { key } } }
      const { ts } = await inside(api, workspace, channel, () =>
        api.call(workspace, 'chat.postMessage', {
          ...{ channel, ...bodyOf(page), ...PLAIN, ...metadata },
          ...(thread !== undefined && { thread_ts: thread }),
        }),
      )
      const { file, picture } = page
      if (file) await upload(api, workspace, channel, { name: file.name, bytes: Buffer.from(file.text) })
      if (picture) {
        const { name, description } = picture
        // Its figures are said already: a workspace that takes no files loses nothing but the likeness.
        await upload(api, workspace, channel, { name, bytes: picture.png(), description }).catch((error: unknown) =>
          logFailure('slack/picture', error),
        )
      }
      return ts
    },
  }
}

/** What Kindred says by itself: in channels and in private. */
export function posts(api: Api, render: Render, { conversationWith, say }: Says): Pick<Platform, 'post' | 'draw'> {
  const said = hearing(api)

  return {
    async post({ workspace, place, account }, content, reading, key, tried) {
      await effect(async () => {
        const channel = account === null ? (place ?? '') : await conversationWith(workspace, account)
        const before = tried ? await said(workspace, { channel, oldest: since(tried) }) : new Map()
        for (const [i, page] of render(content, reading).entries()) {
          const own = i === 0 ? key : `${key}-${i}`
          if (!before.has(own)) await say(workspace, channel, page, own)
        }
      })
    },

    async draw({ workspace, place }, content, reading, key, externalId, tried) {
      const channel = place ?? ''
      // What can be redrawn has its figures in letters alone: a file can't be changed together with its message.
      const { picture: _, ...page } = inOne(render(content, reading))
      return effect(async () => {
        if (externalId !== null) {
          try {
            await inside(api, workspace, channel, () =>
              api.call(workspace, 'chat.update', { channel, ts: externalId, ...bodyOf(page) }),
            )
            return externalId
          } catch (error) {
            // Deleted by hand, or too old to be changed: it is drawn anew.
            if (!isCode(error, 'message_not_found', 'cant_update_message', 'edit_window_closed')) throw error
          }
        }
        const there = tried && (await said(workspace, { channel, oldest: since(tried) })).get(key)
        return there ?? (await say(workspace, channel, page, key))
      }).catch((error: unknown) => {
        // Slack says of a private channel that there is none.
        throw error instanceof RoomShut && error.state === 'unseen' ? outside() : error
      })
    },
  }
}

/** Where messages of ours are looked for: in a channel, or among the answers to a message of it. */
interface Place {
  channel: string
  oldest?: string
  /** The message whose answers they are. */
  ts?: string
}

/** Finds messages of ours by their keys; of others' nothing is looked at. */
export function hearing(api: Api) {
  return async (workspace: string, place: Place): Promise<Map<string, string>> => {
    const found = new Map<string, string>()
    const { channel, ts, oldest } = place
    let cursor = ''
    for (let n = 0; n < PAGES_MAX; n++) {
      const asked = {
        ...{ channel, limit: LIMITS.history, include_all_metadata: true },
        ...(oldest !== undefined && { oldest }),
        ...(cursor && { cursor }),
      }
      const { messages, response_metadata } = await inside(api, workspace, channel, () =>
        ts === undefined
          ? api.call(workspace, 'conversations.history', asked)
          : api.call(workspace, 'conversations.replies', { ...asked, ts }),
      )
      for (const { ts: at, metadata } of messages)
        if (metadata?.event_type === EVENT) found.set(String(metadata.event_payload.key), at)
      cursor = response_metadata?.next_cursor ?? ''
      if (!cursor) break
    }
    return found
  }
}

/** From when on messages are looked for that may have been said since then. */
const since = (tried: Date) => String((tried.getTime() - SKEW_MS) / 1_000)

/** A page as a message takes it. */
export function bodyOf({ text, blocks }: Page): { text: string; blocks?: Page['blocks'] } {
  return { text, ...(blocks.length > 0 && { blocks }) }
}

/** Previews of links would be larger than the message. */
const PLAIN = { unfurl_links: false, unfurl_media: false }

/** Does something in a channel, and again from inside where Kindred was outside: it may enter public ones by itself. */
export async function inside<T>(api: Api, workspace: string, channel: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isCode(error, 'not_in_channel')) throw error
    await api.call(workspace, 'conversations.join', { channel }).catch((again: unknown) => {
      if (isCode(again, 'method_not_supported_for_channel_type', 'channel_not_found')) throw outside()
      throw again
    })
    return work()
  }
}
