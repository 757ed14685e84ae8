import * as Z from 'discord-api-spec/zod'
import { type $ZodIssue, type $ZodType, safeParse } from 'zod/v4/core'
import type { Json } from './world.ts'

/** Discord's own schemas, held against everything that goes over the wire, in either direction. */
export interface Judge {
  /** Every rule broken so far; a test ends with none. */
  violations: string[]
  /** Notes what is wrong with a request and gives it back, for the request to be refused with. */
  request(what: string, problems: string[]): string[]
  /** Holds one of the fake's own answers or events against its schema. */
  own(what: string, schema: $ZodType, value: unknown): void
}

export function createJudge(isOn: boolean): Judge {
  const violations: string[] = []
  const note = (what: string, problems: string[]) => {
    violations.push(...problems.map((problem) => `${what}: ${problem}`))
    return problems
  }
  return {
    violations,
    request: note,
    own(what, schema, value) {
      if (isOn) note(`the fake's own ${what}`, problemsWith(schema, JSON.parse(JSON.stringify(value))))
    },
  }
}

/** What a schema has against a value, in words with the place of each. */
export function problemsWith(schema: $ZodType, value: unknown): string[] {
  const judged = safeParse(schema, value)
  return judged.success ? [] : judged.error.issues.flatMap((issue) => sentences(issue))
}

function sentences(issue: $ZodIssue, above: PropertyKey[] = []): string[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // Of the shapes a thing might have had, the one whose `type` it carries is the one it was meant to be.
    const isOther = (issues: $ZodIssue[]) => issues.some((one) => one.path.length === 1 && one.path[0] === 'type')
    const meant = issue.errors.find((issues) => !isOther(issues)) ?? issue.errors[0] ?? []
    return meant.flatMap((one) => sentences(one, path))
  }
  return [`${path.map(String).join('.') || 'the whole'}: ${issue.message || issue.code}`]
}

const BIT_SETS = ['permissions', 'allow', 'deny', 'default_member_permissions']

/** Bit sets are numbers in the schemas and strings in every client: Discord takes both. */
export function asSchemasSay(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSchemasSay)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inside]) =>
    BIT_SETS.includes(name) && typeof inside === 'string' && /^\d+$/.test(inside)
      ? [name, Number(inside)]
      : [name, asSchemasSay(inside)],
  )
  return Object.fromEntries(entries)
}

const INSIDE: Record<string, [part: string, schema: $ZodType][]> = {
  GUILD_ROLE_CREATE: [['role', Z.GuildRoleResponseSchema]],
  GUILD_ROLE_UPDATE: [['role', Z.GuildRoleResponseSchema]],
  INTERACTION_CREATE: [
    ['member', Z.PrivateGuildMemberResponseSchema],
    ['user', Z.UserResponseSchema],
    ['message', Z.MessageResponseSchema],
  ],
}

const WHOLE: Record<string, $ZodType> = {
  GUILD_CREATE: Z.GuildResponseSchema,
  GUILD_UPDATE: Z.GuildResponseSchema,
  CHANNEL_CREATE: Z.GuildChannelResponseSchema,
  CHANNEL_UPDATE: Z.GuildChannelResponseSchema,
  CHANNEL_DELETE: Z.GuildChannelResponseSchema,
  GUILD_SCHEDULED_EVENT_CREATE: Z.ExternalScheduledEventResponseSchema,
  GUILD_SCHEDULED_EVENT_UPDATE: Z.ExternalScheduledEventResponseSchema,
  GUILD_SCHEDULED_EVENT_DELETE: Z.ExternalScheduledEventResponseSchema,
  THREAD_CREATE: Z.ThreadResponseSchema,
  THREAD_UPDATE: Z.ThreadResponseSchema,
  MESSAGE_CREATE: Z.MessageResponseSchema,
  MESSAGE_UPDATE: Z.MessageResponseSchema,
  GUILD_MEMBER_ADD: Z.GuildMemberResponseSchema,
  THREAD_MEMBER_UPDATE: Z.ThreadMemberResponseSchema,
}

/** Holds an event against the schemas there are for it or for its parts. */
export function judgeEvent(judge: Judge, event: string, data: Json): void {
  const whole = WHOLE[event]
  if (whole) judge.own(event, whole, data)
  for (const [part, schema] of INSIDE[event] ?? [])
    if (data[part] !== undefined) judge.own(`${event} ${part}`, schema, data[part])
  // A server as it is created carries its channels too.
  if (event === 'GUILD_CREATE' && Array.isArray(data.channels))
    for (const channel of data.channels) judge.own(`${event} channel`, Z.GuildChannelResponseSchema, channel)
}
