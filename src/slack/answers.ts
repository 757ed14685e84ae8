import type { types } from '@slack/bolt'
import { say } from '../core/say.ts'
import type { Answer } from '../platform.ts'
import type { Api } from './api.ts'
import { isCode } from './faults.ts'
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
  /** A view with the answer, where Slack takes one at once; what is more than fits follows in private. */
  viewOf(reader: Reader, answer: Answer): types.ModalView
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

export function answers({ api, says, render, now, logFailure }: AnswersParts): Answers {
  async function tellPages({ workspace, account }: Reader, pages: Page[]): Promise<void> {
    if (pages.length === 0) return
    const channel = await says.conversationWith(workspace, account)
    for (const page of pages) await says.say(workspace, channel, page)
  }

  /** A file can only be handed over in the conversation; the rest of its page goes where the answer goes. */
  function withoutFiles(reader: Reader, pages: [Page, ...Page[]], answer: Answer): [Page, ...Page[]] {
    const files = pages.flatMap(({ file }) => (file ? [file] : []))
    const [name] = files.map((file) => file.name)
    if (name === undefined) return pages
    const told = render({ text: say`${name} is in your private messages with Kindred.` }, answer)
    const left = files.map((file): Page => ({ text: file.name, blocks: [], file }))
    void tellPages(reader, left).catch((error: unknown) => logFailure('slack/file', error))
    const [first, ...others] = pages.map(({ text, blocks }): Page => ({ text, blocks }))
    const [note] = told
    const last = others.at(-1) ?? first
    if (!first) return told
    if (!last || last.blocks.length + note.blocks.length > LIMITS.blocks) return [first, ...others, ...told]
    Object.assign(last, { text: `${last.text}\n${note.text}`, blocks: [...last.blocks, ...note.blocks] })
    return [first, ...others]
  }

  return {
    async reply(reader, to, answer) {
      const pages = withoutFiles(reader, render(answer.content, answer), answer)
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
      const pages = withoutFiles(reader, render(answer.content, answer), answer)
      try {
        await api.call(reader.workspace, 'views.update', { view_id: view, view: answerView(pages, reader.isAtHome) })
      } catch (error) {
        if (!isCode(error, 'not_found')) logFailure('slack/view', error)
        await tellPages(reader, pages)
      }
    },

    viewOf: (reader, answer) =>
      answerView(withoutFiles(reader, render(answer.content, answer), answer), reader.isAtHome),

    tell: (reader, answer) => tellPages(reader, render(answer.content, answer)),
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
  if (answer.ok) return
  const message = `the reply address answered with ${answer.status}`
  throw answer.status >= 500 || answer.status === 429 ? new Error(message) : new Refused(message)
}
