import { afterEach, beforeEach, expect } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import type { GuildHandle, Person } from './hand.ts'
import { type DiscordStage, type DiscordStageOptions, openDiscordStage } from './stage.ts'

export const NEED = 'people with small children, so that we can enjoy culture with them'

/** A server with two people and one of staff, made anew before each test of a file that says `onRooms()`. */
export let stage: DiscordStage
export let guild: GuildHandle
export let ana: Person
export let ben: Person
export let eva: Person

/**
 * Opens the server before each test; by its end nothing has failed inside, unless the test is about that, and no rule of
 * Discord's was broken.
 */
export function onRooms({ mayFail = false, ...options }: DiscordStageOptions & { mayFail?: boolean } = {}): void {
  beforeEach(async () => {
    stage = await openDiscordStage(options)
    guild = stage.fake.guild('Museum')
    ana = guild.member('ana')
    ben = guild.member('ben')
    eva = guild.member('eva', { staff: true })
  })
  afterEach(async () => {
    expect(stage.fake.violations).toEqual([])
    if (!mayFail) expect(stage.failures.map(({ where, error }) => `${where}: ${error}`)).toEqual([])
    await stage.close()
  })
}

/** Ana starts a community, open at once unless it is said otherwise. */
export async function opens(name = 'Parents United', more: Record<string, unknown> = {}): Promise<void> {
  await ana.types('start-community', { name, need: NEED, pledges: 1, ...more })
  await stage.settle()
}

/** What somebody is shown before they join, and after. */
export async function joins(who: Person, label = 'Join') {
  const before = await who.types('join', { community: 'parents-united' })
  const joined = await who.presses(label)
  await stage.settle()
  return { before, joined }
}

/** Staff choose what carries rooms. */
export const carried = (carrier: string) => eva.types('staff rooms', { carrier })

/** What staff read in /status. */
export const status = async () => (await eva.types('staff status')).text

/** All that somebody sees in a room. */
export const sees = (who: Person, room: string) =>
  who
    .in(guild.find(room)?.id ?? '')
    .sees()
    .map(({ text }) => text)
    .join('\n')

/** Who is in rooms, as far as Kindred heard. */
export const inRooms = () => stage.read((store) => store.rooms.known('discord'))

/** The community most of these tests are about. */
export const community = (store: Store) => store.communities.find('parents-united', 'parents-united', '')
