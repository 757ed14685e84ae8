import type { Hono } from 'hono'
import { bodies, cameFrom, paces, waitWords } from './guard.ts'
import type { WebParts } from './parts.ts'

/** What a tool tells at once of many letters is longer than any form. */
const HOOK_MAX_BYTES = 1_000_000

/** Where the tools that an organization sends from tell what became of it. No browser comes here, so nobody is signed in. */
export function hookRoutes(app: Hono, { hear, site, proxies, now }: WebParts): void {
  const pace = paces()

  // Some look first whether anybody answers (Mailchimp). What the destinations are called is not told.
  app.get('/hooks/:destination', (c) =>
    c.text('Addresses like this take what is posted to them by the tools they are for.'),
  )

  app.post('/hooks/:destination', bodies(HOOK_MAX_BYTES), async (c) => {
    const allowed = pace.hearing(cameFrom(c, proxies), now())
    if (!allowed.allowed) {
      c.header('Retry-After', String(allowed.waitSeconds))
      return c.text(`That was a lot at once. ${waitWords(allowed.waitSeconds)} and send it again.`, 429)
    }
    const { pathname, search } = new URL(c.req.url)
    const heard = await hear(c.req.param('destination'), {
      method: c.req.method,
      // As whoever sends it knows it: a proxy may have called us otherwise.
      url: `${site}${pathname}${search}`,
      headers: c.req.header(),
      body: await c.req.text(),
    })
    switch (heard) {
      case 'taken':
        return c.json({})
      case 'nobody':
      case 'forged':
        return c.text(
          'It is not proven that a tool this address is for has sent this: look at the address and the secret.',
          401,
        )
      case 'unreadable':
        return c.text('This can not be read: nothing was done.', 400)
      default:
        return heard satisfies never
    }
  })
}
