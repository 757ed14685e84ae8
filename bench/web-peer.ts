import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import pg from 'pg'
import { z } from 'zod'
import { drawsFrom } from '../src/core/ids.ts'

/** What the peer is told: where it listens, and the one statement that it runs, with marks where a person's values go. */
export const joinSchema = z.object({
  port: z.int(),
  url: z.string(),
  text: z.string(),
  values: z.array(z.unknown()),
})
export const [PERSON, COMMUNITY, DRAWN] = ['(person)', '(community)', '(drawn)']

/** The least Hono app: it reads a form, runs the statement that joins, and answers a constant. */
function peer(told: z.infer<typeof joinSchema>): void {
  const { port, url, text, values } = told
  const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c TimeZone=UTC' })
  const draws = drawsFrom((length) => randomBytes(length))
  const app = new Hono()
  app.post('/press', async (c) => {
    const { press } = await c.req.parseBody()
    const filled = new Map<unknown, unknown>([
      [PERSON, c.req.header('x-person')],
      [COMMUNITY, String(press).split('=')[1]],
    ])
    const given = values.map((value) => (value === DRAWN ? draws.id(new Date()) : (filled.get(value) ?? value)))
    await pool.query({ name: 'join', text, values: given })
    return c.html(
      '<!doctype html><html lang="en"><head><title>Join</title></head><body><p>You\'re in</p></body></html>',
    )
  })
  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => process.stdout.write('ready\n'))
  process.on('SIGTERM', () => process.exit(0))
}

if (process.argv[1] === new URL(import.meta.url).pathname) peer(joinSchema.parse(JSON.parse(process.argv[2] ?? '')))
