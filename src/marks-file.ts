import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { lock } from 'proper-lockfile'
import { z } from 'zod'
import { SUPPRESSED_BY } from './core/held.ts'
import { MARKS_KEPT_MS } from './core/marks.ts'
import type { Mark } from './store/marks.ts'

/** The marks kept beside the backups of what people did since, so that an older backup undoes nothing of it. */
export interface MarksFile {
  /** Every mark, in the order in which they were added. */
  all(): Promise<Mark[]>
  /**
   * Adds those marks that are not there yet, from a database of this history (store/replaced.ts). Where it is not the one the
   * file is of, they have to be all that database knows: then it is of this one.
   */
  add(marks: Mark[], history: Date): Promise<void>
  /** Adds all that a database knows, and notes that nothing is missing until a time. */
  addAll(marks: Mark[], history: Date, until: Date): Promise<void>
  /** Of which history nothing is missing in it, and until when, as far as it can tell. */
  reach(): Promise<{ history: Date | undefined; to: Date | undefined }>
  /** Drops what no backup that is still kept can need. */
  drop(now: Date): Promise<void>
}

const lineSchema = z.object({
  hash: z.string(),
  kind: z.enum([
    ...(['person', 'address', 'yes', 'paused', 'resumed', 'sensitive', 'parted', 'backup', 'history'] as const),
    ...SUPPRESSED_BY,
  ]),
  at: z.coerce.date(),
})
type Line = z.infer<typeof lineSchema>

/** A lock nobody renews any more is of a process that died. */
const LOCK_STALE_MS = 10_000

/** The file of marks at a path. Only its owner may read it. */
export function marksFile(path: string): MarksFile {
  const read = async (): Promise<Line[]> => {
    const text = await readFile(path, 'utf8').catch(emptyIfMissing)
    // A line that a crash has torn is written again, since it is not among these.
    return text.split('\n').flatMap((line) => {
      const found = lineSchema.safeParse(parsed(line))
      return found.success ? [found.data] : []
    })
  }
  const write = async (added: Line[], history: Date) => {
    const before = await read()
    const there = new Set(before.map(idOf))
    const missing = added.filter((line) => !there.has(idOf(line)))
    if (missing.length === 0) return
    // The earliest first, so that of a torn write what is missing is later than what is there.
    const lines = missing.sort((a, b) => a.at.getTime() - b.at.getTime()).map(textOf)
    // After them, so that a crash in between leaves none that says more than is there.
    if (historyIn(before)?.getTime() !== history.getTime()) {
      lines.push(textOf({ hash: '', kind: 'history', at: history }))
    }
    const file = await open(path, 'a', 0o600)
    try {
      // In front, in case the last line was torn.
      await file.write(`\n${lines.join('\n')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  }
  /** One writer at a time, over all processes that share the folder. */
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const release = await lock(path, {
      realpath: false,
      stale: LOCK_STALE_MS,
      retries: { retries: 60, minTimeout: 50, maxTimeout: 500 },
    })
    try {
      return await work()
    } finally {
      await release()
    }
  }
  // One after the other, so that nothing is added to a file that is being written anew.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(() => alone(work))
    // Whoever asked hears of a failure by `done`; the next one in turn must not suffer for it.
    turn = done.catch(() => undefined)
    return done
  }
  return {
    all: async () =>
      (await read()).flatMap(({ kind, ...line }) =>
        kind === 'backup' || kind === 'history' ? [] : [{ kind, ...line }],
      ),
    add: async (marks, history) => {
      if (marks.length > 0) await inTurn(() => write(marks, history))
    },
    addAll: (marks, history, until) =>
      inTurn(() => write([...marks, { hash: '', kind: 'backup', at: until }], history)),
    async reach() {
      const lines = await read()
      const times = lines.map((line) => line.at.getTime())
      const to = times.length > 0 ? new Date(times.reduce((a, b) => Math.max(a, b))) : undefined
      return { history: historyIn(lines), to }
    },
    async drop(now) {
      const since = new Date(now.getTime() - MARKS_KEPT_MS)
      const there = await read()
      if (there.every(isNeeded(there, since))) return
      await inTurn(async () => {
        const lines = await read()
        const kept = lines.filter(isNeeded(lines, since))
        await writeFile(`${path}.tmp`, `${kept.map(textOf).join('\n')}\n`, { mode: 0o600, flush: true })
        await rename(`${path}.tmp`, path)
      })
    },
  }
}

/** People forgotten, and whatever still holds, are kept for good; what no backup since could undo is not. */
function isNeeded(lines: Line[], since: Date): (line: Line) => boolean {
  const last = new Map(lines.map((line) => [line.hash, line]))
  const history = lines.findLast((line) => line.kind === 'history')
  return (line) => {
    if (line.kind === 'history') return line === history
    if (line.at >= since || line.kind === 'person' || line.kind === 'address' || line.kind === 'sensitive') return true
    return line.kind === 'paused' && last.get(line.hash) === line
  }
}

const historyIn = (lines: Line[]) => lines.findLast((line) => line.kind === 'history')?.at

/** When something became sensitive is not stored, so it is the same whenever it was found. */
const idOf = (line: Line) => (line.kind === 'sensitive' ? `sensitive ${line.hash}` : textOf(line))

const textOf = ({ hash, kind, at }: Line) => JSON.stringify({ hash, kind, at: at.toISOString() })

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function emptyIfMissing(error: unknown): string {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return ''
  throw error
}
