import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Judge, judgeEvent } from './judge.ts'
import { botIn, canView } from './permissions.ts'
import { memberOnWire, userOnWire } from './wire.ts'
import { guildCreated } from './wire-guild.ts'
import type { Emitted, Json, World } from './world.ts'

/** Operations of the gateway. */
const OP = {
  members: 8,
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  resume: 6,
  reconnect: 7,
  invalid: 9,
  hello: 10,
  ack: 11,
} as const
/** Intents that have to be allowed in the developer portal: presences, members, message content. */
const PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
/** Events kept for a client that comes back. */
const KEEP = 1_000
const SESSIONS_A_DAY = 1000

interface Session {
  id: string
  shard: [number, number]
  intents: number
  seq: number
  missed: { seq: number; text: string }[]
  socket: WebSocket | undefined
}

export interface GatewayOptions {
  heartbeatMs: number
  privileged: boolean
  /** A second identify of a shard ends the first session, unless many are wanted. */
  sessions: 'one' | 'many'
}

export type Gateway = ReturnType<typeof createGateway>

export function createGateway(world: World, http: Server, judge: Judge, options: GatewayOptions) {
  const sockets = new WebSocketServer({ server: http, path: '/gateway' })
  const sessions = new Map<string, Session>()
  const identifies: { intents: number; shard: [number, number] }[] = []
  const silent = new WeakSet<WebSocket>()
  /** The session each connection speaks for. */
  const held = new WeakMap<WebSocket, Session>()
  let isMute = false
  let isRevoked = false
  let refusal: number | undefined
  let url = ''

  const hears = (socket: WebSocket) => !silent.has(socket) && socket.readyState === socket.OPEN

  const send = (socket: WebSocket, op: number, d: unknown = null) => {
    if (hears(socket)) socket.send(JSON.stringify({ op, d, s: null, t: null }))
  }

  const dispatch = (session: Session, event: string, data: Json) => {
    session.seq += 1
    const text = JSON.stringify({ op: OP.dispatch, s: session.seq, t: event, d: data })
    session.missed.push({ seq: session.seq, text })
    if (session.missed.length > KEEP) session.missed.splice(0, KEEP / 10)
    if (session.socket && hears(session.socket)) session.socket.send(text)
  }

  world.listen(({ event, data, guildId, intent }: Emitted) => {
    judgeEvent(judge, event, data)
    for (const session of sessions.values()) {
      if ((session.intents & intent) !== intent) continue
      if (isOf(session, guildId ?? guildOf(data))) dispatch(session, event, data)
    }
  })

  /** A server belongs to one shard; what belongs to none goes to the first. */
  const isOf = ({ shard: [index, count] }: Session, guildId: string | null) =>
    guildId === null ? index === 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)) === index

  function identify(socket: WebSocket, d: Json): Session | undefined {
    const intents = Number(d.intents ?? 0)
    const shard = Array.isArray(d.shard)
      ? ([Number(d.shard[0]), Number(d.shard[1])] as [number, number])
      : ([0, 1] as [number, number]) // Two numbers by the protocol.
    if (isRevoked || d.token !== world.token) return void socket.close(4004, 'Authentication failed.')
    if (refusal !== undefined) return void socket.close(refusal)
    if (shard[0] >= shard[1]) return void socket.close(4010, 'Invalid shard.')
    if (!Number.isInteger(intents) || intents < 0) return void socket.close(4013, 'Invalid intent(s).')
    if (!options.privileged && intents & PRIVILEGED) return void socket.close(4014, 'Disallowed intent(s).')
    identifies.push({ intents, shard })
    if (options.sessions === 'one')
      for (const old of [...sessions.values()].filter((one) => one.shard[0] === shard[0])) {
        sessions.delete(old.id)
        if (old.socket) send(old.socket, OP.invalid, false)
        old.socket?.close(4000)
      }
    const session: Session = { id: randomBytes(16).toString('hex'), shard, intents, seq: 0, missed: [], socket }
    sessions.set(session.id, session)
    const guilds = [...world.guilds.values()].filter((one) => one.members.has(world.bot.id) && isOf(session, one.id))
    const application = { id: world.bot.id, flags: 0 }
    const isAway = guilds.map(({ id }) => ({ id, unavailable: true }))
    dispatch(session, 'READY', {
      v: 10,
      user: userOnWire(world.bot),
      guilds: isAway,
      session_id: session.id,
      resume_gateway_url: url,
      session_type: 'normal',
      shard,
      application,
    })
    for (const guild of guilds) {
      botIn(world, guild)
      const created = guildCreated(world, guild, (one) => canView(world, one, world.bot.id))
      judgeEvent(judge, 'GUILD_CREATE', created)
      dispatch(session, 'GUILD_CREATE', created)
    }
    return session
  }

  function resume(socket: WebSocket, d: Json): Session | undefined {
    if (isRevoked || d.token !== world.token) return void socket.close(4004, 'Authentication failed.')
    const session = sessions.get(String(d.session_id))
    const seq = Number(d.seq)
    const oldest = session?.missed[0]?.seq ?? 0
    if (!session || seq > session.seq || seq + 1 < oldest) return void send(socket, OP.invalid, false)
    // A client may take it up on the very connection it was told on.
    if (session.socket !== socket) session.socket?.terminate()
    session.socket = socket
    for (const { seq: missed, text } of session.missed) if (missed > seq && hears(socket)) socket.send(text)
    dispatch(session, 'RESUMED', {})
    return session
  }

  /** Members by their ids; all of a server only where the intent for it is allowed, else there is silence. */
  function tellMembers(session: Session | undefined, d: Json): void {
    const guild = world.guilds.get(String(d.guild_id))
    if (!session || !guild) return
    const ids = [d.user_ids ?? []].flat().map(String)
    if (ids.length === 0 && !options.privileged)
      return void judge.request('op 8', ['asks for all members without the privileged intent'])
    const wanted = [...guild.members.values()].filter(({ user }) => ids.length === 0 || ids.includes(user.id))
    const missing = ids.filter((id) => !guild.members.has(id))
    const chunk = {
      chunk_index: 0,
      chunk_count: 1,
      not_found: missing,
      ...(d.nonce !== undefined && { nonce: d.nonce }),
    }
    dispatch(session, 'GUILD_MEMBERS_CHUNK', { guild_id: guild.id, members: wanted.map(memberOnWire), ...chunk })
  }

  sockets.on('connection', (socket: WebSocket, request) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams
    if (query.get('v') !== '10' || query.get('encoding') !== 'json' || query.has('compress'))
      return socket.close(4012, 'The fake speaks version 10, JSON, uncompressed.')
    if (isMute) silent.add(socket)
    send(socket, OP.hello, { heartbeat_interval: options.heartbeatMs, _trace: [] })
    socket.on('error', () => socket.terminate())
    socket.on('close', (code) => {
      const session = held.get(socket)
      if (session?.socket === socket) session.socket = undefined
      // Who says goodbye for good does not come back to this session.
      if (session && (code === 1000 || code === 1001)) sessions.delete(session.id)
    })
    socket.on('message', (raw) => {
      const { op, d } = JSON.parse(String(raw)) as { op: number; d: Json } // The protocol's envelope.
      if (op === OP.heartbeat) return send(socket, OP.ack)
      if (op === OP.presence) return
      const isKnown = held.has(socket)
      if (op === OP.members) return tellMembers(held.get(socket), d)
      if (op !== OP.identify && op !== OP.resume) return isKnown ? undefined : socket.close(4003, 'Not authenticated.')
      if (isKnown) return socket.close(4005, 'Already authenticated.')
      const session = op === OP.identify ? identify(socket, d) : resume(socket, d)
      if (session) held.set(socket, session)
    })
  })

  const live = () => [...sockets.clients]
  return {
    setUrl: (given: string) => {
      url = given
    },
    /** The sessions there are, those waiting to be resumed too, and every identify so far. */
    sessions: () =>
      [...sessions.values()].map(({ id, shard, intents, socket }) => ({
        id,
        shard,
        intents,
        isConnected: socket !== undefined,
      })),
    identifies,
    isRevoked: () => isRevoked,
    startLimit: () => ({
      max_concurrency: 1,
      total: SESSIONS_A_DAY,
      remaining: Math.max(0, SESSIONS_A_DAY - identifies.length),
      reset_after: 86_400_000,
    }),
    /** The connections there are go silent: no acks, no events. `forever` makes new ones so too, until `heal`. */
    zombie(forever = false): void {
      isMute = forever
      for (const socket of live()) silent.add(socket)
    },
    heal(): void {
      isMute = false
    },
    /** Op 7: asks every client to come back. */
    reconnect(): void {
      for (const socket of live()) send(socket, OP.reconnect)
    },
    /** Op 9: ends the sessions, or says they may be resumed. */
    invalidate(resumable = false): void {
      if (!resumable) sessions.clear()
      for (const socket of live()) {
        held.delete(socket)
        send(socket, OP.invalid, resumable)
      }
    },
    /** Cuts every connection without a word. */
    drop: () => live().forEach((socket) => void socket.terminate()),
    /** Closes every connection with this code, and from now on each that would identify, if it is for good. */
    close(code: number, forGood = false): void {
      refusal = forGood ? code : undefined
      for (const socket of live()) socket.close(code)
    },
    /** The token is reset in the developer portal: everything refuses it from now on, and takes the new one if it is told. */
    revoke(fresh?: string): void {
      if (fresh === undefined) isRevoked = true
      else world.token = fresh
      sessions.clear()
      for (const socket of live()) socket.close(4004, 'Authentication failed.')
    },
    async stop(): Promise<void> {
      for (const socket of live()) socket.terminate()
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
}

function guildOf(data: Json): string | null {
  return typeof data.guild_id === 'string' ? data.guild_id : null
}
