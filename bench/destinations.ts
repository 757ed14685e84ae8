import pg from 'pg'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner } from '../src/jobs/runner.ts'
import { openDestinations } from '../src/segments/connectors.ts'
import { LIMITS } from '../src/segments/limits.ts'
import type { Database, DatabasePlace } from '../src/store/database.ts'
import type { OpenRig, Rig } from '../test/connectors/rig.ts'
import { RIGS } from '../test/connectors/rigs.ts'
import { type Bare, barePg, barePglite } from './bare.ts'
import { DESTINATION, fillDirected, makeDue, wanted } from './due-reports.ts'
import { printTable } from './figures.ts'
import { draws, MUSEUM, openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'
import { hear } from './tap.ts'

const CHANGES = 100_000
const SMOKE_CHANGES = 60
/** How long a service takes to answer one request: what one sees of them from Europe, most of it the way there and back. */
const ANSWER_MS = 150
const YEAR_MS = 365 * 86_400_000

/**
 * So many changes drained into the fake of each service, by the job as it runs in life, on a clock that only the service moves:
 * by the time each answer takes, and by the waits it asks for. Beside it the time this machine needs for all of it, the fake's
 * own work included: what remains is waiting. Afterwards the fake holds exactly who is wanted.
 */
export async function benchDestinations(server: Server | string, isSmoke: boolean): Promise<void> {
  const changes = isSmoke ? SMOKE_CHANGES : CHANGES
  const rows: string[][] = []
  for (const [name, open] of Object.entries(RIGS)) {
    const place: DatabasePlace =
      typeof server === 'string'
        ? { kind: 'memory' }
        : { kind: 'postgresql', url: await server.fresh(), connections: 4 }
    const row = await drain(name, open, place, changes)
    rows.push(row)
    // It takes minutes for each.
    process.stderr.write(`${row.join(', ')}\n`)
  }
  const title = `${changes.toLocaleString('en')} changes drained into each, nine joins to a leave, an answer taking ${ANSWER_MS} ms`
  printTable(title, ['', 'requests', 'hours', 'of them ours', 'waiting for it'], rows)
}

async function drain(connector: string, open: OpenRig, place: DatabasePlace, changes: number): Promise<string[]> {
  let museum: { database: Database } | undefined
  const { pglite } = await hear(async () => {
    museum = await openMuseum(place)
  })
  if (!museum) throw new Error('nothing was opened')
  const { database } = museum
  const pool = place.kind === 'postgresql' ? new pg.Pool({ connectionString: place.url, max: 1 }) : undefined
  // The database is dropped while the server still takes leave of this connection; it tells it so.
  pool?.on('error', () => undefined)
  const bare = pool ? barePg(pool) : pglite && barePglite(pglite)
  if (!bare) throw new Error('no driver to fill it with')
  let now = new Date()
  const began = now.getTime()
  let lastHeard = began
  const rig = await open(() => now)
  const connections = connector in LIMITS ? LIMITS[connector as keyof typeof LIMITS].connections : 1
  rig.server.hear(() => {
    now = new Date(now.getTime() + ANSWER_MS / connections)
    lastHeard = now.getTime()
  })
  const [opened] = openDestinations([{ name: DESTINATION, connector, settings: rig.settings }], () => now)
  if (!opened) throw new Error('it was not opened')
  const { store, byAddress } = opened
  try {
    await database.transaction((tx) =>
      tx.destinations.connect([{ name: DESTINATION, connector, purpose: 'letters', byAddress }], MUSEUM.recipient, now),
    )
    await fillDirected(bare, changes)
    await makeDue(bare)
    let failure: unknown
    const runner = createRunner(
      database,
      [reportsJob(database, { name: DESTINATION, store }, draws)],
      () => now,
      (_, error) => {
        failure = error
      },
    )
    const since = performance.now()
    await runner.advance(new Date(began + YEAR_MS), (time) => {
      now = time
    })
    if (failure) throw failure
    const oursMs = performance.now() - since
    await assertDrained(bare, rig, connector)
    const waitedMs = lastHeard - began
    const share = waitedMs / (waitedMs + oursMs)
    return [connector, String(rig.server.asked.length), hours(waitedMs), hours(oursMs), `${(share * 100).toFixed(1)} %`]
  } finally {
    await store.close?.()
    await rig.close()
    await pool?.end()
    await database.close()
  }
}

const hours = (ms: number) => (ms / 3_600_000).toFixed(2)

/** A fast figure of people who are not where they should be would be worth nothing. */
async function assertDrained(bare: Bare, rig: Rig, connector: string): Promise<void> {
  const { undone } = await wanted(bare)
  const rows = await bare.query(
    `select c.slug, array_agg(lower(p.email) order by lower(p.email) collate "C") as emails from reports r
     join people p on p.id = r.person_id join communities c on c.id = r.community_id where r.wanted = 'in' group by c.slug`,
    [],
  )
  const wrong = rows.filter(({ slug, emails }) => {
    // An array of text is one of strings (pg, PGlite).
    const should = emails as string[]
    const holds = rig.holds(String(slug))
    return holds.length !== should.length || holds.some((email, i) => email !== should[i])
  })
  if (undone > 0 || wrong.length > 0 || rig.server.complaints.length > 0)
    throw new Error(`${connector}: ${undone} undone, ${wrong.length} lists wrong, ${rig.server.complaints.slice(0, 3)}`)
}
