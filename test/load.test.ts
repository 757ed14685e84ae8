import { expect, test } from 'vitest'
import { address } from '../src/reply.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { onStage, type Stage } from './stage.ts'

/** `.ci/run` has 5,000 press; the tests that everybody waits for have fewer. */
const PEOPLE = Number(process.env.PRESSES ?? 400)

let stage: Stage
onStage((opened) => {
  stage = opened
})

test('many who press at once are all let in, and none is refused for load', { timeout: 600_000 }, async () => {
  const { router, now } = stage
  await stage
    .actor('ana')
    .types(
      '/start-community "Parents United" need:"people with small children, so that we can enjoy culture" pledges:1',
    )
  const found = await stage.read((store) => store.communities.find('parents-united', 'parents-united', ''))
  const community = found?.id ?? ''
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: PEOPLE }, (_, i) => {
      const delivery = deliveryOf(`load/${i}`, `person-${i}`, now())
      // Half of them type it, half press the button on the card everyone sees.
      return i % 2 === 0
        ? router.run(delivery, 'join', { community: 'parents-united' })
        : router.press(delivery, address('join', { community }))
    }),
  )
  const seconds = (performance.now() - began) / 1000
  console.log(`${PEOPLE} presses on ${stage.database.kind} took ${seconds.toFixed(1)} s`)
  expect(answers.map(wordsOf).filter((words) => !words.startsWith("You're in: Parents United."))).toEqual([])
  expect(await stage.read((store) => store.memberships.count(community, 'member'))).toBe(PEOPLE + 1)
})
