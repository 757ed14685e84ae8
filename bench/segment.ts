import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Analytics } from '@segment/analytics-node'
import pg from 'pg'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner } from '../src/jobs/runner.ts'
import { segmentSpec } from '../src/segments/segment-spec.ts'
import type { Entry, SegmentStore } from '../src/segments/segment-store.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import { barePg, barePglite } from './bare.ts'
import { DESTINATION, fillDirected, makeDue, wanted } from './due-reports.ts'
import { median, printTable } from './figures.ts'
import { draws, openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'
import type { Says, Told } from './segment-sink.ts'
import { hear } from './tap.ts'

const CHANGES = 20_000
const SMOKE_CHANGES = 500
const RUNS = 5
const WRITE_KEY = 'a write key'
/** For so long the sink is dead: longer than Segment's own library tries again. */
const DEAD_MS = 10_000

interface Sink {
  url: string
  die(after: number, forMs: number): void
  counts(): Promise<{ requests: number; events: number; distinct: number }>
  stop(): Promise<void>
}

/**
 * The same changes into the same sink, two events each: by Kindred's connector, by its job with all that is kept of them in
 * the database, and by Segment's own library for Node. Then what each loses when the sink dies half way for ten seconds.
 */
export async function benchSegment(server: Server | string, isSmoke: boolean): Promise<void> {
  const sink = await startSink()
  const changes = isSmoke ? SMOKE_CHANGES : CHANGES
  // The library keeps to no number of events in a second either.
  const settings = { URL: sink.url, PATH: '/v1/batch', WRITE_KEY, EVENTS_PER_SECOND: 1_000_000 }
  const store = segmentSpec.open(settings, () => new Date())
  try {
    const rates: Record<'connector' | 'job' | 'onServer' | 'library', number[]> = {
      ...{ connector: [], job: [], onServer: [], library: [] },
    }
    for (let run = 0; run < (isSmoke ? 1 : RUNS); run++) {
      const entries = entriesOf(changes, run)
      rates.connector.push(await rate(changes, sink, () => byConnector(store, entries)))
      rates.job.push(await rate(changes, sink, () => byJob(store, changes, { kind: 'memory' })))
      if (typeof server !== 'string') {
        const place = { kind: 'postgresql', url: await server.fresh(), connections: 4 } as const
        rates.onServer.push(await rate(changes, sink, () => byJob(store, changes, place)))
      }
      rates.library.push(await rate(changes, sink, () => byLibrary(sink.url, entries)))
    }
    const beside = (of: number[]) => median(of.map((one, i) => one / (rates.library[i] ?? Number.NaN))).toFixed(2)
    printTable(
      `Segment spec: ${changes.toLocaleString('en')} changes, two events each, a second into one sink`,
      ['', 'changes a second', 'beside the library'],
      [
        ['@segment/analytics-node 3.1.0', median(rates.library).toFixed(), '1.00'],
        ['Kindred, the connector alone', median(rates.connector).toFixed(), beside(rates.connector)],
        ['Kindred, the job on the embedded database', median(rates.job).toFixed(), beside(rates.job)],
        ...(typeof server === 'string'
          ? []
          : [[`Kindred, the job on ${server.name}`, median(rates.onServer).toFixed(), beside(rates.onServer)]]),
      ],
    )
    const lost: string[][] = []
    for (const [name, send] of [
      ['@segment/analytics-node 3.1.0', () => byLibrary(sink.url, entriesOf(changes, RUNS))],
      ['Kindred, the job', () => byJob(store, changes, { kind: 'memory' })],
    ] as const) {
      sink.die(changes, isSmoke ? 1_000 : DEAD_MS)
      await send()
      const { distinct } = await sink.counts()
      lost.push([name, String(changes * 2 - distinct), `${(100 - (distinct * 50) / changes).toFixed(1)} %`])
    }
    printTable('The sink dies half way, and comes back', ['', 'events lost', 'of all'], lost)
  } finally {
    await store.close?.()
    await sink.stop()
  }
}

async function byConnector(store: SegmentStore, entries: Entry[]): Promise<number> {
  const began = performance.now()
  const segment = { key: 'parents-united', name: 'Parents United' }
  for (let i = 0; i < entries.length; i += store.batch)
    await store.put(segment, entries.slice(i, i + store.batch), AbortSignal.timeout(15_000))
  return performance.now() - began
}

/** Everything due is told, however often it takes; milliseconds of it are what is measured, without the filling before. */
async function byJob(store: SegmentStore, changes: number, place: DatabasePlace): Promise<number> {
  let museum: Awaited<ReturnType<typeof openMuseum>> | undefined
  const { pglite } = await hear(async () => {
    museum = await openMuseum(place)
  })
  const pool = place.kind === 'postgresql' ? new pg.Pool({ connectionString: place.url, max: 1 }) : undefined
  const bare = pool ? barePg(pool) : pglite && barePglite(pglite)
  if (!museum || !bare) throw new Error('nothing was opened')
  const { database } = museum
  await fillDirected(bare, changes)
  await makeDue(bare)
  const job = reportsJob(database, { name: DESTINATION, store }, draws)
  const runner = createRunner(
    database,
    [job],
    () => new Date(),
    () => undefined,
  )
  const began = performance.now()
  for (;;) {
    await runner.runDue()
    if ((await wanted(bare)).undone === 0) break
    await pause(100)
  }
  const took = performance.now() - began
  await pool?.end()
  await database.close()
  return took
}

/** As its documentation shows it, with larger batches, which are faster. */
async function byLibrary(url: string, entries: Entry[]): Promise<number> {
  const began = performance.now()
  const analytics = new Analytics({ writeKey: WRITE_KEY, host: url, path: '/v1/batch', flushAt: 400 })
  // What it gives up is what is counted, at the sink.
  analytics.on('error', () => undefined)
  for (const [i, { person, email, at, revision }] of entries.entries()) {
    const about = { userId: person, timestamp: at }
    analytics.identify({ ...about, traits: { email, community_parents_united: true } })
    const properties = { audience_key: 'parents-united', 'parents-united': true, revision }
    analytics.track({ ...about, event: 'Audience Entered', properties })
    // Else it would hold all of them in memory before it sends any.
    if (i % 400 === 0) await pause(0)
  }
  await analytics.closeAndFlush()
  return performance.now() - began
}

/** Changes a second; whoever leaves something out is not compared. */
async function rate(changes: number, sink: Sink, send: () => Promise<number>): Promise<number> {
  const took = await send()
  const { distinct } = await sink.counts()
  if (distinct !== changes * 2) throw new Error(`${changes * 2} events were sent, and ${distinct} arrived`)
  return (changes * 1000) / took
}

function entriesOf(count: number, run: number): Entry[] {
  const at = new Date()
  return Array.from({ length: count }, (_, i) => ({
    ...{ person: `person-${run}-${i}`, email: `person.${i}@example.org`, earlier: [], since: at, at },
    ...{ direction: `yes-${i}`, revision: 1, reason: 'joined' },
  }))
}

async function startSink(): Promise<Sink> {
  const child = fork(fileURLToPath(new URL('./segment-sink.ts', import.meta.url)))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  // It says nothing else (segment-sink.ts).
  const heard = async () => ((await once(child, 'message')) as [Says])[0]
  const tell = (told: Told) => child.send(told)
  const first = await heard()
  if (!('url' in first)) throw new Error('the sink did not say where it is')
  return {
    url: first.url,
    die: (dieAfter, forMs) => void tell({ dieAfter, forMs }),
    async counts() {
      const said = heard()
      tell('how many?')
      const counts = await said
      if ('url' in counts) throw new Error('the sink did not say what it has')
      return counts
    },
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
      process.off('exit', kill)
    },
  }
}
