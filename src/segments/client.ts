import { once, setMaxListeners } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import { assertWithin, lookupWithin, OutOfReach, type Reach } from './reach.ts'

/** What a server answered to one request. */
export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
}

/** One request; a body is JSON. */
export interface Request {
  method: string
  /** What follows the base address, with its query. */
  path?: string
  body?: string
  headers?: Record<string, string>
}

/** Speaks to one server, over connections that are kept. */
export interface Client {
  send(request: Request, signal: AbortSignal): Promise<Answer>
  close(): Promise<void>
}

/** More than this of an answer is not listened to. */
const ANSWER_MAX_BYTES = 20_000_000

/**
 * A way to speak to a server within reach. Node's own client and not fetch, because that has no say in where a name leads.
 * Redirects are answers like others. Errors hold neither the address nor what was sent.
 */
export function openClient(base: URL, reach: Reach, connections: number): Client {
  const { Agent, request } = base.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const lookup = lookupWithin(reach)
  const root = base.href.replace(/\/+$/, '')

  async function send({ method, path, body, headers }: Request, signal: AbortSignal): Promise<Answer> {
    assertWithin(reach, base.hostname)
    const own = {
      'user-agent': 'Kindred',
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
    }
    const url = path === undefined ? base : new URL(`${root}${path}`)
    const sent = request(url, { method, agent, lookup, signal, headers: { ...own, ...headers } })
    // From the answer on, failures are the answer's (node:http). An error nobody hears ends the process, so one is at hand.
    sent.on('error', () => undefined)
    sent.end(body)
    // The only event of that name, with one argument (node:http).
    const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
    const status = response.statusCode ?? 0
    const text = await textOf(response).catch((error: unknown) => {
      // Who refuses a request may hang up on the rest of it; that it was refused is known all the same.
      if (status < 300) throw error
      return ''
    })
    return { status, headers: response.headers, text }
  }

  return {
    async send(request, signal) {
      signal.throwIfAborted()
      // One signal ends all requests of a call, however many are under way; that is no leak to be warned of.
      setMaxListeners(0, signal)
      try {
        return await send(request, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof OutOfReach) throw error
        const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
        throw new Error(`It could not be reached, or did not answer${code}.`)
      }
    },
    async close() {
      agent.destroy()
    },
  }
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > ANSWER_MAX_BYTES) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
