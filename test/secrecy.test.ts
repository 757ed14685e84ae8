import { afterEach, beforeEach, expect, test } from 'vitest'
import { attack, type Guess } from './attacker.ts'
import { allTables } from './raw.ts'
import { playSecretDay, type SecretDay } from './secret-day.ts'

const VOTERS = 200
/** How seldom chance alone may look like knowledge, over all ways tried. */
const SELDOM = 1 / 1_000

let day: SecretDay
beforeEach(async () => {
  day = await playSecretDay(VOTERS)
})
afterEach(() => day.end())

/** How many pairs the best way got right, and how many ways there were. */
async function attacked(): Promise<{ best: Guess; right: number; ways: number; leaks: string[] }> {
  const tables = await allTables(day.raw)
  const people = new Map(
    (tables.get('accounts') ?? []).map(({ columns }) => [String(columns.person_id), String(columns.external_id)]),
  )
  const { guesses, leaks } = attack(tables, day.log, day.ballotId)
  const rightIn = ({ pairs }: Guess) =>
    [...pairs].filter(([key, person]) => day.keys.get(people.get(person) ?? '') === key).length
  const [best] = [...guesses].sort((a, b) => rightIn(b) - rightIn(a))
  if (!best) throw new Error('it found no way')
  console.log(`${day.stage.database.kind}: ${rightIn(best)} of ${VOTERS} by ${best.way}, of ${guesses.length} ways`)
  return { best, right: rightIn(best), ways: guesses.length, leaks }
}

/**
 * What chance reaches: a pairing at random has one right pair in the mean, however many there are, and more than k as
 * seldom as Poisson's law says; `ways` tries have that many chances.
 */
function chanceOf(ways: number): number {
  let more = 1
  for (let k = 0, exactly = Math.exp(-1); ; k++, exactly /= k) {
    more -= exactly
    if (more * ways < SELDOM) return k
  }
}

test('after the close nobody who has all tables and the log can pair people and secret votes', async () => {
  await day.close()
  const { right, ways, leaks } = await attacked()
  expect(ways).toBeGreaterThan(100)
  expect(right).toBeLessThanOrEqual(chanceOf(ways))
  expect(leaks).toEqual([])
  expect(day.log.length).toBeGreaterThan(5)
})

test('were the votes not written anew at the close, the same attacker would pair most', async () => {
  // Rows that can't be deleted are not written anew either.
  await day.raw.sql('create function stay() returns trigger language plpgsql as $$ begin return null; end $$')
  for (const table of ['ballot_voters', 'ballot_votes'])
    await day.raw.sql(`create trigger stay before delete on ${table} for each row execute function stay()`)
  await day.close()
  expect((await attacked()).right).toBeGreaterThan(150)
})
