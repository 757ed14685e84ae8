import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import { assertWithin, lookupWithin, OutOfReach, type Reach } from './reach.ts'

/** What a server answered to one request. */
export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
}

/** Posts JSON to one address, over connections that are kept. */
export interface Post {
  post(body: string, signal: AbortSignal, headers: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

/** More than this of an answer is not listened to. */
const ANSWER_MAX_BYTES = 1_000_000
const CONNECTIONS_MAX = 4

/**
 * A way to post to an address within reach. Node's own client and not fetch, because that has no say in where a name leads.
 * Redirects are answers like others. Errors hold neither the address nor what was sent.
 */
export function openPost(url: URL, reach: Reach): Post {
  const { Agent, request } = url.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })
  const lookup = lookupWithin(reach)

  async function send(body: string, signal: AbortSignal, headers: Record<string, string>): Promise<Answer> {
    assertWithin(reach, url.hostname)
    const own = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Kindred',
    }
    const sent = request(url, { method: 'POST', agent, lookup, signal, headers: { ...own, ...headers } })
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
    async post(body, signal, headers) {
      signal.throwIfAborted()
      try {
        return await send(body, signal, headers)
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
