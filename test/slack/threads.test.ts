import { afterEach, beforeEach, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import { type Platform, type Reading, Stuck } from '../../src/platform.ts'
import type { PlatformThread } from '../../src/reply.ts'
import { createApi } from '../../src/slack/api.ts'
import { slackPlatform } from '../../src/slack/bot.ts'
import { manifest } from '../../src/slack/manifest.ts'
import type { Person, TeamHandle } from './hand.ts'
import { type Fake, openFake } from './server.ts'
import type { Channel, Message } from './world.ts'

const HOUR_MS = 3_600_000
const READING: Reading = { names: {}, zone: 'Europe/Berlin', language: 'en' }

let fake: Fake
let team: TeamHandle
let ana: Person
let room: Channel
let platform: Required<Platform>
let card: string

/** Slack as a process sees it that remembers nothing of the others. */
function anotherProcess(): Required<Platform> {
  const nothing = async () => undefined
  const door = {
    api: fake.api,
    tokenOf: async () => team.token,
    revoked: nothing,
    taken: nothing,
    now: () => fake.now(),
  }
  // Of what a platform may have, Slack has all that is asked for here.
  return slackPlatform(createApi(door), '/community', () => undefined) as Required<Platform>
}

beforeEach(async () => {
  const made = manifest({ command: '/community', publicUrl: 'https://kindred.example', isSocket: true })
  fake = await openFake({ manifest: made })
  team = fake.team('Museum')
  ana = team.user('ana')
  room = team.channel('night-owls', { members: [ana] })
  room.members.add(team.botUserId)
  platform = anotherProcess()
  card = await platform.draw(target(), { text: say`Owl watching` }, READING, 'card', null, undefined)
  fake.pass(2_000)
})
afterEach(async () => {
  await fake.close()
  expect(fake.violations).toEqual([])
})

const target = () => ({ workspace: team.id, place: room.id, account: null })
const thread = (more: Partial<PlatformThread> = {}): PlatformThread => ({
  title: 'Owl watching',
  isOver: false,
  accounts: [ana.id],
  inside: [],
  opening: say`Here is everything for ${'*those*'} who come.`,
  ending: say`It is over. Thank you!`,
  ...more,
})
/** Keeps the thread, and lets some time pass. */
async function keep(one: PlatformThread, id: string | null = null, tried?: Date, by = platform): Promise<string> {
  return by
    .drawThread({ ...target(), message: card }, one, READING, 'thread', id, tried)
    .finally(() => fake.pass(2_000))
}
const answers = (): Message[] => team.messages('night-owls').filter(({ threadTs }) => threadTs === card)
const words = () => answers().map(({ text }) => text)
const OPENING = expect.stringMatching(/^Here is everything for .*those.* who come\.$/)
const ENDING = 'It is over. Thank you!'

test('a card is answered once by what its thread is for, and once when it is over, and nobody is put into it', async () => {
  const id = await keep(thread())
  expect(answers()).toMatchObject([{ ts: id, botId: expect.anything() }])
  expect(words()[0]).not.toContain(' *those* ')
  const calls = fake.requests.length
  expect(await keep(thread({ accounts: [], inside: [ana.id] }), id)).toBe(id)
  expect(fake.requests.length).toBe(calls)
  for (let n = 0; n < 2; n++) expect(await keep(thread({ isOver: true }), id)).toBe(id)
  expect(words()).toEqual([OPENING, ENDING])
})

test('what was said though its answer was lost is found, and not said again', async () => {
  const tried = fake.now()
  fake.faults.next('chat.postMessage', { drop: 'after' })
  await expect(keep(thread())).rejects.toThrow()
  fake.pass(HOUR_MS)
  ana.says('Who drives?', 'night-owls', card)
  const id = await keep(thread(), null, tried, anotherProcess())
  expect(id).toBe(answers()[0]?.ts)
  fake.faults.next('chat.postMessage', { drop: 'after' })
  await expect(keep(thread({ isOver: true }), id)).rejects.toThrow()
  await keep(thread({ isOver: true }), id, fake.now(), anotherProcess())
  expect(words()).toEqual([OPENING, 'Who drives?', ENDING])
})

test('what Slack fails at is tried again', async () => {
  fake.faults.next('chat.postMessage', { status: 503 })
  await expect(keep(thread())).rejects.toThrow('Slack answered with 503')
  fake.faults.next('conversations.replies', { error: 'internal_error' })
  await expect(keep(thread(), null, fake.now())).rejects.toThrow('internal_error')
  await keep(thread(), null, fake.now())
  expect(words()).toEqual([OPENING])
})

test('what was over before its thread began has none, but one that began unheard is ended', async () => {
  const tried = fake.now()
  expect(await keep(thread({ isOver: true }))).toBe(card)
  expect(await keep(thread({ isOver: true }), card)).toBe(card)
  expect(words()).toEqual([])
  fake.faults.next('chat.postMessage', { drop: 'after' })
  await keep(thread()).catch(() => undefined)
  expect(await keep(thread({ isOver: true }), null, tried)).toBe(answers()[0]?.ts)
  expect(words()).toEqual([OPENING, ENDING])
})

test('a card that was deleted by hand has no last words said under it', async () => {
  const id = await keep(thread())
  fake.faults.next('conversations.replies', { error: 'thread_not_found' })
  expect(await keep(thread({ isOver: true }), id)).toBe(id)
  expect(words()).toEqual([OPENING])
})

test('a channel that Kindred may not answer in is told to staff in words', async () => {
  fake.faults.next('chat.postMessage', { error: 'missing_scope', times: 2 })
  await expect(keep(thread())).rejects.toThrow(Stuck)
  await expect(keep(thread())).rejects.toThrow('Kindred lacks a permission there')
})
