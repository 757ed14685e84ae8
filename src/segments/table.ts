import { z } from 'zod'
import type { Connector, Entry, Result, Segment, SegmentStore } from './segment-store.ts'
import { openTransactions, type Query, type Transactions } from './table-connection.ts'

/** The most entries of one statement. */
const BATCH = 2_000
const CHECK_MS = 10_000
/** Any number that only Kindred locks by: two processes that start at once would else both make the tables. */
const LOCK = 5_427_331

const settings = z.object({
  URL: z
    .string()
    .refine((url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url), 'should begin with postgresql://')
    .describe('The PostgreSQL database the tables are in, such as postgresql://kindred:password@db.example.org/crm'),
  SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'should be the name of a schema, in lower-case letters, digits and _')
    .default('public')
    .describe('The schema the tables are in, which no other destination shares'),
})

/** Two tables in a PostgreSQL database of the organization's; docs/table.md tells their readers what they hold. */
export const table: Connector<typeof settings> = {
  name: 'table',
  settings,
  steps: [
    'Make a user in your PostgreSQL that may create tables in one schema, or create the two tables by docs/table.md yourself.',
    'Set URL to that database with this user, and SCHEMA if it is not `public`.',
  ],
  fields: 'address, number, since when, by which yes, and the revision',
  byAddress: false,
  place: ({ URL: words, SCHEMA }) => {
    const { hostname, port, pathname, searchParams } = new URL(words)
    return `${searchParams.get('host') ?? hostname}:${port || '5432'}${pathname}/${SCHEMA}`
  },
  open: ({ URL: url, SCHEMA }) => openTable(openTransactions(url), SCHEMA),
}

function openTable({ transaction, close }: Transactions, schema: string): SegmentStore {
  const memberships = `"${schema}".kindred_memberships`
  const events = `"${schema}".kindred_membership_events`
  const sql = { put: told(memberships, events, 'in'), take: told(memberships, events, 'out') }

  /** Work on tables that are there. Looked for every time, which is cheap: somebody may have dropped them. */
  const onTables = <T>(signal: AbortSignal, work: (query: Query) => Promise<T>) =>
    transaction(signal, async (query) => {
      const [found] = await query('select to_regclass($1) is null or to_regclass($2) is null as "isMissing"', [
        memberships,
        events,
      ])
      // Only then: making a table if it does not exist takes the right to make one, even where it does.
      if (found?.isMissing) {
        await query('select pg_advisory_xact_lock($1)', [LOCK])
        for (const statement of tables(memberships, events)) await query(statement)
      }
      return work(query)
    })

  const tell = (statement: string, segment: Segment, entries: Entry[], signal: AbortSignal): Promise<Result[]> =>
    onTables(signal, async (query) => {
      await query(statement, [
        segment.key,
        entries.map(({ person }) => person),
        entries.map(({ email }) => email),
        entries.map(({ since }) => since.toISOString()),
        entries.map(({ direction }) => direction),
        entries.map(({ revision }) => revision),
        entries.map(({ reason }) => reason),
        entries.map(({ at }) => at.toISOString()),
      ])
      return entries.map(() => ({ result: 'applied' }))
    })

  return {
    batch: BATCH,
    check: () =>
      onTables(AbortSignal.timeout(CHECK_MS), async (query) => {
        // Refused by the server itself, in its own time, where a right is missing; touches no row.
        for (const one of [memberships, events]) {
          await query(`select from ${one} where false`)
          await query(`insert into ${one} select * from ${one} where false`)
          await query(`delete from ${one} where false`)
        }
        await query(`update ${memberships} set email = email where false`)
      }),
    put: (segment, entries, signal) => tell(sql.put, segment, entries, signal),
    take: (segment, entries, signal) => tell(sql.take, segment, entries, signal),
    forget: ({ person, at }, signal) =>
      onTables(signal, async (query) => {
        await query(`delete from ${memberships} where person = $1`, [person])
        await query(`delete from ${events} where person = $1 and op <> 'erased'`, [person])
        await query(
          `insert into ${events} (event_id, person, op, reason, at) values ('erased/' || $1, $1, 'erased', 'erased', $2)
           on conflict (event_id) do nothing`,
          [person, at.toISOString()],
        )
        return { result: 'applied' }
      }),
    async *list(segment, signal) {
      // Page by page, so that a transaction is never open while somebody thinks about what it gave.
      for (let after = ''; ; ) {
        const rows = await onTables(signal, (query) =>
          query(
            `select person from ${memberships} where segment = $1 and valid_to is null and person > $2
             order by person limit ${BATCH}`,
            [segment.key, after],
          ),
        )
        for (const row of rows) {
          after = String(row.person)
          yield { person: after }
        }
        if (rows.length < BATCH) return
      }
    },
    close,
  }
}

function tables(memberships: string, events: string): string[] {
  return [
    `create table if not exists ${memberships} (
       person text not null,
       segment text not null,
       email text not null,
       valid_from timestamptz not null,
       valid_to timestamptz,
       direction text not null,
       revision bigint not null,
       primary key (person, segment)
     )`,
    `create table if not exists ${events} (
       event_id text primary key,
       person text not null,
       segment text,
       op text not null,
       reason text not null,
       direction text,
       revision bigint,
       at timestamptz not null
     )`,
    `create index if not exists kindred_memberships_of_segment on ${memberships} (segment) where valid_to is null`,
    `create index if not exists kindred_membership_events_of_person on ${events} (person)`,
  ]
}

/**
 * Brings the rows of a batch about, and writes down those that changed. What is older than what is held changes nothing,
 * nor does what comes late about somebody who was erased. In the order of persons, so that two batches at once can't each
 * wait for the other.
 */
function told(memberships: string, events: string, op: 'in' | 'out'): string {
  const over =
    op === 'in'
      ? `email = excluded.email, valid_from = excluded.valid_from, valid_to = null, direction = excluded.direction`
      : `valid_to = excluded.valid_to`
  return `
    with told as (
      select distinct on (person) *
      from unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[])
        as entry (person, email, since, direction, revision, reason, at)
      where not exists (select from ${events} where event_id = 'erased/' || entry.person)
      order by person, revision desc
    ), changed as (
      insert into ${memberships} as held (person, segment, email, valid_from, valid_to, direction, revision)
      select person, $1, email, since, ${op === 'in' ? 'null' : 'at'}, direction, revision from told
      on conflict (person, segment) do update set ${over}, revision = excluded.revision
      where excluded.revision > held.revision
      returning person
    )
    insert into ${events} (event_id, person, segment, op, reason, direction, revision, at)
    select $1 || '/' || person || '/' || revision, person, $1, '${op}', reason, direction, revision, at
    from told join changed using (person)
    on conflict (event_id) do nothing`
}
