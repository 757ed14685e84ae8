import { z } from 'zod'
import type { SuppressedWhy } from './segment-store.ts'

const reason = z.string()

/** What Klaviyo knows of whether somebody may be written to. */
export const marketing = z.object({
  can_receive_email_marketing: z.boolean().nullish(),
  consent: z.string().nullish(),
  /** From everything. */
  suppression: z.array(z.object({ reason })).nullish(),
  list_suppressions: z.array(z.object({ list_id: z.string(), reason })).nullish(),
})

export type Marketing = z.infer<typeof marketing>

/** Why Klaviyo does not write to somebody as a member of a list; undefined where it does. */
export function suppressionOf(
  known: Marketing | undefined,
  list: string,
): { result: 'suppressed'; why: SuppressedWhy; isHere?: boolean } | undefined {
  const [everywhere] = known?.suppression ?? []
  if (everywhere) return { result: 'suppressed', why: whyOf(everywhere.reason) }
  if (known?.consent === 'UNSUBSCRIBED' || known?.can_receive_email_marketing === false)
    return { result: 'suppressed', why: 'unsubscribed' }
  const here = known?.list_suppressions?.find(({ list_id }) => list_id === list)
  return here && { result: 'suppressed', why: whyOf(here.reason), isHere: true }
}

/** Whom the organization's own staff suppressed has unsubscribed as far as we are concerned; so has anybody else. */
function whyOf(words: string): SuppressedWhy {
  switch (words) {
    case 'HARD_BOUNCE':
    case 'INVALID_EMAIL':
      return 'bounced'
    case 'SPAM_COMPLAINT':
      return 'complained'
    default:
      return 'unsubscribed'
  }
}
