import {
  type APIGuildScheduledEvent,
  DiscordAPIError,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  GuildScheduledEventStatus,
  type REST,
  RESTJSONErrorCodes,
  type RESTPatchAPIGuildScheduledEventJSONBody,
  type RESTPostAPIGuildScheduledEventJSONBody,
  Routes,
  SnowflakeUtil,
} from 'discord.js'
import { clipped } from '../core/pieces.ts'
import { clean } from '../core/plain.ts'
import { Later, type Platform } from '../platform.ts'
import type { PlatformEvent } from '../reply.ts'
import { effect, isCode } from './faults.ts'
import { LIMITS } from './limits.ts'
import { escaped } from './render.ts'
import type { Self } from './self.ts'

/** Clocks differ. */
const SKEW_MS = 60_000

const { Scheduled, Active, Completed, Canceled } = GuildScheduledEventStatus

/** Meetups among a server's events. Discord begins and ends those by itself, at the times they were given. */
export function events(rest: REST, self: Self): Required<Pick<Platform, 'drawEvent'>> {
  /** An event as it stands; nothing where somebody deleted it. */
  async function eventAt(guild: string, id: string): Promise<APIGuildScheduledEvent | undefined> {
    try {
      // Shapes of answers, here and below, are Discord's own; the client does not check them.
      return (await rest.get(Routes.guildScheduledEvent(guild, id))) as APIGuildScheduledEvent
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.UnknownGuildScheduledEvent)) return undefined
      throw error
    }
  }

  /** The event of an attempt whose answer was lost. */
  async function madeBefore(guild: string, wanted: Shown, since: Date): Promise<APIGuildScheduledEvent | undefined> {
    const own = await self()
    const all = (await rest.get(Routes.guildScheduledEvents(guild))) as APIGuildScheduledEvent[]
    const isSame = (one: APIGuildScheduledEvent) =>
      one.creator_id === own &&
      one.name === wanted.name &&
      isAt(one.scheduled_start_time, wanted.scheduled_start_time) &&
      SnowflakeUtil.timestampFrom(one.id) >= since.getTime() - SKEW_MS
    return all.find(isSame)
  }

  /** Makes an event; nothing where it would have begun already, which Discord does not take. */
  async function made(guild: string, shown: Shown): Promise<string | undefined> {
    const body: RESTPostAPIGuildScheduledEventJSONBody = {
      ...shown,
      privacy_level: GuildScheduledEventPrivacyLevel.GuildOnly,
      entity_type: GuildScheduledEventEntityType.External,
    }
    try {
      return ((await rest.post(Routes.guildScheduledEvents(guild), { body })) as APIGuildScheduledEvent).id
    } catch (error) {
      if (isPast(error)) return undefined
      if (isCode(error, RESTJSONErrorCodes.MaximumNumberOfUncompletedGuildScheduledEventsReached)) throw new Later(FULL)
      throw error
    }
  }

  const change = (guild: string, id: string, body: RESTPatchAPIGuildScheduledEventJSONBody) =>
    rest.patch(Routes.guildScheduledEvent(guild, id), { body })

  /** Ends an event, by the steps there are: one that has begun can't be cancelled, and one that has not can't be over. */
  async function end(guild: string, { id, status }: APIGuildScheduledEvent, isCancelled: boolean): Promise<void> {
    if (isFinished(status)) return
    const steps = status === Active ? [Completed] : isCancelled ? [Canceled] : [Active, Completed]
    try {
      for (const step of steps) await change(guild, id, { status: step })
    } catch (error) {
      if (isCode(error, ...GONE_BY)) return
      // It is asked again how it stands.
      if (isCode(error, RESTJSONErrorCodes.InvalidFormBodyOrContentType)) throw new Error('the event began meanwhile')
      throw error
    }
  }

  /** Brings an event up to date, as far as that can be done by now. */
  async function update(guild: string, there: APIGuildScheduledEvent, shown: Shown): Promise<void> {
    const body = differences(there, shown)
    if (isFinished(there.status) || Object.keys(body).length === 0) return
    try {
      await change(guild, there.id, body)
    } catch (error) {
      if (!isCode(error, ...GONE_BY) && !isPast(error)) throw error
    }
  }

  return {
    async drawEvent(guild, event, externalId, tried) {
      return effect('Create Events', async () => {
        const shown = shownAs(event)
        const known = externalId === null ? undefined : await eventAt(guild, externalId)
        const before = () => (tried ? madeBefore(guild, shown, tried) : undefined)
        if (event.state !== 'planned') {
          const there = known ?? (externalId === null ? await before() : undefined)
          if (there) await end(guild, there, event.state === 'cancelled')
          return there?.id ?? externalId
        }
        if (known && !isPutOff(known, shown)) {
          await update(guild, known, shown)
          return known.id
        }
        const there = await before()
        if (there) await update(guild, there, shown)
        const id = there?.id ?? (await made(guild, shown))
        if (known && id !== undefined) await end(guild, known, false)
        else if (known) await update(guild, known, shown)
        return id ?? externalId
      })
    },
  }
}

const FULL = `the server has ${LIMITS.events} events that are not over, and Discord allows no more. Delete some under Events; it is tried again every hour.`

/** Whatever of these Discord answers, there is nothing left to change. */
const GONE_BY = [
  RESTJSONErrorCodes.CannotUpdateAFinishedEvent,
  RESTJSONErrorCodes.UnknownGuildScheduledEvent,
] satisfies RESTJSONErrorCodes[]

/** What an event shows, as Discord takes it. */
interface Shown {
  name: string
  description: string
  entity_metadata: { location: string }
  scheduled_start_time: string
  scheduled_end_time: string
}

function shownAs({ title, description, place, startsAt, endsAt }: PlatformEvent): Shown {
  return {
    name: clipped(inert(title), LIMITS.eventName),
    description: clipped(escaped(description).trim(), LIMITS.eventDescription),
    entity_metadata: { location: clipped(inert(place), LIMITS.eventPlace) },
    scheduled_start_time: startsAt.toISOString(),
    scheduled_end_time: endsAt.toISOString(),
  }
}

/** Words for a line that knows no markdown, but may draw mentions. Nothing is put into addresses, so links stay links. */
function inert(words: string): string {
  return clean(words)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/@(?=everyone|here)|<(?=[@#:/a-z])/gi, '$&\u200b')
    .trim()
}

/** What has begun, or is over, takes no other start: a meetup put off by then is shown anew. */
function isPutOff(there: APIGuildScheduledEvent, shown: Shown): boolean {
  return there.status !== Scheduled && startsOtherwise(there, shown)
}

/** What of an event is to be changed. */
function differences(there: APIGuildScheduledEvent, shown: Shown): RESTPatchAPIGuildScheduledEventJSONBody {
  const { name, description, entity_metadata, scheduled_start_time, scheduled_end_time } = shown
  return {
    ...(there.name !== name && { name }),
    ...((there.description ?? '') !== description && { description }),
    ...(there.entity_metadata?.location !== entity_metadata.location && { entity_metadata }),
    ...(there.status === Scheduled && startsOtherwise(there, shown) && { scheduled_start_time }),
    ...(!isAt(there.scheduled_end_time, scheduled_end_time) && { scheduled_end_time }),
  }
}

const isAt = (one: string | null, other: string) => one !== null && Date.parse(one) === Date.parse(other)
const startsOtherwise = (there: APIGuildScheduledEvent, { scheduled_start_time }: Shown) =>
  !isAt(there.scheduled_start_time, scheduled_start_time)
const isFinished = (status: GuildScheduledEventStatus) => status === Completed || status === Canceled

/** Whether Discord took a start for one that has passed. */
function isPast(error: unknown): boolean {
  if (!(error instanceof DiscordAPIError)) return false
  return JSON.stringify(error.rawError).includes('GUILD_SCHEDULED_EVENT_SCHEDULE_PAST')
}
