import { expect, test } from 'vitest'
import { address } from '../src/reply.ts'
import { deliveryOf } from './delivery.ts'
import { openMeetupWorld } from './meetup-world.ts'

test('who is offered a seat hears of it in their quiet hours too, while they can still take it', async () => {
  const world = await openMeetupWorld()
  for (const name of ['ben', 'eva']) await world.run(name, 'join', { community: 'parents' })
  await world.read(async (store) => {
    const { id } = await store.people.meet(deliveryOf('', 'eva', world.now()).account, 'eva', world.now())
    await store.notices.quiet(id, { from: '08:00', to: '23:00' })
  })
  const m = await world.announce('A walk', { when: '1 March 2026 15:00', capacity: '1' })
  for (const name of ['ben', 'eva']) await world.press(name, address('meetups.yes', { m }))
  await world.press('ben', address('meetups.no', { m }))
  await world.work()
  expect(world.posts.filter(({ to }) => to === 'eva').map(({ words }) => words.split('\n')[0])).toEqual([
    'A seat is free for you: A walk',
  ])
  expect(world.complaints()).toEqual([])
  await world.close()
})
