import { z } from 'zod'

/** Where an account lives: the platform, the workspace on it, and its id there. */
export interface AccountRef {
  platform: string
  workspace: string
  externalId: string
}

/**
 * The workspace of an account whose id means the same person in all workspaces of its platform (a Discord user). Rooms and
 * messages are in a workspace all the same; where such an account was met is kept beside it.
 */
export const EVERYWHERE = ''

/** What somebody is called who never said how: nothing of their address, which others would read. */
export function guestName(word: string): string {
  return `${GUEST} ${word.slice(0, 4)}`
}

/** Whether somebody never said what others are to call them. */
export function isGuestName(name: string): boolean {
  return name.startsWith(`${GUEST} `)
}

const GUEST = 'Guest'

/** The web has one workspace. */
export const ON_THE_WEB = { platform: 'web', workspace: 'web' } as const

/** A receipt that goes by mail has this in the place of a platform, and the address in that of an account. */
export const MAILBOX = 'mail'

/** Where an account is, in words. */
export function placeName(platform: string, workspace: string): string {
  if (platform === ON_THE_WEB.platform) return 'the web'
  return workspace ? `${platform} (${workspace})` : platform
}

/** Someone Kindred has met, resolved from one of their accounts. */
export interface Person {
  id: string
  name: string
  accountId: string
  isStaff: boolean
  language?: string
  /** IANA name; without it the organization's zone holds. */
  zone?: string
  /** As typed; theirs only once proven. */
  email?: string
  emailProvenAt?: Date
}

/** How people are named on one platform, by person id: the name, and the id to mention there, if they are there. */
export type Names = Record<string, { name: string; externalId?: string }>

/** The longest e-mail address (RFC 5321). */
export const EMAIL_MAX = 254

/** An e-mail address as it is written. */
export const emailAddress = z.email().max(EMAIL_MAX)

/** An address as a label that others may read over the shoulder: a...@example.org. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}...${email.slice(at)}`
}

/** How two addresses are compared: lower case, nothing folded (segment-stores.md, rule 9). */
export function sameEmail(email: string): string {
  return email.toLowerCase()
}

/** A code that proves an address lives 15 minutes and bears 5 tries (segment-stores.md, rule 9). */
export const CODE_LIVES_MS = 15 * 60_000
export const CODE_TRIES = 5

/** For how long a browser stays signed in, and for how long of it as the staff somebody was where they came from. */
export const SESSION_LIVES_MS = 30 * 86_400_000
export const STAFF_LIVES_MS = 12 * 3_600_000

/** The account that a mention stands for: "<@80351110224678912>" as Discord writes it, "slack:U2" as Slack's are read. */
export function mentionedIn(words: string): string | undefined {
  const [, ...ids] = /^(?:<@!?([A-Za-z0-9]+)(?:\|[^>]*)?>|slack:([A-Z0-9]+))$/.exec(words.trim()) ?? []
  return ids.find(Boolean)
}
