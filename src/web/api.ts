import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import { EMAIL_MAX } from '../core/person.ts'
import {
  COMMUNITIES_PATH,
  type communitiesSchema,
  DOCUMENT_PATH,
  type errorSchema,
  openApiDocument,
  REFUSALS,
} from './api-schema.ts'
import type { Desk } from './desk.ts'
import type { WebParts } from './parts.ts'

type Body = z.output<typeof communitiesSchema>
type Refused = z.output<typeof errorSchema>['error']

/** Whether somebody asks the API, who gets JSON whatever comes of it. */
export const isApi = (c: Context) => c.req.path.startsWith('/api/')

/** Why something was not answered, in words and for programs. */
export function refused(c: Context, error: Refused, headers: Record<string, string> = {}) {
  const { status, says } = REFUSALS[error]
  return c.json({ error, message: says } satisfies z.output<typeof errorSchema>, status, headers)
}

/** For other departments of the organization: what people said they may know. */
export function apiRoutes(app: Hono, { books, site }: WebParts, desk: Desk): void {
  app.get(DOCUMENT_PATH, (c) => c.json(openApiDocument(site)))

  app.get(COMMUNITIES_PATH, async (c) => {
    const token = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const key = token && (await books.apiKey(token))
    if (!key) return refused(c, 'unauthorized', { 'WWW-Authenticate': 'Bearer' })
    if (!key.scopes.includes('communities:read'))
      return refused(c, 'forbidden', {
        'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="communities:read"',
      })
    const allowed = desk.mayRead(key.id)
    if (!allowed.allowed) return refused(c, 'too-many-requests', { 'Retry-After': String(allowed.waitSeconds) })
    const asked = c.req.param('id')
    // Nobody is called so, and no database takes that character.
    const who = asked.length > EMAIL_MAX || asked.includes('\0') ? '' : asked
    const found = await books.readCommunities(key.id, who)
    if (!found) return refused(c, 'not-found')
    const communities = found.communities.map(({ slug, name, since, direction: { id, at } }) => ({
      ...{ slug, name, since: since.toISOString() },
      direction: { id, at: at.toISOString() },
    }))
    return c.json({ person: found.person, communities } satisfies Body)
  })

  app.all('/api/*', (c) => refused(c, 'not-found'))
}
