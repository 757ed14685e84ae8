import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Keys } from '../core/keys.ts'
import { CannotStart } from './data-folder.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * A backup is text, a line of JSON each: a header; every row as PostgreSQL's to_jsonb gives it, `["people",{...}]`; and a
 * last line with the counts and a SHA-256 of all before it. The same text goes from one database into another in a move.
 */

/** `lasting`: what a backup keeps. `everything`: what a move takes along. */
export type BackupScope = 'lasting' | 'everything'

/** What lasts, parents before what refers to them. */
const LASTING = [
  'organization',
  'people',
  'accounts',
  'presences',
  'communities',
  'memberships',
  'directions',
  'questions',
  'destinations',
  'destination_segments',
  'list_choices',
  'reports',
  'sent_reports',
  'suppressions',
  'campaigns',
  'heard',
  'api_tokens',
  'api_reads',
  'notice_choices',
  'erasures',
  'tombstones',
  'unions',
  'workspaces',
  'installations',
  'rooms',
  'room_places',
  'cards',
  'gathered',
  'web_messages',
  'topics',
  'topic_supports',
  'ballots',
  'ballot_options',
  'ballot_voters',
  'ballot_votes',
  'delegations',
  'meetup_series',
  'meetups',
  'rsvps',
  'agreements',
  'items',
  'item_answers',
  'goal_owners',
  'objections',
  'invitations',
  'audit',
  'staff_notes',
  'unmet_needs',
  'job_runs',
]

/**
 * What is of the moment, and in no backup: what was on its way to somebody (it has most likely arrived since, and nobody
 * is to see it twice), codes and words that last minutes, what a platform was answered and files that were asked for within the hour, and browsers that
 * are signed in: whoever has an old backup must not be able to bring a session back that was ended.
 */
const OF_THE_MOMENT = [
  'posts',
  'mails',
  'email_codes',
  'drafts',
  'deliveries',
  'leases',
  'web_sessions',
  'web_links',
  'web_files',
]

/** The tables of a scope, in the order in which they can be filled. */
export function tablesOf(scope: BackupScope): string[] {
  return scope === 'lasting' ? LASTING : [...LASTING, ...OF_THE_MOMENT]
}

const FORMAT = 1

const headerSchema = z.object({
  kindred: z.literal(FORMAT),
  at: z.iso.datetime(),
  from: z.enum(['embedded', 'postgresql']),
  scope: z.enum(['lasting', 'everything']),
  migrations: z.array(z.string()),
  tables: z.array(z.string().regex(/^[a-z_]+$/)),
  /** By which it is seen whether a key is the one of this backup; neither tells anything about it. */
  key: z.object({ tombstones: z.string(), sealed: z.string() }),
})
/** The first line of a backup. */
export type BackupHeader = z.infer<typeof headerSchema>

const endSchema = z.object({ rows: z.record(z.string(), z.number()), sha256: z.string() })

/** A backup that is not taken; its message says why. */
export class BadBackup extends CannotStart {}

const KEY_WORDS = 'kindred backup'

/** The text of a backup, in pieces of whole lines. */
export async function* backupLines(
  snapshot: Snapshot,
  about: { at: Date; from: BackupHeader['from']; keys: Keys },
  scope: BackupScope,
): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const hashed = (text: string) => {
    hash.update(text)
    return text
  }
  const tables = tablesOf(scope)
  const header: BackupHeader = {
    kindred: FORMAT,
    at: about.at.toISOString(),
    from: about.from,
    scope,
    migrations: snapshot.migrations,
    tables,
    key: {
      tombstones: about.keys.tombstone(KEY_WORDS),
      sealed: Buffer.from(about.keys.seal(KEY_WORDS)).toString('base64'),
    },
  }
  yield hashed(`${JSON.stringify(header)}\n`)
  const rows: Record<string, number> = {}
  for (const table of tables) {
    rows[table] = 0
    for await (const page of snapshot.pages(table)) {
      rows[table] += page.length
      yield hashed(page.map((row) => `["${table}",${row}]\n`).join(''))
    }
  }
  yield `${JSON.stringify({ rows, sha256: hash.digest('hex') })}\n`
}

/** A row of a backup, as the JSON it was written in: read by nobody but the database, so that nothing of it changes. */
export interface BackupRow {
  table: string
  row: string
}

/**
 * Reads a backup: the header at once, then the rows. It ends with an error where the text is not, to the last byte, what
 * was written; so nothing that was made of the rows may stand before their end.
 */
export async function readBackup(
  text: AsyncIterable<Buffer | string>,
): Promise<{ header: BackupHeader; rows: AsyncGenerator<BackupRow> }> {
  const lines = linesOf(text)
  const first = await lines.next()
  const header = headerSchema.safeParse(first.done ? undefined : parsed(first.value))
  if (first.done || !header.success) throw new BadBackup('This is no backup of Kindred, or of a newer one.')
  return { header: header.data, rows: rowsOf(header.data, first.value, lines) }
}

async function* rowsOf(header: BackupHeader, first: string, lines: AsyncGenerator<string>): AsyncGenerator<BackupRow> {
  const torn = () => new BadBackup('This backup is not whole: it was cut off or changed. Nothing of it was used.')
  const hash = createHash('sha256').update(`${first}\n`)
  const rows = Object.fromEntries(header.tables.map((table) => [table, 0]))
  let ahead = await lines.next()
  for (;;) {
    if (ahead.done) throw torn()
    const line = ahead.value
    ahead = await lines.next()
    // The last line is the one after which there is none.
    if (ahead.done) {
      const end = endSchema.safeParse(parsed(line))
      const isWhole = end.success && end.data.sha256 === hash.digest('hex') && sameCounts(end.data.rows, rows)
      if (!isWhole) throw torn()
      return
    }
    hash.update(`${line}\n`)
    const table = /^\["([a-z_]+)",\{/.exec(line)?.[1] ?? ''
    const count = rows[table]
    if (count === undefined) throw torn()
    rows[table] = count + 1
    yield { table, row: line.slice(table.length + 4, -1) }
  }
}

function sameCounts(a: Record<string, number>, b: Record<string, number>): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([table, n]) => b[table] === n)
}

/** Whole lines only. Node's readline also breaks at U+2028, which people may type. */
async function* linesOf(text: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const piece of text) {
    const bytes = Buffer.concat([rest, typeof piece === 'string' ? Buffer.from(piece) : piece])
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield bytes.toString('utf8', from, end)
      from = end + 1
    }
    rest = bytes.subarray(from)
  }
  // What follows the last end of a line was cut off; as a line of its own it fits nowhere.
  if (rest.length > 0) yield `cut off: ${rest.length}`
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Whether these are the keys a backup was made with: the newest of then, and the one that knows who was forgotten. */
export function opens(keys: Keys, { key }: BackupHeader): boolean {
  return keys.tombstone(KEY_WORDS) === key.tombstones && keys.open(Buffer.from(key.sealed, 'base64')) === KEY_WORDS
}
