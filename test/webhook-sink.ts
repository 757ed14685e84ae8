import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'

/** How a receiver feels: up, or how it fails. `slowMs` carries out and answers late, `drops` carries out and never answers. */
export type Mood =
  | 'up'
  /** Hangs up before it has read anything. */
  | 'down'
  | 'drops'
  /** Carries out, begins to answer, and never ends. */
  | 'halfway'
  | { slowMs: number }
  | { status: number; headers?: Record<string, string> }
  /** Takes it, and says so of each event by its id. */
  | { results: Record<string, string> }

/** A receiver of webhooks that does what docs/webhook.md asks of one. */
export interface WebhookSink {
  /** The settings of a destination that posts here. */
  settings: { URL: string; SECRET: string; ALLOW_PRIVATE: 'yes' }
  feel(mood: Mood): void
  holds(segment: string): { person: string; email: string }[]
  /** Everything it remembers of anybody, a line each. */
  kept(): string[]
  /** The webhook-id, the type and the events of every request it has verified, in order. */
  heard: { id: string; type: string; events: string[] }[]
  /** Events it took, repeated ones too. */
  events: { id: string; type: string; data: Record<string, unknown> }[]
  close(): Promise<void>
}

export const SINK_SECRET = `whsec_${Buffer.from('a secret of the sink, 32 bytes..').toString('base64')}`
const TOLERANCE_MS = 5 * 60 * 1000

const told = { segment: z.string(), person: z.string(), email: z.string(), revision: z.number().int() }
const event = z.discriminatedUnion('type', [
  z.strictObject({
    id: z.string(),
    type: z.literal('community.member.joined'),
    timestamp: z.iso.datetime(),
    data: z.strictObject({ ...told, since: z.iso.datetime(), direction: z.string(), reason: z.literal('joined') }),
  }),
  z.strictObject({
    id: z.string(),
    type: z.literal('community.member.left'),
    timestamp: z.iso.datetime(),
    data: z.strictObject({ ...told, reason: z.enum(['left', 'erased']) }),
  }),
  z.strictObject({
    id: z.string(),
    type: z.literal('person.erased'),
    timestamp: z.iso.datetime(),
    data: z.strictObject({ person: z.string(), email: z.string().min(1).optional() }),
  }),
])
const message = z.strictObject({
  type: z.enum(['kindred.events', 'kindred.check']),
  timestamp: z.iso.datetime(),
  data: z.strictObject({ events: z.array(event) }),
})

/** Left out, `now` is the machine's clock; a stage gives its own. `listen` hears of each event before it is answered. */
export async function openWebhookSink(
  now?: () => Date,
  listen: (event: WebhookSink['events'][number]) => void = () => undefined,
): Promise<WebhookSink> {
  const signer = new Webhook(SINK_SECRET)
  const rows = new Map<string, { segment: string; person: string; email: string | null; revision: number }>()
  const erased = new Set<string>()
  const heard: WebhookSink['heard'] = []
  const events: WebhookSink['events'] = []
  let mood: Mood = 'up'

  function verify(body: string, headers: Record<string, string>): unknown {
    if (!now) return signer.verify(body, headers)
    // The package knows only the machine's clock.
    const { 'webhook-id': id = '', 'webhook-timestamp': seconds, 'webhook-signature': signatures = '' } = headers
    const at = new Date(Number(seconds) * 1000)
    if (Math.abs(at.getTime() - now().getTime()) > TOLERANCE_MS) throw new Error('timestamp')
    if (!signatures.split(' ').includes(signer.sign(id, at, body))) throw new Error('signature')
    return JSON.parse(body)
  }

  function take(one: z.infer<typeof event>): void {
    events.push(one)
    listen(one)
    if (one.type === 'person.erased') {
      erased.add(one.data.person)
      for (const [key, { person }] of rows) if (person === one.data.person) rows.delete(key)
      return
    }
    const { segment, person, email, revision } = one.data
    const key = `${segment}/${person}`
    if (erased.has(person) || revision <= (rows.get(key)?.revision ?? 0)) return
    rows.set(key, { segment, person, email: one.type === 'community.member.joined' ? email : null, revision })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (mood === 'down') return void request.socket.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (typeof mood === 'object' && 'status' in mood) return void response.writeHead(mood.status, mood.headers).end()
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    let said: z.infer<typeof message>
    try {
      said = message.parse(verify(Buffer.concat(chunks).toString('utf8'), headers))
    } catch (error) {
      return void response.writeHead(error instanceof z.ZodError ? 400 : 401).end()
    }
    heard.push({
      id: headers['webhook-id'] ?? '',
      type: said.type,
      events: said.data.events.map((one) => one.id),
    })
    for (const one of said.data.events) take(one)
    if (mood === 'drops') return void request.socket.destroy()
    if (mood === 'halfway') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{')
    } else if (typeof mood === 'object' && 'slowMs' in mood) {
      setTimeout(() => response.writeHead(204).end(), mood.slowMs).unref()
    } else if (typeof mood === 'object') {
      const results = Object.entries(mood.results).map(([id, result]) => ({ id, result }))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }))
    } else {
      response.writeHead(204).end()
    }
  }

  const server = createServer((request, response) => {
    // One who hangs up in the middle has given up; that is no failure of the sink's.
    answer(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server on TCP has an address of this shape (node:net).
  const { port } = server.address() as AddressInfo
  return {
    settings: { URL: `http://127.0.0.1:${port}/kindred`, SECRET: SINK_SECRET, ALLOW_PRIVATE: 'yes' },
    feel(next) {
      mood = next
    },
    holds: (segment) =>
      [...rows.values()].flatMap(({ person, email, ...row }) =>
        row.segment === segment && email !== null ? [{ person, email }] : [],
      ),
    kept: () => [...[...rows.values()].map((row) => JSON.stringify(row)), ...[...erased].map((one) => `erased ${one}`)],
    heard,
    events,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
