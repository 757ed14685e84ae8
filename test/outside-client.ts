import { z } from 'zod'
import type { Mailer } from '../src/mail.ts'
import type { Platform } from '../src/platform.ts'
import { type Entry, type Segment, type SegmentStore, TryLater } from '../src/segments/segment-store.ts'
import { render } from '../src/terminal/render.ts'
import { wordsOf } from './delivery.ts'
import type { Effect, Request } from './outside.ts'

/** Which claim a request is made under. */
export type Claim = 'rooms' | 'places' | 'posts' | 'cards' | 'mails' | 'reports' | 'backup'

/** How a house asks: who it is, until when each claim of its own holds, and how long it waits for an answer. */
export interface Asking {
  url: string
  from: string
  untilOf(claim: Claim): number
  patienceMs: number
}

const RETRY_AFTER_MS = 5_000
const results = z.array(z.object({ result: z.literal('applied') }))

/** The platform, the destination and the post office of a house, all of them the one world outside. */
export function outsideOf({ url, from, untilOf, patienceMs }: Asking) {
  async function ask(claim: Claim, effect: Effect, signal?: AbortSignal): Promise<unknown> {
    const request: Request = { from, until: untilOf(claim), patienceMs, effect }
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(request), ...(signal && { signal }) })
    const body: unknown = await answer.json()
    if (answer.status === 429) throw new TryLater('too many requests', RETRY_AFTER_MS)
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    return body
  }
  const change = (op: 'put' | 'take') => async (segment: Segment, entries: Entry[], signal: AbortSignal) =>
    results.parse(await ask('reports', { op, segment: segment.key, entries }, signal))

  const platform: Platform = {
    name: 'terminal',
    drawEveryMs: 1_000,
    async makeRoom(_, { name }) {
      await ask('rooms', { op: 'makeRoom', room: name })
      return { id: name }
    },
    async letIn(_, { id: room }, account) {
      await ask('places', { op: 'letIn', room, account })
      return 'here'
    },
    letOut: async (_, { id: room }, account) => void (await ask('places', { op: 'letOut', room, account })),
    async post({ place, account }, content, reading, key) {
      const { buttons = [] } = render(content, reading)
      const words = wordsOf({ ...reading, content, replaces: false })
      await ask('posts', { op: 'post', key, to: account ?? place ?? '', words, buttons })
    },
    async draw(_, content, reading, key, externalId) {
      await ask('cards', { op: 'draw', card: key, words: wordsOf({ ...reading, content, replaces: false }) })
      return externalId ?? key
    },
  }
  const desk: SegmentStore = {
    batch: 5,
    check: async () => undefined,
    put: change('put'),
    take: change('take'),
    forget: async () => ({ result: 'applied' }),
  }
  const mailer: Mailer = {
    send: async ({ messageId, to, text }) => void (await ask('mails', { op: 'mail', key: messageId, to, words: text })),
    close: () => undefined,
  }
  const backup = async (name: string) => void (await ask('backup', { op: 'backup', key: name }))
  return { platform, desk, mailer, backup }
}
