import slugify from '@sindresorhus/slugify'
import { distance } from 'fastest-levenshtein'
import type { Organization } from './organization.ts'
import { Refusal } from './refusal.ts'
import { say } from './say.ts'
import { folded, lengthOf, oneLine } from './words.ts'

/** Who may find and enter a community. */
export const VISIBILITIES = ['open', 'request', 'secret'] as const
export type Visibility = (typeof VISIBILITIES)[number]

/** From idea to end. `waiting`: staff have not yet looked. A `seed` is "wanted"; it opens or sinks. */
export type CommunityState = 'waiting' | 'seed' | 'open' | 'sunk' | 'declined' | 'closed'

export interface Community {
  id: string
  /** Empty once the seed sank or was declined: its name is free again. */
  slug: string | null
  name: string
  need: string
  tags: string[]
  visibility: Visibility
  sensitive: boolean
  state: CommunityState
  founderId: string | null
  platform: string
  workspace: string
  /** Where its founder started it, and where others see it wanted. */
  place: string | null
  pledgesNeeded: number
  createdAt: Date
  deadline: Date | null
  openedAt: Date | null
  toldSize: number | null
}

/** What a person is to a community. */
export interface Standing {
  state: 'none' | 'requested' | 'pledged' | 'member' | 'left'
  organizer: boolean
  leftAt?: Date
}

export const NO_STANDING: Standing = { state: 'none', organizer: false }

const NAME_MAX = 60
const NEED_MAX = 300
const NEED_MIN = 10
const SLUG_MAX = 50
const TAGS_MAX = 5
const TAG_MAX = 30

/** A community's name as it will be kept, or a kind sentence why not. */
export function nameOf(typed: string, organization: Pick<Organization, 'blockList'>): string {
  const name = oneLine(typed)
  const length = lengthOf(name)
  if (length > NAME_MAX) {
    throw new Refusal(
      say`A name can have ${NAME_MAX} characters at most; yours has ${length}. Try a shorter one.`,
      'name',
    )
  }
  if ((name.match(/[\p{L}\p{N}]/gu) ?? []).length < 2) {
    throw new Refusal(say`A name needs at least two letters or digits, so that people can type it.`, 'name')
  }
  const words = ` ${folded(name)} `
  if (organization.blockList.some((blocked) => folded(blocked) && words.includes(` ${folded(blocked)} `))) {
    throw new Refusal(say`That name can't be used here. Try another one.`, 'name')
  }
  return name
}

/** A need statement as it will be kept. */
export function needOf(typed: string): string {
  const need = oneLine(typed)
  const length = lengthOf(need)
  if (length < NEED_MIN) {
    throw new Refusal(
      say`Say in a sentence who it is for and what for: "people who ... so that we can ...". That helps others to find it.`,
      'need',
    )
  }
  if (length > NEED_MAX) {
    throw new Refusal(say`The sentence can have ${NEED_MAX} characters at most; yours has ${length}.`, 'need')
  }
  return need
}

/** Tags from one line, separated by commas or spaces. */
export function tagsOf(typed: string): string[] {
  const tags = typed
    .split(/[,\s]+/u)
    .map((tag) => folded(tag).replaceAll(' ', '-').slice(0, TAG_MAX))
    .filter(Boolean)
  return [...new Set(tags)].slice(0, TAGS_MAX)
}

/** The slug of a name; `spare` stands in where no letter survives (a name in emoji and digits, say). */
export function slugOf(name: string, spare: string): string {
  const slug = slugify(name, { separator: '-' })
    .slice(0, SLUG_MAX)
    .replace(/^-+|-+$/g, '')
  return slug || `community-${spare}`
}

/** The slug with a number, for a name that others have too. */
export function numbered(slug: string, n: number): string {
  return n === 1 ? slug : `${slug}-${n}`
}

/**
 * Whether someone who types the exact name or slug is told that the community exists. A sensitive one is found so, and
 * never listed (product.md, law 7); a secret one only by those inside; one that waits for staff only by its founder.
 */
export function isFoundByName(community: Pick<Community, 'visibility' | 'state'>, standing: Standing): boolean {
  return (community.visibility !== 'secret' && community.state !== 'waiting') || belongs(standing)
}

/** Whether a seed can still be pledged for; at its deadline it is over, whether or not that was written down yet. */
export function isWanted(community: Pick<Community, 'state' | 'deadline'>, now: Date): boolean {
  return community.state === 'seed' && (community.deadline === null || community.deadline > now)
}

/** Whether this standing is being inside: pledged, asking, or a member. */
export function belongs(standing: Standing): boolean {
  return standing.state === 'member' || standing.state === 'pledged' || standing.state === 'requested'
}

/** How close two names are, from 0 (nothing shared) to 1 (equal once folded). */
export function likeness(a: string, b: string): number {
  const [x, y] = [folded(a), folded(b)]
  if (!x || !y) return 0
  const letters = 1 - distance(x, y) / Math.max(x.length, y.length)
  const [some, others] = [new Set(x.split(' ')), new Set(y.split(' '))]
  const shared = [...some].filter((word) => others.has(word)).length
  return Math.max(letters, shared / Math.max(some.size, others.size))
}

/** The communities whose name is most like the words, best first, for "did you mean". */
export function similar<T extends { name: string; slug: string | null }>(words: string, all: T[], least: number): T[] {
  return all
    .map((community) => ({
      community,
      score: Math.max(likeness(words, community.name), likeness(words, community.slug ?? '')),
    }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score || a.community.name.localeCompare(b.community.name, 'en'))
    .map(({ community }) => community)
}
