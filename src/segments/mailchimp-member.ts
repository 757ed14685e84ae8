import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Contact, Meeting } from './contact-lists.ts'
import type { Result, SuppressedWhy } from './segment-store.ts'

/** Somebody in an audience, as Mailchimp gives them. */
export const member = z.object({
  id: z.string(),
  email_address: z.string(),
  status: z.string(),
  tags: z.array(z.object({ id: z.number() })).default([]),
  /** The groups of the audience, and whether they chose each. */
  interests: z.record(z.string(), z.boolean()).nullish(),
  vip: z.boolean().nullish(),
})

const problem = z.object({ title: z.string() })

/** What Mailchimp calls whoever has an address. */
export const contactOf = (email: string): Contact => ({
  id: createHash('md5').update(email.toLowerCase()).digest('hex'),
  email,
})

/** Whether somebody is there for more than what is ours, which they are off by now. */
export const isInUse = ({ tags, interests, vip }: z.output<typeof member>) =>
  tags.length > 0 || vip === true || Object.values(interests ?? {}).some(Boolean)

/** Why Mailchimp does not write to somebody of a status; undefined where it does. */
export function whyOf(status: string): SuppressedWhy | undefined {
  if (status === 'unsubscribed') return 'unsubscribed'
  return status === 'cleaned' ? 'bounced' : undefined
}

/** That somebody of such a status is not written to. */
export const suppressed = (status: string) => ({ result: 'suppressed' as const, why: whyOf(status) ?? 'unsubscribed' })

/** What a member's status says that is not simply that they are there. */
export function ofStatus(status: string): Result | undefined {
  if (status === 'archived') return { result: 'unknown', why: 'It has put this one aside.' }
  // They were asked once more by mail, as the audience wants it.
  if (status === 'pending') return { result: 'accepted' }
  return whyOf(status) ? suppressed(status) : undefined
}

/** Who was put on the audience, or why not. */
export function met(contact: Contact, { status, json }: { status: number; json: unknown }, isNew: boolean): Meeting {
  if (status !== 400) {
    const one = member.parse(json)
    return whyOf(one.status) ? suppressed(one.status) : { contact, isNew }
  }
  switch (problem.safeParse(json).data?.title) {
    case 'Member In Compliance State':
      // It does not say whether they unsubscribed or bounced.
      return suppressed('unsubscribed')
    case 'Forgotten Email Not Subscribed':
      return { result: 'rejected', why: 'It was deleted there for good, and comes back by a form of Mailchimp alone.' }
    default:
      return { result: 'rejected', why: 'It does not take this address.' }
  }
}
