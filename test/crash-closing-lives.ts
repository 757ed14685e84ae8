import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '../src/store/connection.ts'
import type { Task } from './crash-child.ts'
import { ALL_MS, BALLOTS, hoursOf, type Planned } from './crash-closing-scene.ts'
import { startChild, taskOf } from './crash-lives.ts'
import type { Moment } from './crash-moments.ts'
import type { Outside } from './crash-outside.ts'

/** Each life begins after the leases of the one before are over. */
const BETWEEN_MS = 61_000

/** One kill: at a moment that is about these words, so long after it has come. */
export interface ClosingKill {
  at: Moment
  about: string
  waitMs: number
}

/** What comes of a ballot, each in the order in which it comes. */
const REMINDER: Moment[] = ['reminding', 'reminded']
const EXTENSION: Moment[] = ['extending', 'extended']
const CLOSE: Moment[] = ['counted', 'closing', 'closed']
const SECRETS: Moment[] = ['ending secrets', 'secrets ended', 'resting', 'rested']
const CARD: Moment[] = ['drawing', 'drawn']
const POST: Moment[] = ['posting', 'posted']
/** VACUUM FULL takes a few hundredths of a second. */
const VACUUM_MS = 40

/** So many kills, as many at each moment as at any other, in the order in which they come. */
export function closingKills(count: number, some: (most: number) => number): ClosingKill[] {
  const left = shuffled(BALLOTS.flatMap(comingOf), some)
  const chosen: typeof left = []
  const kinds = shuffled([...new Set(left.map((one) => one.kind))], some)
  for (let i = 0; chosen.length < count && left.length > 0; i++) {
    const at = left.findIndex(({ kind }) => kind === kinds[i % kinds.length])
    if (at >= 0) chosen.push(...left.splice(at, 1))
  }
  return chosen
    .toSorted((a, b) => a.hour - b.hour || a.place - b.place)
    .map(({ at, about }) => ({ at, about, waitMs: some(at === 'ending secrets' ? VACUUM_MS : 10) }))
}

/** All moments of a ballot, and when they come. What is posted and drawn is of several kinds. */
function comingOf(ballot: Planned) {
  const { question, secret } = ballot
  const { reminder, close, end } = hoursOf(ballot)
  const at = (hour: number, about: string, moments: Moment[]) =>
    moments.map((at) => ({ at, about, hour, kind: `${at}, ${about.replace(question, '')}` }))
  return [
    ...at(reminder, question, REMINDER),
    ...at(reminder, `Not voted yet: ${question}`, POST),
    ...(end > close ? at(close, question, [...EXTENSION, ...CARD]) : []),
    ...(end > close ? at(close, `Few are missing for the quorum of “${question}”`, POST) : []),
    ...at(end, question, CLOSE),
    ...(secret ? at(end, '', SECRETS) : []),
    ...at(end, question, CARD),
    ...at(end, `ecided: ${question}`, POST),
  ].map((one, place) => ({ ...one, place }))
}

function shuffled<T>(things: T[], some: (most: number) => number): T[] {
  const left = [...things]
  return things.flatMap(() => left.splice(some(left.length), 1))
}

/** What came of the lives of a house. */
export interface Lived {
  /** Where it was killed; `what` is the key of a post, the id of a card or a question. */
  killed: { at: Moment; about: string; what: string }[]
  /** The keys of posts, as often as they were tried. */
  tried: string[]
  failures: string[]
  /** Secret votes of which an old version lay on the disk when their ballot waited for nothing any more. */
  unended: string[]
}

/** Has the house live on to the end, killed each time. */
export async function liveThrough(kills: ClosingKill[], outside: Outside, place: Task['place']): Promise<Lived> {
  const until = outside.now().getTime() + ALL_MS
  const lived: Lived = { killed: [], tried: [], failures: [], unended: [] }
  const { killed, tried, failures, unended } = lived
  let waiting = startChild()
  try {
    for (const kill of [...kills, undefined]) {
      const child = waiting
      // The next one loads while this one lives.
      waiting = startChild()
      const stop = kill && { at: kill.at, about: kill.about, count: 0 }
      child.write(taskOf(outside, place, { afterMs: until - outside.now().getTime(), ...(stop && { stop }) }))
      child.end()
      let isOver = false
      let isKilled = false
      for await (const said of child.said) {
        if ('failure' in said) failures.push(said.failure)
        else if ('done' in said) isOver = true
        else if ('at' in said && said.at !== 'told') {
          if (said.at === 'posting') tried.push(said.what)
          if (!said.isStill || !kill) continue
          isKilled = true
          killed.push({ at: kill.at, about: kill.about, what: said.what })
          outside.pass(new Date(said.now).getTime() - outside.now().getTime() + BETWEEN_MS)
          void pause(kill.waitMs).then(child.kill)
        }
      }
      if (!isOver && !isKilled) throw new Error('the house ended by itself')
      if (isKilled) await untilAlone(place, outside.now())
      if (isOver || (kill && SECRETS.includes(kill.at))) unended.push(...(await secretsOnDisk(place, outside.now())))
      // It never came to that moment, nor will it to a later one.
      if (isOver) break
    }
  } finally {
    waiting.kill()
  }
  return lived
}

/**
 * A server goes on for a moment with what a killed house asked of it. In life that is over before the leases are; here the
 * next house would find its transaction still looking at a secret ballot, and put off what it is to be killed at.
 */
async function untilAlone(place: Task['place'], now: Date): Promise<void> {
  if (place.kind !== 'postgresql') return
  const sql = await connect(place, now)
  const others = `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  while ((await sql.query(others, [])).length > 0) await pause(20)
  await sql.close()
}

/**
 * The keys of secret votes that lie on the disk twice though nothing is due of their ballot, or in another file than the
 * table's and its index's, while no house has it. The planner's statistics have some, sorted, and tell no row from another.
 */
async function secretsOnDisk(place: Task['place'], now: Date): Promise<string[]> {
  const sql = await connect(place, now)
  try {
    const rows = await sql.query(
      `select v.key from ballot_votes v join ballots b on b.id = v.ballot_id
        where b.secret and b.state = 'closed' and b.due_at is null`,
      [],
    )
    await sql.query('checkpoint', [])
    const files = await sql.query(
      `with folder as (select 'base/' || oid::text as name from pg_database where datname = current_database())
        select f as name, f = regexp_replace(pg_relation_filepath('ballot_votes'), '.*/', '') as "isTable",
          encode(coalesce(pg_read_binary_file(folder.name || '/' || f, 0, 100000000, true), ''), 'hex') as bytes
        from folder, pg_ls_dir(folder.name) f
        where f ~ '^[0-9.]+$' and pg_filenode_relation(0, split_part(f, '.', 1)::oid) is distinct from 'pg_statistic'::regclass`,
      [],
    )
    const texts = files.map(({ name, isTable, bytes }) => ({
      ...{ name, isTable },
      text: Buffer.from(String(bytes), 'hex').toString('latin1'),
    }))
    return rows
      .map(({ key }) => String(key))
      .filter((key) => {
        const found = texts.filter(({ text }) => text.includes(key))
        const times = found.find(({ isTable }) => isTable)?.text.split(key).length
        return found.length !== 2 || times !== 2
      })
  } finally {
    await sql.close()
  }
}
