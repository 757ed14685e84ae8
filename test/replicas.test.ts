import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { type Outside, openOutside } from './outside.ts'
import { ask, type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { type Replica, startReplica } from './replica.ts'
import { createTown, isRacer, ON_REQUEST, OPEN, ORGANIZER } from './replica-people.ts'
import { openStage } from './stage.ts'

/** How many commands the houses are given; .ci/run may set more. */
const COMMANDS = Number(process.env.COMMANDS ?? 300)
const TIMEOUT_MS = 120_000 + COMMANDS * 100
/** How much faster the houses' time goes: their 15 seconds of patience are 1.5 here, a claim's minute 6. */
const SPEED = 10
const AT_ONCE = Math.min(48, Math.max(8, COMMANDS / 40))
const NIGHTS = 4
const DAY_MS = 86_400_000
const DAILY = ['agreements', 'backup', 'retention', 'sizes', 'sweep']

describe.runIf(server)('two houses on one database, whatever goes wrong outside', () => {
  const draws = drawsFrom(seededBytes(process.env.SEED ?? 'replicas'))
  const replicas: Replica[] = []
  let own: OwnDatabase
  let outside: Outside
  let folder: string
  const town = createTown({ replicas, outside: () => outside, draws, commands: COMMANDS })
  const runs: string[][] = []

  const query = (statement: string) => ask(own.place.url, statement)

  /** Nothing waits in any table, and nothing is under way. */
  async function quiet(): Promise<void> {
    const tables = ['rooms', 'room_places', 'cards', 'posts', 'mails', 'reports', 'erasures']
    const waiting = tables.map((table) => `select 1 from ${table} where due_at is not null`).join(' union all ')
    for (;;) {
      const [row] = await query(`select count(*)::int as count from (${waiting}) as waiting`)
      if (row?.count === 0 && outside.isIdle()) return
      await pause(200)
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-replicas-`)
    own = await ownDatabase(server ?? '')
    const before = await openStage({ place: own.place, destinations: [] })
    const base = before.now().getTime()
    await before.close()
    await query('create table runs (name text not null, ran_at timestamptz not null)')
    // It takes a moment, in which the other house wants to do it too.
    await query(`create function note_run() returns trigger language plpgsql as
      'begin insert into runs values (new.name, new.ran_at); perform pg_sleep(0.05); return null; end'`)
    await query(`create trigger note_run after update on job_runs for each row
      when (old.ran_at is distinct from new.ran_at) execute function note_run()`)
    const troubleOf = (person: string) => (person === 'nobody' ? 0 : isRacer(person) ? 0.4 : 0.1)
    outside = await openOutside({ draws, troubleOf, everSaid: town.everSaid })
    const task = { place: own.place, outside: outside.url, backups: folder, base, epoch: Date.now(), speed: SPEED }
    for (const name of ['one', 'the other']) replicas.push(await startReplica({ ...task, name }))

    const began = performance.now()
    await town.begin()
    await town.go(AT_ONCE, 14)
    const seconds = (performance.now() - began) / 1000
    outside.calm()
    await quiet()
    for (let night = 0; night < NIGHTS; night++) {
      await Promise.all(replicas.map((replica) => replica.skip(DAY_MS)))
      const nightly = async () =>
        (await query(`select name from runs where name not like '%/%'`)).map((row) => `${row.name}`)
      while ((await nightly()).length < DAILY.length * (night + 1)) await pause(100)
      // Whoever would do it once more does so about now.
      await pause(500)
      runs.push(await nightly())
      await quiet()
    }
    const faults = [...outside.faults].map(([fault, count]) => `${count} ${fault}`).join(', ')
    console.log(`${town.given()} commands of ${town.lives.length} people took ${seconds.toFixed(0)} s; ${faults}`)
  }, TIMEOUT_MS)

  afterAll(async () => {
    for (const replica of replicas) await replica.end()
    await outside?.close()
    await own?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  test('tell everybody what comes about, though the same thing is delivered to both at once', () => {
    expect(town.wrong).toEqual([])
    expect(replicas.flatMap((replica) => replica.failures)).toEqual([])
  })

  test('never do one thing at once, and nothing again that was heard to be done', () => {
    expect(outside.faults.size).toBeGreaterThan(4)
    expect(outside.complaints()).toEqual([])
  })

  test('tell the destination of exactly those who said yes', () => {
    const wanted = town.lives.flatMap(({ name, email, yes }) => [...yes].map((where) => [`${where}/${name}`, email]))
    const held = outside.held().map(([key, { email }]) => [key, email])
    expect(held.sort()).toEqual(wanted.sort())
  })

  test('write every yes down once', async () => {
    const rows = await query(`select a.external_id as name, count(d.id)::int as count from accounts a
      left join directions d using (person_id) group by 1`)
    const written = new Map(rows.map((row) => [row.name, row.count]))
    const known = town.lives.filter((life) => life.yeses !== undefined)
    expect(known.map(({ name }) => [name, written.get(name)])).toEqual(known.map(({ name, yeses }) => [name, yeses]))
  })

  test('let exactly the members into each room, however often they came and went', () => {
    for (const where of [...OPEN, ON_REQUEST]) {
      const members = town.lives.filter((life) => life.in.has(where)).map((life) => life.name)
      expect([...(outside.rooms.get(where) ?? [])].sort()).toEqual([ORGANIZER, ...members].sort())
    }
  })

  test('say everything once', () => {
    const { lives, postsWith } = town
    const farewells = lives.flatMap((life) => life.reasons)
    expect(farewells.map((reason) => [reason, postsWith(reason).length])).toEqual(
      farewells.map((reason) => [reason, 1]),
    )
    const asked = lives.filter((life) => life.request !== 'none').map((life) => life.name)
    expect(asked.map((name) => postsWith(`longing of ${name}.`).filter((one) => one.to === ORGANIZER).length)).toEqual(
      asked.map(() => 1),
    )
    const answers = lives.map(({ name, request }) => [
      postsWith('Your request was accepted').filter((one) => one.to === name).length,
      postsWith(`was declined: not today, ${name}.`).length,
      request,
    ])
    expect(answers).toEqual(
      lives.map(({ request }) => [Number(request === 'accepted'), Number(request === 'declined'), request]),
    )
    const mails = [...outside.mails.values()].map((mail) => mail.to)
    expect(mails.sort()).toEqual(lives.map((life) => life.email).sort())
  })

  test('run each daily job once a night between them', () => {
    const times = runs.map((names) => DAILY.map((name) => [name, names.filter((one) => one === name).length]))
    expect(times).toEqual(runs.map((_, i) => DAILY.map((name) => [name, i + 1])))
    expect(new Set(outside.backups).size).toBe(NIGHTS)
    expect(outside.backups).toHaveLength(NIGHTS)
  })
})
