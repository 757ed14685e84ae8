import { makeThread } from '../test/discord/channels.ts'
import type { GuildHandle } from '../test/discord/hand.ts'
import { type Fake, openFake } from '../test/discord/server.ts'
import { TYPE } from '../test/discord/world.ts'
import type { People } from './answers.ts'
import { slugOf, writeRooms } from './crowded-house.ts'
import { type Habits, peopleOn } from './discord-wire.ts'

/** How many people the server has; few of them ever act. */
export const MEMBERS = 100_000
const HEARTBEAT_MS = 600_000

/** A Discord of its own for one bot, and its people. */
export interface Wire {
  fake: Fake
  guild: GuildHandle
  people: People
}

/** What people do with Kindred. */
export const KINDRED: Habits = {
  joins: (n) => ['join', { community: slugOf(n) }],
  looks: () => ['communities', {}],
  // [Join], the question's [Yes], and the list's [More].
  presses: (buttons) => (buttons.length > 3 ? buttons.at(-1) : buttons[0]),
}
/** The same with the bare bot, whose answers have nothing to press. */
export const CONSTANT: Habits = {
  joins: () => ['join', { community: 'parents-united' }],
  looks: () => ['join', { community: 'parents-united' }],
  presses: () => ({ custom_id: 'constant', type: 2, id: 1 }),
}

/** Opens a Discord on which nothing is judged or slowed, with one large server. */
export async function openWire(habits: Habits): Promise<Wire> {
  // A bot that stands still in between must not miss a heartbeat.
  const fake = await openFake({ judged: false, limited: false, keep: 100, heartbeatMs: HEARTBEAT_MS })
  const guild = fake.guild('City Museum')
  guild.crowd(MEMBERS)
  return { fake, guild, people: peopleOn(fake, guild, habits) }
}

/** Gives every community its thread in the server, as it has once a few have joined from there. */
export async function makeRooms(url: string, { fake, guild }: Wire): Promise<void> {
  await writeRooms(url, { platform: 'discord', workspace: guild.id, carrier: 'thread' }, (name) => {
    const about = { name, type: TYPE.privateThread, ownerId: fake.bot.id, invitable: false }
    return makeThread(fake.world, guild.general, about).id
  })
}
