import { describe, expect, test } from 'vitest'
import { Later, Stuck } from '../../src/platform.ts'
import type { PlatformEvent } from '../../src/reply.ts'
import { STATUS } from './events.ts'
import { MAY } from './permissions.ts'
import { asked, fake, guild, HOUR_MS, onPlatform, platform } from './platform-stage.ts'

onPlatform()

const LIST = '/guilds/:guild/scheduled-events'
const ONE = `${LIST}/:event`

const inHours = (hours: number) => new Date(fake.now().getTime() + hours * HOUR_MS)
const meetup = (more: Partial<PlatformEvent> = {}): PlatformEvent => ({
  title: 'Sea sitting',
  description: 'Bring a coat.',
  place: 'At the pier',
  startsAt: inHours(24),
  endsAt: inHours(26),
  state: 'planned',
  ...more,
})
const draw = (event: PlatformEvent, id: string | null = null, tried?: Date) =>
  platform.drawEvent(guild.id, event, id, tried)
const statusOf = (id: string | null) => guild.events().find((one) => one.id === id)?.status
/** Time goes by, and Discord notices. */
function pass(hours: number): void {
  fake.pass(hours * HOUR_MS)
  guild.events()
}

describe('a meetup that is planned', () => {
  test('stands among the events of the server', async () => {
    const event = meetup()
    const id = await draw(event)
    expect(guild.events()).toMatchObject([
      {
        ...{ id, name: 'Sea sitting', description: 'Bring a coat.', location: 'At the pier', status: STATUS.scheduled },
        ...{ startsAt: event.startsAt.toISOString(), endsAt: event.endsAt.toISOString(), creatorId: fake.bot.id },
      },
    ])
  })

  test('is changed where something changed, and asked about only where nothing did', async () => {
    const event = meetup()
    const id = await draw(event)
    expect(await draw(event, id)).toBe(id)
    expect(asked(`PATCH ${ONE}`)).toBe(0)
    const later = { ...event, title: 'Sea standing', place: 'In the hall', startsAt: inHours(48), endsAt: inHours(49) }
    expect(await draw(later, id)).toBe(id)
    expect(guild.events()).toMatchObject([
      { id, name: 'Sea standing', location: 'In the hall', startsAt: later.startsAt.toISOString() },
    ])
    expect(asked(`PATCH ${ONE}`)).toBe(1)
  })

  test('shows what people typed as they typed it, and no more of it than fits', async () => {
    await draw(
      meetup({
        title: `@everyone ${'x'.repeat(200)}`,
        description: `**Hi** <@&1> [here](https://evil.example) ${'_y_'.repeat(1_000)}`,
        place: `https://meet.example/<#1> ${'z'.repeat(200)}`,
      }),
    )
    const [shown] = guild.events()
    expect(shown?.name).toMatch(/^@\u200beveryone x+…$/)
    expect(shown?.name.length).toBeLessThanOrEqual(100)
    expect(shown?.location).toMatch(/^https:\/\/meet\.example\/<\u200b#1> ?z*…$/)
    expect(shown?.location.length).toBeLessThanOrEqual(100)
    expect(shown?.description?.startsWith('\\*\\*Hi\\*\\* \\<\\@&1> \\[here\\](https\\://evil.example) \\_y\\_')).toBe(
      true,
    )
    expect(shown?.description?.length).toBeLessThanOrEqual(1_000)
  })

  test('may have no description, which is no change each time', async () => {
    const event = meetup({ description: '' })
    const id = await draw(event)
    await draw(event, id)
    expect(asked(`PATCH ${ONE}`)).toBe(0)
    expect(guild.events()).toMatchObject([{ description: null }])
  })

  test('is shown anew where somebody deleted it, unless it has begun', async () => {
    const event = meetup()
    const id = await draw(event)
    guild.deleteEvent('Sea sitting')
    const other = await draw(event, id)
    expect(other).not.toBe(id)
    expect(guild.events().map((one) => one.id)).toEqual([other])
    guild.deleteEvent('Sea sitting')
    pass(25)
    expect(await draw(event, other)).toBe(other)
    expect(guild.events()).toEqual([])
  })

  test('is not shown where it has begun before it could be', async () => {
    expect(await draw(meetup({ startsAt: inHours(-1) }))).toBeNull()
    expect(guild.events()).toEqual([])
  })

  test('has its words changed while it goes on, but not its start', async () => {
    const event = meetup()
    const id = await draw(event)
    pass(24.5)
    const moved = { ...event, startsAt: inHours(-0.25), endsAt: inHours(3), description: 'We are by the boats.' }
    expect(await draw(moved, id)).toBe(id)
    expect(guild.events()).toMatchObject([
      { description: 'We are by the boats.', endsAt: moved.endsAt.toISOString(), status: STATUS.active },
    ])
  })

  test('is shown anew where it is put off after it began, and the first one is over', async () => {
    const event = meetup()
    const id = await draw(event)
    pass(25)
    const later = { ...event, startsAt: inHours(100), endsAt: inHours(101) }
    fake.faults.next(`PATCH ${ONE}`, { status: 500 })
    await expect(draw(later, id)).rejects.toThrow('Discord answered with 500')
    const other = await draw(later, id, fake.now())
    expect([statusOf(id), statusOf(other)]).toEqual([STATUS.completed, STATUS.scheduled])
    expect(guild.events()).toHaveLength(2)
    expect(await draw(later, other)).toBe(other)
  })

  test('stays as it is where somebody ended it by hand', async () => {
    const event = meetup()
    const id = await draw(event)
    const [shown] = guild.events()
    if (shown) shown.status = STATUS.canceled
    expect(await draw({ ...event, title: 'Sea standing' }, id)).toBe(id)
    expect(guild.events()).toMatchObject([{ name: 'Sea sitting', status: STATUS.canceled }])
  })
})

describe('what Discord fails at', () => {
  test('is found and taken where it was made all the same', async () => {
    const event = meetup()
    fake.faults.next(`POST ${LIST}`, { drop: 'after' })
    const tried = fake.now()
    await expect(draw(event)).rejects.toThrow()
    fake.pass(60_000)
    const id = await draw({ ...event, description: 'Bring two coats.' }, null, tried)
    expect(guild.events()).toMatchObject([{ id, description: 'Bring two coats.' }])
    expect(asked(`POST ${LIST}`)).toBe(1)
  })

  test('is not taken for another of the same name and start, which is older or somebody else’s', async () => {
    const event = meetup()
    const first = await draw(event)
    fake.pass(600_000)
    expect(await draw(event, null, fake.now())).not.toBe(first)
    const [one] = guild.events()
    for (const each of guild.events()) each.creatorId = fake.world.owner.id
    expect(await draw(event, null, new Date(0))).not.toBe(one?.id)
    expect(guild.events()).toHaveLength(3)
  })

  test('is tried again, also where it is a change', async () => {
    fake.faults.next(`POST ${LIST}`, { status: 503 })
    await expect(draw(meetup())).rejects.toThrow('Discord answered with 503')
    const id = await draw(meetup(), null, fake.now())
    fake.faults.next(`GET ${ONE}`, { status: 502 })
    await expect(draw(meetup(), id)).rejects.toThrow('Discord answered with 502')
    expect(guild.events()).toHaveLength(1)
  })

  test('is told to staff in words where a permission lacks', async () => {
    guild.deny(MAY.CreateEvents)
    const failure = draw(meetup())
    await expect(failure).rejects.toThrow(Stuck)
    await expect(failure).rejects.toThrow('“Create Events”')
    guild.grant(MAY.CreateEvents)
    const id = await draw(meetup())
    guild.deny(MAY.CreateEvents)
    await expect(draw(meetup({ title: 'Sea standing' }), id)).rejects.toThrow('“Create Events”')
    guild.grant(MAY.ManageEvents)
    await draw(meetup({ title: 'Sea standing' }), id)
    expect(guild.events()).toMatchObject([{ name: 'Sea standing' }])
  })

  test('waits for staff where there are a hundred events, and comes about once there are fewer', async () => {
    guild.fillEvents(100)
    const failure = draw(meetup())
    await expect(failure).rejects.toThrow(Later)
    await expect(failure).rejects.toThrow('the server has 100 events that are not over')
    guild.deleteEvent('filler 7')
    expect(await draw(meetup(), null, fake.now())).not.toBeNull()
  })
})

describe('a meetup that is cancelled or over', () => {
  test('was never shown, and is not shown now', async () => {
    for (const state of ['cancelled', 'over'] as const) expect(await draw(meetup({ state }))).toBeNull()
    expect(asked(LIST)).toBe(0)
  })

  test('is cancelled there, or over where it went on already', async () => {
    const [before, during] = [await draw(meetup()), await draw(meetup({ title: 'Now', startsAt: inHours(1) }))]
    await draw(meetup({ state: 'cancelled' }), before)
    pass(2)
    await draw(meetup({ title: 'Now', state: 'cancelled' }), during)
    expect([statusOf(before), statusOf(during)]).toEqual([STATUS.canceled, STATUS.completed])
  })

  test('is over there, by the steps Discord knows, and stays so', async () => {
    const [ahead, during, after] = [
      await draw(meetup()),
      await draw(meetup({ title: 'Now', startsAt: inHours(1) })),
      await draw(meetup({ title: 'Soon', startsAt: inHours(1), endsAt: inHours(1.5) })),
    ]
    pass(2)
    for (const id of [ahead, during, after]) {
      expect(await draw(meetup({ state: 'over' }), id)).toBe(id)
      expect(await draw(meetup({ state: 'over' }), id)).toBe(id)
      expect(statusOf(id)).toBe(STATUS.completed)
    }
    const steps = fake.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body)
    expect(steps).toEqual([{ status: STATUS.active }, { status: STATUS.completed }, { status: STATUS.completed }])
  })

  test('is left alone where somebody deleted it', async () => {
    const id = await draw(meetup())
    guild.deleteEvent('Sea sitting')
    for (const state of ['cancelled', 'over'] as const) expect(await draw(meetup({ state }), id)).toBe(id)
    expect(guild.events()).toEqual([])
  })

  test('is found and cancelled where the answer to its making was lost', async () => {
    const event = meetup()
    fake.faults.next(`POST ${LIST}`, { drop: 'after' })
    const tried = fake.now()
    await draw(event).catch(() => undefined)
    const id = await draw({ ...event, state: 'cancelled' }, null, tried)
    expect(statusOf(id)).toBe(STATUS.canceled)
  })

  test('is asked about again where it began in the very moment it was cancelled', async () => {
    const event = meetup({ startsAt: inHours(0.001) })
    const id = await draw(event)
    fake.faults.next(`PATCH ${ONE}`, { code: 50035 })
    await expect(draw({ ...event, state: 'cancelled' }, id)).rejects.toThrow('the event began meanwhile')
    pass(0.1)
    await draw({ ...event, state: 'cancelled' }, id)
    expect(statusOf(id)).toBe(STATUS.completed)
  })
})
