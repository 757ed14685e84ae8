import { expect, test } from 'vitest'
import { onStage, type Stage, sharer } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
})

const held = async () => ((await stage.files())['parents.csv'] ?? '').trim().split('\n').slice(1)

test('a destination that is down is told when it is up again, without anybody doing anything', async () => {
  stage.suffer('files', 'down')
  await sharer(stage, 'dia', 'parents')
  expect(await stage.actor('sam!').types('/status')).toContain('1 waiting')
  stage.suffer('files', 'up')
  await stage.pass('1h')
  expect(await held()).toHaveLength(1)
  expect(await stage.actor('sam!').types('/status')).toContain('0 waiting, 0 failed.')
})

test('one that answers too late is told again, and holds the same', async () => {
  stage.suffer('files', 'slow')
  await sharer(stage, 'dia', 'parents')
  stage.suffer('files', 'up')
  await stage.pass('1h')
  expect(await held()).toHaveLength(1)
  expect((await stage.files())['changes-2026-01-05.jsonl']?.trim().split('\n')).toHaveLength(1)
})

test('one that says when to come again is told then, not sooner', async () => {
  stage.suffer('files', '429')
  await sharer(stage, 'dia', 'parents')
  stage.suffer('files', 'up')
  await stage.pass('59s')
  expect(await held()).toEqual([])
  await stage.pass('1s')
  expect(await held()).toHaveLength(1)
})

test('one whose key is refused is paused until staff resume it, and nobody is lost', async () => {
  stage.suffer('files', '401')
  const dia = await sharer(stage, 'dia', 'parents')
  await sharer(stage, 'eva', 'parents')
  await stage.pass('5d')
  const sam = stage.actor('sam!')
  expect(await sam.types('/status')).toContain('Paused: the key was refused.')
  await dia.types('/leave parents')
  stage.suffer('files', 'up')
  await stage.pass('1h')
  expect(await held()).toEqual([])
  expect(await stage.actor('eve').presses('Resume files')).toContain('sees no button')
  await sam.presses('Resume files')
  await stage.pass('2h')
  expect((await held()).map((line) => line.split(',')[0])).toEqual(['eva@example.org'])
  expect(await sam.types('/status')).toContain('Nothing needs you')
})

test('one that fails for three days gives up on a person, and staff see why', async () => {
  stage.suffer('files', 'down')
  await sharer(stage, 'dia', 'parents')
  await stage.pass('4d')
  expect(await stage.actor('sam!').types('/status')).toContain('1 failed (connection refused)')
  expect(stage.outputs.some((output) => 'shown' in output && output.room === 'staff')).toBe(true)
})
