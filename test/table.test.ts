import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Entry, Rejected, type SegmentStore, Unauthorized } from '../src/segments/segment-store.ts'
import { table } from '../src/segments/table.ts'
import { openTransactions } from '../src/segments/table-connection.ts'
import { openPgliteServer } from './pglite-server.ts'
import { ask, ownDatabase, server } from './postgres.ts'
import { forgotten, segmentCalled } from './segment-entries.ts'

const AT = new Date('2026-01-05T12:00:00Z')
const LATER = new Date('2026-01-06T12:00:00Z')
const signal = new AbortController().signal
const entry = (person: string, revision = 1, more: Partial<Entry> = {}): Entry => ({
  earlier: [],
  person,
  email: `${person}@example.org`,
  since: AT,
  direction: `yes-of-${person}`,
  revision,
  reason: 'joined',
  at: AT,
  ...more,
})
const left = (person: string, revision: number) => entry(person, revision, { reason: 'left', at: LATER })

let database: { url: string; close(): Promise<void> }
beforeAll(async () => {
  if (!server) {
    database = await openPgliteServer()
    return
  }
  const own = await ownDatabase(server)
  database = { url: own.place.url, close: own.drop }
})
afterAll(() => database.close())

const opened: SegmentStore[] = []
function open(url = database.url, schema = 'organization'): SegmentStore {
  const store = table.open({ URL: url, SCHEMA: schema }, () => AT)
  opened.push(store)
  return store
}
let store: SegmentStore
beforeEach(async () => {
  await ask(database.url, 'create schema organization')
  store = open()
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close?.()
  await ask(database.url, 'drop schema organization cascade')
})

const memberships = () => ask(database.url, 'select * from organization.kindred_memberships order by segment, person')
const events = () => ask(database.url, 'select * from organization.kindred_membership_events order by at, event_id')

/** What a call ends in; it never holds an address, a password or a value. */
async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error = await call.catch((thrown: unknown) => thrown)
  if (!(error instanceof Error)) throw new Error('it went well')
  expect(error.message).not.toMatch(/ana|127\.0\.0\.1|s3cret|example/)
  return error
}

test('a membership is a row that is closed when somebody leaves, and opened again when they come back', async () => {
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  const row = { person: 'ana', segment: 'parents', email: 'ana@example.org', direction: 'yes-of-ana' }
  expect(await memberships()).toEqual([{ ...row, valid_from: AT, valid_to: null, revision: '1' }])
  await store.take(segmentCalled('parents'), [left('ana', 2)], signal)
  expect(await memberships()).toEqual([{ ...row, valid_from: AT, valid_to: LATER, revision: '2' }])
  await store.put(segmentCalled('parents'), [entry('ana', 3, { since: LATER, direction: 'second', at: LATER })], signal)
  expect(await memberships()).toEqual([
    { ...row, direction: 'second', valid_from: LATER, valid_to: null, revision: '3' },
  ])
})

test('events say once what happened, and hold no addresses', async () => {
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  await store.take(segmentCalled('parents'), [left('ana', 2)], signal)
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  const event = { person: 'ana', segment: 'parents', direction: 'yes-of-ana' }
  expect(await events()).toEqual([
    { ...event, event_id: 'parents/ana/1', op: 'in', reason: 'joined', revision: '1', at: AT },
    { ...event, event_id: 'parents/ana/2', op: 'out', reason: 'left', revision: '2', at: LATER },
  ])
})

test('of who is forgotten one event stays, and what comes late brings them not back', async () => {
  await store.put(segmentCalled('parents'), [entry('ana'), entry('ben')], signal)
  await store.forget(forgotten('ana', LATER, { email: 'ana@example.org' }), signal)
  await store.put(segmentCalled('parents'), [entry('ana', 2)], signal)
  await store.take(segmentCalled('parents'), [left('ana', 3)], signal)
  expect((await memberships()).map(({ person }) => person)).toEqual(['ben'])
  expect((await events()).filter(({ person }) => person === 'ana')).toEqual([
    {
      event_id: 'erased/ana',
      person: 'ana',
      segment: null,
      op: 'erased',
      reason: 'erased',
      direction: null,
      revision: null,
      at: LATER,
    },
  ])
})

test('tables that somebody dropped are made again', async () => {
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  await ask(database.url, 'drop table organization.kindred_memberships, organization.kindred_membership_events')
  await store.put(segmentCalled('parents'), [entry('ben')], signal)
  expect(await memberships()).toHaveLength(1)
})

test('two processes that start at once make the tables once', async () => {
  await Promise.all([store, open(), open()].map((one) => one.check()))
  expect(await memberships()).toEqual([])
})

test('a batch with what it cannot hold is refused as a whole', async () => {
  await store.check()
  const odd = entry('ana', 1, { email: 'ana\0@example.org' })
  expect(await failureOf(store.put(segmentCalled('parents'), [entry('ben'), odd], signal))).toBeInstanceOf(Rejected)
  expect(await memberships()).toEqual([])
})

test('tables of another shape pause it, and nobody is lost', async () => {
  await ask(database.url, 'create table organization.kindred_memberships (person text primary key)')
  const error = await failureOf(store.put(segmentCalled('parents'), [entry('ana')], signal))
  expect(error).toBeInstanceOf(Unauthorized)
  expect(error.message).toMatch('Its tables are not as Kindred makes them (42703)')
  expect(await failureOf(store.check())).toBeInstanceOf(Unauthorized)
})

test('without its schema, it says which setting is wrong', async () => {
  const error = await failureOf(open(database.url, 'nowhere').check())
  expect(error).toBeInstanceOf(Unauthorized)
  expect(error.message).toBe('There is no such schema (3F000). Make it, or set SCHEMA to another.')
})

test('a server that is not there is tried again later', async () => {
  const error = await failureOf(open('postgresql://kindred:s3cret@127.0.0.1:1/crm').check())
  expect(error).not.toBeInstanceOf(Unauthorized)
  expect(error).not.toBeInstanceOf(Rejected)
  expect(error.message).toBe('It could not be reached, or did not finish (ECONNREFUSED).')
})

test('settings say what is wrong with them', () => {
  const problem = (settings: Record<string, string>) => {
    const parsed = table.settings.safeParse({ URL: 'postgresql://db.example/crm', ...settings })
    return parsed.success ? undefined : parsed.error.issues[0]?.message
  }
  expect(problem({})).toBeUndefined()
  expect(problem({ URL: 'mysql://db.example/crm' })).toBe('should begin with postgresql://')
  expect(problem({ SCHEMA: 'a"; drop table people; --' })).toMatch('should be the name of a schema')
})

// The embedded build has one session, no other users, and cancels nothing.
describe.runIf(server)('on a server of its own', () => {
  const asUser = async <T>(prepare: string[], work: (store: SegmentStore) => Promise<T>): Promise<T> => {
    const name = `kindred_test_${process.pid}`
    await ask(database.url, `create role ${name} login password 's3cret'`)
    const url = new URL(database.url)
    url.username = name
    url.password = 's3cret'
    try {
      for (const statement of prepare) await ask(database.url, statement.replaceAll('$user', name))
      return await work(open(url.href))
    } finally {
      for (const one of opened.splice(0)) await one.close?.()
      await ask(database.url, `drop owned by ${name} cascade`)
      await ask(database.url, `drop role ${name}`)
    }
  }
  const both = 'organization.kindred_memberships, organization.kindred_membership_events'

  test('four rights in tables that somebody else made are enough', async () => {
    await store.check()
    const rights = [
      `grant usage on schema organization to $user`,
      `grant select, insert, update, delete on ${both} to $user`,
    ]
    await asUser(rights, async (one) => {
      await one.check()
      await one.put(segmentCalled('parents'), [entry('ana')], signal)
      await one.take(segmentCalled('parents'), [left('ana', 2)], signal)
      await one.forget(forgotten('ana', LATER), signal)
    })
    expect(await memberships()).toEqual([])
    expect(await events()).toHaveLength(1)
  })

  test.each([
    ['to use the schema', []],
    ['to make the tables', ['grant usage on schema organization to $user']],
  ])('a user without the right %s is told so', async (_, rights) => {
    const error = await asUser(rights, (one) => failureOf(one.check()))
    expect(error).toBeInstanceOf(Unauthorized)
    expect(error.message).toMatch('The user in URL lacks a right (42501).')
  })

  test.each([
    'select',
    'insert',
    'update',
    'delete',
  ])('the check finds that the right to %s is missing', async (right) => {
    await store.check()
    const grant = `grant usage on schema organization to $user; grant select, insert, update, delete on ${both} to $user`
    const error = await asUser([grant, `revoke ${right} on ${both} from $user`], (one) => failureOf(one.check()))
    expect(error).toBeInstanceOf(Unauthorized)
  })

  test('a user who may not log in any more pauses it', async () => {
    const error = await asUser(['alter role $user nologin'], (one) =>
      failureOf(one.put(segmentCalled('parents'), [entry('ana')], signal)),
    )
    expect(error).toBeInstanceOf(Unauthorized)
    expect(error.message).toBe('It refuses the user or the password in URL (28000).')
  })

  test('a database that can only be read from is tried again later', async () => {
    await store.check()
    const rights = [
      `grant usage on schema organization to $user`,
      `grant select, insert, update, delete on ${both} to $user`,
      'alter role $user set default_transaction_read_only = on',
    ]
    await asUser(rights, async (one) => {
      const error = await failureOf(one.check())
      expect(error).not.toBeInstanceOf(Unauthorized)
      expect(error.message).toBe('It can only be read from, not written to (25006).')
    })
  })

  /** Runs while somebody else holds the tables, so that every write waits. */
  const whileLocked = async (work: (other: pg.Client) => Promise<void>) => {
    await store.check()
    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    await other.query(`begin; lock table ${both} in access exclusive mode`)
    await work(other)
    await other.query('rollback')
    await other.end()
  }
  const waiting = async () => {
    const sql = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    for (;;) {
      const [row] = await ask(database.url, sql)
      if (row) return Number(row.pid)
    }
  }

  test('what was given up while it waited is not written once the wait is over', async () => {
    await whileLocked(async () => {
      const giving = new AbortController()
      const put = store.put(segmentCalled('parents'), [entry('ana')], giving.signal)
      await waiting()
      giving.abort()
      await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    })
    await store.put(segmentCalled('parents'), [entry('ben')], signal)
    expect((await memberships()).map(({ person }) => person)).toEqual(['ben'])
    expect(await events()).toHaveLength(1)
  })

  test('with all its connections in use, a call can be given up while it waits for one', async () => {
    await whileLocked(async () => {
      const giving = new AbortController()
      const puts = Promise.allSettled(
        ['ana', 'ben', 'cem'].map((one) => store.put(segmentCalled('parents'), [entry(one)], giving.signal)),
      )
      await waiting()
      giving.abort()
      for (const put of await puts) expect(put).toMatchObject({ reason: { name: 'AbortError' } })
    })
    await store.put(segmentCalled('parents'), [entry('dan')], signal)
    expect((await memberships()).map(({ person }) => person)).toEqual(['dan'])
  })

  test('a connection that is cut, at work or idle, harms nobody', async () => {
    await whileLocked(async () => {
      const put = failureOf(store.put(segmentCalled('parents'), [entry('ana')], signal))
      await ask(database.url, `select pg_terminate_backend(${await waiting()})`)
      const error = await put
      expect(error).not.toBeInstanceOf(Rejected)
      expect(error).not.toBeInstanceOf(Unauthorized)
    })
    await store.put(segmentCalled('parents'), [entry('ana')], signal)
    const idle = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    expect((await ask(database.url, idle)).length).toBeGreaterThan(0)
    await store
      .put(segmentCalled('parents'), [entry('ben')], signal)
      .catch(() => store.put(segmentCalled('parents'), [entry('ben')], signal))
    expect(await memberships()).toHaveLength(2)
  })

  test('a connection that is cut between two statements harms nobody either', async () => {
    const { transaction, close } = openTransactions(database.url)
    const work = transaction(signal, async (query) => {
      const [row] = await query('select pg_backend_pid() as pid')
      await ask(database.url, `select pg_terminate_backend(${row?.pid})`)
      while ((await ask(database.url, `select from pg_stat_activity where pid = ${row?.pid}`)).length > 0);
      await query('select 1')
    })
    await failureOf(work)
    await close()
  })

  test('batches of the same people at once end well', async () => {
    const persons = Array.from({ length: 200 }, (_, i) => `person-${i}`)
    const stores = [store, open()]
    await store.check()
    for (let revision = 1; revision <= 5; revision++) {
      const entries = persons.map((person) => entry(person, revision))
      await Promise.all(
        stores.map((one, i) => one.put(segmentCalled('parents'), i === 0 ? entries : entries.toReversed(), signal)),
      )
    }
    expect(await memberships()).toHaveLength(200)
    expect(await events()).toHaveLength(1000)
  })
})
