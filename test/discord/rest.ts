import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import * as Z from 'discord-api-spec/zod'
import { Refused } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import { asSchemasSay, type Judge, problemsWith } from './judge.ts'
import { listOf } from './limits.ts'
import type { Rates, Slowed } from './rates.ts'
import { Answered, type Asked, type Matched, matcher, type Route, readBody } from './route.ts'
import type { Json, World } from './world.ts'

/** One request, for the audit. */
export interface Noted {
  at: number
  method: string
  path: string
  route: string
  body: unknown
  status: number
  code?: number
}

interface Outcome {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface RestParts {
  world: World
  judge: Judge
  faults: Faults
  rates: Rates
  routes: Route[]
  isRevoked(): boolean
  /** How many requests the audit keeps. */
  keep: number
}

/** Thrown where a channel is renamed too often, which only its route knows. */
export class TooFast extends Error {
  readonly slowed: Slowed

  constructor(slowed: Slowed) {
    super('You are being rate limited.')
    this.slowed = slowed
  }
}

/** The REST side: lets in, paces, judges, acts, notes, and suffers what it was told to suffer. */
export function createRest({ world, judge, faults, rates, routes, isRevoked, keep }: RestParts) {
  const requests: Noted[] = []
  const match = matcher(routes)

  function letIn({ route, params }: Matched, request: IncomingMessage): Outcome {
    const key = `${route.method} ${route.path}`
    const isBot = request.headers.authorization === `Bot ${world.token}`
    if (!route.isOpen && (!isBot || isRevoked())) throw new Refused(0)
    const major = params.channel ?? params.guild ?? params.token ?? ''
    const { headers, slowed } = rates.count(key, major, route.isOpen === true)
    return slowed ? slow(slowed, headers) : { status: 0, headers }
  }

  function judged({ route, params }: Matched, json: unknown, query: URLSearchParams): Json[] {
    const key = `${route.method} ${route.path}`
    const list = route.isList ? listOf(json) : []
    const body = route.isList ? {} : ((json ?? {}) as Json) // A body is an object, or the schema says so below.
    const said = asSchemasSay(json ?? {})
    const schema = typeof route.body === 'function' ? route.body(body, params) : route.body
    const problems = [...query.keys()]
      .filter((name) => !route.query?.includes(name))
      .map((name) => `query ${name} is unknown`)
    if (schema && route.isList && !Array.isArray(json)) problems.push('the body is no list')
    if (schema) problems.push(...(route.isList ? listOf(said) : [said]).flatMap((one) => problemsWith(schema, one)))
    if (problems.length === 0 && route.limits) problems.push(...route.limits(body, list))
    // A question too many is only noted: the real one looks past it.
    judge.request(key, problems)
    if (problems.some((problem) => !problem.startsWith('query '))) throw new Refused(50035, problems)
    return list
  }

  function act({ route, params }: Matched, json: unknown, rest: Pick<Asked, 'uploads' | 'query'>): Outcome {
    const list = judged({ route, params }, json, rest.query)
    const body = route.isList ? {} : ((json ?? {}) as Json) // Judged above.
    const given = route.act({ params, body, list, ...rest })
    const answered =
      given instanceof Answered ? given : new Answered(given === undefined ? 204 : (route.status ?? 200), given)
    for (const one of Array.isArray(answered.body) ? answered.body : [answered.body]) {
      if (one === undefined || !route.answer) continue
      judge.own(
        `${route.method} ${route.path}`,
        typeof route.answer === 'function' ? route.answer(one) : route.answer,
        one,
      )
    }
    return answered
  }

  /** What a fault does instead, if it does. */
  function struck(fault: Fault | undefined): Outcome | undefined {
    // Any code may be asked for; one the fake does not know is no fault but a mistake in the test.
    if (fault?.code !== undefined) throw new Refused(fault.code as ConstructorParameters<typeof Refused>[0])
    if (fault?.retryAfter !== undefined)
      return slow({ retryAfter: fault.retryAfter, scope: fault.isGlobal ? 'global' : 'user' }, {})
    if (fault?.status !== undefined) return { status: fault.status, body: { message: 'The server is unwell', code: 0 } }
    return undefined
  }

  async function carry(
    found: Matched,
    request: IncomingMessage,
    query: URLSearchParams,
    noted: Noted,
    fault?: Fault,
  ): Promise<Outcome> {
    let headers: Record<string, string> = {}
    try {
      const { json, uploads } = await readBody(request)
      noted.body = json
      const let_ = letIn(found, request)
      headers = let_.headers ?? {}
      if (let_.status !== 0) return let_
      const outcome = struck(fault) ?? act(found, json, { uploads, query })
      return { ...outcome, headers: { ...headers, ...outcome.headers } }
    } catch (error) {
      if (error instanceof TooFast) return slow(error.slowed, headers)
      if (!(error instanceof Refused)) throw error
      noted.code = error.code
      return { status: error.status, body: error.body(), headers }
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://fake')
    const path = url.pathname.replace(/^\/api(\/v10)?/, '')
    const method = request.method ?? 'GET'
    const found = match(method, path)
    const route = found ? `${method} ${found.route.path}` : `${method} unknown`
    const noted: Noted = { at: world.clock.now(), method, path, route, body: undefined, status: 0 }
    requests.push(noted)
    if (requests.length > keep) requests.splice(0, Math.ceil(keep / 10))
    const fault = faults.take(route, `${method} ${path}`)
    if (fault?.delayMs) await wait(fault.delayMs)
    if (fault?.drop === 'before') return void request.socket.destroy()
    const outcome = found ? await carry(found, request, url.searchParams, noted, fault) : nowhere(`${method} ${path}`)
    noted.status = outcome.status
    if (rates.refuse(outcome.status))
      judge.request(route, ['over 10,000 refused requests in ten minutes: the address is banned'])
    if (outcome.status >= 400 && outcome.status < 500) {
      const schema = outcome.status === 429 ? Z.RatelimitedResponseSchema : Z.ErrorResponseSchema
      // The schema wants numbers for the codes of parts, where the real one sends words.
      const [{ errors: _, ...whole } = {}] = listOf([outcome.body])
      judge.own(`${route} ${outcome.status}`, schema, whole)
    }
    if (fault?.answerAfterMs) await wait(fault.answerAfterMs)
    if (fault?.drop === 'after') return void request.socket.destroy()
    const text = outcome.body === undefined ? '' : JSON.stringify(outcome.body)
    response.writeHead(outcome.status, { ...(text && { 'content-type': 'application/json' }), ...outcome.headers })
    response.end(text)
  }

  const nowhere = (what: string): Outcome => {
    judge.request(what, ['the fake has no such route'])
    return { status: 404, body: { message: '404: Not Found', code: 0 } }
  }

  return {
    requests,
    handle(request: IncomingMessage, response: ServerResponse): void {
      handle(request, response).catch((error: unknown) => {
        // Whoever asked is gone, before all of it was heard.
        if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return
        // A mistake of the fake itself must not look like Discord being down.
        judge.violations.push(
          `the fake failed at ${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`,
        )
        if (!response.headersSent) response.writeHead(500).end('{}')
      })
    },
  }
}

function slow({ retryAfter, scope }: Slowed, headers: Record<string, string>): Outcome {
  const isGlobal = scope === 'global'
  return {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: retryAfter, global: isGlobal, code: 0 },
    headers: {
      ...headers,
      'retry-after': String(Math.ceil(retryAfter)),
      'x-ratelimit-scope': scope,
      ...(isGlobal && { 'x-ratelimit-global': 'true' }),
      ...(!headers['x-ratelimit-reset-after'] && { 'x-ratelimit-reset-after': String(retryAfter) }),
    },
  }
}
