import pg from 'pg'
import { makeThread } from '../test/discord/channels.ts'
import type { GuildHandle } from '../test/discord/hand.ts'
import { type Fake, openFake } from '../test/discord/server.ts'
import { TYPE } from '../test/discord/world.ts'
import { type Bare, barePg } from './bare.ts'
import { fillCrowd } from './crowd.ts'
import type { BotProcess } from './discord-bots.ts'
import { type Habits, type People, peopleOn } from './discord-wire.ts'
import { openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'

/** How many people the server has; few of them ever act. */
export const MEMBERS = 100_000
const COMMUNITIES = 200
const HEARTBEAT_MS = 600_000

/** A Discord of its own for one bot, and its people. */
export interface Wire {
  fake: Fake
  guild: GuildHandle
  people: People
}

/** One bot on its wire. */
export interface Party extends Wire {
  name: string
  bot: BotProcess
}

/** What people do with Kindred. */
export const KINDRED: Habits = {
  joins: (n) => ['join', { community: slugOf(n % COMMUNITIES) }],
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

function slugOf(n: number): string {
  if (n === 0) return 'parents-united'
  return n < 20 ? `community-${n}` : `crowd-${n + 1}`
}

/** Opens a Discord on which nothing is judged or slowed, with one large server. */
export async function openWire(habits: Habits): Promise<Wire> {
  // A bot that stands still in between must not miss a heartbeat.
  const fake = await openFake({ judged: false, limited: false, keep: 100, heartbeatMs: HEARTBEAT_MS })
  const guild = fake.guild('City Museum')
  guild.crowd(MEMBERS)
  return { fake, guild, people: peopleOn(fake, guild, habits) }
}

/** The database of a house in use, which knows people from elsewhere. */
export async function fillDatabase(server: Server, known: number): Promise<string> {
  const url = await server.fresh()
  const { database } = await openMuseum({ kind: 'postgresql', url })
  await database.close()
  await withPool(url, (bare) => fillCrowd(bare, { people: known, communities: COMMUNITIES, each: 5, gone: 0 }))
  return url
}

/** Gives every community its thread in the server, as it has once a few have joined from there. */
export async function makeRooms(url: string, { fake, guild }: Wire): Promise<void> {
  await withPool(url, async ({ query }) => {
    const communities = await query('select id, slug from communities', [])
    const threads = communities.map(({ slug }) => {
      const about = { name: String(slug), type: TYPE.privateThread, ownerId: fake.bot.id, invitable: false }
      return makeThread(fake.world, guild.general, about).id
    })
    await query(
      `insert into rooms (id, community_id, platform, workspace, name, external_id, carrier)
       select 'd' || right(id, 25), id, 'discord', $1, id, thread, 'thread' from unnest($2::text[], $3::text[]) as made (id, thread)`,
      [guild.id, communities.map(({ id }) => id), threads],
    )
  })
}

async function withPool(url: string, work: (bare: Bare) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: '-c TimeZone=UTC' })
  try {
    await work(barePg(pool))
  } finally {
    await pool.end()
  }
}
