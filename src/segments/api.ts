import type { IncomingHttpHeaders } from 'node:http'
import { ZodError } from 'zod'
import { type Answer, openClient } from './client.ts'
import { jsonOf } from './json.ts'
import type { Limits } from './limits.ts'
import {
  Gone,
  type Listed,
  NOT_UNDERSTOOD,
  NotYet,
  Rejected,
  type Result,
  TryLater,
  Unauthorized,
} from './segment-store.ts'
import { retryAfterMs } from './webhook-answer.ts'

/** What a store answered to a request that it took, or that it answered in a way the connector wants to see. */
export interface Told {
  status: number
  headers: IncomingHttpHeaders
  /** Parsed, to be read with zod; undefined where it was no JSON. */
  json: unknown
}

export interface Call {
  body?: object
  /** A body as JSON, where it is written already. */
  text?: string
  signal: AbortSignal
  headers?: Record<string, string>
  /** How much of the store's windows it takes, where those count something else than requests; 0 where another took it. */
  weight?: number
  /** Refusals (4xx) that say something the connector understands. */
  allow?: number[]
}

/** A store's HTTP interface: JSON in and out, within its limits, its refusals as errors that say whether to try again. */
export interface Api {
  call(method: string, path: string, call: Call): Promise<Told>
  close(): Promise<void>
}

export interface ApiSettings {
  url: string
  limits: Limits
  /** What every request carries, such as the key. */
  headers: () => Record<string, string>
  /** Whether words of an answer that took something are its own though they are no JSON; left out, only none are. */
  saysNothing?: (text: string) => boolean
  /** Whether an answer other than 429 says that it was too much. */
  isTooMuch?: (answer: Answer) => boolean
  /** How long it asks to wait, where it does not say so by Retry-After. */
  waitMs?: (answer: Answer, now: Date) => number | undefined
}

const isEmpty = (text: string) => text.trim() === ''

/** What people are meant to read, and no program's answer to another. */
export const isPage = (text: string): boolean => text.trimStart().startsWith('<')

const isObject = (json: unknown) => typeof json === 'object' && json !== null

/** A service outside is spoken to over https; http is for one's own network, where the organization's own servers are. */
export function openApi(
  { url: words, limits, headers, saysNothing = isEmpty, isTooMuch, waitMs }: ApiSettings,
  now: () => Date,
): Api {
  const url = new URL(words)
  const client = openClient(url, url.protocol === 'https:' ? 'any' : 'private', limits.connections)
  const take = turnstile(limits, now)

  return {
    async call(
      method,
      path,
      { body, text = body && JSON.stringify(body), signal, headers: more, weight = 1, allow = [] },
    ) {
      signal.throwIfAborted()
      if (weight > 0) take(weight)
      const request = {
        ...{ method, path },
        ...(text !== undefined && { body: text }),
        headers: { accept: 'application/json', ...headers(), ...more },
      }
      const answer = await client.send(request, signal)
      const { status } = answer
      const isTaken = status >= 200 && status < 300
      const isUnderstood = allow.includes(status) && !isTooMuch?.(answer)
      if (!isTaken && !isUnderstood) throw refusalOf(answer)
      const json = jsonOf(answer.text)
      const isItself = isTaken ? json !== undefined || saysNothing(answer.text) : isObject(json)
      // What stands in front of a service, and is not it, answers with pages: nothing was done, and nothing is known.
      if (!isItself) throw new Error(`It answered ${status} in a way that the service itself does not.`)
      return { status, headers: answer.headers, json }
    },
    close: client.close,
  }

  /** The reasons are ours: a store's might hold addresses. */
  function refusalOf(answer: Answer): Error {
    const { status } = answer
    const afterMs = waitMs?.(answer, now()) ?? retryAfterMs(answer.headers['retry-after'], now())
    if (status === 429 || isTooMuch?.(answer)) {
      return new TryLater(`It answered ${status}: that was too much at once.`, afterMs ?? limits.waitMs)
    }
    if (status === 401 || status === 403) return new Unauthorized(`It answered ${status}: it refuses the key.`)
    const why = `It answered ${status}.`
    const isOfTheRequest = status >= 400 && status < 500 && status !== 408 && status !== 425
    if (isOfTheRequest && !isPage(answer.text)) return new Rejected(why)
    return afterMs === undefined ? new Error(why) : new TryLater(why, afterMs)
  }
}

/** Lets as many through as the store takes, by the clock, and says how long until the next; over one process. */
function turnstile({ windows }: Limits, now: () => Date): (weight: number) => void {
  const longest = Math.max(0, ...windows.map(({ ms }) => ms))
  let passed: { time: number; weight: number }[] = []
  return (weight) => {
    const at = now().getTime()
    // A clock that was set back must not hold it up for as long as it was ahead.
    passed = passed.filter(({ time }) => time > at - longest && time <= at)
    const waits = windows.map(({ count, ms }) => {
      const within = passed.filter(({ time }) => time > at - ms)
      let used = within.reduce((sum, one) => sum + one.weight, 0)
      let freeAt = at
      for (const one of within) {
        // What is more than a whole window passes once there is nothing else in it.
        if (used + weight <= count) break
        used -= one.weight
        freeAt = one.time + ms
      }
      return freeAt - at
    })
    const wait = Math.max(0, ...waits)
    if (wait > 0) throw new NotYet('It takes so many requests in a time, and they are used up.', wait)
    passed.push({ time: at, weight })
  }
}

/** How often in a row one page is asked for, where the store says that it was too much. */
const TURNS = 5

/** Has whoever reads wait for its turn where the store takes few requests in a time, and goes on where it was. */
export async function* inTurn<T>(work: () => Promise<T>): AsyncGenerator<Listed, T> {
  for (let turn = 1; ; turn++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TryLater) || turn > TURNS) throw error
      yield { afterMs: error.afterMs }
    }
  }
}

/**
 * What each of many comes to, so many at a time. One that fails keeps no other back; once the store says that it was too much
 * none is begun any more. Where all fail it is the store that fails, and not one of them.
 */
export async function each<T, R>(
  items: T[],
  connections: number,
  work: (item: T) => Promise<R>,
): Promise<(R | Extract<Result, { why: string }>)[]> {
  const results: (R | Extract<Result, { why: string }>)[] = []
  let next = 0
  let pause: TryLater | undefined
  const failures: Error[] = []
  async function goOn(): Promise<void> {
    for (let i = next++; i < items.length; i = next++) {
      const item = items[i]
      if (pause || item === undefined) {
        results[i] = { result: 'wait', afterMs: pause?.afterMs ?? 0, why: 'It is to come again later.' }
        continue
      }
      try {
        results[i] = await work(item)
      } catch (error) {
        if (error instanceof TryLater) pause ??= error
        if (!(error instanceof Error) || error instanceof Unauthorized || error instanceof Gone) throw error
        if (!(error instanceof TryLater) && !(error instanceof Rejected)) failures.push(error)
        results[i] = ofError(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(connections, items.length) }, goOn))
  const [first] = failures
  if (first && failures.length === items.length) throw first
  return results
}

function ofError(error: Error): Extract<Result, { why: string }> {
  if (error instanceof NotYet) return { result: 'wait', afterMs: error.afterMs, why: error.message }
  if (error instanceof TryLater) return { result: 'retry', afterMs: error.afterMs, why: error.message }
  if (error instanceof Rejected) return { result: 'rejected', why: error.message }
  return {
    result: 'retry',
    why: error instanceof ZodError ? NOT_UNDERSTOOD : error.message,
  }
}
