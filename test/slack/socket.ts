import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { ACK_MS, type Carried, type Carrier, type Envelope } from './delivery.ts'
import type { Waits } from './waits.ts'
import { APP_ID } from './wire.ts'
import { isJson, type World, words } from './world.ts'

/** Reasons Slack gives for ending a connection. */
export type Reason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

/** Connections an app may hold. */
const CONNECTIONS_MAX = 10
const PING_MS = 5_000
/** What is long ago is forgotten, so that many envelopes do not fill the memory. */
const KEEP = 20_000

interface Link {
  socket: WebSocket
  /** Told to go: gets nothing new. */
  isLeaving: boolean
  isMute: boolean
  got: number
}

export type SocketMode = ReturnType<typeof createSocketMode>

/** Socket Mode: tickets, connections, envelopes and their acknowledgements. */
export function createSocketMode(world: World, waits: Waits, http: Server, note: (problem: string) => void) {
  const server = new WebSocketServer({ noServer: true, autoPong: false })
  const tickets = new Set<string>()
  const links: Link[] = []
  const waiting = new Map<string, { envelope: Envelope; settle: (carried: Carried) => void }>()
  /** Envelopes answered or given up, whose further acknowledgements are no mistake. */
  const done = new Set<string>()
  let next = 0
  let isMute = false

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '', 'http://fake')
    const ticket = url.searchParams.get('ticket') ?? ''
    if (url.pathname !== '/link' || !tickets.delete(ticket)) {
      note('the websocket was opened without a fresh ticket')
      return void socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n')
    }
    server.handleUpgrade(request, socket, head, (opened) => welcome(opened))
  })

  const live = () => links.filter(({ socket, isLeaving }) => socket.readyState === socket.OPEN && !isLeaving)

  function welcome(socket: WebSocket): void {
    const link: Link = { socket, isLeaving: false, isMute, got: 0 }
    links.push(link)
    const beat = setInterval(() => !link.isMute && socket.ping(), PING_MS)
    socket.on('ping', (data) => !link.isMute && socket.pong(data))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clearInterval(beat)
      links.splice(links.indexOf(link), 1)
    })
    socket.on('message', (data) => heard(String(data)))
    if (live().length > CONNECTIONS_MAX) {
      part(link, 'too_many_websockets')
      return
    }
    const debug = { host: 'applink-fake', build_number: 1, approximate_connection_time: 18_060 }
    send(link, {
      type: 'hello',
      num_connections: live().length,
      debug_info: debug,
      connection_info: { app_id: APP_ID },
    })
  }

  const send = ({ socket }: Link, what: object) => socket.send(JSON.stringify(what))

  function heard(text: string): void {
    const said: unknown = JSON.parse(text)
    const id = isJson(said) ? words(said.envelope_id) : ''
    const found = waiting.get(id)
    if (!found) {
      if (!done.has(id)) note(`an acknowledgement of no envelope: ${text}`)
      return
    }
    const body = isJson(said) ? said.payload : undefined
    if (!found.envelope.accepts && isJson(body) && Object.keys(body).length > 0)
      note(`an answer in the acknowledgement of ${found.envelope.type}, which takes none: ${text}`)
    found.settle({ isAcked: true, body })
  }

  /** Tells a connection to go, and ends it if it does not. */
  function part(link: Link, reason: Reason): void {
    link.isLeaving = true
    send(link, { type: 'disconnect', reason, debug_info: { host: 'applink-fake' } })
    setTimeout(() => link.socket.terminate(), 10_000).unref()
  }

  const carrier: Carrier = {
    async carry(envelope, copies) {
      const there = live()
      if (there.length === 0) return { isAcked: false, why: 'dispatch_failed' }
      const id = randomUUID()
      const { retry } = envelope
      const whole = {
        envelope_id: id,
        type: envelope.type,
        accepts_response_payload: envelope.accepts,
        payload: envelope.payload,
        ...(envelope.type === 'events_api' && {
          retry_attempt: retry?.attempt ?? 0,
          retry_reason: retry?.reason ?? '',
        }),
      }
      const given = new AbortController()
      const acked = new Promise<Carried>((settle) => waiting.set(id, { envelope, settle }))
      for (let copy = 0; copy <= copies; copy += 1) {
        const link = there[next % there.length]
        next += 1
        if (!link) continue
        link.got += 1
        send(link, whole)
      }
      const late = waits
        .until(world.clock.now() + ACK_MS, given.signal)
        .then((): Carried => ({ isAcked: false, why: 'timeout' }))
      const carried = await Promise.race([acked, late])
      given.abort()
      waiting.delete(id)
      if (done.size > KEEP) for (const old of [...done].slice(0, KEEP / 2)) done.delete(old)
      done.add(id)
      return carried
    },
  }

  return {
    carrier,

    /** A url to connect to, good for once. */
    ticket(origin: string): string {
      const ticket = randomBytes(16).toString('hex')
      tickets.add(ticket)
      return `ws://${origin}/link?ticket=${ticket}&app_id=${APP_ID}`
    },

    /** How many payloads each connection there is got so far. */
    connections: () => live().map(({ got }) => got),

    /** Tells every connection to come back later, for this reason. */
    disconnect(reason: Reason): void {
      for (const link of live()) part(link, reason)
    },

    /** Cuts every connection without a word, or the newest so many. */
    drop(count = links.length): void {
      for (const { socket } of links.slice(-count)) socket.terminate()
    },

    /** Connections go silent: no pings, no pongs. `forever` makes new ones so too, until `heal`. */
    zombie(forever = false): void {
      isMute = forever
      for (const link of links) link.isMute = true
    },
    heal(): void {
      isMute = false
      for (const link of links) link.isMute = false
    },

    async stop(): Promise<void> {
      for (const { socket } of links) socket.close(1001)
      // Whoever hung up in time is let finish: a cut would look like an error to them.
      for (const end = Date.now() + 200; links.length > 0 && Date.now() < end; ) await wait(2)
      for (const { socket } of [...links]) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
