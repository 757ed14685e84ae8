import { expect, test } from 'vitest'
import { codeFor, onStage, type Stage, sharer } from './stage.ts'
import { stored } from './stored.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  const start = '/start-community "Parents United" need:"people with small children, so that we can meet" pledges:1'
  await stage.actor('fay').types(start)
})

async function forget(name: string): Promise<string> {
  const actor = stage.actor(name)
  await actor.types('/my')
  await actor.presses('Forget me')
  return actor.presses('Yes, forget me')
}

const told = (name: string) =>
  stage.outputs.flatMap((one) => ('shown' in one && one.to === name ? [one.shown.text] : []))

test('before forgetting somebody it is said what happens when', async () => {
  const ana = await sharer(stage, 'ana', 'parents-united')
  await ana.types('/my')
  const shown = await ana.presses('Forget me')
  expect(shown).toContain('At once: your communities, yeses, address')
  expect(shown).toContain('these are told to forget you too: the Museum.')
  expect(shown).toContain('Within 7 days: the last backup that holds you is gone.')
  expect(await ana.presses('Keep everything')).toContain('Everything stays as it is.')
  expect(await ana.types('/my')).toContain('Communities: Parents United')
})

test('after it no row and no file holds them, but for the number that says they were erased', async () => {
  const ana = await sharer(stage, 'ana', 'parents-united')
  await ana.types('/leave parents-united reason:"moved away"')
  await ana.presses('Undo')
  await ana.presses('Yes', 'May the Museum')
  const key = /,([0-9A-Z]{26}),/.exec((await stage.files())['parents-united.csv'] ?? '')?.[1] ?? 'none'
  const before = await stored(stage)
  expect(before).toContain('ana@example.org')
  expect(before).toContain(key)
  const id = /"id":"([0-9A-Z]{26})","key":"KEY"/.exec(before.replace(key, 'KEY'))?.[1]

  expect(await forget('ana')).toContain('You are forgotten here.')
  expect(told('ana').at(-1)).toContain('the Museum (files) has been told to forget you, and says that it is done.')
  await stage.pass('2h')
  const after = await stored(stage)
  expect(after).not.toMatch(/ana@example\.org|"ana"/i)
  expect(after).not.toContain(key)
  expect(after).not.toContain(id ?? key)
  const files = await stage.files()
  const all = Object.values(files).join('\n')
  expect(all).not.toContain('ana@example.org')
  const lines = all.split('\n').filter((line) => line.includes(key))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { op: 'erased', person: key, email: null, segment: null },
  ])
})

test('who was forgotten may come back by themselves, as somebody new', async () => {
  await sharer(stage, 'ana', 'parents-united')
  await forget('ana')
  const ana = stage.actor('ana')
  expect(await ana.types('/join parents-united')).toContain("You're in: Parents United.")
  expect(await ana.types('/sharing')).toContain('Parents United: off')
  expect((await stage.files())['parents-united.csv']?.trim().split('\n')).toHaveLength(1)
  await ana.types('/email ana@example.org')
  await ana.types(`/email ${codeFor(stage, 'ana@example.org')}`)
  expect(await ana.types('/sharing parents-united on')).toContain('Thank you.')
  expect((await stage.files())['parents-united.csv']).toContain('ana@example.org')
})

test('a destination that is down is told to forget as soon as it can be, and the receipt comes then', async () => {
  await sharer(stage, 'ana', 'parents-united')
  stage.suffer('files', 'down')
  await forget('ana')
  await stage.pass('2h')
  expect((await stage.files())['parents-united.csv']).toContain('ana@example.org')
  expect(await stage.actor('sam!').types('/status')).toContain('has not yet forgotten somebody')
  stage.suffer('files', 'up')
  await stage.pass('2h')
  expect((await stage.files())['parents-united.csv']).not.toContain('ana@example.org')
  expect(told('ana').filter((text) => text.includes('has been told to forget you'))).toHaveLength(1)
  expect(await stage.actor('sam!').types('/status')).not.toContain('has not yet forgotten')
})

test('they are put out of rooms, and back in if they return meanwhile', async () => {
  await stage.actor('ana').types('/join parents-united')
  expect(await stage.actor('ana:parents-united').types('/about')).toContain('Parents United')
  await forget('ana')
  const rooms = await stage.read((store) => store.rooms.known('terminal'))
  expect(rooms.map((one) => one.account)).toEqual(['fay'])
  await stage.actor('ana').types('/join parents-united')
  expect((await stage.read((store) => store.rooms.known('terminal'))).map((one) => one.account).sort()).toEqual([
    'ana',
    'fay',
  ])
})

test('a community only they looked after asks for somebody else', async () => {
  await stage.actor('ana').types('/join parents-united')
  await forget('fay')
  expect(await stage.actor('ana').presses("I'll do it")).toContain('You look after Parents United now.')
  expect(await stage.actor('sam!').types('/status')).not.toContain('has no organizer')
})

test('whoever nobody was told of is forgotten without a word outside', async () => {
  await stage.actor('ana').types('/join parents-united')
  await stage.actor('ana').types('/my')
  expect(await stage.actor('ana').presses('Forget me')).toContain('Nobody outside was ever told of you.')
  await stage.actor('ana').presses('Yes, forget me')
  expect(Object.keys(await stage.files())).toEqual([])
})

test('an import would be told that the address was forgotten, until its owner proves it again', async () => {
  await sharer(stage, 'ana', 'parents-united')
  const isForgotten = () => stage.read((store) => store.tombstones.isOf('Ana@example.org'))
  expect(await isForgotten()).toBe(false)
  await forget('ana')
  expect(await isForgotten()).toBe(true)
  await stage.actor('ana').types('/join parents-united')
  await stage.actor('ana').types('/email ana@example.org')
  await stage.actor('ana').types(`/email ${codeFor(stage, 'ana@example.org')}`)
  expect(await isForgotten()).toBe(false)
})
