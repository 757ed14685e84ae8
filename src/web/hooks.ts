import type { Context, Hono } from 'hono'
import { bodies, cameFrom, paces, waitWords } from './guard.ts'
import type { WebParts } from './parts.ts'

/** What a tool tells at once of many letters is longer than any form. */
const HOOK_MAX_BYTES = 1_000_000

/** Where the tools that an organization sends from tell what became of it. No browser comes here, so nobody is signed in. */
export function hookRoutes(app: Hono, { hear, site, proxies, now }: WebParts): void {
  const pace = paces()
  const nowhere = (c: Context) => c.text('Nothing is heard at this address.', 404)

  // Some look first whether anybody answers (Mailchimp); that must change nothing.
  app.get('/hooks/:destination', async (c) =>
    (await hear(c.req.param('destination'))) === 'nobody'
      ? nowhere(c)
      : c.text('This address takes what is posted to it.'),
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
        return nowhere(c)
      case 'forged':
        return c.text('It is not proven that this comes from the tool this address is for: look at the secret.', 401)
      case 'unreadable':
        return c.text('This can not be read: nothing was done.', 400)
      default:
        return heard satisfies never
    }
  })
}
