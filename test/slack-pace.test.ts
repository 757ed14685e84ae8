import { expect, test } from 'vitest'
import { createPace, TooSoon } from '../src/slack/pace.ts'

/** A pace on a clock that only waiting moves. */
function open() {
  let now = 0
  const pace = createPace(
    () => new Date(now),
    async (ms) => {
      now += ms
    },
  )
  const pass = (ms: number) => {
    now += ms
  }
  return { pace, now: () => now, pass }
}

const MINUTE_MS = 60_000

test('no minute holds more than the limit, however much is asked for', async () => {
  const { pace, now, pass } = open()
  const rule = { burst: 9, everyMs: 1_500 }
  const taken: number[] = []
  for (let i = 0; i < 500; i++) {
    await pace.turn('a', rule)
    taken.push(now())
    if (i % 90 === 89) pass(30_000)
  }
  for (const at of taken) {
    const within = taken.filter((one) => one >= at && one < at + MINUTE_MS)
    expect(within.length).toBeLessThanOrEqual(50)
  }
})

test('whoever would wait for long is told so at once, and others go on', async () => {
  const { pace, now } = open()
  const rule = { burst: 0, everyMs: 5_000 }
  pace.holdOff('a', 30_000)
  expect(pace.isFree('a', rule)).toBe(false)
  await expect(pace.turn('a', rule)).rejects.toThrow(TooSoon)
  await expect(pace.turn('a', rule)).rejects.toThrow('Slack asks to wait 30 seconds')
  await pace.turn('b', rule)
  expect(now()).toBe(0)
})

test('a short wait is waited out, each after the other', async () => {
  const { pace, now } = open()
  const rule = { burst: 0, everyMs: 1_000 }
  await pace.turn('a', rule)
  await pace.turn('a', rule)
  await pace.turn('a', rule)
  expect(now()).toBe(2_000)
  pace.holdOff('a', 3_000)
  await pace.turn('a', rule)
  expect(now()).toBe(5_000)
})
