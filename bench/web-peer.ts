import { createHash, randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import pg from 'pg'
import { z } from 'zod'
import { drawsFrom } from '../src/core/ids.ts'
import { barePg } from './bare.ts'

/** Statements as they went to the driver, with marks where a person's own values go. */
export const statementsSchema = z.array(z.object({ text: z.string(), values: z.array(z.unknown()) }))
export type Statements = z.infer<typeof statementsSchema>

/** The marks. Bytes are written as text after theirs. */
export const [PERSON, ACCOUNT, COMMUNITY, DELIVERY] = ['(person)', '(account)', '(community)', '(delivery)']
export const [DRAWN, BYTES] = ['(drawn)', '(bytes)']

/** The least Hono app: it reads a form, runs the statements it was given, and answers a constant. */
function peer(port: number, url: string, statements: Statements): void {
  const bare = barePg(new pg.Pool({ connectionString: url, max: 10, options: '-c TimeZone=UTC' }))
  const draws = drawsFrom((length) => randomBytes(length))
  const app = new Hono()
  app.post('/press', async (c) => {
    const form = await c.req.parseBody()
    const person = c.req.header('x-person') ?? ''
    const marks = {
      [PERSON]: person,
      [ACCOUNT]: createHash('md5').update(person).digest('hex').slice(0, 26),
      [COMMUNITY]: String(form.press).split('=')[1] ?? '',
      [DELIVERY]: `${person}/${form['kindred-once']}`,
      [DRAWN]: draws.id(new Date()),
    }
    const fill = (value: unknown): unknown => {
      if (typeof value !== 'string') return value
      if (value.startsWith(BYTES)) return Buffer.from(value.slice(BYTES.length), 'base64')
      return value.replaceAll(/\((?:person|account|community|delivery|drawn)\)/g, (mark) => marks[mark] ?? mark)
    }
    const [one, ...more] = statements
    if (one && more.length === 0) await bare.query(one.text, one.values.map(fill))
    else
      await bare.transaction(async (query) => {
        for (const { text, values } of statements) await query(text, values.map(fill))
      })
    return c.html(`<!doctype html><html lang="en"><head><title>Join</title></head><body><p>You're in</p></body></html>`)
  })
  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => process.stdout.write('ready\n'))
  process.on('SIGTERM', () => process.exit(0))
}

const [, program, port = '', url = '', statements = ''] = process.argv
if (program === new URL(import.meta.url).pathname)
  peer(Number(port), url, statementsSchema.parse(JSON.parse(statements)))
