import { expect, test } from 'vitest'
import { foundOf, opens, posts } from './content-scene.ts'
import { communityCalled, later, personCalled } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'
import { becomeOne, proves, undoes } from './two-accounts.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/my')
  await opens(stage, 'Parents', ['eve', 'ana', 'ben'])
})

async function one(): Promise<void> {
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
}

/** How somebody's own answer is shown to them. */
async function shownTo(name: string, title: string): Promise<string> {
  await stage.actor(name).types('/agreement')
  await stage.actor(name).presses('What was sent')
  return stage.actor(name).presses(title)
}

test('what two accounts that are one person found worth it counts once, the later answer, also for good', async () => {
  const item = await posts(stage, 'parents', 'Storytime')
  await stage.actor('ana').presses('Worth it', 'Storytime')
  await stage.pass('1m')
  await stage.actor('ben').presses('Not for me', 'Storytime')
  expect(await foundOf(stage, item)).toEqual({ worth: 1, not: 1 })
  await one()
  expect(await foundOf(stage, item)).toEqual({ worth: 0, not: 1 })
  expect(await shownTo('ana', 'Storytime')).toContain('It was not for you.')
  await undoes(stage, 'ana')
  expect(await foundOf(stage, item)).toEqual({ worth: 1, not: 1 })
  await stage.pass('25h')
  await one()
  await stage.pass('32d')
  expect(await foundOf(stage, item)).toEqual({ worth: 0, not: 1 })
  expect(await shownTo('ben', 'Storytime')).toContain('It was not for you.')
})

test('who is counted in by one account keeps the place whatever the other says later, and gives it back as one', async () => {
  const item = await posts(stage, 'parents', 'Advise us', { ask: 'panel', seats: 1 })
  const countIn = () => stage.read((store) => store.itemAnswers.countIn(item.id))
  await stage.actor('ben').presses('Count me in', 'Advise us')
  await stage.pass('1m')
  await stage.actor('ana').presses('Worth it', 'Advise us')
  await one()
  expect(await shownTo('ana', 'Advise us')).toContain('You are counted in.')
  expect(await stage.actor('ana').presses('Count me in', 'Advise us')).toContain('You are counted in.')
  expect(await countIn()).toBe(1)
  expect(await stage.read((store) => store.itemAnswers.answers(item.id, { skip: 0, take: 9 }))).toHaveLength(1)
  await shownTo('ana', 'Advise us')
  await stage.actor('ana').presses('Take my answer back')
  expect(await countIn()).toBe(0)
  expect(await shownTo('ben', 'Advise us')).not.toContain('You are counted in.')
  expect(await shownTo('ben', 'Advise us')).toContain('It was worth it to you.')
})

test('words of both are read by staff as one answer, the later one', async () => {
  const item = await posts(stage, 'parents', 'What do you think?', { ask: 'input' })
  for (const [name, answer] of Object.entries({ ana: 'Louder', ben: 'Softer' })) {
    await stage.actor(name).presses('Answer', 'What do you think')
    await stage.actor(name).fills({ answer })
    await stage.pass('1m')
  }
  await one()
  const read = () => stage.read((store) => store.itemAnswers.answers(item.id, { skip: 0, take: 9 }))
  expect(await read()).toMatchObject([{ name: 'ana', words: 'Softer' }])
  await stage.pass('32d')
  expect(await read()).toMatchObject([{ words: 'Softer' }])
})

test('one person objects once a month', async () => {
  const { id } = await communityCalled(stage, 'Parents')
  const [ana, ben] = [await personCalled(stage, 'ana'), await personCalled(stage, 'ben')]
  const object = (personId: string, month: string) =>
    stage.read((store) => store.agreements.object(id, personId, month, stage.now()))
  const count = (month: string) =>
    stage.read(async (store) => {
      await store.totals.objections()
      return store.agreements.objections(id, month)
    })
  for (const { id: personId } of [ana, ben]) expect(await object(personId, '2026-01')).toBe(true)
  expect(await object(ben.id, '2026-02')).toBe(true)
  await one()
  expect(await count('2026-01')).toBe(1)
  const { id: both } = await personCalled(stage, 'ben')
  expect(await object(both, '2026-02')).toBe(false)
  expect(await count('2026-02')).toBe(1)
  await stage.actor('ana').types('/leave parents')
  expect(await count('2026-01')).toBe(0)
})

test('what one of them muted, the one person hears nothing of; apart again, it is only theirs', async () => {
  const muted = async (name: string) => {
    const { id } = await personCalled(stage, name)
    const all = await stage.read((store) => store.mutes.of(id, stage.now()))
    return all.filter(({ until }) => until !== null).map((row) => row.name)
  }
  const mutes = async (name: string) => {
    for (const label of ['Mute or snooze a community', 'Parents', 'Mute']) {
      if (label.startsWith('Mute or')) await stage.actor(name).types('/my notices')
      await stage.actor(name).presses(label)
    }
  }
  await mutes('ben')
  await one()
  expect(await muted('ana')).toEqual(['Parents'])
  await undoes(stage, 'ana')
  expect(await muted('ana')).toEqual([])
  expect(await muted('ben')).toEqual(['Parents'])
})

test.each([
  ['the account met later', 'ben', 'ana'],
  ['the account met first', 'ana', 'ben'],
])('what %s answered in a hidden community that stays behind is not the other’s', async (_, hider, other) => {
  await opens(stage, 'Secrets', [hider], 'visibility:secret')
  const item = await posts(stage, 'Secrets', 'Hush', { ask: 'input' })
  await stage.actor(hider).presses('Answer', 'Hush')
  await stage.actor(hider).fills({ answer: 'Between us' })
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor(other).presses('Yes, one person')
  await stage.actor(hider).presses('Yes, my hidden ones stay behind')
  const { id: both } = await personCalled(stage, other)
  expect(await stage.read((store) => store.itemAnswers.own(item.id, both))).toBeUndefined()
  expect(JSON.stringify(await stage.read((store) => store.records.of(both)))).not.toMatch(/hush|between us/i)
  await undoes(stage, other)
  const { id: alone } = await personCalled(stage, hider)
  expect(await stage.read((store) => store.itemAnswers.own(item.id, alone))).toMatchObject({ words: 'Between us' })
})

test('who offered something hears what became of it also once their accounts are one', async () => {
  const ben = stage.actor('ben!')
  await ben.types('/offer Storytime inform parents "Read on" article')
  await ben.presses('Offer it')
  await one()
  await stage.actor('eve').presses('Decline', 'Storytime')
  await stage.actor('eve').fills({ reason: 'Not now' })
  // They are told on the account that was met first.
  const told = stage.outputs.filter((output) => 'to' in output && output.to === 'ana')
  expect(told.map((output) => JSON.stringify(output)).join()).toContain('Not now')
})

test('of a secret community that stays behind no digest goes to the mailbox both share', async () => {
  await opens(stage, 'Secrets', ['ben'], 'visibility:secret')
  await proves(stage, 'ben')
  const { id } = await personCalled(stage, 'ben')
  await stage.read((store) => store.notices.choose(id, 'digest', 'mail'))
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor('ana').presses('Yes, one person')
  await stage.actor('ben').presses('Yes, my hidden ones stay behind')
  await posts(stage, 'Secrets', 'Hush')
  const { id: communityId } = await communityCalled(stage, 'Secrets')
  await stage.read((store) => store.digests.again(communityId, later(stage, 3_600_000)))
  await stage.pass('1d')
  const news = stage.outputs.filter((output) => JSON.stringify(output).includes('News of Secrets'))
  expect(news.map((output) => ('room' in output ? 'in its room' : output))).toEqual(['in its room'])
})
