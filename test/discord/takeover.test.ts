import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Turn } from '../../src/discord/bot.ts'
import { ask, type OwnDatabase, ownDatabase, server } from '../postgres.ts'
import { type Running, startProcess } from './processes.ts'
import { onRooms, stage } from './room-stage.ts'
import { type Fake, openFake } from './server.ts'
import type { Shown } from './shown.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'
/** Any key will do: 32 bytes in base64. */
const KEY = Buffer.alloc(32, 7).toString('base64')
const START_MS = 100_000
/** Starting twice, and a lease that ends, on a busy machine. */
const TEST_MS = 300_000
/** Within this another process holds the gateway. */
const TAKEN_OVER_MS = 30_000

let fake: Fake
let database: OwnDatabase
let folder: string
let running: Running[]

describe.skipIf(!server)('of two processes on one PostgreSQL', () => {
  beforeEach(async () => {
    // Discord itself lets one bot connect as often as it likes, and tells everything to each.
    fake = await openFake({ sessions: 'many', patienceMs: 4_000 })
    database = await ownDatabase(server ?? '')
    folder = await mkdtemp(`${tmpdir()}/kindred-takeover-`)
    running = []
  })
  afterEach(async () => {
    await Promise.all(running.map((one) => one.end('SIGKILL')))
    await database.drop()
    await fake.close()
    await rm(folder, { recursive: true, force: true })
  })

  function begin(): Running {
    const { url: DATABASE_URL } = database.place
    const settings = { DATABASE_URL, KINDRED_KEY: KEY, DISCORD_TOKEN: fake.token, DISCORD_API_URL: fake.api }
    const one = startProcess(folder, settings)
    running.push(one)
    return one
  }
  const holds = (one: Running) => one.said().includes('Discord: connected')
  const comes = (what: () => unknown, timeout = START_MS) => expect.poll(what, { timeout, interval: 50 })
  const allIn = () => fake.gateway.sessions().filter(({ isConnected }) => isConnected).length

  async function twoOf(): Promise<{ holder: Running; other: Running }> {
    const both = [begin(), begin()]
    for (const one of both) await comes(one.said).toContain('Kindred is ready')
    await comes(() => both.filter(holds).length).toBe(1)
    const [holder, other] = holds(both[0] as Running) ? both : both.toReversed()
    if (!holder || !other) throw new Error('there are two')
    return { holder, other }
  }

  /** Types until somebody answers, as people do. */
  async function persists(types: () => Promise<Shown>): Promise<Shown> {
    for (const end = Date.now() + TAKEN_OVER_MS + 4_000; ; ) {
      const shown = await types()
      if (shown.kind === 'message' || Date.now() > end) return shown
    }
  }

  test(
    'the one that holds the gateway is killed, and the other answers within 30 seconds; nothing is done twice',
    async () => {
      const museum = fake.guild('Museum')
      const [ana, ben, cem] = [museum.member('ana'), museum.member('ben'), museum.member('cem')]
      const { holder, other } = await twoOf()
      await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
      await comes(() => museum.channels().map(({ name }) => name)).toContain('parents-united')
      const room = museum.find('parents-united')?.id ?? ''
      await comes(() => ana.in(room).sees().length).toBe(1)

      await ben.types('join', { community: 'parents-united' })
      // It dies while Ben waits: his act is carried out, and he was not told. Letting him in was done, and nobody heard.
      fake.faults.next(`PUT /channels/${room}/permissions`, { answerAfterMs: 60_000 })
      fake.faults.next('PATCH /webhooks', { delayMs: 2_000 })
      const unheard = ben.presses('Join')
      await comes(() => fake.faults.waiting().length).toBe(0)
      const since = Date.now()
      await holder.end('SIGKILL')
      expect((await unheard).kind).toBe('nothing')

      await persists(() => cem.types('join', { community: 'parents-united' }))
      const joined = await cem.presses('Join')
      const tookMs = Date.now() - since
      expect(joined.text).toContain("You're in: **Parents United**.")
      expect(holds(other)).toBe(true)
      expect(tookMs).toBeLessThan(TAKEN_OVER_MS)
      console.log(`another process answered ${Math.round(tookMs / 100) / 10} s after the kill`)

      // Ben types again, as he would, and is where he already was.
      expect((await ben.types('join', { community: 'parents-united' })).text).toContain('Parents United')
      await comes(() => [ben, cem].filter((one) => one.in(room).sees().length > 0).length).toBe(2)
      const memberships = await ask(
        database.place.url,
        `select p.name, m.state, count(*)::int as n from memberships m join people p on p.id = m.person_id group by 1, 2 order by 1`,
      )
      expect(memberships).toEqual(['ana', 'ben', 'cem'].map((name) => ({ name, state: 'member', n: 1 })))
      expect(museum.channels().filter(({ name }) => name === 'parents-united')).toHaveLength(1)
      expect(
        ana
          .in(room)
          .sees()
          .map(({ text }) => text.split('!')[0]),
      ).toEqual(['Welcome to **Parents United**'])
      expect(cem.inDm().sees()).toHaveLength(0)
      // Never two at once: each of them would have answered.
      expect(allIn()).toBe(1)
      expect(fake.gateway.identifies).toHaveLength(2)
      expect(fake.refusals().filter(({ code }) => code === 40060)).toEqual([])
      expect(fake.violations).toEqual([])
    },
    TEST_MS,
  )

  test(
    'the one that holds the gateway is asked to stop, and the other is there at its next look',
    async () => {
      const museum = fake.guild('Museum')
      const ana = museum.member('ana')
      const { holder, other } = await twoOf()
      const since = Date.now()
      expect(await holder.end('SIGTERM')).toBe(0)
      await comes(() => holds(other), TAKEN_OVER_MS).toBe(true)
      console.log(`another process connected ${Math.round((Date.now() - since) / 100) / 10} s after the stop`)
      expect(Date.now() - since).toBeLessThan(15_000)
      expect((await ana.types('communities')).kind).toBe('message')
      expect(fake.violations).toEqual([])
    },
    TEST_MS,
  )
})

describe("a process's turn at the gateway", () => {
  onRooms({ heartbeatMs: 500, patienceMs: 3_000, mayFail: true })
  const connected = () => stage.fake.gateway.sessions().filter(({ isConnected }) => isConnected).length
  const never = <T>() => new Promise<T>(() => undefined)

  /** Instead of the first process another with a turn of the test's own. */
  async function replaced(turn: Turn) {
    await stage.bot.stop()
    const bot = stage.another(undefined, turn)
    bot.start()
    return bot
  }

  test('is left in time where the database answers no more, and taken again once it does', async () => {
    let answers = true
    const turn: Turn = { take: () => (answers ? Promise.resolve(true) : never()), giveBack: () => never() }
    const bot = await replaced(turn)
    await stage.until(() => stage.printed.length === 2)
    answers = false
    stage.fake.pass(10_000)
    await stage.until(() => connected() === 0)
    expect(stage.failures.map(({ where }) => where)).toContain('discord/turn')
    answers = true
    stage.fake.pass(20_000)
    await stage.until(() => connected() === 1)
    const since = Date.now()
    await bot.stop()
    expect(Date.now() - since).toBeLessThan(15_000)
  })

  test('is given back where the gateway is not ready for a minute, and not taken again at once', async () => {
    const acts: string[] = []
    stage.fake.gateway.zombie(true)
    await replaced({
      take: async () => acts.push('take') > 0,
      giveBack: async () => void acts.push('back'),
    })
    await stage.until(() => acts.length > 0)
    stage.fake.pass(61_000)
    await stage.until(() => stage.failures.length > 0)
    stage.fake.gateway.heal()
    await stage.until(() => acts.includes('back'))
    const soFar = acts.length
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    // Neither by a connection that was left.
    expect([acts.length, connected()]).toEqual([soFar, 0])
    expect(stage.failures.map(({ where }) => where)).toEqual(['discord/ready'])
    stage.fake.pass(20_000)
    await stage.until(() => stage.printed.length === 2)
  })

  test('is given back where the gateway that was ready can’t be found again', async () => {
    stage.fake.gateway.zombie(true)
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    stage.fake.pass(61_000)
    const another = () =>
      stage.read((store) => store.leases.hold('gateway/discord', 'another', stage.fake.now(), new Date(9e12)))
    await stage.until(() => stage.failures.some(({ where }) => where === 'discord/ready'))
    await stage.until(another)
  })

  test.each([
    [4010, 'shard'],
    [4011, 'shards'],
    [4012, 'version'],
    [4013, 'intents'],
  ])('ends with the code %i, after which Discord wants no new attempt', async (code, words) => {
    stage.fake.gateway.close(code, true)
    await stage.until(() => stage.printed.length === 2)
    expect(stage.printed[1]).toContain(words)
    // And so where a process is told at its start.
    stage.another().start()
    await stage.until(() => stage.printed.length === 3)
    expect(stage.printed[2]).toBe(stage.printed[1])
    expect((await stage.read((store) => store.staffNotes.open())).length).toBe(1)
  })
})
