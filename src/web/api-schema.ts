import { z } from 'zod'
import { API_SCOPES } from '../core/api-scope.ts'

/** Where the API describes itself, and what it has to be asked, as the router of the pages writes it. */
export const DOCUMENT_PATH = '/api/openapi.json'
export const COMMUNITIES_PATH = '/api/people/:id/communities'

const time = z.iso.datetime()

const communitySchema = z.object({
  slug: z.string().describe('Its short name, which never changes'),
  name: z.string(),
  since: time.describe('When the person joined'),
  direction: z
    .object({ id: z.string().describe('Its number in the ledger'), at: time })
    .describe("The person's yes, by which you may know of it"),
})

/** What is answered of a person. */
export const communitiesSchema = z.object({
  person: z.string().describe('The random number that stands for the person, and never changes'),
  communities: z.array(communitySchema).describe('Those the person let you know of, by slug; never empty'),
})

/** What is answered in place of it. */
export const errorSchema = z.object({
  error: z.enum(['unauthorized', 'forbidden', 'not-found', 'too-many-requests', 'failed']),
  message: z.string().describe('What happened and what to do next, for people'),
})

/** Every answer but what was asked for: its status and its words. */
export const REFUSALS = {
  unauthorized: {
    status: 401,
    says: 'No key came along, or it is not valid any more. Ask whoever runs Kindred for one.',
  },
  forbidden: { status: 403, says: 'This key may not read that. Ask whoever runs Kindred for one that may.' },
  'not-found': {
    status: 404,
    says: 'Nobody of that name has let you know of a community. They may have taken it back, or several share that address.',
  },
  'too-many-requests': {
    status: 429,
    says: 'That was a lot at once. Wait as long as Retry-After says, and ask again.',
  },
  failed: { status: 500, says: 'Something went wrong on our side. Try again later.' },
} as const satisfies Record<z.output<typeof errorSchema>['error'], { status: number; says: string }>

const schemas = z.registry<{ id: string }>()
schemas.add(communitySchema, { id: 'Community' })
schemas.add(communitiesSchema, { id: 'Communities' })
schemas.add(errorSchema, { id: 'Error' })

const reference = (name: string) => `#/components/schemas/${name}`
const json = (name: string) => ({ 'application/json': { schema: { $ref: reference(name) } } })
const header = (description: string, type = 'string') => ({ description, schema: { type } })

/** What some refusals carry besides. */
const HEADERS: Record<number, object> = {
  401: { 'WWW-Authenticate': header('Bearer') },
  403: { 'WWW-Authenticate': header('Bearer, and the scope that is lacking') },
  429: { 'Retry-After': header('Seconds to wait', 'integer') },
}

/** The API as an OpenAPI 3.1 document, made from the schemas above. */
export function openApiDocument(site: string): object {
  const refusals = Object.values(REFUSALS).map(({ status, says }) => {
    const headers = HEADERS[status]
    return [status, { description: says, ...(headers && { headers }), content: json('Error') }]
  })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kindred, for other departments',
      version: '1',
      description:
        'What people said you may know of them, and nothing else. Whoever is asked about sees in Kindred that you asked.',
    },
    servers: [{ url: site }],
    security: [{ key: [] }],
    paths: {
      [COMMUNITIES_PATH.replace(/:(\w+)/g, '{$1}')]: {
        get: {
          operationId: 'communitiesOfPerson',
          summary: 'The communities a person let you know of',
          description: `The key needs the scope ${API_SCOPES.join(', ')}. The read is written down where the person sees it.`,
          parameters: [
            {
              ...{ name: 'id', in: 'path', required: true },
              description:
                'The number that stands for the person, what you call them where you told Kindred so, or their e-mail address',
              schema: { type: 'string' },
            },
          ],
          responses: {
            200: { description: 'What the person let you know', content: json('Communities') },
            ...Object.fromEntries(refusals),
          },
        },
      },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'Made by staff with /api-keys' } },
      schemas: componentsOf(),
    },
  }
}

function componentsOf(): Record<string, object> {
  const made = z.toJSONSchema(schemas, {
    uri: reference,
    override: ({ jsonSchema }) => {
      // Its format says it in one word.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  // The document names the dialect and the place of each for all of them.
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  )
}
