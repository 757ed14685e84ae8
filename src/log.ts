import { type DestinationStream, pino } from 'pino'
import { z } from 'zod'
import type { Config } from './config.ts'
import type { Log } from './house.ts'

/** JSON lines, on standard error where nothing else is given. Of a failure the kind and the place in the code, never the words of people. */
export function logTo(
  level: Config['LOG_LEVEL'],
  to: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Log {
  const log = pino({ level, base: null }, to)
  return {
    failure: (where, reference, error) => log.error({ where, reference, ...described(error) }, 'failed'),
  }
}

/** A service's own word for a failure; whatever is no such word may be somebody's. */
const word = z.string().regex(/^[a-z0-9_]{1,60}$/i)
const inAnswer = z.object({ data: z.object({ error: word }) }).transform(({ data }) => data.error)
const ofConnection = z.object({ reason: word }).transform(({ reason }) => reason)
const onTheWay = z.object({ original: z.object({ code: word }) }).transform(({ original }) => original.code)
const asStatus = z.object({ statusCode: z.number() }).transform(({ statusCode }) => String(statusCode))
const reasons = z.union([inAnswer, ofConnection, onTheWay, asStatus])

/** What may be written down of a failure: its kind, the place in the code, and why by the service's own word. */
export function described(error: unknown): { kind: string; code?: string; why?: string; stack: string[] } {
  if (!(error instanceof Error)) return { kind: '?', stack: [] }
  const why = reasons.safeParse(error).data
  // The message stands at its head, and a line of it may look like a place, too.
  const stack = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
  return { kind: error.name, ...('code' in error && { code: String(error.code) }), ...(why && { why }), stack }
}
