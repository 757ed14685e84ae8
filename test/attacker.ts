import { createHash } from 'node:crypto'
import { keyOfReceipt } from '../src/core/receipt.ts'
import type { RawRow } from './raw.ts'

/** One way to tell whose each vote is: people by the keys of votes. */
export interface Guess {
  way: string
  pairs: Map<string, string>
}

/** What somebody makes of everything stored and written down who wants to know who voted for what. */
export interface Attack {
  guesses: Guess[]
  /** Where a key, a receipt or a mark stands that has no business there. */
  leaks: string[]
}

/** Something by which rows can be put in order. */
type Measure = [name: string, of: (row: RawRow) => number | string]

/**
 * Pairs voters and votes in every way it can think of: voters in the order of whatever is known of them in any table (its
 * place, its transaction, each of its columns, of their first row and of their last), votes in the order of their places,
 * transactions, keys; both ways round; by the same transaction; and by whatever row or line names both.
 */
export function attack(tables: Map<string, RawRow[]>, log: string[], ballotId: string): Attack {
  const ofBallot = (table: string) =>
    (tables.get(table) ?? []).filter(({ columns }) => columns.ballot_id === ballotId && columns.voted !== false)
  const voters = ofBallot('ballot_voters').map(({ columns }) => String(columns.person_id))
  const votes = ofBallot('ballot_votes')
  const named = namesOf(tables, new Set(voters))
  const voteOrders = ordersOfVotes(votes)
  const guesses: Guess[] = []
  const known = new Set<string>()
  for (const [table, rows] of tables) {
    for (const [which, told] of toldOf(table === 'ballot_voters' ? ofBallot(table) : rows, named)) {
      if (told.size < voters.length / 4) continue
      guesses.push(sameTransaction(`${which} row in ${table}`, told, votes, voters))
      for (const [measure, of] of measuresOf(rows)) {
        const order = voters.map((id, i) => ({ id, i, at: told.has(id) ? of(told.get(id) as RawRow) : '' }))
        const people = order.sort((a, b) => compare(a.at, b.at) || a.i - b.i).map(({ id }) => id)
        if (known.has(people.join())) continue
        known.add(people.join())
        for (const [how, keys] of voteOrders)
          guesses.push({ way: `${measure} of the ${which} row in ${table}, ${how}`, pairs: inOrder(people, keys) })
      }
    }
  }
  return { guesses, ...readEverything(tables, log, votes, named, guesses) }
}

/** Every word that stands for a voter: ids of theirs, of their accounts, and what they are called. */
function namesOf(tables: Map<string, RawRow[]>, voters: Set<string>): Map<string, string> {
  const named = new Map([...voters].map((id) => [id, id]))
  for (const table of ['people', 'accounts'])
    for (const { columns } of tables.get(table) ?? []) {
      const person = String(columns.person_id ?? columns.id)
      if (!voters.has(person)) continue
      for (const word of [columns.id, columns.external_id, columns.name]) named.set(String(word), person)
    }
  return named
}

/** The first and the last row about each person. */
function toldOf(rows: RawRow[], named: Map<string, string>): ['first' | 'last', Map<string, RawRow>][] {
  const first = new Map<string, RawRow>()
  const last = new Map<string, RawRow>()
  for (const row of [...rows].sort((a, b) => a.transaction - b.transaction || a.place - b.place))
    for (const person of peopleIn(row.text, named)) {
      if (!first.has(person)) first.set(person, row)
      last.set(person, row)
    }
  const isSame = [...first].every(([person, row]) => last.get(person) === row)
  return isSame
    ? [['first', first]]
    : [
        ['first', first],
        ['last', last],
      ]
}

function peopleIn(text: string, named: Map<string, string>): Set<string> {
  const words = text.match(/[\w-]+/g) ?? []
  return new Set(words.flatMap((word) => named.get(word) ?? []))
}

const measuresOf = (rows: RawRow[]): Measure[] => [
  ['place', ({ place }) => place],
  ['transaction', ({ transaction }) => transaction],
  ...Object.keys(rows[0]?.columns ?? {}).map((column): Measure => [column, ({ columns }) => words(columns[column])]),
  ['a hash', ({ text }) => createHash('md5').update(text).digest('hex')],
]

const words = (value: unknown): string | number => (typeof value === 'number' ? value : (JSON.stringify(value) ?? ''))

function ordersOfVotes(votes: RawRow[]): [string, string[]][] {
  const measures: Measure[] = [
    ['votes by place', ({ place }) => place],
    ['votes by transaction', ({ transaction }) => transaction],
    ['votes by key', ({ columns }) => String(columns.key)],
    ['votes by a hash', ({ columns }) => createHash('md5').update(String(columns.key)).digest('hex')],
    ['votes by choice', ({ columns }) => words(columns.vote)],
  ]
  return measures.flatMap(([name, of]): [string, string[]][] => {
    const keys = [...votes].sort((a, b) => compare(of(a), of(b)) || a.place - b.place).map(keyOf)
    return [
      [name, keys],
      [`${name} backwards`, keys.toReversed()],
    ]
  })
}

const keyOf = ({ columns }: RawRow) => String(columns.key)

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

const inOrder = (people: string[], keys: string[]) =>
  new Map(keys.flatMap((key, i) => (people[i] === undefined ? [] : [[key, people[i]] as const])))

/** Who and what was written by the same transaction; whatever is left over in the order it lies in. */
function sameTransaction(way: string, told: Map<string, RawRow>, votes: RawRow[], voters: string[]): Guess {
  const by = new Map<number, string[]>()
  for (const [person, { transaction }] of told) by.set(transaction, [...(by.get(transaction) ?? []), person])
  const pairs = new Map<string, string>()
  for (const vote of votes) {
    const [one, ...more] = by.get(vote.transaction) ?? []
    if (one && more.length === 0) pairs.set(keyOf(vote), one)
  }
  const paired = new Set(pairs.values())
  const left = voters.filter((id) => !paired.has(id))
  const rest = inOrder(
    left,
    votes.map(keyOf).filter((key) => !pairs.has(key)),
  )
  return { way: `the transaction of the ${way}`, pairs: new Map([...pairs, ...rest]) }
}

/** Looks for keys, for what is a receipt, and for choices on their way, in every row and every line. */
function readEverything(
  tables: Map<string, RawRow[]>,
  log: string[],
  votes: RawRow[],
  named: Map<string, string>,
  guesses: Guess[],
): { leaks: string[] } {
  const keys = new Set(votes.map(keyOf))
  const pairs = new Map<string, string>()
  const leaks: string[] = []
  const read = (where: string, text: string) => {
    // What is stored as bytes may be words.
    const plain = text.replaceAll(/\\\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1'))
    for (const word of plain.match(/[0-9A-Z]{26}/g) ?? []) {
      const key = keys.has(word) ? word : keyOfReceipt(word)
      if (!keys.has(key)) continue
      leaks.push(`${where}: ${word}`)
      for (const person of peopleIn(plain, named)) pairs.set(key, person)
    }
    if (/vote\.(cast|mark|change|because)\b.*\bm=/.test(plain)) leaks.push(`${where}: a mark`)
  }
  for (const [table, rows] of tables)
    for (const { text, columns } of rows)
      if (!(table === 'ballot_votes' && keys.has(String(columns.key)))) read(table, text)
  for (const line of log) read('the log', line)
  guesses.push({ way: 'a row or a line that names both', pairs })
  return { leaks }
}
