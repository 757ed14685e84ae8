import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStage } from './stage.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-left-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a file that no table of the embedded database owns, as a kill leaves it, is gone at the next start, and nothing else', async () => {
  const place = { kind: 'folder' as const, folder }
  const first = await openStage({ place, destinations: [] })
  await first.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  await first.close()
  const base = `${folder}/postgres/base`
  // The largest is where our tables are: the others are PostgreSQL's own.
  const folders = await Promise.all(
    (await readdir(base)).map(async (name) => ({ name, files: (await readdir(`${base}/${name}`)).length })),
  )
  const ours = folders.toSorted((a, b) => b.files - a.files)[0]?.name ?? ''
  await writeFile(`${base}/${ours}/999999`, 'an old row')
  await writeFile(`${base}/${ours}/999999_fsm`, '')
  const second = await openStage({ place, destinations: [] })
  expect(await second.actor('ana').types('/my')).toContain('Parents')
  expect((await readdir(`${base}/${ours}`)).filter((name) => name.startsWith('999999'))).toEqual([])
  await second.actor('ben').types('/join parents')
  await second.close()
  const third = await openStage({ place, destinations: [] })
  expect(await third.actor('ben').types('/my')).toContain('Parents')
  await third.close()
})
