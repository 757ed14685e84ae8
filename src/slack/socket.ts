import type { SocketModeReceiver } from '@slack/bolt'
import { webApi } from '@slack/bolt'
import { z } from 'zod'

/** A connection to Slack that is held until it is let go of. */
export interface Held {
  stop(): Promise<void>
}

export interface HeldParts {
  client: SocketModeReceiver['client']
  now(): Date
  /** From 0 up to 1: several processes do not come back in the same moment. */
  chance(): number
  connected(): void
  /** What staff have to mend, or nothing more. */
  needs(sentence: string | undefined): void
  logFailure(where: string, error: unknown): void
}

/** Slack's greeting comes at once, or never. */
const GREETING_MS = 30_000
/** A connection that lasted so long was a good one: Slack renews them now and then, and payloads get lost meanwhile. */
const GOOD_MS = 10_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** What only somebody can mend is tried again in a while all the same. */
const REFUSED_WAIT_MS = 600_000
const STOP_MS = 2_000

/** Slack does not take the app's token, or has Socket Mode switched off. */
const REFUSED = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'user_removed_from_team',
  'team_disabled',
  'token_revoked',
  'not_allowed_token_type',
  'forbidden_team',
  'missing_scope',
]

const disconnection = z.object({ type: z.literal('disconnect'), reason: z.string().optional() })

/** Holds a connection: the library would give up by an error nobody can catch, or come back without a pause. */
export function hold({ client, now, chance, connected, needs, logFailure }: HeldParts): Held {
  const stopping = new AbortController()
  let failures = 0
  let reason = ''
  client.on('ws_message', (data: unknown) => {
    const said = disconnection.safeParse(parsed(data))
    if (said.success) reason = said.data.reason ?? ''
  })

  /** One connection, from its opening to its end; how long to wait for the next. */
  async function connection(): Promise<number> {
    let since: number | undefined
    try {
      const over = new Promise<void>((resolve) => client.once('disconnected', () => resolve()))
      await inTime(client.start(), GREETING_MS)
      since = now().getTime()
      needs(undefined)
      connected()
      await over
      if (reason) logFailure('slack/socket', new Ended(reason))
    } catch (error) {
      if (stopping.signal.aborted) return 0
      logFailure('slack/socket', error)
      await closed()
      const code = error instanceof webApi.WebAPIPlatformError ? error.data.error : ''
      if (REFUSED.includes(code)) {
        needs(sentenceFor(code))
        return REFUSED_WAIT_MS
      }
    }
    const wasGood = since !== undefined && now().getTime() - since >= GOOD_MS && reason !== 'too_many_websockets'
    failures = wasGood ? 0 : failures + 1
    reason = ''
    const span = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1))
    return failures === 0 ? 0 : FIRST_WAIT_MS + span * chance()
  }

  const closed = () => inTime(client.disconnect(), STOP_MS).catch((error: unknown) => logFailure('slack/socket', error))

  const holding = (async () => {
    while (!stopping.signal.aborted) {
      const waitMs = await connection()
      await pause(waitMs, stopping.signal)
    }
  })()

  return {
    async stop() {
      stopping.abort()
      await closed()
      await inTime(holding, STOP_MS).catch((error: unknown) => logFailure('slack/socket', error))
    },
  }
}

/** Slack ended a connection, and said why. */
class Ended extends Error {
  constructor(readonly reason: string) {
    super(`Slack ended the connection: ${reason}`)
  }
}

function sentenceFor(code: string): string {
  return `Slack does not accept SLACK_APP_TOKEN (${code}). Make one at https://api.slack.com/apps (your app, Basic Information, App-Level Tokens, scope connections:write), see that Socket Mode is on there, put it into .env and start again. Everything but Slack goes on.`
}

function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    // Not JSON: the library ignores it too.
    return undefined
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Slack said nothing within ${ms / 1_000} seconds`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
