import { expect, test } from 'vitest'
import { keyOfReceipt } from '../src/core/receipt.ts'
import { attack } from './attacker.ts'
import type { RawRow } from './raw.ts'

const VOTERS = Array.from({ length: 50 }, (_, i) => `PERSON${String((i * 37) % 50).padStart(20, '0')}`)
const receiptOf = (i: number) => `RECEIPT${String(i).padStart(19, '0')}`

const row = (columns: Record<string, unknown>, place: number, transaction = 1): RawRow => ({
  ...{ columns, place, transaction },
  text: JSON.stringify(columns),
})

const voter = (id = '') => ({ ballot_id: 'b', person_id: id, voted: true })
const voted = (i: number) => ({ ballot_id: 'b', key: keyOfReceipt(receiptOf(i)), vote: { option: i % 5 } })

/** Everything is stored so that nothing tells anything, but for what a test puts in its place. */
function bestOf(others: Record<string, RawRow[]>, log: string[] = []): { right: number; leaks: string[] } {
  const tables = {
    ballot_voters: VOTERS.toSorted().map((id, i) => row(voter(id), i)),
    ballot_votes: VOTERS.map((_, i) => row(voted(i), (i * 13) % 50)),
    ...others,
  }
  const { guesses, leaks } = attack(new Map(Object.entries(tables)), log, 'b')
  const right = guesses.map(
    ({ pairs }) => VOTERS.filter((id, i) => pairs.get(keyOfReceipt(receiptOf(i))) === id).length,
  )
  return { right: Math.max(...right), leaks }
}

test('the attacker of our tests finds nothing where there is nothing', () => {
  const { right, leaks } = bestOf({})
  expect(right).toBeLessThan(8)
  expect(leaks).toEqual([])
})

test('it pairs all by the places of rows, either way round, by their transactions, and by times elsewhere', () => {
  const inOrder = VOTERS.map((_, i) => row(voted(i), i))
  expect(bestOf({ ballot_votes: inOrder, ballot_voters: VOTERS.map((id, i) => row(voter(id), i)) }).right).toBe(50)
  const backwards = VOTERS.map((id, i) => row(voter(id), 50 - i)).toReversed()
  expect(bestOf({ ballot_votes: inOrder, ballot_voters: backwards }).right).toBe(50)
  const people = VOTERS.map((id, i) => row({ id, last_seen_at: `2026-01-05T12:00:${10 + i}` }, 0))
  expect(bestOf({ ballot_votes: inOrder, people }).right).toBe(50)
  const audit = VOTERS.map((id, i) => row({ about: `voted: ${id}` }, 50 - i, 900 + i * 3))
  const votes = VOTERS.map((_, i) => row(voted(i), (i * 13) % 50, 900 + i * 3))
  expect(bestOf({ ballot_votes: votes, audit }).right).toBe(50)
})

test('it finds receipts, keys and choices wherever they stand', () => {
  const drafts = VOTERS.map((id, i) => row({ id: i, person: id, words: `x=${receiptOf(i)}` }, i))
  expect(bestOf({ drafts })).toMatchObject({ right: 50, leaks: { length: 50 } })
  const bytes = Buffer.from(`${VOTERS[0]} ${keyOfReceipt(receiptOf(0))}`).toString('hex')
  expect(bestOf({ deliveries: [row({ id: 1, answer: `\\x${bytes}` }, 0)] }).leaks).toHaveLength(1)
  expect(bestOf({ deliveries: [row({ id: 'web/vote.cast?b=1&m=2' }, 0)] }).leaks).toHaveLength(1)
  expect(bestOf({}, [`failed: ${receiptOf(3)}`]).leaks).toHaveLength(1)
})
