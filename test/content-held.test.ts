import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Terms } from '../src/core/agreement.ts'
import { lives } from './content-scene.ts'
import { type MeetupWorld, openMeetupWorld } from './meetup-world.ts'

const DAY_MINUTES = 24 * 60

let world: MeetupWorld
let communityId: string
beforeEach(async () => {
  world = await openMeetupWorld()
  communityId = await world.read(async (store) => (await store.communities.find('parents', 'parents', ''))?.id ?? '')
})
afterEach(() => world.close())

const live = (terms: Partial<Terms> & { pausedUntil?: Date }) =>
  world.read((store) => lives(store, communityId, terms, world.now()))

/** Puts pieces that a community chose into its queue. */
async function give(...titles: string[]) {
  for (const title of titles) {
    const piece = { title, goal: 'inform', format: 'article', words: null, link: null, authorId: null } as const
    await world.read((store) => store.items.write([communityId], { kind: 'topic', ...piece }, world.now(), 'waiting'))
  }
  await world.work()
}

const until = (time: string) => world.pass((new Date(time).getTime() - world.now().getTime()) / 60_000)
const said = (title: string) =>
  world.posts.filter(({ words }) => words.startsWith(`You asked, we did: ${title}\n`)).map(({ at }) => at)

test('what a platform refused until the next month takes a turn of that month, or waits', async () => {
  await live({ perMonth: 1, silentHours: null })
  await until('2026-01-31T23:30:00Z')
  world.shut(1)
  await give('One', 'Two')
  await until('2026-02-27T12:00:00Z')
  expect([...said('One'), ...said('Two')]).toHaveLength(1)
  await until('2026-03-02T12:00:00Z')
  expect([said('One'), said('Two')].map(({ length }) => length)).toEqual([1, 1])
})

test('what nobody heard of is not said twice, whatever the month', async () => {
  await live({ perMonth: 1, silentHours: null })
  await until('2026-01-31T23:59:59Z')
  world.refuse(3, true)
  await give('One')
  await until('2026-02-27T12:00:00Z')
  expect(said('One')).toHaveLength(1)
})

test('what was kept waiting over night sees a pause that was decided meanwhile', async () => {
  await until('2026-01-06T20:30:00Z')
  world.shut(1)
  await give('One')
  await until('2026-01-06T22:00:00Z')
  await live({ pausedUntil: new Date('2026-03-01T00:00:00Z') })
  await until('2026-02-28T12:00:00Z')
  expect(said('One')).toEqual([])
  await until('2026-03-02T12:00:00Z')
  expect(said('One')).toEqual([new Date('2026-03-01T08:00:00Z')])
})

test('what was kept waiting over night sees that nothing is to be sent any more', async () => {
  await until('2026-01-06T20:30:00Z')
  world.shut(1)
  await give('One')
  await until('2026-01-06T22:00:00Z')
  await live({ perMonth: 0 })
  await world.pass(40 * DAY_MINUTES)
  expect(said('One')).toEqual([])
  await live({ perMonth: 1 })
  await world.pass(DAY_MINUTES)
  expect(said('One')).toHaveLength(1)
})
