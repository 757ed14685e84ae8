import { Refused, refusedPart } from './errors.ts'
import { userOnWire } from './wire.ts'
import { type EventStatus, type Guild, INTENT, type Json, type ScheduledEvent, type World } from './world.ts'

/** A server's list of events: how it changes, whoever changes it, and what Discord does with it by itself. */
const EVENTS_MAX = 100

export const STATUS = { scheduled: 1, active: 2, completed: 3, canceled: 4 } as const satisfies Record<
  string,
  EventStatus
>

/** What an event may become. */
const NEXT: Record<EventStatus, EventStatus[]> = {
  1: [STATUS.active, STATUS.canceled],
  2: [STATUS.completed],
  3: [],
  4: [],
}

export const isFinished = ({ status }: ScheduledEvent) => NEXT[status].length === 0

/** All events that were not deleted. Discord begins and ends one outside of its channels by itself, at its own times. */
export function eventsOf(world: World, guild: Guild): ScheduledEvent[] {
  const now = world.clock.now()
  for (const one of guild.events.values()) {
    if (one.status === STATUS.scheduled && Date.parse(one.startsAt) <= now) turn(world, guild, one, STATUS.active)
    if (one.status === STATUS.active && Date.parse(one.endsAt) <= now) turn(world, guild, one, STATUS.completed)
  }
  return [...guild.events.values()]
}

/** Those the list shows: what is finished has gone from it. */
export function openEvents(world: World, guild: Guild): ScheduledEvent[] {
  return eventsOf(world, guild).filter((one) => !isFinished(one))
}

export function makeEvent(world: World, guild: Guild, given: Omit<ScheduledEvent, 'id' | 'status'>): ScheduledEvent {
  if (openEvents(world, guild).length >= EVENTS_MAX) throw new Refused(30038)
  needAhead(world, given)
  const event: ScheduledEvent = { ...given, id: world.draw(), status: STATUS.scheduled }
  guild.events.set(event.id, event)
  tell(world, guild, 'CREATE', event)
  return event
}

/** Changes an event; `startsAt` is refused for one that has begun, changed or not. */
export function changeEvent(
  world: World,
  guild: Guild,
  event: ScheduledEvent,
  { status, ...parts }: Partial<ScheduledEvent>,
): void {
  if (isFinished(event)) throw new Refused(180000)
  if (parts.startsAt !== undefined && event.status === STATUS.active)
    throw refusedPart(
      'scheduled_start_time',
      'GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID_START_BY_STATUS',
      'Cannot update start time of a running event.',
    )
  if (parts.startsAt !== undefined || parts.endsAt !== undefined)
    needAhead(world, { ...event, ...parts }, parts.startsAt !== undefined)
  if (status !== undefined && status !== event.status && !NEXT[event.status].includes(status))
    throw refusedPart('status', 'GUILD_SCHEDULED_EVENT_INVALID_STATUS', 'Invalid status transition.')
  Object.assign(event, parts, status !== undefined && { status })
  tell(world, guild, 'UPDATE', event)
}

export function dropEvent(world: World, guild: Guild, event: ScheduledEvent): void {
  guild.events.delete(event.id)
  tell(world, guild, 'DELETE', event)
}

function needAhead(world: World, { startsAt, endsAt }: Pick<ScheduledEvent, 'startsAt' | 'endsAt'>, isNew = true) {
  if (isNew && Date.parse(startsAt) <= world.clock.now())
    throw refusedPart(
      'scheduled_start_time',
      'GUILD_SCHEDULED_EVENT_SCHEDULE_PAST',
      'Cannot schedule event in the past.',
    )
  if (Date.parse(endsAt) <= Date.parse(startsAt))
    throw refusedPart(
      'scheduled_end_time',
      'GUILD_SCHEDULED_EVENT_SCHEDULE_END_BEFORE_START',
      'End time must be after start time.',
    )
}

function turn(world: World, guild: Guild, event: ScheduledEvent, status: EventStatus): void {
  event.status = status
  tell(world, guild, 'UPDATE', event)
}

function tell(world: World, guild: Guild, what: string, event: ScheduledEvent): void {
  world.emit(`GUILD_SCHEDULED_EVENT_${what}`, eventOnWire(world, guild, event), guild.id, INTENT.events)
}

/** An event on the wire. */
export function eventOnWire(world: World, guild: Guild, event: ScheduledEvent): Json {
  const { id, name, description, location, startsAt, endsAt, status, creatorId } = event
  const creator = world.users.get(creatorId)
  return {
    id,
    guild_id: guild.id,
    name,
    description,
    channel_id: null,
    creator_id: creatorId,
    ...(creator && { creator: userOnWire(creator) }),
    image: null,
    scheduled_start_time: startsAt,
    scheduled_end_time: endsAt,
    status,
    entity_type: 3,
    entity_id: null,
    entity_metadata: { location },
    recurrence_rule: null,
    privacy_level: 2,
    guild_scheduled_event_exceptions: [],
  }
}
