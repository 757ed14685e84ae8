import type { types } from '@slack/bolt'
import { say } from '../core/say.ts'
import type { Answer } from '../platform.ts'
import type { TextFile } from '../reply.ts'
import type { Api } from './api.ts'
import { isCode } from './faults.ts'
import { upload } from './files.ts'
import { LIMITS } from './limits.ts'
import { bodyOf, type Says } from './posts.ts'
import type { Page, Render } from './render.ts'
import { answerView } from './views.ts'

/** Whom an answer is for, and where; always for one person alone. */
export interface Reader {
  workspace: string
  account: string
  /** It began on Kindred's own page. */
  isAtHome?: boolean
}

/** A reply address of Slack's, which serves a few times for half an hour. */
export interface ReplyAddress {
  url: string
  /** When it was handed out. */
  at: number
  /** It belongs to a message that person alone sees, whose place may be taken. */
  isPrivate: boolean
  /** That message stands in the conversation with Kindred, where others may follow it and stay. */
  isConversation?: boolean
  thread?: string | undefined
}

/** The ways an answer can go. */
export interface Answers {
  /** By a reply address, while it serves; else in the private conversation. */
  reply(reader: Reader, to: ReplyAddress, answer: Answer): Promise<void>
  /** Into a view that is open; where it was closed, into the private conversation. */
  show(reader: Reader, view: string, answer: Answer): Promise<void>
  /** A view with the answer, where Slack takes one at once; nothing where a file is to be handed over first. */
  viewOf(reader: Reader, answer: Answer): types.ModalView | undefined
  tell(reader: Reader, answer: Answer): Promise<void>
}

export interface AnswersParts {
  api: Api
  says: Says
  render: Render
  now(): Date
  logFailure(where: string, error: unknown): void
}

/** A bad moment of Slack's, or of the way there, is waited out so often. */
const WAITS_MS = [500, 3_000]
const TIMEOUT_MS = 10_000
/** So much of a refusal is logged. */
const REFUSAL_MAX = 100

export function answers({ api, says, render, now, logFailure }: AnswersParts): Answers {
  async function tellPages({ workspace, account }: Reader, pages: Page[]): Promise<void> {
    if (pages.length === 0) return
    const channel = await says.conversationWith(workspace, account)
    for (const page of pages) await says.say(workspace, channel, page)
  }

  /** Hands a file over, which can only be done in the conversation; whether it came about. */
  async function handOver({ workspace, account }: Reader, file: TextFile): Promise<boolean> {
    try {
      const channel = await says.conversationWith(workspace, account)
      await upload(api, workspace, channel, { name: file.name, bytes: Buffer.from(file.text) })
      return true
    } catch (error) {
      logFailure('slack/file', error)
      return false
    }
  }

  /** What is shown of an answer once its file was handed over, with what became of that; in private it is seen there. */
  async function shown(reader: Reader, answer: Answer, isPrivate = false): Promise<[Page, ...Page[]]> {
    const [head, ...rest] = render(answer.content, answer)
    const file = [head, ...rest].find((page) => page.file)?.file
    if (!file) return [head, ...rest]
    const isThere = await handOver(reader, file)
    const [first, ...others] = [head, ...rest].map(({ file: _, ...page }): Page => page)
    if (!first || (isThere && isPrivate)) return [first ?? head, ...others]
    const words = isThere
      ? say`${file.name} is in your private messages with Kindred.`
      : say`${file.name} could not be sent to you. Ask for it once more in a while.`
    const [note] = render({ text: words }, answer)
    const last = others.at(-1) ?? first
    if (last.blocks.length + note.blocks.length > LIMITS.blocks) return [first, ...others, note]
    Object.assign(last, { text: `${last.text}\n${note.text}`, blocks: [...last.blocks, ...note.blocks] })
    return [first, ...others]
  }

  return {
    async reply(reader, to, answer) {
      const pages = await shown(reader, answer)
      const isFresh = now().getTime() - to.at < LIMITS.responseMs
      let left: Page[] = pages
      try {
        for (const [i, page] of pages.slice(0, isFresh ? LIMITS.responses : 0).entries()) {
          const inPlace = i === 0 && answer.replaces && to.isPrivate
          await send(to, { ...bodyOf(page), ...how(to, inPlace) })
          left = left.slice(1)
        }
      } catch (error) {
        // Used up, too late, or never heard: it is told in private instead.
        logFailure('slack/reply', error)
      }
      await tellPages(reader, left)
    },

    async show(reader, view, answer) {
      const pages = await shown(reader, answer)
      try {
        await api.call(reader.workspace, 'views.update', { view_id: view, view: answerView(pages, reader.isAtHome) })
      } catch (error) {
        if (!isCode(error, 'not_found')) logFailure('slack/view', error)
        await tellPages(reader, pages)
      }
    },

    viewOf(reader, answer) {
      const pages = render(answer.content, answer)
      return pages.some(({ file }) => file) ? undefined : answerView(pages, reader.isAtHome)
    },

    tell: async (reader, answer) => tellPages(reader, await shown(reader, answer, true)),
  }
}

/** Whether a message takes the place of the one pressed, or follows it for that person alone. */
function how({ isConversation, thread }: ReplyAddress, inPlace: boolean) {
  if (inPlace) return { replace_original: true }
  // In the conversation with Kindred others can't look on, and a message seen by one alone would be gone after a while.
  return {
    response_type: isConversation ? 'in_channel' : 'ephemeral',
    replace_original: false,
    ...(thread && { thread_ts: thread }),
  }
}

/** Sends to a reply address, again where Slack or the way to it failed rather than refused. */
async function send({ url }: ReplyAddress, body: object): Promise<void> {
  for (const waitMs of [...WAITS_MS, undefined]) {
    const failure = await post(url, body).catch((error: unknown) => error)
    if (failure === undefined) return
    if (waitMs === undefined || failure instanceof Refused) throw failure
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** Slack said no, and would say it again. */
class Refused extends Error {}

async function post(url: string, body: object): Promise<undefined> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  // What was taken must not be sent again because the rest of its answer never came.
  const words = await answer.text().catch(() => '')
  if (answer.ok) {
    // It also refuses by an answer that looks well.
    if (/"ok":\s*false/.test(words)) throw new Refused(`the reply address refused: ${words.slice(0, REFUSAL_MAX)}`)
    return
  }
  const message = `the reply address answered with ${answer.status}`
  throw answer.status >= 500 || answer.status === 429 ? new Error(message) : new Refused(message)
}
