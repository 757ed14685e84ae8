import { expect, test } from 'vitest'
import { personLimiter } from '../src/core/rate.ts'

test('a clock that was set back refuses nobody who was not in a hurry', () => {
  const mayGoOn = personLimiter()
  expect(mayGoOn('ana', new Date('2026-01-05T12:00:00Z')).allowed).toBe(true)
  expect(mayGoOn('ana', new Date('2026-01-05T11:00:00Z')).allowed).toBe(true)
})
