import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type Act, installed } from './call.ts'
import { broke, Refused } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import { isOpen, type Judge, judgeArguments, judgeScopes, tokenOf } from './judge.ts'
import { METHODS } from './methods.ts'
import type { Rates } from './rates.ts'
import { isJson, type Json, type Token, type World } from './world.ts'

/** One call, for the audit. */
export interface Noted {
  at: number
  /** The method's name, `response_url`, or the path of something else. */
  method: string
  teamId: string | undefined
  args: Json
  status: number
  error?: string
}

interface Outcome {
  status: number
  body: Json
  headers?: Record<string, string>
}

export interface RestParts {
  world: World
  judge: Judge
  faults: Faults
  rates: Rates
  acts: Record<string, Act>
  access: (args: Json, basic: string | undefined) => Json
  respond: (token: string, body: Json) => void
  upload: (id: string, content: Buffer) => boolean
  origin: () => string
  /** How many calls the audit keeps. */
  keep: number
}

/** Arguments that come as JSON inside a form. */
const JSON_ARGUMENTS = ['blocks', 'attachments', 'view', 'metadata', 'files', 'unfurled_attachments']

/** The HTTP side: lets in, paces, judges, acts, notes, and suffers what it was told to suffer. */
export function createRest(parts: RestParts) {
  const { world, judge, faults, rates, acts, keep } = parts
  const requests: Noted[] = []

  function slow(seconds: number): Outcome {
    const headers = { 'retry-after': String(seconds) }
    return { status: 429, body: { ok: false, error: 'ratelimited' }, headers }
  }

  /** What a fault does instead, if it does. */
  function struck(fault: Fault | undefined): Outcome | undefined {
    if (fault?.error !== undefined) return { status: 200, body: { ok: false, error: fault.error } }
    if (fault?.retryAfter !== undefined) return slow(fault.retryAfter)
    if (fault?.status !== undefined) return { status: fault.status, body: { ok: false, error: 'fatal_error' } }
    return undefined
  }

  function call(name: string, args: Json, authorization: string, noted: Noted, fault?: Fault): Outcome {
    const method = METHODS.get(name)
    if (!method) throw broke('unknown_method')
    const [kind = '', secret = ''] = authorization.split(' ')
    const given = kind === 'Bearer' ? secret : args.token === undefined ? undefined : String(args.token)
    const token = isOpen(method) ? undefined : tokenOf(world, method, given)
    const team = token && world.teams.get(token.teamId)
    noted.teamId = team?.id
    judgeArguments(method, args)
    if (token) judgeScopes(method, token, team, args)
    const instead = struck(fault)
    if (instead) return instead
    const seconds =
      token && rates.count(method, token.teamId, args.channel === undefined ? undefined : String(args.channel))
    if (seconds) return slow(seconds)
    const headers = token && {
      'x-oauth-scopes': token.scopes.join(','),
      'x-accepted-oauth-scopes': method.scopes.join(','),
    }
    const body = { ok: true, ...done(name, args, kind === 'Basic' ? secret : undefined, token) }
    return { status: 200, body, ...(headers && { headers }) }
  }

  function done(name: string, args: Json, basic: string | undefined, token: Token | undefined): Json | undefined {
    if (name === 'oauth.v2.access') return parts.access(args, basic)
    if (name === 'api.test') {
      if (args.error) throw new Refused(String(args.error))
      return { args }
    }
    const act = acts[name]
    if (!act) throw broke('unknown_method', 'the fake has not learned it')
    if (!token) throw broke('not_authed')
    const team = world.teams.get(token.teamId)
    if (token.kind === 'app') return { url: act(nobody(name, args, token))?.url }
    if (!team) throw new Refused('account_inactive')
    return act({ world, method: name, args, team, token, install: installed(team) })
  }

  /** An app's own token acts for no workspace. */
  function nobody(method: string, args: Json, token: Token) {
    const [team] = world.teams.values()
    if (!team) throw new Refused('account_inactive')
    const install = { token: '', botId: '', botUserId: '', scopes: [] }
    return { world, method, args, team, token, install }
  }

  async function carry(place: Place, request: IncomingMessage, noted: Noted, fault?: Fault): Promise<Outcome> {
    const body = await read(request)
    try {
      if (place.kind === 'upload') {
        if (!parts.upload(place.rest, await uploaded(request, body))) throw broke('upload', 'not what was announced')
        return struck(fault) ?? { status: 200, body: { ok: true } }
      }
      noted.args = argumentsOf(request, body.toString())
      if (place.kind === 'response_url') {
        const instead = struck(fault)
        if (!instead) parts.respond(place.rest, noted.args)
        return instead ?? { status: 200, body: { ok: true } }
      }
      if (place.kind === 'method')
        return call(place.rest, noted.args, request.headers.authorization ?? '', noted, fault)
      throw broke('no such address')
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      noted.error = error.code
      return { status: place.kind === 'method' ? 200 : 404, body: judge.refuse(noted.method, error) }
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', `http://${parts.origin()}`)
    if (url.pathname === '/oauth/v2/authorize' && request.method === 'GET')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<button>Allow</button>')
    const place = placeOf(url)
    const method = place.kind === 'method' ? place.rest : place.kind === 'other' ? url.pathname : place.kind
    const noted: Noted = { at: world.clock.now(), method, teamId: undefined, args: {}, status: 0 }
    requests.push(noted)
    if (requests.length > keep) requests.splice(0, Math.ceil(keep / 10))
    const fault = faults.take(method)
    if (fault?.delayMs) await wait(fault.delayMs)
    if (fault?.drop === 'before') return void request.socket.destroy()
    const { status, body, headers } = await carry(place, request, noted, fault)
    noted.status = status
    if (body.ok === false && noted.error === undefined) noted.error = String(body.error)
    if (fault?.answerAfterMs) await wait(fault.answerAfterMs)
    if (fault?.drop === 'after') return void request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    response.end(JSON.stringify(body))
  }

  return {
    requests,
    handle(request: IncomingMessage, response: ServerResponse): void {
      handle(request, response).catch((error: unknown) => {
        // Whoever asked is gone, before all of it was heard.
        if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return
        // A mistake of the fake itself must not look like Slack being down.
        judge.note(`the fake failed at ${request.url}`, [error instanceof Error ? String(error.stack) : String(error)])
        if (!response.headersSent) response.writeHead(500).end('{}')
      })
    },
  }
}

interface Place {
  kind: 'method' | 'response_url' | 'upload' | 'other'
  rest: string
}

function placeOf({ pathname }: URL): Place {
  const [, kind = '', rest = ''] = /^\/(api|respond|upload)\/(.+)$/.exec(pathname) ?? []
  const kinds: Record<string, Place['kind']> = { api: 'method', respond: 'response_url', upload: 'upload' }
  return { kind: kinds[kind] ?? 'other', rest }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** What was uploaded, whether as it is or as the one part of a form. */
async function uploaded(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const [part] = [...form.values()]
  if (part === undefined || typeof part === 'string') return Buffer.from(part ?? '')
  return Buffer.from(await part.arrayBuffer())
}

/** The arguments of a call: in the address, as a form, or as JSON. */
function argumentsOf(request: IncomingMessage, body: string): Json {
  const query = Object.fromEntries(new URL(request.url ?? '', 'http://fake').searchParams)
  const type = request.headers['content-type'] ?? ''
  if (type.includes('application/json')) {
    const given: unknown = parsed(body || '{}')
    if (!isJson(given)) throw broke('invalid_json')
    return { ...query, ...given }
  }
  if (body && !type.includes('application/x-www-form-urlencoded')) throw broke('invalid_post_type', type)
  const args: Json = { ...query, ...Object.fromEntries(new URLSearchParams(body)) }
  for (const name of JSON_ARGUMENTS) {
    const value = args[name]
    if (typeof value !== 'string' || (name === 'files' && !value.startsWith('['))) continue
    const inside = parsed(value)
    if (inside === undefined)
      throw broke(name === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments', `${name} is no JSON`)
    args[name] = inside
  }
  if (typeof args.users === 'string' && args.users.startsWith('[')) args.users = parsed(args.users)
  return args
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
