import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a fake of a store sees it. */
export interface Asked {
  method: string
  /** Without the query, decoded where it is compared. */
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  /** Parsed JSON; undefined where there was none. */
  body: unknown
  text: string
}

export interface Answered {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/**
 * How a store feels. `broken` answers 500 and does nothing; `deaf` does what it is asked and never answers; `too much` says so
 * by its own signal; `gone` hangs up. With the others something in front of it answers in its place, by a page of its own:
 * that there is no such address, that all is well (`unlike itself`), or that nobody is behind it.
 */
export type Mood = 'well' | 'broken' | 'deaf' | 'too much' | 'gone' | keyof typeof PAGES

const PAGES = { 'not found': 404, 'unlike itself': 200, unreachable: 502 }

export interface FakeServer {
  url: string
  /** For so many requests, or until told otherwise. */
  feel(mood: Mood, requests?: number): void
  /** Every request it heard, as "GET /path", the latest last. */
  asked: string[]
  /** From now on this is called at each request, before it is looked at: so that time can pass by it. */
  hear(listener: () => void): void
  /** What no connector should ask. */
  complaints: string[]
  close(): Promise<void>
}

export interface Habits {
  now(): Date
  /** Its answer where the request is not allowed; undefined where it is. */
  refuse(asked: Asked): Answered | undefined
  /** Its own way to say that it was too much. */
  tooMuch(now: Date): Answered
  /** So many requests in so many milliseconds are too many; `of`: of those alone whose "GET /path" it fits. */
  windows?: { count: number; ms: number; of?: RegExp }[]
  /** Does what is asked; undefined where there is no such address. */
  answer(asked: Asked): Answered | undefined
}

/** A store's server: what all fakes of them have in common. */
export async function openFakeServer({ now, refuse, tooMuch, windows = [], answer }: Habits): Promise<FakeServer> {
  let mood: Mood = 'well'
  let left = 0
  const asked: string[] = []
  let heard: () => void = () => undefined
  const complaints: string[] = []
  const times: { at: number; what: string }[] = []
  /** The clock only goes on, so the latest are last. */
  const heardSince = (after: number, of: RegExp) => {
    let count = 0
    for (let i = times.length - 1; i >= 0; i--) {
      const time = times[i]
      if (!time || time.at <= after) break
      if (of.test(time.what)) count++
    }
    return count
  }
  const isTooMuch = (what: string) => {
    const at = now().getTime()
    const longest = Math.max(0, ...windows.map(({ ms }) => ms))
    const kept = times.findIndex((time) => time.at > at - longest)
    times.splice(0, kept === -1 ? times.length : kept)
    const isFull = windows.some(({ count, ms, of = / / }) => of.test(what) && heardSince(at - ms, of) >= count)
    if (isFull) return true
    times.push({ at, what })
    return false
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://fake')
    const one: Asked = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: text === '' ? undefined : jsonOf(text),
      text,
    }
    heard()
    asked.push(`${one.method} ${one.path}`)
    const feels = mood
    if (left > 0 && --left === 0) mood = 'well'
    if (feels === 'gone') return void request.socket.destroy()
    if (feels in PAGES) {
      // One of these names, as `in` says.
      response.writeHead(PAGES[feels as keyof typeof PAGES], { 'content-type': 'text/html' })
      return void response.end('<!doctype html><title>nginx</title><h1>Something else answers here</h1>')
    }
    const said = ((): Answered => {
      if (feels === 'broken') return { status: 500, body: { error: 'broken' } }
      if (feels === 'too much' || isTooMuch(`${one.method} ${one.path}`)) return tooMuch(now())
      const refusal = refuse(one)
      if (refusal) return refusal
      const done = answer(one)
      if (done) return done
      complaints.push(`there is no ${one.method} ${one.path}`)
      return { status: 404, body: { error: 'not found' } }
    })()
    if (feels === 'deaf') return
    const body = said.body === undefined ? '' : JSON.stringify(said.body)
    response.writeHead(said.status, { ...(body && { 'content-type': 'application/json' }), ...said.headers })
    response.end(body)
  })
  // In one process with its client it may be kept from its connections for seconds.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  // A server that listens on a port has one.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    feel(next, requests = 0) {
      mood = next
      left = requests
    },
    asked,
    hear: (listener) => {
      heard = listener
    },
    complaints,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
