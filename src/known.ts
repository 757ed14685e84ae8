import { MARKS_KEPT_MS } from './core/marks.ts'
import type { MarksFile } from './marks-file.ts'
import type { Mark } from './store/marks.ts'
import type { Replaced } from './store/replaced.ts'

/** A backup that is to be restored: when it was made, and of which history. */
export interface BackupMoment {
  at: Date
  /** Not known of one that a Kindred made before histories had a name. */
  history: Date | undefined
}

/** What people did since a backup, as far as it is known here. */
export interface Known {
  marks: Mark[]
  /** Whether that is all they did. */
  isAll: boolean
}

const DAY_MS = 86_400_000
/** A file of marks that ends longer ago than this may have been copied before the last things people did. */
const FRESH_MS = 3_600_000
/** What was done in the moment of a backup may be missing in it. */
const OVERLAP_MS = 600_000

/** Since when a database that is to be replaced is asked for yeses taken back: for this backup, and for the file. */
export function askedSince({ at }: BackupMoment, now: Date): Date {
  return new Date(Math.min(at.getTime() - DAY_MS, now.getTime() - MARKS_KEPT_MS))
}

/**
 * What the database that is to be replaced and the file beside the backups know of what was done since one was made. Each
 * knows all only if it is of the same history and reaches from the backup up to now: another Kindred of the same key, a
 * fresh one say, may be newer and knows nothing. What a database knew that knew all stays in the file, for another try.
 */
export async function knownSince(backup: BackupMoment, before: Replaced, file: MarksFile, now: Date): Promise<Known> {
  const { at, history } = backup
  const isIts = (other: Date | undefined) => history !== undefined && other?.getTime() === history.getTime()
  if (history && isIts(before.history) && before.backedUpAt && before.backedUpAt >= at) {
    await file.addAll(before.marks, history, now)
    return { marks: lastOfEach([...before.marks, ...(await keptSince(file, at))]), isAll: true }
  }
  const reach = await file.reach()
  const to = reach.to?.getTime() ?? 0
  const isFresh = to >= at.getTime() && now.getTime() - to <= FRESH_MS
  const isAll = isIts(reach.history) && isFresh && now.getTime() - at.getTime() <= MARKS_KEPT_MS
  return { marks: lastOfEach([...before.marks, ...(await keptSince(file, at))]), isAll }
}

const keptSince = async (file: MarksFile, at: Date) => (await file.all()).filter((mark) => holds(mark, at))

/**
 * Whether a mark beside the backups still holds after a restore. Who was forgotten, which yes or union was taken back and
 * what became sensitive stays so; an address may have been proven anew and a pause be over before the backup, which knew
 * that itself.
 */
function holds({ kind, at }: Mark, backedUpAt: Date): boolean {
  if (kind === 'address') return at > backedUpAt
  if (kind === 'paused' || kind === 'resumed') return at.getTime() > backedUpAt.getTime() - OVERLAP_MS
  return true
}

/** Whoever paused and went on has two marks of one hash. */
function lastOfEach(marks: Mark[]): Mark[] {
  const inOrder = [...marks].sort((a, b) => a.at.getTime() - b.at.getTime())
  return [...new Map(inOrder.map((mark) => [mark.hash, mark])).values()]
}
