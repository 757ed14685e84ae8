import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { csv } from '../src/segments/csv.ts'
import { manySharers } from './sharers.ts'
import { onStage, openStage, type Stage, type StageOptions } from './stage.ts'

const START = '/start-community "Parents United" need:"people with small children, so that we can meet" pledges:1'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('fay').types(START)
})

const rows = async () => ((await stage.files())['parents-united.csv'] ?? '').trim().split('\n').slice(1)

const many = (count: number) => manySharers(stage, count, 'parents-united')

test('a setting that would empty a segment of many is held until staff let it happen', async () => {
  await many(21)
  const sam = stage.actor('sam!')
  await sam.types('/setup recipient:"the Gallery"')
  expect(await rows()).toHaveLength(21)
  const status = await sam.types('/status')
  expect(status).toContain('A changed setting would take about 20 people out of files at once')
  expect(status).toContain('about 20 held back until you let them go.')

  // Whoever leaves, takes back or is forgotten passes all the same.
  await stage.actor('p0').types('/leave parents-united')
  await stage.actor('p1').types('/sharing all off')
  await stage.actor('p2').types('/my')
  await stage.actor('p2').presses('Forget me')
  await stage.actor('p2').presses('Yes, forget me')
  expect(await rows()).toHaveLength(18)

  await sam.types('/status')
  expect(await sam.presses('Let them go from files')).not.toContain('held back')
  expect(await rows()).toEqual([])
})

test('many of several small segments are held as those of a large one are', async () => {
  await many(11)
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  for (let i = 0; i < 11; i++) {
    await stage.actor(`p${i}`).types('/join cooks')
    await stage.actor(`p${i}`).presses('Yes', 'May the Museum')
  }
  const sam = stage.actor('sam!')
  await sam.types('/setup recipient:"the Gallery"')
  expect(await rows()).toHaveLength(11)
  expect(await sam.types('/status')).toContain('A changed setting would take about 20 people out of files at once')
  await sam.presses('Let them go from files')
  expect(await rows()).toEqual([])
})

test('set back before that, it has done nothing', async () => {
  await many(20)
  const sam = stage.actor('sam!')
  await sam.types('/setup recipient:"the Gallery"')
  await sam.types('/setup recipient:"the Museum"')
  expect(await rows()).toHaveLength(20)
  const status = await sam.types('/status')
  expect(status).toContain('Nothing needs you.')
  expect(status).toContain('a few or none waiting, a few or none failed.')
})

test('a few are taken out at once, since nobody agreed to the new name', async () => {
  await many(3)
  await stage.actor('sam!').types('/setup recipient:"the Gallery"')
  expect(await rows()).toEqual([])
})

test('people who are held leave when they pause, and when their community turns sensitive', async () => {
  await many(20)
  const sam = stage.actor('sam!')
  await sam.types('/setup recipient:"the Gallery"')
  await stage.actor('p0').types('/my')
  await stage.actor('p0').presses('Pause everything')
  expect(await rows()).toHaveLength(19)
  await sam.types('/sensitive parents-united')
  await sam.presses('Make it sensitive')
  expect(await rows()).toEqual([])
})

test('a new destination is told of nobody before staff have seen how many it would be told of', async () => {
  const folder = await mkdtemp(`${tmpdir()}/kindred-guard-`)
  const later = await mkdtemp(`${tmpdir()}/kindred-guard-`)
  const place = { kind: 'folder' as const, folder: `${folder}/data` }
  const files = (name: string, dir: string) => ({
    name,
    connector: 'csv',
    purpose: 'letters' as const,
    store: csv.open({ DIR: dir }, () => new Date('2026-01-05T12:00:00Z')),
  })
  const options: StageOptions = { place, destinations: [files('first', folder)] }
  const before = await openStage(options)
  await before.actor('fay').types(START)
  await manySharers(before, 7, 'parents-united')
  await before.close()
  const after = await openStage({
    ...options,
    seed: '2',
    destinations: [files('first', folder), files('second', later)],
  })
  const sam = after.actor('sam!')
  const status = await sam.types('/status')
  expect(status).toContain(
    'second is not started yet. Started, it is told of about 5 people who have said yes to it; a few or none have not',
  )
  expect(status).toContain('second: letters for the Museum: Not started yet.')
  await after.pass('1d')
  expect(await sam.presses('Start second')).not.toContain('Not started yet.')
  expect(await sam.types('/status')).toContain(
    'second: letters for the Museum: a few or none waiting, a few or none failed.',
  )
  expect(after.failures).toEqual([])
  await after.close()

  // Given another recipient, whom some have said yes to, it waits again.
  const asked = { ...files('third', `${later}/third`), recipient: 'the Zoo' }
  const third = (recipient: string, seed: string) =>
    openStage({ ...options, seed, destinations: [files('first', folder), { ...asked, recipient }] })
  const unasked = await third('the Zoo', '5')
  expect(await unasked.actor('sam!').types('/status')).toContain('third: letters for the Zoo: a few or none waiting')
  await unasked.close()
  const given = await third('the Museum', '6')
  expect(await given.actor('sam!').types('/status')).toContain('third: letters for the Museum: Not started yet.')
  await given.close()
  // The same name in another place: whoever is held in the old one would never hear that it is over.
  const elsewhere = { ...files('first', later), place: 'b' }
  const known = await openStage({ ...options, seed: '3', destinations: [{ ...files('first', folder), place: 'a' }] })
  await known.close()
  await expect(openStage({ ...options, seed: '4', destinations: [elsewhere] })).rejects.toThrow(
    'first was another place',
  )
  for (const dir of [folder, later]) await rm(dir, { recursive: true, force: true })
})

test('a destination by another name is the one it was, with whom it holds and who unsubscribed there', async () => {
  const folder = await mkdtemp(`${tmpdir()}/kindred-guard-`)
  const place = { kind: 'folder' as const, folder: `${folder}/data` }
  const open = (name: string, seed: string) => {
    const store = csv.open({ DIR: `${folder}/segments` }, () => new Date('2026-01-05T12:00:00Z'))
    const one = { name, connector: 'csv', purpose: 'letters' as const, place: 'a', store }
    return openStage({ place, seed, destinations: [one], ...(seed !== '1' && { organization: null }) })
  }
  const held = async () =>
    (await readFile(`${folder}/segments/parents-united.csv`, 'utf8')).match(/p\d(?=@)/g)?.sort() ?? []
  const before = await open('crm', '1')
  await before.actor('fay').types(START)
  await manySharers(before, 3, 'parents-united')
  await before.play(`hook crm ${JSON.stringify({ type: 'person.unsubscribed', data: { email: 'p0@example.org' } })}`)
  await before.close()
  expect(await held()).toEqual(['p1', 'p2'])

  const after = await open('letters', '2')
  await after.pass('1d')
  expect(await held()).toEqual(['p1', 'p2'])
  await after.actor('p1').types('/leave parents-united')
  expect(await held()).toEqual(['p2'])
  expect(await after.actor('p0').types('/sharing')).toContain('you unsubscribed there')
  expect(await after.actor('sam!').types('/status')).toContain('Nothing needs you')
  expect(after.failures).toEqual([])
  await after.close()
  await rm(folder, { recursive: true, force: true })
})
