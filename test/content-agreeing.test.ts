import { afterEach, expect, test } from 'vitest'
import { askForAgreement } from '../src/content/asking.ts'
import { USUAL_TERMS } from '../src/core/agreement.ts'
import { opens } from './content-scene.ts'
import { communityCalled, later } from './lookup.ts'
import { openRaw, type Raw } from './raw.ts'
import { openStage, type Stage, textOf } from './stage.ts'

const DAY_MS = 86_400_000

let stage: Stage
let raw: Raw | undefined
afterEach(async () => {
  await stage.close()
  await raw?.close()
  raw = undefined
})

const asked = () =>
  stage.outputs
    .filter((output) => 'room' in output && !('replaces' in output))
    .map(textOf)
    .filter((text) => text.startsWith('Is this what City Museum may send us'))

/** Asks the members of Parents to pause, who say yes. */
async function pause(): Promise<string> {
  await opens(stage, 'Parents', ['ana', 'ben'])
  const found = await communityCalled(stage, 'Parents')
  await stage.read(async (store) => {
    const id = await store.agreements.propose(found.id, USUAL_TERMS, later(stage, 60 * DAY_MS), stage.now())
    const draft = await store.agreements.get(id)
    if (draft) await askForAgreement(store, draft, found, stage.now(), null)
  })
  await stage.runner.runDue()
  for (const name of ['ana', 'ben']) {
    await stage.actor(name).types('/vote')
    await stage.actor(name).presses('Yes, a pause')
  }
  await stage.pass('8d')
  expect(await stage.actor('ben').types('/agreement')).toContain('Paused: nothing is sent until')
  return found.id
}

test('another agreement ends a pause, and organizers and members read that beforehand', async () => {
  stage = await openStage()
  const id = await pause()
  const ana = stage.actor('ana')
  // A draft of a pause that was left lying is none of theirs.
  await stage.read((store) => store.agreements.propose(id, USUAL_TERMS, later(stage, 90 * DAY_MS), stage.now()))
  await ana.types('/agreement')
  expect(await ana.presses('Propose another agreement')).toContain('This ends the pause.')
  await ana.presses('Change when and how often')
  expect(await ana.fills({ 'per-month': '1' })).toContain('This ends the pause.')
  await ana.presses('Ask the members')
  expect(asked().at(-1)).toMatch(/A yes ends the pause, which would last until 2026-/)
  for (const name of ['ana', 'ben']) await stage.actor(name).presses('Yes, agreed', 'Is this what')
  await stage.pass('8d')
  expect(await stage.actor('ben').types('/agreement')).not.toContain('Paused')
})

test('one agreement is asked about at a time, and no ballot is left of another', async () => {
  stage = await openStage()
  await opens(stage, 'Parents', ['ana', 'ben'])
  const found = await communityCalled(stage, 'Parents')
  const ask = () =>
    stage.read(async (store) => {
      const id = await store.agreements.propose(found.id, USUAL_TERMS, null, stage.now())
      const draft = await store.agreements.get(id)
      if (draft) await askForAgreement(store, draft, found, stage.now(), null)
    })
  await ask()
  await expect(ask()).rejects.toThrow()
  // A draft that is none any more: asked about before, or thrown away.
  const one = await stage.read((store) => store.agreements.asked(found.id))
  await stage.read((store) => store.agreements.refuse(one?.id ?? ''))
  await expect(
    stage.read(async (store) => {
      if (one) await askForAgreement(store, one, found, stage.now(), null)
    }),
  ).rejects.toThrow()
  const open = await stage.read((store) => store.closing.due(new Date('2030-01-01'), 9))
  expect(open).toEqual([one?.ballotId])
})

test('a community that can’t be asked stops no other, and is asked the day after', async () => {
  raw = await openRaw({ isChanged: true })
  stage = await openStage({ place: raw.place })
  const ten = Array.from({ length: 10 }, (_, i) => `m${i}`)
  await opens(stage, 'Parents', ten)
  await opens(stage, 'Owls', ten)
  const { id } = await communityCalled(stage, 'Parents')
  await raw.sql(`alter table ballots add constraint broken check (community_id <> '${id}') not valid`)
  await stage.pass('1d')
  expect(asked()).toHaveLength(1)
  expect(stage.failures).toHaveLength(1)
  await raw.sql('alter table ballots drop constraint broken')
  await stage.pass('1d')
  expect(asked()).toHaveLength(2)
  await stage.pass('2d')
  expect(asked()).toHaveLength(2)
})
