import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportFile } from '../src/ballots/export.ts'
import type { HeldBallot } from '../src/core/held-ballot.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { recount } from '../src/core/recount.ts'
import { connect } from '../src/store/connection.ts'
import type { Task } from './crash-child.ts'
import { closingKills, type Lived, liveThrough } from './crash-closing-lives.ts'
import {
  ALL_MS,
  BALLOTS,
  beginScene,
  DELEGATES,
  MEMBERS,
  TOLD_IN_PRIVATE,
  TOPICS,
  votesOn,
} from './crash-closing-scene.ts'
import { type Outside, openOutside } from './crash-outside.ts'
import { type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { openStage, type Stage } from './stage.ts'

/** How often the house is killed; .ci/run sets more. */
const KILLS = Number(process.env.KILLS ?? 3)
const TIMEOUT_MS = 60_000 + KILLS * 30_000
const ROOM = 'parents-united'

describe('a house that is killed again and again while ballots close', () => {
  const draws = drawsFrom(seededBytes(process.env.SEED ?? 'closing'))
  const wanted = closingKills(KILLS, (most) => Math.floor(draws.fraction() * most))
  let folder: string
  let own: OwnDatabase | undefined
  let outside: Outside
  let stage: Stage
  let lived: Lived
  let posts: { key: string; to: string; words: string }[]
  let drawn: Map<string, string>
  let rows: Record<string, unknown>[]
  let due: Record<string, unknown>[]
  let community: string
  let held: Map<string, HeldBallot>

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-closing-`)
    own = server ? await ownDatabase(server) : undefined
    const place: Task['place'] = own?.place ?? { kind: 'folder', folder: `${folder}/data` }
    const began = new Date('2026-01-05T12:00:00Z')
    outside = await openOutside(folder, began)
    const onStage = { place, destinations: [outside.destination] }
    const before = await openStage({ ...onStage, now: began.toISOString() })
    const { community: id, ids } = await beginScene(before)
    community = id
    expect(before.failures).toEqual([])
    await before.close()

    lived = await liveThrough(wanted, outside, place)
    posts = await linesOf(outside.posted)
    drawn = new Map((await linesOf<{ id: string; words: string }>(outside.drawn)).map(({ id, words }) => [id, words]))
    const sql = await connect(place, outside.now())
    const written = (table: string) => `select ballot_id, '${table}' as of, xmin::text as by from ${table}`
    rows = await sql.query(`${written('ballot_votes')} union all ${written('ballot_voters')}`, [])
    due = await sql.query('select question from ballots where due_at is not null or remind_at is not null', [])
    await sql.close()
    const now = new Date(began.getTime() + ALL_MS).toISOString()
    stage = await openStage({ ...onStage, organization: null, seed: 'after', now })
    held = new Map()
    for (const [question, id] of ids) {
      const ballot = await stage.read((store) => store.ballots.get(id))
      if (ballot) held.set(question, ballot)
    }
    console.log(figures())
  }, TIMEOUT_MS)
  afterAll(async () => {
    await stage?.close()
    await outside?.close()
    await own?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const saidTo = (to: string, words: string) => posts.filter((post) => post.to === to && post.words.includes(words))
  const ballotOf = (question: string): HeldBallot => {
    const ballot = held.get(question)
    if (!ballot) throw new Error(`there is no ballot ${question}`)
    return ballot
  }

  function figures(): string {
    const times = new Map<string, number>()
    for (const { at } of lived.killed) times.set(at, (times.get(at) ?? 0) + 1)
    const again = lived.tried.length - new Set(lived.tried).size
    const kills = [...times].map(([at, count]) => `${count} ${at}`).join(', ')
    return `${lived.killed.length} kills (${kills}); ${posts.length} posts, ${again} tried again`
  }

  test('was killed at every moment it was to be, and never failed otherwise', () => {
    expect(lived.failures).toEqual([])
    expect(lived.killed.map(({ at, about }) => ({ at, about }))).toEqual(wanted.map(({ at, about }) => ({ at, about })))
    for (const { at, what } of lived.killed)
      if (at === 'posted') expect(lived.tried.filter((key) => key === what).length).toBeGreaterThan(1)
  })

  test('says each outcome once in the room, and once to who wants it in private', () => {
    for (const { question } of BALLOTS) {
      const heard = posts.filter(({ words }) => words.includes(`ecided: ${question}`))
      expect({ question, to: heard.map(({ to }) => to).sort() }).toEqual({
        question,
        to: [TOLD_IN_PRIVATE, ROOM].sort(),
      })
    }
    expect(posts.map(({ to, words }) => `${to}: ${words}`).filter((one, i, all) => all.indexOf(one) !== i)).toEqual([])
  })

  test('reminds each member who has not voted once, and nobody else', () => {
    for (const ballot of BALLOTS) {
      const { question } = ballot
      const reminded = posts.filter(({ words }) => words.includes(`Not voted yet: ${question}`)).map(({ to }) => to)
      const missing = ['ana', ...MEMBERS].filter((name) => !votesOn(ballot, name))
      expect({ question, reminded: reminded.sort() }).toEqual({ question, reminded: missing.sort() })
    }
  })

  test('counts each rightly, and sealed so that a recount of its export finds the same', async () => {
    for (const planned of BALLOTS) {
      const ballot = ballotOf(planned.question)
      const delegated = !planned.secret && !votesOn(planned, DELEGATES.from) ? 1 : 0
      expect(ballot).toMatchObject({ state: 'closed', electorate: MEMBERS.length + 1 })
      expect(ballot.result).toMatchObject({
        ballots: { cast: planned.votes.length + delegated },
        winners: planned.winner === undefined ? [] : [planned.winner],
      })
      const file = await stage.read((store) => exportFile(store, ballot, { sensitive: false, slug: ROOM }))
      const found = recount(file.text, ballot.seal ?? '')
      expect(found).toMatchObject({ verdict: 'as sealed', result: ballot.result ?? {} })
    }
  })

  test('lets one whose quorum is missed by little stay open a day longer, once, and says so once', () => {
    for (const { question, extends: isExtended } of BALLOTS) {
      const { extendedAt, closesAt, openedAt, closedAt } = ballotOf(question)
      expect(extendedAt !== null).toBe(isExtended)
      expect(saidTo(ROOM, `Few are missing for the quorum of “${question}”`)).toHaveLength(isExtended ? 1 : 0)
      if (extendedAt && closedAt) expect(closedAt.getTime() - extendedAt.getTime()).toBeLessThan(86_400_000 + LATE_MS)
      expect(closedAt?.getTime()).toBeGreaterThanOrEqual(closesAt.getTime())
      expect((closedAt?.getTime() ?? 0) - closesAt.getTime()).toBeLessThan(LATE_MS)
      expect(openedAt).toEqual(new Date('2026-01-05T12:00:00Z'))
    }
  })

  test('leaves nothing due, and of a secret ballot only rows of one transaction, each once on the disk', async () => {
    expect(lived.unended).toEqual([])
    expect(due).toEqual([])
    for (const { question, secret } of BALLOTS) {
      const theirs = rows.filter((row) => row.ballot_id === ballotOf(question).id)
      expect(new Set(theirs.map(({ of }) => of)).size).toBe(2)
      if (secret) expect(new Set(theirs.map(({ by }) => by)).size).toBe(1)
    }
    const left = await stage.read((store) => store.agenda())
    expect({ posts: left.posts, cards: left.cards, ballots: left.ballots }).toEqual({})
  })

  test('turns each topic once, which who proposed it is told once', async () => {
    const [, , winner] = Object.keys(TOPICS)
    const inState = (state: 'chosen' | 'proposed') =>
      stage.read(async (store) =>
        (await store.topics.list(community, state, '', { skip: 0, take: 9 })).map(({ title }) => title).sort(),
      )
    expect(await inState('chosen')).toEqual([winner])
    expect(await inState('proposed')).toEqual(
      Object.keys(TOPICS)
        .filter((title) => title !== winner)
        .sort(),
    )
    for (const [title, proposer] of Object.entries(TOPICS)) {
      const isChosen = title === winner
      expect(saidTo(proposer, `Your topic “${title}” was chosen`)).toHaveLength(isChosen ? 1 : 0)
      expect(saidTo(proposer, `Your topic “${title}” was not chosen`)).toHaveLength(isChosen ? 0 : 1)
    }
  })

  test('shows on each card that it is over', () => {
    for (const { question } of BALLOTS) {
      const cards = [...drawn.values()].filter((words) => words.includes(question))
      expect({ question, cards: cards.map((words) => words.includes('[Outcome]')) }).toEqual({
        question,
        cards: [true],
      })
    }
  })
})

/** It is closed later than it said by no more than the kills took. */
const LATE_MS = (KILLS + 1) * 61_000

async function linesOf<T>(file: string): Promise<T[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line))
}
