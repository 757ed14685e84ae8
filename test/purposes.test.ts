import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { csv } from '../src/segments/csv.ts'
import { codeFor, openStage, type Stage } from './stage.ts'

let folder: string
let stage: Stage
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-purposes-`)
  const files = (name: string) => csv.open({ DIR: `${folder}/${name}` }, () => stage.now())
  stage = await openStage({
    destinations: [
      { name: 'letters', connector: 'csv', purpose: 'letters', store: files('letters') },
      {
        name: 'desk',
        connector: 'csv',
        purpose: 'service',
        recipient: "the Museum's service desk",
        store: files('desk'),
      },
      { name: 'copy', connector: 'csv', purpose: 'letters', store: files('copy') },
    ],
  })
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
  await rm(folder, { recursive: true, force: true })
})

const held = async (name: string) =>
  (await readFile(`${folder}/${name}/parents.csv`, 'utf8').catch(() => '')).trim().split('\n').slice(1).length

test('each purpose and recipient is a question of its own, asked one after the other', async () => {
  const dia = stage.actor('dia')
  await dia.types('/email dia@example.org')
  await dia.types(`/email ${codeFor(stage, 'dia@example.org')}`)
  expect(await dia.types('/join parents')).toContain('May the Museum write to you about Parents?')
  expect(await dia.presses('Yes')).toContain("May the Museum's service desk see that you are in Parents?")
  expect([await held('letters'), await held('copy'), await held('desk')]).toEqual([1, 1, 0])
  expect(await dia.presses('Yes')).not.toContain('May the Museum')
  expect([await held('letters'), await held('copy'), await held('desk')]).toEqual([1, 1, 1])
})

test('a no to one purpose is no answer to the other', async () => {
  const dia = stage.actor('dia')
  await dia.types('/email dia@example.org')
  await dia.types(`/email ${codeFor(stage, 'dia@example.org')}`)
  await dia.types('/join parents')
  await dia.presses('Not now')
  await dia.presses('Yes', 'service desk')
  expect([await held('letters'), await held('copy'), await held('desk')]).toEqual([0, 0, 1])
  await dia.types('/sharing parents off')
  expect([await held('letters'), await held('copy'), await held('desk')]).toEqual([0, 0, 0])
})

test('one destination that is down holds the others up in nothing', async () => {
  stage.suffer('letters', 'down')
  const dia = stage.actor('dia')
  await dia.types('/email dia@example.org')
  await dia.types(`/email ${codeFor(stage, 'dia@example.org')}`)
  await dia.types('/join parents')
  await dia.presses('Yes')
  expect([await held('letters'), await held('copy')]).toEqual([0, 1])
})
