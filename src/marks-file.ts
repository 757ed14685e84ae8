import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Mark } from './store/marks.ts'

/** The marks kept beside the backups of what people did since, so that an older backup undoes nothing of it. */
export interface MarksFile {
  /** Every mark, in the order in which they were added. */
  all(): Promise<Mark[]>
  /** Adds those marks that are not there yet. */
  add(marks: Mark[]): Promise<void>
  /** Notes that a backup was made: until then, too, nothing is missing here. */
  noteBackup(at: Date): Promise<void>
  /** Until when nothing is missing in it, as far as it can tell. */
  reachesTo(): Promise<Date | undefined>
  /** Drops what no backup that is still kept can need. */
  drop(now: Date): Promise<void>
}

const DAY_MS = 86_400_000
/** Backups are kept for seven days. */
const NEEDED_MS = 8 * DAY_MS

const lineSchema = z.object({
  hash: z.string(),
  kind: z.enum(['person', 'address', 'yes', 'paused', 'resumed', 'sensitive', 'parted', 'backup']),
  at: z.coerce.date(),
})
type Line = z.infer<typeof lineSchema>

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
  const write = async (added: Line[]) => {
    const there = new Set((await read()).map(textOf))
    const lines = added.map(textOf).filter((line) => !there.has(line))
    if (lines.length === 0) return
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    try {
      // In front, in case the last line was torn.
      await file.write(`\n${lines.join('\n')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  }
  // One after the other, so that nothing is added to a file that is being written anew.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    // Whoever asked hears of a failure by `done`; the next one in turn must not suffer for it.
    turn = done.catch(() => undefined)
    return done
  }
  return {
    all: async () => (await read()).flatMap(({ kind, ...line }) => (kind === 'backup' ? [] : [{ kind, ...line }])),
    add: (marks) => inTurn(() => write(marks)),
    noteBackup: (at) => inTurn(() => write([{ hash: '', kind: 'backup', at }])),
    async reachesTo() {
      const times = (await read()).map((line) => line.at.getTime())
      return times.length > 0 ? new Date(times.reduce((a, b) => Math.max(a, b))) : undefined
    },
    drop: (now) =>
      inTurn(async () => {
        const lines = await read()
        const kept = lines.filter(isNeeded(lines, new Date(now.getTime() - NEEDED_MS)))
        if (kept.length === lines.length) return
        await writeFile(`${path}.tmp`, `${kept.map(textOf).join('\n')}\n`, { mode: 0o600, flush: true })
        await rename(`${path}.tmp`, path)
      }),
  }
}

/** People forgotten, and whatever still holds, are kept for good; what no backup since could undo is not. */
function isNeeded(lines: Line[], since: Date): (line: Line) => boolean {
  const last = new Map(lines.map((line) => [line.hash, line]))
  return (line) => {
    if (line.at >= since || line.kind === 'person' || line.kind === 'address' || line.kind === 'sensitive') return true
    return line.kind === 'paused' && last.get(line.hash) === line
  }
}

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
