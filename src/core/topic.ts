import { z } from 'zod'
import { likeness } from './community.ts'
import { Refusal } from './refusal.ts'
import { say, type Text } from './say.ts'
import { lengthOf, oneLine } from './words.ts'

/** What somebody would like to receive. */
export const TOPIC_KINDS = ['article', 'event', 'offer', 'questions', 'other'] as const
export type TopicKind = (typeof TOPIC_KINDS)[number]

/** From idea to outcome. A topic is alive while it is proposed. */
export const TOPIC_STATES = ['proposed', 'declined', 'withdrawn'] as const
export type TopicState = (typeof TOPIC_STATES)[number]

/** A proposal for content, with what one person is to it. */
export interface Topic {
  id: string
  communityId: string
  /** Empty for a former member. */
  proposerId: string | null
  title: string
  why: string | null
  link: string | null
  kind: TopicKind
  state: TopicState
  reason: string | null
  createdAt: Date
  /** How many members support it, each person once. */
  supports: number
  isSupported: boolean
  isOwn: boolean
}

const TITLE_MAX = 100
const TITLE_MIN = 4
const LINK_MAX = 300
/** How like another title must be to be shown before a topic is proposed. */
const LIKE_ENOUGH = 0.6

/** A title as it will be kept. */
export function topicTitleOf(typed: string): string {
  const title = oneLine(typed)
  const length = lengthOf(title)
  if (length < TITLE_MIN) throw new Refusal(say`Say in a few words what it is about.`, 'title')
  if (length > TITLE_MAX)
    throw new Refusal(say`A title can have ${TITLE_MAX} characters at most; yours has ${length}.`, 'title')
  return title
}

/** A link as it will be kept: to a page, since an address of another kind may run something. */
export function linkOf(typed: string): string {
  const link = z
    .url({ protocol: /^https?$/ })
    .max(LINK_MAX)
    .safeParse(typed.trim())
  if (!link.success)
    throw new Refusal(say`“${typed.slice(0, LINK_MAX)}” is no link. It looks like https://example.org.`, 'link')
  return link.data
}

/** What people call a kind. */
export function topicKindLabel(kind: TopicKind): Text {
  switch (kind) {
    case 'article':
      return say`Article`
    case 'event':
      return say`Event`
    case 'offer':
      return say`Offer`
    case 'questions':
      return say`Questions and answers`
    case 'other':
      return say`Something else`
    default:
      return kind satisfies never
  }
}

/** Topics that are much like a title, the likest first. */
export function alike<T extends { title: string }>(title: string, all: T[]): T[] {
  return all
    .map((one) => ({ one, like: likeness(title, one.title) }))
    .filter(({ like }) => like >= LIKE_ENOUGH)
    .sort((a, b) => b.like - a.like)
    .map(({ one }) => one)
}
