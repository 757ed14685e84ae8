import {
  type APIMessage,
  MessageFlags,
  type REST,
  type RESTGetAPIChannelMessagesResult,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageResult,
  type RESTPostAPICurrentUserCreateDMChannelResult,
  Routes,
  SnowflakeUtil,
} from 'discord.js'
import { clipped } from '../core/pieces.ts'
import type { Platform } from '../platform.ts'
import { awake } from './awake.ts'
import { calling, roleNamed } from './calls.ts'
import { effect, isCode } from './faults.ts'
import { LIMITS } from './limits.ts'
import { inOne, type Page, PINGS_NOBODY, type Render } from './render.ts'
import type { Self } from './self.ts'

/** Private conversations remembered, so that a second message needs no second request. */
const CONVERSATIONS_KEPT = 5_000

/** Clocks differ. */
const SKEW_MS = 60_000

/** Which of the two it is depends on the place. */
const TO_SPEAK = 'Send Messages or Send Messages in Threads'

/** What Kindred says by itself: in channels and in private. */
export function posts(rest: REST, render: Render, self: Self): Pick<Platform, 'post' | 'draw'> {
  const conversations = new Map<string, string>()
  const say = saying(rest)
  const call = calling(rest)

  async function conversationWith(account: string): Promise<string> {
    const known = conversations.get(account)
    if (known) return known
    // Shapes of answers are Discord's own; the client does not check them.
    const opened = (await rest.post(Routes.userChannels(), {
      body: { recipient_id: account },
    })) as RESTPostAPICurrentUserCreateDMChannelResult
    if (conversations.size >= CONVERSATIONS_KEPT) conversations.clear()
    conversations.set(account, opened.id)
    return opened.id
  }

  /** The message of an attempt whose answer was lost, by the role it calls and where its first button leads. */
  async function saidBefore(channel: string, page: Page, role: string, since: Date): Promise<string | undefined> {
    const own = await self()
    const after = String(SnowflakeUtil.generate({ timestamp: since.getTime() - SKEW_MS }))
    const query = new URLSearchParams({ after, limit: String(LIMITS.history) })
    // As above.
    const all = (await rest.get(Routes.channelMessages(channel), { query })) as RESTGetAPIChannelMessagesResult
    const isSame = (one: APIMessage) =>
      one.author.id === own && one.content.startsWith(roleNamed(role)) && signOf(one) === signOf(page)
    return all.find(isSame)?.id
  }

  return {
    async post({ place, account }, content, reading, key) {
      await effect(TO_SPEAK, async () => {
        const channel = account === null ? (place ?? '') : await conversationWith(account)
        const pages = render(content, reading)
        for (const [i, page] of pages.entries()) await say(channel, page, i === 0 ? key : nonceOf(key, i))
      })
    },

    async draw({ workspace, place, calls }, content, reading, key, externalId, tried) {
      const channel = place ?? ''
      const plain = inOne(render(content, reading))
      const page = calls === undefined ? plain : naming(plain, calls)
      return effect(TO_SPEAK, async () => {
        if (externalId !== null) {
          const files = attached(page)
          const body: RESTPatchAPIChannelMessageJSONBody = {
            ...replacing(page),
            // What is not listed goes: the picture of before.
            attachments: files.map(listed),
            allowed_mentions: PINGS_NOBODY,
          }
          try {
            // Something new wakes a thread by itself; something changed does not.
            await awake(rest, channel, () => rest.patch(Routes.channelMessage(channel, externalId), { body, files }))
            return externalId
          } catch (error) {
            // Deleted by hand: it is drawn anew.
            if (!isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error
          }
        }
        // Those who have the role heard of it when it was drawn first.
        if (calls === undefined || externalId !== null) return say(channel, page, key)
        return call(workspace, calls, tried !== undefined, async (isThere) => {
          const before = tried && (await saidBefore(channel, page, calls, tried))
          return before ?? (isThere ? say(channel, page, key, calls) : say(channel, plain, key))
        })
      })
    },
  }
}

/** Says one page in a channel; the role it calls, if any, is one that hears of it. */
export function saying(rest: REST) {
  return async (channel: string, page: Page, nonce: string, calls?: string): Promise<string> => {
    const files = attached(page)
    const body: RESTPostAPIChannelMessageJSONBody = {
      ...bodyOf(page),
      ...(files.length > 0 && { attachments: files.map(listed) }),
      allowed_mentions: calls === undefined ? PINGS_NOBODY : { ...PINGS_NOBODY, roles: [calls] },
      nonce,
      enforce_nonce: true,
    }
    // The shape of the answer is Discord's own; the client does not check it.
    const said = (await rest.post(Routes.channelMessages(channel), {
      body,
      ...(files.length > 0 && { files }),
    })) as RESTPostAPIChannelMessageResult
    return said.id
  }
}

/** A page that begins with the name of a role. */
function naming(page: Page, role: string): Page {
  const words = [roleNamed(role), page.content].filter(Boolean).join('\n')
  return { ...page, content: clipped(words, LIMITS.content) }
}

/** By what a message is known again whatever its words are by now: where its first button leads, or else its title. */
function signOf({ components = [], embeds = [] }: Pick<Page | APIMessage, 'components' | 'embeds'>): string {
  const [row] = components
  const [first] = row && 'components' in row ? row.components : []
  return first && 'custom_id' in first ? first.custom_id : (embeds[0]?.title ?? '')
}

type Shown = 'content' | 'embeds' | 'components'

/** A page without what was left out. Previews of links would be larger than the message. */
export function bodyOf({ content, embeds, components }: Page): Pick<Page, Shown> & { flags?: MessageFlags } {
  return {
    ...(content !== undefined && { content }),
    ...(embeds && { embeds }),
    ...(components && { components }),
    ...(!embeds && { flags: MessageFlags.SuppressEmbeds }),
  }
}

/** A page that leaves nothing of the message it takes the place of. */
export function replacing({ content = '', embeds = [], components = [] }: Page): Required<Pick<Page, Shown>> {
  return { content, embeds, components }
}

/** A file as Discord takes it. */
interface Attached {
  name: string
  contentType: string
  data: Buffer
  description?: string
}

/** The files of a page, its picture too. */
export function attached({ file, picture }: Page): Attached[] {
  const given = file && { name: file.name, contentType: file.type, data: Buffer.from(file.text) }
  const drawn = picture && {
    ...{ name: picture.name, contentType: 'image/png' },
    ...{ data: picture.png, description: picture.description },
  }
  return [given, drawn].filter((one) => one !== undefined)
}

function listed({ name, description }: Attached, i: number) {
  return { id: String(i), filename: name, ...(description !== undefined && { description }) }
}

/** Each message of several under one key is known by a nonce of its own. */
export function nonceOf(key: string, part: number | string): string {
  const suffix = `-${part}`
  return key.slice(0, LIMITS.nonce - suffix.length) + suffix
}
