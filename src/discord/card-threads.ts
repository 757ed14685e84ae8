import {
  type APIChannel,
  type APIThreadChannel,
  ChannelType,
  type REST,
  type RESTGetAPIChannelMessagesResult,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelJSONBody,
  type RESTPostAPIChannelMessagesThreadsJSONBody,
  Routes,
  ThreadAutoArchiveDuration,
} from 'discord.js'
import { clipped } from '../core/pieces.ts'
import { clean } from '../core/plain.ts'
import type { Text } from '../core/say.ts'
import { Later, type Platform } from '../platform.ts'
import type { PlatformThread } from '../reply.ts'
import { awake } from './awake.ts'
import { effect, isCode } from './faults.ts'
import { LIMITS } from './limits.ts'
import { nonceOf, saying } from './posts.ts'
import type { Page, Render } from './render.ts'

/** Stands before the id of a room that is a thread itself, in which there are none: its people talk there. */
const ROOM = 'in:'

const TO_BEGIN = 'Create Public Threads and Send Messages in Threads'
const TO_LET_IN = 'Send Messages in Threads'
const TO_CLOSE = 'Manage Threads'

/** Threads under cards, for those whom a card is about. */
export function cardThreads(rest: REST, render: Render): Required<Pick<Platform, 'drawThread'>> {
  const say = saying(rest)
  /**
   * Who is inside a thread whose people did not all get in yet: Discord takes about one a second, and many take longer than
   * one attempt has, so the next goes on where it broke off.
   */
  const underWay = new Map<string, Set<string>>()

  /** A thread as it stands; nothing where it was deleted. */
  async function standing(id: string): Promise<APIThreadChannel | undefined> {
    try {
      // Shapes of answers, here and below, are Discord's own; the client does not check them.
      const found = (await rest.get(Routes.channel(id))) as APIChannel
      return isThread(found) ? found : undefined
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.UnknownChannel)) return undefined
      throw error
    }
  }

  /** Begins a thread, whose id is that of its message; one that somebody began there by hand will do. */
  async function begin(room: string, message: string, title: string): Promise<'fresh' | 'there' | 'nowhere'> {
    const parent = (await rest.get(Routes.channel(room))) as APIChannel
    if (isThread(parent)) return 'nowhere'
    const body: RESTPostAPIChannelMessagesThreadsJSONBody = {
      name: clipped(clean(title), LIMITS.channelName),
      auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
    }
    try {
      await rest.post(Routes.threads(room, message), { body })
      return 'fresh'
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage)) return 'there'
      if (isCode(error, RESTJSONErrorCodes.CannotExecuteActionOnThisChannelType)) return 'nowhere'
      if (isCode(error, RESTJSONErrorCodes.MaximumActiveThreads)) throw new Later(FULL)
      throw error
    }
  }

  /** Whether something was said in a thread before: as one of its first words, or else of its last. */
  async function isSaid(id: string, { content = '' }: Page, at: 'start' | 'end'): Promise<boolean> {
    const query = new URLSearchParams({ limit: String(LIMITS.history), ...(at === 'start' && { after: id }) })
    const said = await effect('Read Message History', () => rest.get(Routes.channelMessages(id), { query }))
    return (said as RESTGetAPIChannelMessagesResult).some(
      ({ author, content: words }) => author.bot === true && words.trim() === content.trim(),
    )
  }

  /** Lets people in and out who are not as they are to be. */
  async function move(id: string, { accounts, inside }: PlatformThread): Promise<void> {
    const wanted = new Set(accounts)
    const there = new Set([...inside, ...(underWay.get(id) ?? [])])
    if (underWay.size >= UNDER_WAY_MAX) underWay.clear()
    underWay.set(id, there)
    await effect(TO_LET_IN, async () => {
      for (const one of accounts.filter((other) => !there.has(other))) {
        await awake(rest, id, () => rest.put(Routes.threadMembers(id, one))).catch(except(...NOT_FOR_THEM))
        there.add(one)
      }
    })
    await effect(TO_CLOSE, async () => {
      for (const one of [...there].filter((other) => !wanted.has(other))) {
        await awake(rest, id, () => rest.delete(Routes.threadMembers(id, one))).catch(except(...OUT_ALREADY))
        there.delete(one)
      }
    })
    underWay.delete(id)
  }

  /** Says the last words and closes a thread, whatever of that was done before. */
  async function close(there: APIThreadChannel, ending: Page, nonce: string): Promise<void> {
    const { id, thread_metadata: now } = there
    if (now?.archived && now.locked) return
    if (!(await isSaid(id, ending, 'end'))) await say(id, ending, nonce)
    const body: RESTPatchAPIChannelJSONBody = { archived: true, locked: true }
    // It may have fallen asleep since it was said.
    await awake(rest, id, () => rest.patch(Routes.channel(id), { body }))
  }

  return {
    async drawThread({ place, message }, thread, reading, key, externalId) {
      if (externalId?.startsWith(ROOM)) return externalId
      const [room, id] = [place ?? '', externalId ?? message]
      const words = (text: Text) => render({ text }, reading)[0]
      if (externalId === null && !thread.isOver) {
        const begun = await effect(TO_BEGIN, async () => {
          const how = await begin(room, message, thread.title)
          const opening = words(thread.opening)
          const isNeeded = how === 'fresh' || (how === 'there' && !(await isSaid(id, opening, 'start')))
          if (isNeeded) await say(id, opening, nonceOf(key, 'begin'))
          return how
        })
        if (begun === 'nowhere') return `${ROOM}${room}`
      }
      const there = await effect(TO_LET_IN, () => standing(id))
      // Deleted by hand, or never begun: it stays so.
      if (!there) return id
      if (!thread.isOver) await move(id, thread)
      else await effect(TO_CLOSE, () => close(there, words(thread.ending), nonceOf(key, 'end')))
      return id
    },
  }
}

/** More threads than that are never under way in earnest. */
const UNDER_WAY_MAX = 1_000

const FULL = `the server has ${LIMITS.activeThreads} threads that are awake, and Discord allows no more. Close some; it is tried again every hour.`

/** Whoever left the server, can't see the room or finds the thread full does without; whoever sees the room can read it. */
const NOT_FOR_THEM = [
  RESTJSONErrorCodes.UnknownMember,
  RESTJSONErrorCodes.UnknownUser,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MaximumThreadParticipantsReached,
]

/** Whatever of these Discord answers, whoever is to be out is out. */
const OUT_ALREADY = [
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownMember,
  RESTJSONErrorCodes.UnknownUser,
]

/** Lets these answers pass, and no others. */
function except(...codes: RESTJSONErrorCodes[]) {
  return (error: unknown) => {
    if (!isCode(error, ...codes)) throw error
  }
}

const THREADS: ChannelType[] = [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread]

function isThread(channel: APIChannel): channel is APIThreadChannel {
  return THREADS.includes(channel.type)
}
