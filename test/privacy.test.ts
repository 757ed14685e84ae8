import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { NOT_SET_UP } from '../src/core/organization.ts'
import { tablesOf } from '../src/store/backup.ts'

const tables = async () =>
  [...(await read('prisma/schema.prisma')).matchAll(/@@map\("(\w+)"\)/g)].flatMap(([, name]) => name ?? [])
const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

test('docs/privacy.md says of every table what it holds, why and how long', async () => {
  const rows = [...(await read('docs/privacy.md')).matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)]
  const all = await tables()
  expect(all.length).toBeGreaterThan(20)
  expect(rows.map(([, name]) => name).sort()).toEqual(all.sort())
})

test('docs/privacy.md says how long things are kept where nobody decided otherwise', async () => {
  const words = await read('docs/privacy.md')
  const spans = [...words.matchAll(/\b(\d+) (days|months) \(setup\)/g)].map(([, count, unit]) => `${count} ${unit}`)
  const { keepAuditMonths, keepSentDays, keepSeedsMonths, keepPeopleMonths } = NOT_SET_UP
  expect([...new Set(spans)].sort()).toEqual(
    [`${keepAuditMonths} months`, `${keepSentDays} days`, `${keepSeedsMonths} months`].sort(),
  )
  expect(words).toContain(`(${keepPeopleMonths} months unless it said otherwise)`)
})

test('every table is either in backups or known to be of the moment', async () => {
  expect(tablesOf('everything').sort()).toEqual((await tables()).sort())
})
