import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { lock } from 'proper-lockfile'
import { z } from 'zod'
import { defused } from './formula.ts'
import type { Connector, Entry, Forgotten, Result, Segment, SegmentStore } from './segment-store.ts'

const settings = z.object({
  DIR: z
    .string()
    .default('./data/segments')
    .describe('The folder the files are written to, which no other destination shares'),
})

/** A line of a segment's snapshot; the columns are an interface (segment-stores.md, 8a). */
const row = z.object({ email: z.string(), person: z.string(), since: z.string(), direction: z.string() })
type Row = z.infer<typeof row>
const COLUMNS = ['email', 'person', 'since', 'direction']

/** What must be known of a line of the changes to find a person's. */
const changeLine = z.object({ person: z.string(), op: z.string() })

const LOCK_STALE_MS = 10_000

/** Files: a snapshot per segment, the day's changes, and a manifest written last. */
export const csv: Connector<typeof settings> = {
  name: 'csv',
  settings,
  steps: [
    'Set DIR to a folder that the tool which reads the files can reach.',
    'Let it read `manifest.json` first, which is written last: docs/privacy.md says who may.',
  ],
  fields: 'address, number, since when, by which yes, and the revision',
  byAddress: false,
  place: ({ DIR }) => resolve(DIR),
  open: ({ DIR }, now) => openFolder(DIR, now),
}

function openFolder(folder: string, now: () => Date): SegmentStore {
  /** One writer at a time, over all processes that share the folder. */
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    await mkdir(folder, { recursive: true })
    const release = await lock(folder, {
      stale: LOCK_STALE_MS,
      retries: { retries: 20, minTimeout: 50, maxTimeout: 500 },
    })
    try {
      return await work()
    } finally {
      await release()
    }
  }

  const change = (
    { key: segment }: Segment,
    entries: Entry[],
    op: 'in' | 'out',
    signal: AbortSignal,
  ): Promise<Result[]> =>
    alone(async () => {
      const held = new Map((await readSnapshot(folder, segment)).map((one) => [one.person, one]))
      for (const entry of entries) {
        if (op === 'in') held.set(entry.person, rowOf(entry))
        else held.delete(entry.person)
      }
      // A request given up on must not write any more: another may be on its way with newer things.
      signal.throwIfAborted()
      await appendChanges(folder, segment, entries, op, now())
      await writeSnapshot(folder, segment, [...held.values()])
      await writeManifest(folder)
      return entries.map(() => ({ result: 'applied' }))
    })

  return {
    // More at once would hold up answers on the embedded database.
    batch: 1_000,
    async check() {
      await alone(async () => undefined)
    },
    put: (segment, entries, signal) => change(segment, entries, 'in', signal),
    take: (segment, entries, signal) => change(segment, entries, 'out', signal),
    forget: (person, signal) =>
      alone(async () => {
        signal.throwIfAborted()
        await forget(folder, person, now())
        await writeManifest(folder)
        return { result: 'applied' }
      }),
    async *list({ key }) {
      yield* (await readSnapshot(folder, key)).map(({ person }) => ({ person }))
    },
  }
}

/** Rewrites every file a person stands in. What stays is one line that tells readers to forget them too. */
async function forget(folder: string, { person, at }: Forgotten, now: Date): Promise<void> {
  const names = await readdir(folder)
  // What a kill in the middle of a write left behind.
  for (const name of names.filter((one) => one.endsWith('.tmp'))) await rm(`${folder}/${name}`, { force: true })
  for (const name of names.filter((one) => one.endsWith('.csv'))) {
    const segment = name.slice(0, -'.csv'.length)
    const rows = await readSnapshot(folder, segment)
    const others = rows.filter((one) => one.person !== person)
    if (others.length < rows.length) await writeSnapshot(folder, segment, others)
  }
  let isSaid = false
  for (const name of names.filter((one) => one.endsWith('.jsonl'))) {
    const text = await readFile(`${folder}/${name}`, 'utf8')
    const lines = wholeLines(text).split('\n').filter(Boolean)
    const others = lines.filter((line) => {
      const change = changeLine.parse(JSON.parse(line))
      if (change.person !== person) return true
      isSaid ||= change.op === 'erased'
      return change.op === 'erased'
    })
    if (others.length < lines.length) await replace(`${folder}/${name}`, others.map((line) => `${line}\n`).join(''))
  }
  if (isSaid) return
  const erased = { at: at.toISOString(), segment: null, person, email: null, op: 'erased', reason: 'erased' }
  await appendLines(folder, [JSON.stringify({ ...erased, revision: null })], now)
}

function rowOf(entry: Entry): Row {
  return {
    email: defused(entry.email),
    person: entry.person,
    since: entry.since.toISOString(),
    direction: entry.direction,
  }
}

async function readSnapshot(folder: string, segment: string): Promise<Row[]> {
  const file = await readFile(`${folder}/${segment}.csv`, 'utf8').catch(ifMissing(''))
  return z.array(row).parse(parse(file, { columns: true, skip_empty_lines: true }))
}

async function writeSnapshot(folder: string, segment: string, rows: Row[]): Promise<void> {
  const sorted = rows.sort((a, b) => (a.person < b.person ? -1 : 1))
  await replace(
    `${folder}/${segment}.csv`,
    stringify(sorted, { header: true, columns: COLUMNS, record_delimiter: '\n' }),
  )
}

/** Adds the day's lines; those a repetition wrote before are left out, and a line torn by a crash is cut off. */
async function appendChanges(
  folder: string,
  segment: string,
  entries: Entry[],
  op: 'in' | 'out',
  now: Date,
): Promise<void> {
  const lines = entries.map(({ person, email, reason, revision, at }) =>
    JSON.stringify({ at: at.toISOString(), segment, person, email, op, reason, revision }),
  )
  await appendLines(folder, lines, now)
}

async function appendLines(folder: string, wanted: string[], now: Date): Promise<void> {
  const file = `${folder}/changes-${now.toISOString().slice(0, 10)}.jsonl`
  const before = await readFile(file, 'utf8').catch(ifMissing(''))
  const whole = wholeLines(before)
  const written = new Set(whole.split('\n').filter(Boolean))
  const lines = wanted.filter((line) => !written.has(line))
  if (whole === before) await append(file, lines)
  else await replace(file, whole + lines.map((line) => `${line}\n`).join(''))
}

/** Without the line a crash has torn, if there is one. */
function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1)
}

async function append(file: string, lines: string[]): Promise<void> {
  if (lines.length === 0) return
  const handle = await open(file, 'a')
  try {
    await handle.write(lines.map((line) => `${line}\n`).join(''))
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeManifest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(csv|jsonl)$/.test(name)).sort()
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(`${folder}/${name}`)
      const lines = bytes.toString('utf8').split('\n').filter(Boolean).length
      return {
        name,
        rows: name.endsWith('.csv') ? lines - 1 : lines,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }
    }),
  )
  await replace(`${folder}/manifest.json`, `${JSON.stringify({ files }, null, 2)}\n`)
}

/** Whoever reads sees the old file or the new one, never half of it; a crash keeps one of the two. */
async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`
  await writeFile(temporary, text, { flush: true })
  await rename(temporary, file)
}

function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead
    throw error
  }
}
