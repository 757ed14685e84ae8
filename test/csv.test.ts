import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { csv } from '../src/segments/csv.ts'
import type { Entry, SegmentStore } from '../src/segments/segment-store.ts'
import { segmentCalled } from './segment-entries.ts'

const NOW = new Date('2026-01-05T12:00:00Z')
const signal = new AbortController().signal

let folder: string
let store: SegmentStore
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-csv-`)
  store = csv.open({ DIR: folder }, () => NOW)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const entry = (person: string, revision = 1, email = `${person}@example.org`): Entry => ({
  earlier: [],
  person,
  email,
  since: NOW,
  direction: `direction of ${person}`,
  revision,
  reason: 'joined',
  at: NOW,
})
const read = (name: string) => readFile(`${folder}/${name}`, 'utf8')
const ops = async () =>
  (await read('changes-2026-01-05.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

test('a snapshot is sorted by person, with the columns that are an interface', async () => {
  await store.put(segmentCalled('parents'), [entry('cem'), entry('ana')], signal)
  expect(await read('parents.csv')).toBe(
    'email,person,since,direction\nana@example.org,ana,2026-01-05T12:00:00.000Z,direction of ana\ncem@example.org,cem,2026-01-05T12:00:00.000Z,direction of cem\n',
  )
})

test('changes hold exactly what readers of the files are promised', async () => {
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  await store.take(segmentCalled('parents'), [{ ...entry('ana', 2), reason: 'left' }], signal)
  expect(await ops()).toEqual([
    {
      at: NOW.toISOString(),
      segment: 'parents',
      person: 'ana',
      email: 'ana@example.org',
      op: 'in',
      reason: 'joined',
      revision: 1,
    },
    {
      at: NOW.toISOString(),
      segment: 'parents',
      person: 'ana',
      email: 'ana@example.org',
      op: 'out',
      reason: 'left',
      revision: 2,
    },
  ])
})

test('the manifest names every file with its rows and checksum', async () => {
  await store.put(segmentCalled('parents'), [entry('ana'), entry('ben')], signal)
  const { files } = JSON.parse(await read('manifest.json'))
  expect(files.map(({ name, rows }: { name: string; rows: number }) => `${name} ${rows}`)).toEqual([
    'changes-2026-01-05.jsonl 2',
    'parents.csv 2',
  ])
  for (const { name, sha256 } of files) {
    expect(
      createHash('sha256')
        .update(await readFile(`${folder}/${name}`))
        .digest('hex'),
    ).toBe(sha256)
  }
})

test('put and take may be repeated: nothing is told twice', async () => {
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  const before = await Promise.all((await readdir(folder)).sort().map(read))
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  expect(await Promise.all((await readdir(folder)).sort().map(read))).toEqual(before)
})

test('a line torn by a crash is cut off before the next is written', async () => {
  await store.put(segmentCalled('parents'), [entry('ana')], signal)
  await appendFile(`${folder}/changes-2026-01-05.jsonl`, '{"at":"2026-01-05T12:0')
  await store.put(segmentCalled('parents'), [entry('ben')], signal)
  expect((await ops()).map(({ person }) => person)).toEqual(['ana', 'ben'])
})

test('cells that a spreadsheet would read as formulas are defused', async () => {
  await store.put(
    segmentCalled('parents'),
    [entry('ana', 1, '=cmd@example.org'), entry('ben', 1, '+1@example.org')],
    signal,
  )
  const cells = (await read('parents.csv'))
    .split('\n')
    .slice(1, 3)
    .map((line) => line.split(',')[0])
  expect(cells).toEqual(["'=cmd@example.org", "'+1@example.org"])
  await store.put(segmentCalled('parents'), [entry('cem')], signal)
  expect(await read('parents.csv')).toContain("\n'=cmd@example.org,")
})

test('quotes, commas and line ends in an address stay in one cell', async () => {
  await store.put(segmentCalled('parents'), [entry('ana', 1, '"a,b"@example.org')], signal)
  await store.put(segmentCalled('parents'), [entry('ben')], signal)
  await store.take(segmentCalled('parents'), [entry('ben')], signal)
  expect(await read('parents.csv')).toContain('"""a,b""@example.org",ana,')
})

test('a request that was given up writes nothing any more', async () => {
  await expect(store.put(segmentCalled('parents'), [entry('ana')], AbortSignal.abort())).rejects.toThrow()
  expect((await readdir(folder)).filter((name) => name.endsWith('.csv'))).toEqual([])
})

test('two writers at once lose nothing', async () => {
  const other = csv.open({ DIR: folder }, () => NOW)
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      (n % 2 ? store : other).put(segmentCalled('parents'), [entry(`p${n}`)], signal),
    ),
  )
  expect((await read('parents.csv')).trim().split('\n')).toHaveLength(11)
})
