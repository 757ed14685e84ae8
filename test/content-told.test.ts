import { beforeEach, describe, expect, test } from 'vitest'
import { opens, posts } from './content-scene.ts'
import { communityCalled } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'

const PEOPLE = ['ana', 'ben', 'cem', 'dia', 'eli', 'fay']

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(() => opens(stage, 'Parents', PEOPLE))

async function find(names: string[], found: 'Worth it' | 'Not for me', title: string) {
  for (const name of names) await stage.actor(name).presses(found, title)
}

/** What staff read of everything that was sent to inform. */
async function onBoard(): Promise<string> {
  const sam = stage.actor('sam!')
  await sam.types('/board')
  return sam.presses('Inform')
}

describe('how something was found, as staff read it,', () => {
  test('is as it was last night, whoever answers, leaves or thinks again since', async () => {
    await posts(stage, 'Parents', 'Advise us', { ask: 'panel', seats: 9 })
    await find(PEOPLE.slice(0, 5), 'Worth it', 'Advise us')
    expect(await onBoard()).toContain('Too few answers to tell')
    await stage.pass('1d')
    const told = await onBoard()
    expect(told).toContain('who said so')
    await stage.actor('ben').presses('Count me in', 'Advise us')
    expect(await onBoard()).toBe(told)
    await stage.actor('cem').types('/leave parents')
    await find(['dia'], 'Not for me', 'Advise us')
    expect(await onBoard()).toBe(told)
    await stage.pass('1d')
    expect(await onBoard()).toContain('Too few answers to tell')
  })

  test('never says that each of a few found the same', async () => {
    await posts(stage, 'Parents', 'Storytime')
    await find(PEOPLE, 'Not for me', 'Storytime')
    await stage.pass('1d')
    expect(await onBoard()).toContain('Worth it to nearly none of about 5 who said so')
    await find(PEOPLE, 'Worth it', 'Storytime')
    await stage.pass('1d')
    expect(await onBoard()).toContain('Worth it to nearly all of about 5 who said so')
    await find(PEOPLE.slice(0, 3), 'Not for me', 'Storytime')
    await stage.pass('1d')
    expect(await onBoard()).toContain('Worth it to about half of about 5 who said so')
  })
})

test('how many object is as it was last night, also where one of them leaves', async () => {
  const { id: communityId } = await communityCalled(stage, 'Parents')
  const more = { sent: 1, opened: 0, clicked: 0, bought: 0, unsubscribed: 0, bounced: 0, complained: 0 }
  for (const id of ['a', 'b', 'c', 'd'])
    await stage.read((store) => store.campaigns.add('letters', [{ id, title: id, communityId, at: stage.now(), more }]))
  for (const name of PEOPLE.slice(0, 5)) {
    await stage.actor(name).types('/agreement')
    await stage.actor(name).presses('This was not agreed')
  }
  const onCard = async () => {
    await stage.actor('sam!').types('/board')
    return stage.actor('sam!').presses('Parents')
  }
  expect(await onCard()).toContain('“This was not agreed”: a few or none')
  await stage.pass('1d')
  expect(await onCard()).toContain('“This was not agreed”: about 5')
  await stage.actor('ben').types('/leave parents')
  expect(await onCard()).toContain('“This was not agreed”: about 5')
  await stage.pass('1d')
  expect(await onCard()).toContain('“This was not agreed”: a few or none')
})
