import { PGlite, type Transaction } from '@electric-sql/pglite'
import { expect, test } from 'vitest'
import { openStage, sharer } from './stage.ts'

const CROWD = [
  `insert into people (id, key, name, email, email_proven_at, email_version, created_at, last_seen_at)
   select 'p' || n, 'key' || n, 'Person ' || n, n || '@example.org', now(), 1, now(), now() from generate_series(1, 5000) n`,
  `insert into reports (person_id, community_id, destination, wanted, reason, since, revision, known, known_email, changed_at,
     held_emails, known_id)
   select p.id, c.id, 'files', 'in', 'joined', now(), 1, 'in', 1, now(), array[p.email], 'there' || p.id
   from people p cross join communities c where p.id like 'p%'`,
  'analyze people, reports',
]

test('whom a destination means is looked up by indexes, in one statement for all of its news', async () => {
  const pglite = await PGlite.create()
  const asked: [string, unknown[]][] = []
  let isNoted = false
  const { transaction } = pglite
  // The method is overloaded; whatever is given is passed on as it is.
  Object.assign(pglite, {
    transaction: (work: (tx: Transaction) => Promise<unknown>) =>
      Reflect.apply(transaction, pglite, [
        (tx: Transaction) =>
          work({
            ...tx,
            query(text, values, ...others) {
              if (isNoted) asked.push([text, values ?? []])
              return tx.query(text, values, ...others)
            },
            // It is a getter, which the spread above would read once.
            get closed() {
              return tx.closed
            },
          }),
      ]),
  })
  const stage = await openStage({ place: { kind: 'memory', pglite } })
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  await sharer(stage, 'ana', 'cooks')
  isNoted = true
  const all = [{ email: 'ANA@example.org' }, { email: 'nobody@example.org' }, { person: 'nobody', id: 'nothing' }]
  const meant = await stage.read((store) => store.suppressions.meant('files', all, stage.now()))
  expect(meant.map((people) => people.length)).toEqual([1, 0, 0])
  expect(await stage.read((store) => store.news.known('files', all))).toEqual([true, false, false])
  isNoted = false
  const statements = asked.filter(([text]) => /from reports/i.test(text))
  expect(statements).toHaveLength(2)
  // Where few people are, reading all of them is what is faster.
  for (const more of CROWD) await pglite.exec(more)
  for (const [text, values] of statements) {
    const { rows } = await pglite.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('reports_held_emails_idx')
    expect(plan).not.toMatch(/Seq Scan on (people|reports)/)
  }
  await stage.close()
  await pglite.close()
})
