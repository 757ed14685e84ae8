import { Hono } from 'hono'
import { html } from 'hono/html'
import { actRoutes } from './acts.ts'
import { answerRoutes } from './answers.ts'
import { apiRoutes, isApi, refused } from './api.ts'
import { calendarRoutes } from './calendars.ts'
import { createDesk } from './desk.ts'
import { bodies, FILE_MAX_BYTES, FORM_MAX_BYTES, headers, waitWords } from './guard.ts'
import { healthRoutes } from './health.ts'
import { hookRoutes } from './hooks.ts'
import { invitationRoutes } from './invitations.ts'
import { pageRoutes } from './pages.ts'
import type { WebParts } from './parts.ts'
import { signInRoutes } from './sign-in.ts'
import { STYLE, STYLE_PATH } from './style.ts'

const YEAR_SECONDS = 31_536_000

/** The web: everything of the house as pages that work with no script. */
export function createWeb(parts: WebParts): Hono {
  const { commands, draw, logFailure } = parts
  const desk = createDesk(parts)
  const app = new Hono()
  const uploads = commands.filter(({ shapes }) => shapes.some(({ kind }) => kind === 'file')).map(({ name }) => name)
  app.use(headers(parts.site))
  app.use(async (c, next) => {
    // What one person is shown is kept by no browser and no proxy.
    c.header('Cache-Control', 'no-store')
    await next()
  })
  // No database takes that character, and no address of ours has it.
  app.use((c, next) =>
    c.req.url.includes('%00') && !isApi(c) ? Promise.resolve(c.text('There is no such page.', 404)) : next(),
  )
  healthRoutes(app, parts)
  hookRoutes(app, parts)
  const [short, long] = [bodies(FORM_MAX_BYTES), bodies(FILE_MAX_BYTES)]
  app.use(async (c, next) => {
    const isUpload = c.req.method === 'POST' && uploads.some((name) => c.req.path === `/do/${name}`)
    return (isUpload && (await desk.isSignedIn(c)) ? long : short)(c, next)
  })
  app.get(STYLE_PATH, (c) => {
    c.header('Cache-Control', `public, max-age=${YEAR_SECONDS}, immutable`)
    return c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' })
  })
  app.get('/robots.txt', (c) =>
    c.text(
      'User-agent: *\nDisallow: /i/\nDisallow: /enter/\nDisallow: /unsubscribe/\nDisallow: /answer/\nDisallow: /calendar/\nDisallow: /api/\nDisallow: /do/\nDisallow: /hooks/\n',
    ),
  )
  app.use(async (c, next) => {
    const allowed = c.req.method === 'POST' ? undefined : desk.mayLook(c)
    if (allowed?.allowed !== false) return next()
    if (isApi(c)) return refused(c, 'too-many-requests', { 'Retry-After': String(allowed.waitSeconds) })
    return c.text(`That was a lot at once. ${waitWords(allowed.waitSeconds)} and try again.`, 429)
  })
  apiRoutes(app, parts, desk)
  calendarRoutes(app, parts, desk)
  pageRoutes(app, parts, desk)
  actRoutes(app, parts, desk)
  signInRoutes(app, parts, desk)
  invitationRoutes(app, parts, desk)
  answerRoutes(app, parts, desk)
  app.notFound(async (c) => desk.missing(c, await desk.visit(c)))
  app.onError((error, c) => {
    const reference = draw().slice(0, 8)
    logFailure(`web/${reference}`, error)
    if (isApi(c)) return refused(c, 'failed')
    return c.html(
      html`<!doctype html><html lang="en"><head><title>Something went wrong</title><link rel="stylesheet" href="${STYLE_PATH}"></head>
<body><main><h1>Something went wrong on our side</h1><p>Nothing was changed. Try again; if it happens again, tell the organization this reference: ${reference}</p>
<p><a href="/">To the start</a></p></main></body></html>`,
      500,
    )
  })
  return app
}
