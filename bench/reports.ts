import pg from 'pg'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner } from '../src/jobs/runner.ts'
import type { Entry, Segment, SegmentStore } from '../src/segments/segment-store.ts'
import { webhook } from '../src/segments/webhook.ts'
import type { Database, DatabasePlace } from '../src/store/database.ts'
import { type Bare, barePg, barePglite } from './bare.ts'
import { DESTINATION, fillDirected, makeDue, recorded, wanted } from './due-reports.ts'
import { median, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import { draws, openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'
import { type Sink, startSink } from './start-sink.ts'
import { hear } from './tap.ts'

/** The pool of the job's database. */
const CONNECTIONS = 10

interface Size {
  people: number
  runs: number
}
const ON_SERVER: Size = { people: 100_000, runs: 5 }
/** What it is meant for at most (design.md, Store). */
const EMBEDDED: Size = { people: 5_000, runs: 5 }
const SMOKE: Size = { people: 600, runs: 1 }

/**
 * Reports a second into a webhook in a process of its own, by the job as it runs in life, until nothing is due. Beside it the
 * two halves of that work: the same events posted by a loop that knows no database, and the job with a destination that
 * answers at once. Afterwards the sink must hold exactly what is wanted.
 */
export async function benchReports(server: Server | string, isSmoke: boolean): Promise<void> {
  const sink = await startSink()
  try {
    if (typeof server === 'string') process.stdout.write(`\nReports on PostgreSQL: ${server}\n`)
    else {
      const place: DatabasePlace = { kind: 'postgresql', url: await server.fresh(), connections: CONNECTIONS }
      await measure(server.name, place, sink, isSmoke ? SMOKE : ON_SERVER)
    }
    await measure('embedded (PGlite)', { kind: 'folder', folder: temporaryFolder() }, sink, isSmoke ? SMOKE : EMBEDDED)
  } finally {
    await sink.stop()
  }
}

async function measure(title: string, place: DatabasePlace, sink: Sink, { people, runs }: Size): Promise<void> {
  let museum: Awaited<ReturnType<typeof openMuseum>> | undefined
  const { pglite } = await hear(async () => {
    museum = await openMuseum(place)
  })
  if (!museum) throw new Error('nothing was opened')
  const pool =
    place.kind === 'postgresql'
      ? new pg.Pool({ connectionString: place.url, max: 1, options: '-c TimeZone=UTC' })
      : undefined
  // The database is dropped while the server still takes leave of this connection; it tells it so.
  pool?.on('error', () => undefined)
  const bare = pool ? barePg(pool) : pglite && barePglite(pglite)
  if (!bare) throw new Error('no driver to fill it with')
  const store = webhook.open(sink.settings, () => new Date())
  try {
    await fillDirected(bare, people)
    await compare(`${title}, ${people} people`, museum.database, bare, store, sink, runs)
  } finally {
    await store.close?.()
    await pool?.end()
    await museum.database.close()
  }
}

async function compare(
  title: string,
  database: Database,
  bare: Bare,
  store: SegmentStore,
  sink: Sink,
  runs: number,
): Promise<void> {
  const rates: Record<'job' | 'loop' | 'atOnce', number[]> = { job: [], loop: [], atOnce: [] }
  for (let run = 0; run < runs; run++) {
    const calls: Call[] = []
    const due = await makeDue(bare)
    const before = await recorded(bare)
    rates.job.push((due * 1000) / (await untilDone(database, noting(store, calls))))
    await assertTold(bare, sink, due, before)
    rates.loop.push((due * 1000) / (await timed(() => loop(store, calls))))
    await assertTold(bare, sink, due, before)
    await makeDue(bare)
    rates.atOnce.push((due * 1000) / (await untilDone(database, answeringAtOnce(store))))
    if ((await wanted(bare)).undone > 0) throw new Error('the job left reports undone')
  }
  const beside = (peer: number[]) => median(rates.job.map((rate, n) => rate / (peer[n] ?? Number.NaN))).toFixed(2)
  const spread = `${Math.min(...rates.job).toFixed()} to ${Math.max(...rates.job).toFixed()}`
  printTable(
    `Reports on ${title}: a second into a webhook, and beside each half of the work`,
    ['', 'a second', 'the job / it'],
    [
      [`the job into the webhook (${spread})`, median(rates.job).toFixed(), '1.00'],
      ['bare loop: the same events into it, no database', median(rates.loop).toFixed(), beside(rates.loop)],
      ['the job, a destination that answers at once', median(rates.atOnce).toFixed(), beside(rates.atOnce)],
    ],
  )
}

interface Call {
  op: 'put' | 'take'
  segment: Segment
  entries: Entry[]
}

/** The store, writing down what it is told, so that the loop can say the same again. */
function noting(store: SegmentStore, calls: Call[]): SegmentStore {
  const noted =
    (op: Call['op']): SegmentStore['put'] =>
    (segment, entries, signal) => {
      calls.push({ op, segment, entries })
      return store[op](segment, entries, signal)
    }
  return { ...store, put: noted('put'), take: noted('take') }
}

function answeringAtOnce(store: SegmentStore): SegmentStore {
  const answer: SegmentStore['put'] = async (_, entries) => entries.map(() => ({ result: 'accepted' }))
  return { ...store, put: answer, take: answer }
}

async function loop(store: SegmentStore, calls: Call[]): Promise<void> {
  for (const { op, segment, entries } of calls) await store[op](segment, entries, AbortSignal.timeout(15_000))
}

/** The job as the runner runs it, until nothing is due; milliseconds. */
function untilDone(database: Database, store: SegmentStore): Promise<number> {
  const job = reportsJob(database, { name: DESTINATION, store }, draws)
  let failure: unknown
  const runner = createRunner(
    database,
    [job],
    () => new Date(),
    (_, error) => {
      failure = error
    },
  )
  return timed(async () => {
    await runner.runDue()
    if (failure) throw failure
  })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** A fast figure of reports that did not arrive, or of which people find no record, would be worth nothing. */
async function assertTold(bare: Bare, sink: Sink, due: number, before: number): Promise<void> {
  const [holds, should, records] = [await sink.holds(), await wanted(bare), await recorded(bare)]
  const isTold =
    should.undone === 0 &&
    holds.refused === 0 &&
    holds.events === due &&
    holds.lines === should.lines &&
    holds.digest === should.digest &&
    records === before + due
  if (!isTold) throw new Error(`not told as wanted: ${JSON.stringify({ holds, should, due, before, records })}`)
}
