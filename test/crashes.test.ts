import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf } from '../src/backup-folder.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { readBackup } from '../src/store/backup.ts'
import type { Task } from './crash-child.ts'
import { type History, openLives } from './crash-lives.ts'
import { type Kill, killsOf, type Moment } from './crash-moments.ts'
import { messageIdOf, type Outside, openOutside, readerOf } from './crash-outside.ts'
import { farewellOf } from './crash-people.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { foundParents, heldOf } from './parents.ts'
import { type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { openStage, type Stage } from './stage.ts'

/** How often the house is killed: once in each way; .ci/run sets more. */
const KILLS = Number(process.env.KILLS ?? 3)
const TIMEOUT_MS = 60_000 + KILLS * 30_000
/** A moment that a life did not come to is tried again in the next, so many times over all. */
const LIVES_MAX = KILLS * 3

describe('a house that is killed again and again', () => {
  let folder: string
  let own: OwnDatabase | undefined
  let outside: Outside
  let stage: Stage
  let community: string
  let history: History
  let posts: { key: string; to: string; words: string }[]
  const wanted: Kill[] = killsOf(KILLS, drawn())

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-crash-`)
    own = server ? await ownDatabase(server) : undefined
    const place: Task['place'] = own?.place ?? { kind: 'folder', folder: `${folder}/data` }
    outside = await openOutside(folder, new Date('2026-01-05T12:00:00Z'))
    const onStage = { place, destinations: [outside.destination] }
    const before = await openStage({ ...onStage, now: outside.now().toISOString() })
    const { id, yes } = await foundParents(before)
    community = id
    await before.close()

    const lives = openLives(outside, place, yes, drawn())
    history = lives.history
    const left = [...wanted]
    let isDone = false
    try {
      for (let lived = 0; lived < LIVES_MAX && !(left.length === 0 && isDone); lived++) {
        const wasKilled = await lives.live(left[0])
        if (wasKilled && left.length > 0) left.shift()
        isDone = !wasKilled
      }
    } finally {
      lives.close()
    }
    posts = (await readFile(outside.posted, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    stage = await openStage({ ...onStage, organization: null, seed: 'after', now: outside.now().toISOString() })
    console.log(figures())
  }, TIMEOUT_MS)
  afterAll(async () => {
    await stage.close()
    await outside.close()
    await own?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const kind = (name: History['people'][number]['kind']) => history.people.filter((person) => person.kind === name)
  const heldAt = (moment: Moment) => history.heldAt.filter(({ at }) => at === moment).map(({ what }) => what)
  const timesMailed = () => tally(outside.mails.taken.map(messageIdOf))
  const timesTold = () => tally(outside.hook.events.map((event) => event.id))
  const timesTried = () => tally(history.tried.flatMap((keys) => [...keys]))
  const repeated = (times: Map<string, number>) => [...times.values()].filter((count) => count > 1).length

  function figures(): string {
    const kills = [...tally(history.kills.map(({ at }) => at))].map(([at, count]) => `${count} ${at}`)
    return [
      `${history.kills.length} kills (${kills.join(', ')})`,
      `${history.tried.length} lives, ready after ${Math.round(history.readyMs)} ms at most`,
      `${history.people.length} people, ${history.told.size} outcomes told, ${history.again.length} redelivered`,
      `${posts.length} posts, ${repeated(timesTried())} tried again`,
      `${timesMailed().size} mails, ${repeated(timesMailed())} sent again`,
      `${timesTold().size} events, ${repeated(timesTold())} sent again`,
    ].join('; ')
  }

  test('was killed at every moment it was to be, and never failed otherwise', () => {
    expect(history.failures).toEqual([])
    expect(history.kills).toEqual(wanted)
    expect(history.people.map(({ name, done }) => ({ name, done }))).toEqual(
      history.people.map(({ name, kind }) => ({ name, done: kind === 'stays' ? 6 : 5 })),
    )
  })

  test('has kept every outcome it told somebody', () => {
    expect(history.lost).toEqual([])
  })

  test('answers what is delivered again as it did the first time, told or only committed', async () => {
    expect(history.again.filter((one) => one.before !== one.now)).toEqual([])
    for (const { id, name, command, raw, press } of history.delivered.values()) {
      const delivery = deliveryOf(id, name, stage.now())
      const answer = await (press ? stage.router.press(delivery, press) : stage.router.run(delivery, command, raw))
      expect({ id, words: wordsOf(answer) }).toEqual({ id, words: history.told.get(id) })
    }
    expect(stage.failures).toEqual([])
  })

  test('did everything exactly once', async () => {
    const held = {
      stays: { standing: 'member', directions: 2, standingOnes: 1 },
      leaves: { standing: 'left', directions: 1, standingOnes: 0 },
      forgets: { standing: 'none', directions: 0, standingOnes: 0 },
      withdraws: { standing: 'member', directions: 1, standingOnes: 0 },
    }
    for (const { name, kind } of history.people) {
      expect({ name, ...(await heldOf(stage, name, community)) }).toEqual({ name, ...held[kind] })
    }
  })

  test('left nothing undone', async () => {
    const { posts, mails, reports, erasures } = await stage.read(async (store) => ({
      posts: (await store.agenda()).posts,
      mails: (await store.agenda()).mails,
      reports: [...(await store.agenda()).reports.values()][0],
      erasures: (await store.agenda()).erasures,
    }))
    expect({ posts, mails, reports, erasures }).toEqual({})
  })

  test('said every post once, though some were tried again', () => {
    const leavers = kind('leaves')
    expect(
      leavers.map((person) => posts.filter(({ words }) => `${words}.`.includes(farewellOf(person))).length),
    ).toEqual(leavers.map(() => 1))
    expect(posts.map(({ to, words }) => `${to}: ${words}`).filter(isSeenBefore)).toEqual([])
    for (const key of heldAt('posted')) expect(timesTried().get(key)).toBeGreaterThan(1)
  })

  test('sent every mail at most twice, the second time under the same Message-ID', () => {
    const { taken } = outside.mails
    // Everybody asked for one code.
    const ids = new Map(history.people.map(({ email }) => [email, new Set<string>()]))
    for (const mail of taken) ids.get(readerOf(mail))?.add(messageIdOf(mail))
    expect([...ids].map(([email, messages]) => [email, messages.size])).toEqual([...ids.keys()].map((one) => [one, 1]))
    expect([...timesMailed()].filter(([, count]) => count > 2)).toEqual([])
    const forgetters = new Set(kind('forgets').map(({ email }) => email))
    for (const id of heldAt('mailed')) {
      // Who is forgotten gets no mail again.
      const reader = readerOf(taken.find((mail) => messageIdOf(mail) === id) ?? '')
      if (!forgetters.has(reader)) expect(timesMailed().get(id)).toBe(2)
    }
  })

  test('told the webhook the same again, so that it holds whom it should and nobody else', () => {
    const { hook } = outside
    const first = new Map(hook.events.toReversed().map((event) => [event.id, event]))
    for (const event of hook.events) expect(event).toEqual(first.get(event.id))
    const requests = new Map(hook.heard.map((request) => [request.id, request]))
    for (const request of hook.heard) expect(request).toEqual(requests.get(request.id))
    const held = hook.holds('parents-united').map(({ email }) => email)
    expect(held.sort()).toEqual(
      kind('stays')
        .map(({ email }) => email)
        .sort(),
    )
    for (const id of [...heldAt('reported'), ...heldAt('erased')]) expect(isToldAgain(id)).toBe(true)
  })

  /** It was sent again, or what took its place since. */
  function isToldAgain(id: string): boolean {
    const { events } = outside.hook
    const at = events.findIndex((event) => event.id === id)
    const person = events[at]?.data.person
    return events.slice(at + 1).some((event) => event.id === id || event.data.person === person)
  }

  test('had the webhook forget who forgot themselves, and told each of them so once', () => {
    const { events } = outside.hook
    const kept = outside.hook.kept().join('\n')
    const told = kind('forgets').filter(({ email }) => events.some(({ data }) => data.email === email))
    expect(told.length).toBeGreaterThanOrEqual(kind('forgets').filter((person) => person.isPatient).length)
    for (const { name, email } of told) {
      const joined = events.find((event) => event.data.email === email)
      expect(kept).not.toContain(email)
      expect(kept).toContain(`erased ${joined?.data.person}`)
      expect(posts.filter((post) => post.to === name && post.words.includes('to forget you'))).toHaveLength(1)
    }
  })

  test('kept no backup it was killed in, and made it whole in a later life', async () => {
    expect(history.torn).toEqual([])
    expect(await outside.backups.isWanted()).toBe(false)
    const names = await outside.backups.names()
    // One that was asked for again before it was made is one.
    expect(names.length > 0).toBe(history.kills.some(({ at }) => at === 'backing up'))
    for (const name of names) {
      const { rows } = await readBackup(textOf(`${outside.backups.path}/${name}`))
      let count = 0
      for await (const _ of rows) count++
      expect(count).toBeGreaterThan(10)
    }
  })
})

/** Draws the same numbers in every run of a seed. */
function drawn(): (most: number) => number {
  const draws = drawsFrom(seededBytes(process.env.SEED ?? 'kills'))
  return (most) => Math.floor(draws.fraction() * most)
}

function tally<T>(things: T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1)
  return counts
}

const isSeenBefore = (line: string, i: number, lines: string[]) => lines.indexOf(line) !== i
