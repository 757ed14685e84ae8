import {
  MessageFlags,
  type REST,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageResult,
  type RESTPostAPICurrentUserCreateDMChannelResult,
  Routes,
} from 'discord.js'
import type { Platform } from '../platform.ts'
import { awake } from './awake.ts'
import { effect, isCode } from './faults.ts'
import { LIMITS } from './limits.ts'
import { inOne, type Page, PINGS_NOBODY, type Render } from './render.ts'

/** Private conversations remembered, so that a second message needs no second request. */
const CONVERSATIONS_KEPT = 5_000

/** Which of the two it is depends on the place. */
const TO_SPEAK = 'Send Messages or Send Messages in Threads'

/** What Kindred says by itself: in channels and in private. */
export function posts(rest: REST, render: Render): Pick<Platform, 'post' | 'draw'> {
  const conversations = new Map<string, string>()

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

  async function say(channel: string, page: Page, nonce: string): Promise<string> {
    const files = attached(page)
    const body: RESTPostAPIChannelMessageJSONBody = {
      ...bodyOf(page),
      ...(files.length > 0 && { attachments: files.map(listed) }),
      allowed_mentions: PINGS_NOBODY,
      nonce,
      enforce_nonce: true,
    }
    // As above.
    const said = (await rest.post(Routes.channelMessages(channel), {
      body,
      ...(files.length > 0 && { files }),
    })) as RESTPostAPIChannelMessageResult
    return said.id
  }

  return {
    async post({ place, account }, content, reading, key) {
      await effect(TO_SPEAK, async () => {
        const channel = account === null ? (place ?? '') : await conversationWith(account)
        const pages = render(content, reading)
        for (const [i, page] of pages.entries()) await say(channel, page, i === 0 ? key : nonceOf(key, i))
      })
    },

    async draw({ place }, content, reading, key, externalId) {
      const channel = place ?? ''
      const page = inOne(render(content, reading))
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
        return say(channel, page, key)
      })
    },
  }
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

/** Each page of a post is known by a nonce of its own. */
function nonceOf(key: string, page: number): string {
  const suffix = `-${page}`
  return key.slice(0, LIMITS.nonce - suffix.length) + suffix
}
