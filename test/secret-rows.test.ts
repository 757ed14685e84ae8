import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyOfReceipt } from '../src/core/receipt.ts'
import { address } from '../src/reply.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { opened } from './lookup.ts'
import { server } from './postgres.ts'
import { openRaw, type Raw } from './raw.ts'
import { openStage, type Stage } from './stage.ts'

const VOTERS = 12

let raw: Raw
let stage: Stage
let ballotId: string
let keys: string[]
let acts = 0
beforeEach(async () => {
  raw = await openRaw()
  stage = await openStage({ place: raw.place })
  keys = []
  const { slug } = await opened(stage)
  for (let i = 0; i < VOTERS; i++)
    await stage.router.run(deliveryOf(`join/${i}`, `v${i}`, stage.now()), 'join', { community: slug ?? '' })
  await stage.actor('ana').types('/ballot "Who speaks for us?" options:"Ben; Cem" secret:yes closes:"2 hours"')
  await stage.actor('ana').presses('Open it')
  ballotId = String((await raw.sql('select id from ballots'))[0]?.id)
  for (let i = 0; i < VOTERS; i++) {
    const receipt = /Your receipt: ([0-9A-Z]{26})/.exec(await votes(i))?.[1] ?? ''
    keys.push(keyOfReceipt(receipt))
    if (i % 2 === 0) await votes(i, receipt)
  }
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
  await raw.close()
})

async function votes(i: number, x?: string): Promise<string> {
  const pressed = address('vote.cast', { b: ballotId, m: x ? '1' : '0', ...(x && { x }) })
  return wordsOf(await stage.router.press(deliveryOf(`vote/${acts++}`, `v${i}`, stage.now()), pressed))
}

/** How often words stand in the files of a table and its index, as they lie on the disk. */
async function timesOnDisk(words: string[]): Promise<{ table: number[]; index: number[] }> {
  await raw.sql('checkpoint')
  const times = async (relation: string) => {
    const [row] = await raw.sql(
      `select encode(pg_read_binary_file(pg_relation_filepath('${relation}')), 'hex') as bytes`,
    )
    const file = Buffer.from(String(row?.bytes), 'hex').toString('latin1')
    return words.map((word) => file.split(word).length - 1)
  }
  return { table: await times('ballot_votes'), index: await times('ballot_votes_pkey') }
}

/** The files of the database in which a word stands, those that only wait to be deleted among them. */
async function filesWith(word: string): Promise<string[]> {
  const rows = await raw.sql(`
    with folder as (select 'base/' || oid::text as name from pg_database where datname = current_database())
    select f as file from folder, pg_ls_dir(folder.name) f
    where f ~ '^[0-9.]+$' and position('${word}'::bytea in coalesce(pg_read_binary_file(folder.name || '/' || f, 0, 100000000, true), '')) > 0`)
  return rows.map(({ file }) => String(file))
}

/** Others on the same server may hold things up; a minute here is a moment to them. */
async function waits(): Promise<void> {
  for (let tries = 0; tries < 200 && (await dueAt()) !== null; tries++) {
    await sleep(50)
    await stage.pass('1m')
  }
  expect(await dueAt()).toBeNull()
}

const ones = Array.from({ length: VOTERS }, () => 1)
const dueAt = async () => (await raw.sql(`select due_at from ballots where id = '${ballotId}'`))[0]?.due_at

test('after the close all rows are of one transaction, and lie in the order of hashes', async () => {
  const lying = async (table: string, word: string) => {
    const rows = await raw.sql(`select ${word} as word, xmin::text as by from ${table} order by ctid`)
    return rows.map((row) => ({ word: String(row.word), by: row.by }))
  }
  const tables = async () => [await lying('ballot_votes', 'key'), await lying('ballot_voters', 'person_id')]
  const hash = (word: string) => createHash('md5').update(word).digest('hex')
  const byHash = (rows: { word: string }[]) =>
    rows.map(({ word }) => word).toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1))
  expect(new Set((await tables()).flat().map(({ by }) => by)).size).toBeGreaterThan(VOTERS)
  await stage.pass('2h')
  const after = await tables()
  expect(new Set(after.flat().map(({ by }) => by)).size).toBe(1)
  for (const rows of after) expect(rows.map(({ word }) => word)).toEqual(byHash(rows))
})

test('the files of the database hold no earlier version of a secret vote once it is closed', async () => {
  const before = await timesOnDisk(keys)
  expect(Math.max(...before.table)).toBeGreaterThan(1)
  await stage.pass('2h')
  await waits()
  expect(await timesOnDisk(keys)).toEqual({ table: ones, index: ones })
  expect(await filesWith(keys[0] ?? '')).toHaveLength(2)
  expect(await filesWith('no such word at all')).toEqual([])
})

test.runIf(server)(
  'and where somebody still sees the database as it was, they are removed once nobody does',
  async () => {
    const looker = new pg.Client({ connectionString: 'url' in raw.place ? raw.place.url : '' })
    await looker.connect()
    await looker.query('begin isolation level repeatable read')
    await looker.query('select count(*) from people')
    await stage.pass('2h')
    expect(Math.max(...(await timesOnDisk(keys)).table)).toBeGreaterThan(1)
    await looker.end()
    await waits()
    expect(await timesOnDisk(keys)).toEqual({ table: ones, index: ones })
  },
)

test('a backup made while it is open has its rows in an order that tells nothing of when they came', async () => {
  const lines: string[] = []
  await stage.database.backup(stage.now(), 'everything', async (text) => {
    for await (const piece of text) lines.push(...piece.split('\n'))
  })
  const column = (table: string, name: string) =>
    lines.flatMap((line) => (line.startsWith(`["${table}",`) ? [String(JSON.parse(line)[1][name])] : []))
  const backed = column('ballot_votes', 'key')
  expect(backed).toHaveLength(VOTERS)
  expect(backed).toEqual(keys.toSorted())
  expect(backed).not.toEqual(keys)
  const people = column('ballot_voters', 'person_id')
  expect(people).toEqual(people.toSorted())
})
