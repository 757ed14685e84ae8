import pg from 'pg'
import { ON_THE_WEB } from '../src/core/person.ts'
import { type Bare, barePg } from './bare.ts'
import { COMMUNITY as MUSEUMS, openMuseum } from './museum.ts'
import { hear } from './tap.ts'
import { ACCOUNT, BYTES, COMMUNITY, DELIVERY, DRAWN, PERSON, type Statements } from './web-peer.ts'

const SOMEBODY = 'recorded'
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/

/** What the router sends to the driver for a join on the web, taken on an empty database; `alone` is the one that joins. */
export async function statementsOfJoin(url: string): Promise<{ alone: Statements; all: Statements }> {
  const { database, router } = await openMuseum({ kind: 'postgresql', url })
  try {
    const account = { ...ON_THE_WEB, externalId: `${SOMEBODY}@example.org`, name: SOMEBODY, isStaff: false }
    const join = (id: string, community: string) =>
      router.run({ id, account, where: ON_THE_WEB, now: new Date() }, 'join', { community })
    // The first time they are met, which is not measured.
    await join('first', 'community-1')
    const [found] = await withPool(url, ({ query }) =>
      query('select id, person_id from accounts where external_id = $1', [account.externalId]),
    )
    const { sent } = await hear(() => join('recorded delivery', MUSEUMS.id))
    const marks: [string, string][] = [
      [String(found?.person_id), PERSON],
      [String(found?.id), ACCOUNT],
      [MUSEUMS.id, COMMUNITY],
      ['recorded delivery', DELIVERY],
      [SOMEBODY, PERSON],
    ]
    const mark = (value: unknown): unknown => {
      if (value instanceof Uint8Array) return BYTES + Buffer.from(value).toString('base64')
      if (typeof value !== 'string') return value
      const marked = marks.reduce((words, [own, its]) => words.replaceAll(own, its), value)
      return ULID.test(marked) ? DRAWN : marked
    }
    const all = sent.map(({ text, values }) => ({ text, values: values.map(mark) }))
    const alone = all.filter(({ text }) => text.includes('insert into memberships'))
    if (alone.length !== 1) throw new Error('a join is no longer one statement')
    return { alone, all }
  } finally {
    await database.close()
  }
}

/** Some work on a database, over one connection of its own. */
export async function withPool<T>(url: string, work: (bare: Bare) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: '-c TimeZone=UTC' })
  try {
    return await work(barePg(pool))
  } finally {
    await pool.end()
  }
}
