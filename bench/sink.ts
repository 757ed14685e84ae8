import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** What a sink has come to hold: how many of a segment's people it knows of, in one digest; and what it was sent. */
export interface Holds {
  requests: number
  events: number
  refused: number
  lines: number
  digest: string
}

/** What a sink says to whoever started it: where it listens, then what it holds whenever it is asked. */
export type SinkSays = { url: string } | Holds

interface Told {
  data: { segment: string; person: string; revision: number; email: string }
  type: string
}

/**
 * A receiver of webhooks in a process of its own, as one would be in life: it verifies each signature, reads each event, and
 * keeps the newest revision of each person in each segment. Started by `startSink`.
 */
function sink(secret: string): void {
  const verifier = new Webhook(secret)
  let [requests, events, refused] = [0, 0, 0]
  let rows = new Map<string, { revision: number; email: string }>()

  function take(body: string, headers: IncomingMessage['headers']): void {
    // Signed by who knows the secret, and written by src/segments/webhook.ts.
    const { data } = verifier.verify(body, headers as Record<string, string>) as { data: { events: Told[] } }
    for (const { type, data: told } of data.events) {
      events++
      const key = `${told.segment} ${told.person}`
      if ((rows.get(key)?.revision ?? 0) >= told.revision) continue
      rows.set(key, { revision: told.revision, email: type === 'community.member.joined' ? told.email : '-' })
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests++
      try {
        take(Buffer.concat(chunks).toString('utf8'), request.headers)
        response.writeHead(204).end()
      } catch {
        refused++
        response.writeHead(401).end()
      }
    })
  })
  const say = (words: SinkSays) => process.send?.(words)
  server.listen(0, '127.0.0.1', () => {
    // A server on TCP has an address of this shape (node:net).
    const { port } = server.address() as AddressInfo
    say({ url: `http://127.0.0.1:${port}/kindred` })
  })
  process.on('message', () => {
    const lines = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
    const words = lines.map(([key, { revision, email }]) => `${key} ${revision} ${email}`).join('\n')
    say({ requests, events, refused, lines: lines.length, digest: createHash('md5').update(words).digest('hex') })
    // Whoever asks has finished a measurement; the next begins with nothing.
    ;[requests, events, refused] = [0, 0, 0]
    rows = new Map()
  })
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit())
}

const [secret] = process.argv.slice(2)
if (process.send && secret) sink(secret)
