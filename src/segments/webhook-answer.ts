import { z } from 'zod'
import type { Answer } from './client.ts'
import { jsonOf } from './json.ts'
import { Rejected, type Result, TryLater, Unauthorized } from './segment-store.ts'

/** No wait a receiver asks for is longer, since those who left are to be told of in time. */
const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000
/** Of these the next try may fare better: too slow, too early, too many, or a receiver that is just being put up. */
const PASSING = [404, 405, 408, 425, 429]

/** Throws unless a request was taken; the error's kind says whether a repetition can help (docs/webhook.md, answers). */
export function assertTaken({ status, headers }: Answer, now: Date): void {
  if (status >= 200 && status < 300) return
  if (status === 401 || status === 403) throw new Unauthorized(`It answered ${status}: it refuses the signature.`)
  if (status === 410) throw new Unauthorized('It answered 410: it wants no more events.')
  const isRedirect = status >= 300 && status < 400
  const why = isRedirect
    ? `It answered ${status}, and redirects are not followed: set URL to where it leads.`
    : `It answered ${status}.`
  // Not Rejected: a redirect says nothing about the events, and who left while it lasts must still be told of after it.
  if (!isRedirect && status < 500 && !PASSING.includes(status)) throw new Rejected(why)
  const afterMs = isRedirect ? undefined : retryAfterMs(headers['retry-after'], now)
  throw afterMs === undefined ? new Error(why) : new TryLater(why, afterMs)
}

/** How long a server asks to wait: Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(words: string | undefined, now: Date): number | undefined {
  if (!words) return undefined
  const ms = /^\d+$/.test(words) ? Number(words) * 1000 : Date.parse(words) - now.getTime()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS)
}

const answered = z.object({
  results: z.array(
    z.object({ id: z.string(), result: z.enum(['applied', 'accepted', 'retry', 'rejected', 'suppressed']) }),
  ),
})

/** What became of each event: what the receiver says of it, else that it was accepted. */
export function resultsOf({ headers, text }: Answer, ids: string[]): Result[] {
  const said = headers['content-type']?.includes('json') ? answered.safeParse(jsonOf(text)).data?.results : undefined
  const byId = new Map(said?.map(({ id, result }) => [id, result]))
  return ids.map((id) => inOurWords(byId.get(id) ?? 'accepted'))
}

/** The reasons are ours: a receiver's might hold addresses. */
function inOurWords(result: z.infer<typeof answered>['results'][number]['result']): Result {
  switch (result) {
    case 'applied':
    case 'accepted':
      return { result }
    case 'retry':
      return { result, why: 'It asks for this one again later.' }
    case 'rejected':
      return { result, why: 'It refuses this one.' }
    case 'suppressed':
      return { result, why: 'unsubscribed' }
    default:
      return result satisfies never
  }
}
