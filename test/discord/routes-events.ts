import * as Z from 'discord-api-spec/zod'
import { known, Refused } from './errors.ts'
import { changeEvent, dropEvent, eventOnWire, eventsOf, makeEvent, openEvents } from './events.ts'
import { eventProblems, listOf, words } from './limits.ts'
import { botIn, MAY, permissionsOf } from './permissions.ts'
import { guildIn } from './places.ts'
import type { Asked, Route } from './route.ts'
import type { EventStatus, Guild, Json, ScheduledEvent, World } from './world.ts'

/** A server's list of events. */
export function eventRoutes(world: World): Route[] {
  const at = '/guilds/:guild/scheduled-events'

  function place(asked: Asked): { guild: Guild; event: ScheduledEvent } {
    const guild = guildIn(world, asked)
    const found = eventsOf(world, guild).find(({ id }) => id === asked.params.event)
    return { guild, event: known(found, 10070) }
  }
  /** One's own events are changed by whoever may make some, those of others by whoever manages all. */
  function needFor(guild: Guild, event?: ScheduledEvent): void {
    const may = permissionsOf(world, guild, botIn(world, guild))
    const isOther = event !== undefined && event.creatorId !== world.bot.id
    const enough = isOther ? MAY.ManageEvents : event ? MAY.CreateEvents | MAY.ManageEvents : MAY.CreateEvents
    if ((may & enough) === 0n) throw new Refused(50013)
  }
  const time = (value: unknown) => new Date(words(value)).toISOString()
  const parts = (body: Json): Partial<ScheduledEvent> => ({
    ...(body.name !== undefined && { name: words(body.name).trim() }),
    ...(body.description !== undefined && { description: words(body.description).trim() || null }),
    ...(body.entity_metadata !== undefined && { location: words(listOf([body.entity_metadata])[0]?.location).trim() }),
    ...(body.scheduled_start_time !== undefined && { startsAt: time(body.scheduled_start_time) }),
    ...(body.scheduled_end_time !== undefined && { endsAt: time(body.scheduled_end_time) }),
    // Judged by the schema before.
    ...(body.status != null && { status: Number(body.status) as EventStatus }),
  })

  return [
    {
      method: 'GET',
      path: at,
      query: ['with_user_count'],
      answer: Z.ExternalScheduledEventResponseSchema,
      act(asked) {
        const guild = guildIn(world, asked)
        return openEvents(world, guild).map((one) => eventOnWire(world, guild, one))
      },
    },
    {
      method: 'POST',
      path: at,
      body: Z.ExternalScheduledEventCreateRequestSchema,
      limits: (body) => eventProblems(body, true),
      answer: Z.ExternalScheduledEventResponseSchema,
      act(asked) {
        const guild = guildIn(world, asked)
        needFor(guild)
        const { name = '', description = null, location = '', startsAt = '', endsAt = '' } = parts(asked.body)
        const given = { name, description, location, startsAt, endsAt, creatorId: world.bot.id }
        return eventOnWire(world, guild, makeEvent(world, guild, given))
      },
    },
    {
      method: 'GET',
      path: `${at}/:event`,
      query: ['with_user_count'],
      answer: Z.ExternalScheduledEventResponseSchema,
      act(asked) {
        const { guild, event } = place(asked)
        return eventOnWire(world, guild, event)
      },
    },
    {
      method: 'PATCH',
      path: `${at}/:event`,
      body: Z.ExternalScheduledEventPatchRequestPartialSchema,
      limits: (body) => eventProblems(body, false),
      answer: Z.ExternalScheduledEventResponseSchema,
      act(asked) {
        const { guild, event } = place(asked)
        needFor(guild, event)
        changeEvent(world, guild, event, parts(asked.body))
        return eventOnWire(world, guild, event)
      },
    },
    {
      method: 'DELETE',
      path: `${at}/:event`,
      act(asked) {
        const { guild, event } = place(asked)
        needFor(guild, event)
        dropEvent(world, guild, event)
      },
    },
  ]
}
