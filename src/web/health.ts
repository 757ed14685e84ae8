import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, Hono } from 'hono'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { sameHash } from '../core/keys.ts'
import type { WebParts } from './parts.ts'

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1']

/** For whoever watches over it: whether it runs, whether it can work, and how it goes. */
export function healthRoutes(app: Hono, { books, metricsToken, isPublic, logFailure }: WebParts): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Counter({
    ...{ name: 'kindred_http_requests_total', help: 'Requests answered', registers },
    labelNames: ['route', 'method', 'status'],
  })
  const seconds = new Histogram({
    ...{ name: 'kindred_http_request_seconds', help: 'How long answers took', registers },
    labelNames: ['route'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  })
  new Gauge({
    ...{ name: 'kindred_waiting', help: 'Work that waits, by kind', registers },
    labelNames: ['kind'],
    async collect() {
      for (const [kind, count] of Object.entries(await books.waiting())) this.set({ kind }, count)
    },
  })
  registry.setDefaultLabels({ app: 'kindred' })

  app.use(async (c, next) => {
    const end = seconds.startTimer()
    await next()
    // The pattern and not the path: a path may hold a link that nobody else is to have.
    const route = c.req.routePath
    end({ route })
    requests.inc({ route, method: c.req.method, status: String(c.res.status) })
  })

  app.get('/healthz', (c) => c.text('ok'))

  app.get('/readyz', async (c) => {
    const isReady = await books.isReady().catch((error: unknown) => {
      logFailure('web/ready', error)
      return false
    })
    return isReady ? c.text('ready') : c.text('the database does not answer', 503)
  })

  app.get('/metrics', async (c) => {
    if (!mayRead(c))
      return c.text('Only whoever has METRICS_TOKEN may read them, or this machine where there is no PUBLIC_URL.', 403)
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType })
  })

  /** A proxy on this machine makes everybody look as if they were here, and may not even say that it passed them on. */
  function mayRead(c: Context): boolean {
    const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]
    if (metricsToken !== undefined) return given !== undefined && sameHash(given, metricsToken)
    if (isPublic) return false
    if (c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined) return false
    return LOOPBACK.includes(getConnInfo(c).remote.address ?? '')
  }
}
