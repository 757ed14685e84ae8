import { describe, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import { Later, Stuck } from '../../src/platform.ts'
import type { PlatformThread } from '../../src/reply.ts'
import { MAY } from './permissions.ts'
import {
  ana,
  anotherProcess,
  asked,
  ben,
  fake,
  guild,
  HOUR_MS,
  onPlatform,
  platform,
  READING,
} from './platform-stage.ts'
import { type Channel, type Message, messagesIn, TYPE } from './world.ts'

onPlatform()

const THREADS = 'POST /channels/:channel/messages/:message/threads'
const MESSAGES = 'POST /channels/:channel/messages'

const target = (place = guild.general.id) => ({ workspace: guild.id, place, account: null })
const card = (words = 'Sea sitting') => ({
  card: { title: say`${words}`, buttons: [{ label: say`Yes`, press: 'meetup.rsvp?m=1' }] },
})
/** A card in a room. */
const drawn = (place?: string) => platform.draw(target(place), card(), READING, 'card', null, undefined)
const thread = (more: Partial<PlatformThread> = {}): PlatformThread => ({
  title: 'Sea sitting',
  isOver: false,
  accounts: [ana.id],
  inside: [],
  opening: say`Here is everything for ${'*those*'} who come.`,
  ending: say`It is over. Thank you!`,
  ...more,
})
const keep = (message: string, one: PlatformThread, id: string | null = null, tried?: Date, place?: string) =>
  platform.drawThread({ ...target(place), message }, one, READING, 'thread', id, tried)

const at = (id: string): Channel | undefined => guild.find(id)
const isIn = (id: string) => [ana, ben].map((one) => at(id)?.thread?.members.has(one.id))
const said = (id: string): Message[] => [...messagesIn(fake.world, id).values()].filter(({ system }) => !system)
const words = (id: string) => said(id).map(({ content }) => content)
const OPENING = 'Here is everything for \\*those\\* who come.'
const ENDING = 'It is over. Thank you!'

describe('a thread for those who come', () => {
  test('stands under the card, with them inside, and says what it is for', async () => {
    const message = await drawn()
    const title = `Sea ${'x'.repeat(200)}`
    const id = await keep(message, thread({ title }))
    expect(id).toBe(message)
    expect(at(id)).toMatchObject({ type: TYPE.publicThread, parentId: guild.general.id })
    expect(at(id)?.name).toMatch(/^Sea x+…$/)
    expect(isIn(id)).toEqual([true, false])
    expect(said(id)).toMatchObject([{ content: OPENING, allowedMentions: { parse: [] } }])
  })

  test('lets in who comes by now, and out who does not', async () => {
    const message = await drawn()
    const id = await keep(message, thread())
    await keep(message, thread({ accounts: [ben.id], inside: [ana.id] }), id)
    expect(isIn(id)).toEqual([false, true])
    expect(words(id)).toEqual([OPENING])
    const before = fake.requests.length
    await keep(message, thread({ accounts: [ben.id], inside: [ben.id] }), id)
    expect(fake.requests.length - before).toBe(1)
  })

  test('goes on without who left the server, is nobody, or can’t see the room', async () => {
    const message = await drawn()
    const cem = guild.member('cem')
    const own = guild.role('own')
    const secret = guild.channel('secret', {
      overwrites: new Map([
        [guild.id, { id: guild.id, type: 0, allow: 0n, deny: MAY.ViewChannel }],
        [own.id, { id: own.id, type: 0, allow: MAY.ViewChannel, deny: 0n }],
        [fake.bot.id, { id: fake.bot.id, type: 1, allow: MAY.ViewChannel, deny: 0n }],
      ]),
    })
    cem.leaves()
    const id = await keep(message, thread({ accounts: [cem.id, '1', ana.id] }))
    expect(isIn(id)).toEqual([true, false])
    await keep(message, thread({ accounts: [ana.id], inside: [cem.id, '1', ana.id] }), id)
    ben.getsRole('own')
    const hidden = await drawn(secret.id)
    await keep(hidden, thread({ accounts: [ana.id, ben.id] }), null, undefined, secret.id)
    expect(isIn(hidden)).toEqual([false, true])
  })

  test('that is full goes on without more', async () => {
    const message = await drawn()
    const id = await keep(message, thread())
    guild.fillThread(id, 1_000)
    expect(await keep(message, thread({ accounts: [ana.id, ben.id], inside: [ana.id] }), id)).toBe(id)
  })

  test('is woken to let somebody in', async () => {
    const message = await drawn()
    const id = await keep(message, thread())
    guild.archive(id)
    await keep(message, thread({ accounts: [ben.id], inside: [ana.id] }), id)
    expect(isIn(id)).toEqual([false, true])
    expect(at(id)?.thread?.archived).toBe(false)
  })

  test('is not begun anew where somebody deleted it', async () => {
    const message = await drawn()
    const id = await keep(message, thread())
    guild.deleteChannel(id)
    expect(await keep(message, thread({ accounts: [ben.id], inside: [ana.id] }), id)).toBe(id)
    expect(await keep(message, thread({ isOver: true }), id)).toBe(id)
    expect([at(id), asked(THREADS)]).toEqual([undefined, 1])
  })

  test('may be one that somebody began there by hand', async () => {
    const message = await drawn()
    guild.beginThread(message, 'Who drives?')
    ana.says('Me!', message)
    const id = await keep(message, thread())
    expect([at(id)?.name, words(id)]).toEqual(['Who drives?', ['Me!', OPENING]])
    await keep(message, thread({ isOver: true }), id)
    expect(at(id)?.thread).toMatchObject({ archived: true, locked: true })
  })

  test('is the room itself where that is a thread, and then nobody is moved and nothing is closed', async () => {
    const forum = guild.forum('communities')
    const { id: post } = await platform.makeRoom(guild.id, {
      ...{ name: 'sea', title: 'Sea', isPrivate: false, isSensitive: false, carrier: 'public', room: null },
      ...{ isOutgrown: false, since: fake.now(), roles: [], others: [forum.id] },
    })
    const message = await drawn(post ?? '')
    const before = fake.requests.length
    const id = await keep(message, thread(), null, undefined, post ?? '')
    expect(id).toBe(`in:${post}`)
    expect(await keep(message, thread({ isOver: true }), id, undefined, post ?? '')).toBe(id)
    expect(fake.requests.length - before).toBe(1)
    expect(at(post ?? '')?.thread).toMatchObject({ archived: false, locked: false })
  })
})

describe('a thread of what is over', () => {
  test('says so once, and is closed', async () => {
    const message = await drawn()
    const id = await keep(message, thread())
    for (let n = 0; n < 2; n++) await keep(message, thread({ isOver: true, inside: [ana.id] }), id)
    expect(words(id)).toEqual([OPENING, ENDING])
    expect(at(id)?.thread).toMatchObject({ archived: true, locked: true })
    expect(isIn(id)).toEqual([true, false])
  })

  test('says so once, though it could not be closed at first and fell asleep meanwhile', async () => {
    const message = await drawn()
    const id = await keep(message, thread())
    fake.faults.next('PATCH /channels/:channel', { status: 500 })
    await expect(keep(message, thread({ isOver: true }), id)).rejects.toThrow('Discord answered with 500')
    fake.pass(HOUR_MS)
    guild.archive(id)
    await keep(message, thread({ isOver: true }), id, fake.now())
    expect(words(id)).toEqual([OPENING, ENDING])
    expect(at(id)?.thread).toMatchObject({ archived: true, locked: true })
  })

  test('is not begun for that, but closed where it was begun and nobody heard', async () => {
    const message = await drawn()
    expect(await keep(message, thread({ isOver: true }))).toBe(message)
    expect(asked(THREADS)).toBe(0)
    fake.faults.next(THREADS, { drop: 'after' })
    await keep(message, thread()).catch(() => undefined)
    await keep(message, thread({ isOver: true }), null, fake.now())
    expect(at(message)?.thread).toMatchObject({ archived: true, locked: true })
  })
})

describe('what fails at a thread', () => {
  test('is made up for: begun once, said once, all inside', async () => {
    const message = await drawn()
    const tried = fake.now()
    for (const [route, fault] of [
      [THREADS, { status: 503 }],
      [THREADS, { drop: 'after' }],
      [MESSAGES, { drop: 'after' }],
      ['PUT /channels/:channel/thread-members/:user', { status: 500 }],
    ] as const) {
      fake.faults.next(route, fault)
      await expect(keep(message, thread(), null, tried)).rejects.toThrow()
      fake.pass(HOUR_MS)
    }
    const id = await anotherProcess().drawThread({ ...target(), message }, thread(), READING, 'thread', null, tried)
    expect(words(id)).toEqual([OPENING])
    expect(isIn(id)).toEqual([true, false])
  })

  test('is gone on with where letting people in broke off, and who changed their mind meanwhile is let out', async () => {
    const message = await drawn()
    const PUT = 'PUT /channels/:channel/thread-members/:user'
    const cem = guild.member('cem')
    const all = [ana, ben, cem].map(({ id }) => id)
    fake.faults.next(PUT, { status: 500, after: 2 })
    await expect(keep(message, thread({ accounts: all }))).rejects.toThrow('Discord answered with 500')
    expect(isIn(message)).toEqual([true, true])
    await keep(message, thread({ accounts: [ben.id, cem.id] }), null, fake.now())
    expect(isIn(message)).toEqual([false, true])
    expect([at(message)?.thread?.members.has(cem.id), asked(PUT)]).toEqual([true, 4])
  })

  test('is told to staff in words where a permission lacks', async () => {
    const message = await drawn()
    const everyone = guild.state.roles.get(guild.id)
    const deny = (bit: bigint) => {
      if (everyone) everyone.permissions &= ~bit
      guild.deny(bit)
    }
    deny(MAY.CreatePublicThreads)
    await expect(keep(message, thread())).rejects.toThrow(Stuck)
    await expect(keep(message, thread())).rejects.toThrow('“Create Public Threads and Send Messages in Threads”')
    guild.grant(MAY.CreatePublicThreads)
    const id = await keep(message, thread())
    deny(MAY.ManageThreads)
    const out = keep(message, thread({ accounts: [], inside: [ana.id] }), id)
    await expect(out).rejects.toThrow('“Manage Threads”')
    await expect(keep(message, thread({ isOver: true }), id)).rejects.toThrow('“Manage Threads”')
    deny(MAY.SendMessagesInThreads)
    await expect(keep(message, thread({ accounts: [ben.id] }), id)).rejects.toThrow('“Send Messages in Threads”')
  })

  test('waits where the server has as many threads as Discord allows, and is stuck where the room is gone', async () => {
    const message = await drawn()
    fake.faults.next(THREADS, { code: 160006 })
    await expect(keep(message, thread())).rejects.toThrow(Later)
    const room = guild.channel('room')
    const other = await drawn(room.id)
    guild.deleteChannel('room')
    await expect(keep(other, thread(), null, undefined, room.id)).rejects.toThrow('the channel was deleted')
  })
})
