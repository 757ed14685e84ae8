import { expect, test } from 'vitest'
import { onStage, type Stage, sharer, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)

test('the reason goes to the organizers only, and not to the files', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/leave parents reason:"moved away"')
  expect(toldTo('ana').at(-1)).toContain('moved away')
  expect(JSON.stringify(await stage.files())).not.toContain('moved away')
  expect(stage.outputs.filter((output) => textOf(output).includes('moved away'))).toHaveLength(1)
})

test('undo within the hour is a fresh join: the old yes does not come back by itself', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/leave parents')
  expect(await dia.presses('Undo')).toContain('May the Museum write to you about Parents?')
  expect((await stage.files())['parents.csv']).toBe('email,person,since,direction\n')
  await dia.presses('Yes')
  expect((await stage.files())['parents.csv']).toContain('dia@example.org')
})

test('undo is over after an hour', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/leave parents')
  await stage.pass('61m')
  expect(await dia.presses('Undo')).toContain('too long ago')
})

test('a request taken back cannot be turned into a membership by undo', async () => {
  await stage
    .actor('fay')
    .types('/start-community Sketchers need:"people who draw, so that we can draw" pledges:1 visibility:request')
  const gil = stage.actor('gil')
  await gil.types('/join sketchers')
  await gil.presses('Say why')
  await gil.fills({ reason: 'I draw' })
  expect(await gil.types('/leave sketchers')).toContain('taken back')
  const id = await stage.read(async (store) => (await store.communities.find('sketchers', 'sketchers', ''))?.id ?? '')
  const account = { platform: 'terminal', workspace: 'main', externalId: 'gil', name: 'gil', isStaff: false }
  await stage.router.press(
    { id: 'x', account, where: { platform: 'terminal', workspace: 'main' }, now: stage.now() },
    `leave.undo?c=${id}`,
  )
  expect(await stage.read((store) => store.memberships.count(id, 'member'))).toBe(1)
  expect(await stage.actor('fay').presses('Accept')).toContain('answered already')
})

test('the last organizer names another, who is told', async () => {
  await stage.actor('ben').types('/join parents')
  const ana = stage.actor('ana')
  expect(await ana.types('/leave parents reason:bye')).toContain('[Name ben] [Ask the others]')
  expect(await ana.presses('Name ben')).toContain('You have left')
  expect(toldTo('ben').join('\n')).toContain('You look after Parents now')
  expect(await stage.actor('ben').types('/about parents')).toContain('You are one of its organizers')
})

test('or asks the others, of whom the first to press does it', async () => {
  for (const name of ['ben', 'cem']) await stage.actor(name).types('/join parents')
  await stage.actor('ana').types('/leave parents')
  await stage.actor('ana').presses('Ask the others')
  expect(await stage.actor('sam!').types('/status')).toContain('Parents has no organizer')
  expect(await stage.actor('cem').presses("I'll do it")).toContain('You look after Parents now')
  expect(await stage.actor('ben').presses("I'll do it")).toContain('Somebody else was faster')
  expect(await stage.actor('sam!').types('/status')).toContain('Nothing needs you')
})

test('nobody is kept: an organizer alone leaves at once', async () => {
  expect(await stage.actor('ana').types('/leave parents')).toContain('You have left Parents')
})

test('without a name it means the only community one is in, or the room one is in, or asks', async () => {
  await stage
    .actor('ana')
    .types('/start-community Zebras need:"people who like stripes, so that we can meet" pledges:1')
  const dia = stage.actor('dia')
  await dia.types('/join parents')
  await dia.types('/join zebras')
  expect(await dia.types('/leave reason:"too busy"')).toContain('[Parents] [Zebras]')
  await dia.presses('Zebras')
  expect(toldTo('ana').at(-1)).toContain('too busy')
  await dia.types('/join zebras')
  expect(await stage.actor('dia:parents').types('/leave')).toContain('You have left Parents')
  expect(await dia.types('/leave')).toContain('You have left Zebras')
})

test('undo lets nobody into a community that turned sensitive meanwhile without their yes to that', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/leave parents')
  await stage.actor('staff!').types('/sensitive parents')
  await stage.actor('staff!').presses('Make it sensitive')
  expect(await dia.presses('Undo')).toContain('/join parents')
  expect(await dia.types('/join parents')).toContain('Is that all right?')
})
