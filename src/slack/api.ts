import { LogLevel, webApi } from '@slack/bolt'
import { Later, untilDeadline } from '../platform.ts'
import { codeOf, GONE, NOT_INSTALLED } from './faults.ts'
import { LIMITS } from './limits.ts'
import { type AnswerTo, METHODS, type Method } from './methods.ts'
import { createPace, type Rule, TooSoon } from './pace.ts'

/** The one door to Slack's methods, in whatever workspace. */
export interface Api {
  call<M extends Method>(workspace: string, method: M, args?: Record<string, unknown>): Promise<AnswerTo<M>>
  /** Whether Kindred is in a workspace at all, and its token taken there. */
  isIn(workspace: string): Promise<boolean>
  /** Whether a method could be called at once, without anybody waiting for the pace. */
  isFree(workspace: string, method: Method): boolean
}

/** What the door needs. */
export interface ApiParts {
  /** The address of the methods; unset, Slack's own. */
  api?: string | undefined
  /** The bot's token in a workspace; nothing where it is not installed. */
  tokenOf(workspace: string): Promise<string | undefined>
  /** Slack does not take the token of a workspace any more. */
  revoked(workspace: string, token: string, why: string): Promise<void>
  /** Slack takes it. */
  taken(workspace: string, token: string): Promise<void>
  now(): Date
}

/** An answer that takes longer is given up on: the job that asked holds its claim for less than a minute. */
const TIMEOUT_MS = 10_000
/** Slack does not always say how long to wait. */
const UNTOLD_MS = 30_000

export function createApi({ api, tokenOf, revoked, taken, now }: ApiParts): Api {
  const pace = createPace(now, (ms) => new Promise((resolve) => setTimeout(resolve, ms)))
  const clients = new Map<string, { token: string; client: webApi.WebClient }>()

  function clientOf(workspace: string, token: string): webApi.WebClient {
    const known = clients.get(workspace)
    if (known?.token === token) return known.client
    const client = new webApi.WebClient(token, clientOptions(api))
    clients.set(workspace, { token, client })
    return client
  }

  async function call<M extends Method>(
    workspace: string,
    method: M,
    args: Record<string, unknown> = {},
  ): Promise<AnswerTo<M>> {
    const token = await tokenOf(workspace)
    if (token === undefined) throw new Later(NOT_INSTALLED)
    const { name, rule } = turnFor(workspace, method, args)
    for (let isSecond = false; ; isSecond = true) {
      await pace.turn(name, rule)
      try {
        const answer = await clientOf(workspace, token).apiCall(method, args)
        await taken(workspace, token)
        // The table ties each method to the shape of its answer, which the compiler can't follow through the index.
        return METHODS[method].answer.parse(answer) as AnswerTo<M>
      } catch (error) {
        const waitMs = waitIn(error)
        if (waitMs !== undefined) {
          pace.holdOff(name, waitMs)
          if (isSecond) throw new TooSoon(waitMs)
          continue
        }
        const code = codeOf(error)
        if (code === undefined || !GONE.includes(code)) throw error
        await revoked(workspace, token, code)
        // By another token, where there is one since; else it is waited for.
        return call(workspace, method, args)
      }
    }
  }

  return {
    call,
    // Where it can't be told, people are not kept from what they do; only its effects wait.
    isIn: (workspace) =>
      tokenOf(workspace).then(
        (token) => token !== undefined,
        () => true,
      ),
    isFree: (workspace, method) => {
      const { name, rule } = turnFor(workspace, method, {})
      return pace.isFree(name, rule)
    },
  }
}

/** How every client of Slack's library is to behave: it repeats nothing by itself, and prints nothing. */
export function clientOptions(api: string | undefined): webApi.WebClientOptions {
  return {
    ...(api && { slackApiUrl: api }),
    // What failed is looked for before it is tried again: repeated blindly, a slow answer would say it twice.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    fetch: (url, init) => fetch(url, { ...init, signal: untilDeadline(init?.signal) }),
    logger: SILENT,
  }
}

const nothing = () => undefined

/** The library logs what people wrote; failures are logged where they are known, without words. */
export const SILENT: webApi.Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
}

const TURNS = {
  // What jobs do goes on evenly; what people wait for comes in bursts.
  2: turns(LIMITS.tiers[2], 0.2),
  3: turns(LIMITS.tiers[3], 0.2),
  4: turns(LIMITS.tiers[4], 0.5),
  channel: { burst: 0, everyMs: LIMITS.postMs },
  now: { burst: 1, everyMs: 0 },
} satisfies Record<string, Rule>

/** A share of a minute's worth at once, the rest evenly: never more than the tier in any minute. */
function turns(aMinute: number, share: number): Rule {
  return { burst: aMinute * share - 1, everyMs: 60_000 / (aMinute * (1 - share)) }
}

function turnFor(workspace: string, method: Method, args: Record<string, unknown>): { name: string; rule: Rule } {
  const { tier } = METHODS[method]
  if (tier === 'channel') return { name: `${workspace}/${String(args.channel)}`, rule: TURNS.channel }
  return { name: `${workspace}/${method}`, rule: TURNS[tier] }
}

function waitIn(error: unknown): number | undefined {
  if (error instanceof webApi.WebAPIRateLimitedError) return error.retryAfter * 1_000
  return ['ratelimited', 'rate_limited'].includes(codeOf(error) ?? '') ? UNTOLD_MS : undefined
}
