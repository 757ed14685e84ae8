import type { IncomingMessage } from 'node:http'
import type { $ZodType } from 'zod/v4/core'
import type { Upload } from './messages.ts'
import type { Json } from './world.ts'

/** A request as its route sees it: already let in, paced and judged. */
export interface Asked {
  params: Record<string, string>
  query: URLSearchParams
  body: Json
  /** The body where it is a list. */
  list: Json[]
  uploads: Upload[]
}

/** One thing the REST side can do. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Interactions and their webhooks carry their token in the path. */
  isOpen?: boolean
  query?: string[]
  /** The schema of the body; a list's is that of each of its parts. */
  body?: $ZodType | ((body: Json, params: Record<string, string>) => $ZodType)
  isList?: boolean
  limits?: (body: Json, list: Json[]) => string[]
  answer?: $ZodType | ((answer: Json) => $ZodType)
  status?: number
  act(asked: Asked): unknown
}

/** An answer with another status than the route's own. */
export class Answered {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown) {
    this.status = status
    this.body = body
  }
}

export interface Matched {
  route: Route
  params: Record<string, string>
}

/** Finds the route of a path: names in it stand for anything without a slash. */
export function matcher(routes: Route[]): (method: string, path: string) => Matched | undefined {
  const compiled = routes.map((route) => ({ route, parts: route.path.split('/') }))
  return (method, path) => {
    const given = path.split('/').map(decodeURIComponent)
    for (const { route, parts } of compiled) {
      if (route.method !== method || parts.length !== given.length) continue
      if (!parts.every((part, index) => part.startsWith(':') || part === given[index])) continue
      const named = parts.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), given[index] ?? '']] : []))
      return { route, params: Object.fromEntries(named) }
    }
    return undefined
  }
}

/** Reads a body, plain or in several parts with files. */
export async function readBody(request: IncomingMessage): Promise<{ json: unknown; uploads: Upload[] }> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (raw.length === 0) return { json: undefined, uploads: [] }
  if (!type.startsWith('multipart/')) return { json: JSON.parse(raw.toString('utf8')), uploads: [] }
  const form = await new Response(raw, { headers: { 'content-type': type } }).formData()
  const payload = form.get('payload_json')
  const files = [...form.values()].filter((part) => typeof part !== 'string')
  const uploads = await Promise.all(
    files.map(async (file) => ({
      ...{ name: file.name, type: file.type, size: file.size },
      ...{ text: await file.text(), bytes: Buffer.from(await file.arrayBuffer()) },
    })),
  )
  return { json: typeof payload === 'string' ? JSON.parse(payload) : {}, uploads }
}
