import type { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { Desk } from './desk.ts'
import type { WebParts } from './parts.ts'

const TYPE = { 'Content-Type': 'text/calendar; charset=utf-8' }
/** Programs ask every hour or so; of a community that is no longer everybody's nothing lasts longer than this. */
const PUBLIC_SECONDS = 300
const END = '.ics'

/** Calendars that programs read by their address. */
export function calendarRoutes(app: Hono, { books }: WebParts, desk: Desk): void {
  app.get('/c/:slug/calendar.ics', etag(), async (c) => {
    const text = await books.communityCalendar(c.req.param('slug'))
    if (text === undefined) return desk.missing(c, await desk.visit(c))
    return c.body(text, 200, { ...TYPE, 'Cache-Control': `public, max-age=${PUBLIC_SECONDS}` })
  })

  // The address alone is the permission: a program that asks has no cookie.
  app.get('/calendar/:file', async (c) => {
    const file = c.req.param('file')
    const text = file.endsWith(END) ? await books.ownCalendar(file.slice(0, -END.length)) : undefined
    if (text === undefined) return desk.missing(c, await desk.visit(c))
    return c.body(text, 200, { ...TYPE, 'Cache-Control': 'private, no-store', 'X-Robots-Tag': 'noindex' })
  })
}
