import { z } from 'zod'

/** The organization this installation serves, as `/staff setup` describes it. */
export interface Organization {
  /** False until staff ran `/staff setup`: then the words below are placeholders and nobody is asked for a direction. */
  isSetUp: boolean
  name: string
  /** Who receives what people direct, in the words people see: "the Museum". */
  recipient: string
  /** Link to the privacy notice; without one nobody can be asked whether the organization may know. */
  privacyNotice?: string
  contact?: string
  /** The sender's name on mails. */
  sender?: string
  language: string
  zone: string
  minimumAge: number
  /** The fewest and most pledges a founder may ask for. */
  pledgesFrom: number
  pledgesTo: number
  /** Whether staff look at each new community before others see it. */
  approvesCommunities: boolean
  /** Words no community's name may hold. */
  blockList: string[]
  /** Accounts that are staff on every platform: `platform:id`. */
  staffIds: string[]
  /** Where staff are told things. */
  staffRoom?: { platform: string; workspace: string; place: string }
  staffEmail?: string
  /** For how long people are kept who are in nothing and were not seen. */
  keepPeopleMonths: number
  keepAuditMonths: number
  /** For how long what was sent is written down. */
  keepSentDays: number
  /** For how long communities that did not open are kept, and what was looked for in vain. */
  keepSeedsMonths: number
  /** So many members must support a topic for it to be on the next ballot, where a community has no number of its own. */
  topicThreshold: number
}

/** What holds before anyone ran `/staff setup`. */
export const NOT_SET_UP: Organization = {
  isSetUp: false,
  name: 'this organization',
  recipient: 'this organization',
  language: 'en',
  zone: 'UTC',
  minimumAge: 16,
  pledgesFrom: 1,
  pledgesTo: 100,
  approvesCommunities: false,
  blockList: [],
  staffIds: [],
  keepPeopleMonths: 24,
  keepAuditMonths: 24,
  keepSentDays: 90,
  keepSeedsMonths: 12,
  topicThreshold: 5,
}

/** A time zone by its IANA name, as the runtime knows them. */
export const timeZone = z.string().refine(isZone, { error: 'must be a time zone such as Europe/Berlin' })

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/**
 * Platforms on which anybody can bring Kindred into a place of their own, so that whoever runs it is staff only once staff
 * have accepted it.
 */
export const BROUGHT_BY_ANYONE: readonly string[] = ['discord', 'slack']
