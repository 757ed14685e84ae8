import { z } from 'zod'

const reference = z.strictObject({ $ref: z.string().regex(/^#\/components\/schemas\/[A-Za-z]+$/) })
const headers = z.record(
  z.string(),
  z.strictObject({ description: z.string(), schema: z.object({ type: z.string() }) }),
)

const response = z.strictObject({
  description: z.string().min(1),
  headers: headers.optional(),
  content: z.strictObject({ 'application/json': z.strictObject({ schema: reference }) }),
})

const operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  summary: z.string(),
  description: z.string(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header', 'cookie']),
      required: z.boolean(),
      description: z.string(),
      schema: z.object({ type: z.string() }),
    }),
  ),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), response),
})

/** What the Specification (3.1.0) asks of each part that the document has; a part that is not here is not expected. */
const document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(z.string().startsWith('/'), z.strictObject({ get: operation })),
  components: z.strictObject({
    securitySchemes: z.record(
      z.string(),
      z.strictObject({ type: z.literal('http'), scheme: z.string(), description: z.string() }),
    ),
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
})

/** An OpenAPI document that keeps to the Specification, and what its schemas say of values; throws where it does not. */
export function documentOf(text: string) {
  const read = document.parse(JSON.parse(text))
  const { schemas, securitySchemes } = read.components
  for (const [, to = ''] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
    if (!((to.split('/').at(-1) ?? '') in schemas)) throw new Error(`${to} leads nowhere`)
  }
  for (const name of read.security.flatMap((one) => Object.keys(one)))
    if (!(name in securitySchemes)) throw new Error(`${name} is no way to be let in`)
  for (const [path, { get }] of Object.entries(read.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const told = get.parameters.filter((one) => one.in === 'path' && one.required).map(({ name }) => name)
    if (named.join() !== told.join()) throw new Error(`${path} has other parameters than it says`)
  }
  // Zod reads JSON Schema with its references among `$defs`.
  const $defs = JSON.parse(JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/$defs/'))
  return {
    ...read,
    /** What is wrong with a value by a schema of the document. */
    complaintsOf(schema: { $ref?: string }, value: unknown): string[] {
      const $ref = schema.$ref?.replace('#/components/schemas/', '#/$defs/') ?? ''
      const { error } = z.fromJSONSchema({ $ref, $defs }).safeParse(value)
      return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
    },
  }
}
