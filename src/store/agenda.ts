import { NEXT_BALLOT } from './ballots.ts'
import { NEXT_DEADLINE } from './communities.ts'
import { NEXT_DIGEST } from './digests.ts'
import { NEXT_ERASURE } from './erasures.ts'
import { Prisma } from './generated/client.ts'
import { NEXT_MEETUP } from './meetups.ts'
import { NEXT_POST } from './posts.ts'
import { NEXT_ITEM } from './queue.ts'
import { NEXT_LOOKS } from './reconciling.ts'
import { NEXT_REPORTS } from './reports.ts'
import { NEXT_PLACE } from './rooms.ts'
import { NEXT_NOTE } from './staff-notes.ts'
import type { Tx } from './transaction.ts'
import { nextDue } from './work.ts'

/** When the earliest work of each kind can be done; nothing where none waits. */
const KINDS = {
  seeds: NEXT_DEADLINE,
  ballots: NEXT_BALLOT,
  meetups: NEXT_MEETUP,
  items: NEXT_ITEM,
  digests: NEXT_DIGEST,
  rooms: Prisma.sql`least((${nextDue('rooms')}), (${NEXT_PLACE}))`,
  cards: nextDue('cards'),
  posts: NEXT_POST,
  mails: nextDue('mails'),
  erasures: NEXT_ERASURE,
  staffNotes: NEXT_NOTE,
} satisfies Record<string, Prisma.Sql>

export type Agenda = { [kind in keyof typeof KINDS]: Date | undefined } & {
  /** When each destination can be told next, by its name. */
  reports: Map<string, Date>
  /** When each destination is asked next whom it holds, by its name. */
  looks: Map<string, Date>
  /** When each once-only work was done last, by its name. */
  runs: Map<string, Date>
}

interface Row {
  runs: Record<string, string> | null
  reports: Record<string, string> | null
  looks: Record<string, string> | null
  times: Record<keyof typeof KINDS, string | null>
}

/** What waits, in one statement: every job asks for its part of it after whatever anybody does. */
export async function agenda(tx: Tx): Promise<Agenda> {
  const times = Prisma.join(Object.entries(KINDS).map(([kind, next]) => Prisma.sql`${kind}::text, (${next})`))
  const [row] = await tx.$queryRaw<Row[]>(
    Prisma.sql`select json_build_object(${times}) as times, (${NEXT_REPORTS}) as reports, (${NEXT_LOOKS}) as looks,
      (select json_object_agg(name, ran_at) from job_runs) as runs`,
  )
  if (!row) throw new Error('a select without a table gives a row')
  const timesOf = (texts: Record<string, string> | null) =>
    new Map(Object.entries(texts ?? {}).map(([name, text]) => [name, new Date(text)]))
  const timeOf = (text: string | null) => (text === null ? undefined : new Date(text))
  return {
    seeds: timeOf(row.times.seeds),
    ballots: timeOf(row.times.ballots),
    meetups: timeOf(row.times.meetups),
    items: timeOf(row.times.items),
    digests: timeOf(row.times.digests),
    rooms: timeOf(row.times.rooms),
    cards: timeOf(row.times.cards),
    posts: timeOf(row.times.posts),
    mails: timeOf(row.times.mails),
    reports: timesOf(row.reports),
    looks: timesOf(row.looks),
    erasures: timeOf(row.times.erasures),
    staffNotes: timeOf(row.times.staffNotes),
    runs: timesOf(row.runs),
  }
}
