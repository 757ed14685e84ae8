import pg from 'pg'
import type { Router } from '../src/router.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import { ACTS, type Act, type Actor, deliveryOf, type Party, ROUND } from './acts.ts'
import { type Bare, barePg, barePglite } from './bare.ts'
import { byHand } from './by-hand.ts'
import { median, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import { fillMuseum, inviteActors, openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'
import { asSent } from './replay.ts'
import { checkSameOutcome } from './same-outcome.ts'
import { hear } from './tap.ts'
import { record, throughRouter } from './through-router.ts'

/** The pool of the router's database and of the peers' driver. */
const CONNECTIONS = 10

/** Small batches and many rounds: what disturbs the machine then disturbs all parties alike. */
interface Size {
  crowd: number
  actors: number
  warmUp: number
  rounds: number
}
const FULL: Size = { crowd: 5_000, actors: 16, warmUp: 2, rounds: 30 }
const SMOKE: Size = { crowd: 50, actors: 2, warmUp: 0, rounds: 1 }

/**
 * Commands a second through the router, everything included (the delivery's row, the transaction, the answer), beside the
 * bare driver: the very statements the router sent, one by one, and the same acts as plain statements written by hand.
 */
export async function benchCommands(server: Server | string, isSmoke: boolean): Promise<void> {
  const size = isSmoke ? SMOKE : FULL
  await measure('embedded (PGlite, one connection)', { kind: 'folder', folder: temporaryFolder() }, size)
  if (typeof server === 'string') {
    process.stdout.write(`\nCommands on PostgreSQL: ${server}\n`)
    return
  }
  const place: DatabasePlace = { kind: 'postgresql', url: await server.fresh(), connections: CONNECTIONS }
  await measure(`${server.name}, ${CONNECTIONS} connections`, place, size)
}

async function measure(title: string, place: DatabasePlace, size: Size): Promise<void> {
  let museum: Awaited<ReturnType<typeof openMuseum>> | undefined
  const { pglite } = await hear(async () => {
    museum = await openMuseum(place)
  })
  if (!museum) throw new Error('nothing was opened')
  const pool =
    place.kind === 'postgresql'
      ? new pg.Pool({ connectionString: place.url, max: CONNECTIONS, options: '-c TimeZone=UTC' })
      : undefined
  // The database is dropped while the server still takes leave of these connections; it tells them so.
  pool?.on('error', () => undefined)
  const bare = pool ? barePg(pool) : pglite && barePglite(pglite)
  if (!bare) throw new Error('no driver to compare with')
  try {
    await fillMuseum(bare, size.crowd)
    await compare(title, museum.router, bare, pool !== undefined, size)
  } finally {
    await pool?.end()
    await museum.database.close()
  }
}

async function compare(title: string, router: Router, bare: Bare, isServer: boolean, size: Size): Promise<void> {
  const subject = throughRouter(router)
  const { recordings, answers } = await record(subject, bare)
  const peers = [
    asSent('as sent', bare, recordings),
    byHand('by hand', bare, answers, false),
    ...(isServer ? [byHand('by hand, prepared', bare, answers, true)] : []),
  ]
  const rows: string[][] = []
  for (const atOnce of [1, 16]) {
    const groups = [subject, ...peers].map((_, n) => `party${atOnce}x${n}`)
    const actors = await Promise.all(groups.map((group) => inviteActors(bare, group, size.actors)))
    // What autovacuum sees to within minutes; the embedded database has none.
    if (isServer) await bare.query('analyze', [])
    const placed = [subject, ...peers].map((party, n) => ({ party, actors: actors[n] ?? [] }))
    const rates = await rounds(placed, atOnce, size)
    await checkSameOutcome(bare, groups)
    for (const act of ACTS) {
      const [own = [], ...others] = rates.map((byAct) => byAct[act])
      const ratios = others.map((other) => median(own.map((rate, n) => rate / (other[n] ?? Number.NaN))))
      const figures = [
        recordings[act].sent.length.toFixed(),
        median(own).toFixed(),
        ...ratios.map((one) => one.toFixed(2)),
      ]
      rows.push([`${LABELS[act]}, ${atOnce} at a time`, ...figures])
    }
  }
  const columns = ['', 'statements', 'router/s', ...peers.map((peer) => `/ ${peer.name}`)]
  printTable(`Commands on ${title}: a second through the router, and as a ratio to each peer`, columns, rows)
  process.stdout.write(isServer ? `${PEERS}\n${PREPARED}\n` : `${PEERS}\n`)
}

const PEERS = `as sent: the bare driver sends the router's own statements. by hand: it sends plain ones instead of CTEs, each a round trip.`
const PREPARED = `Statements have names where the router's have (as sent), have none (by hand), or all have (by hand, prepared).`

const LABELS: Record<Act, string> = { join: '/join', on: '[Yes]', off: '/sharing off', leave: '/leave' }

interface Placed {
  party: Party
  actors: Actor[]
}

/** The rates of each party in each round. All act in turn, each first as often as the others; warming up is not counted. */
async function rounds(parties: Placed[], atOnce: number, size: Size): Promise<Record<Act, number[]>[]> {
  const rates = parties.map((): Record<Act, number[]> => ({ join: [], on: [], off: [], leave: [] }))
  let turn = 0
  for (let round = -size.warmUp; round < size.rounds; round++) {
    for (const act of ROUND) {
      turn++
      for (let n = 0; n < parties.length; n++) {
        const at = (n + turn) % parties.length
        const placed = parties[at]
        const rate = placed ? await rateOf(placed, act, atOnce) : Number.NaN
        if (round >= 0) rates[at]?.[act].push(rate)
      }
    }
  }
  return rates
}

async function rateOf({ party, actors }: Placed, act: Act, atOnce: number): Promise<number> {
  const waiting = [...actors]
  const began = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let actor = waiting.pop(); actor; actor = waiting.pop()) await party.act(act, actor, deliveryOf(actor))
    }),
  )
  return (actors.length * 1000) / (performance.now() - began)
}
