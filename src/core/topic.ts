import { z } from 'zod'
import { likeness } from './community.ts'
import { Refusal } from './refusal.ts'
import { say, type Text } from './say.ts'
import { lengthOf, oneLine } from './words.ts'

/** What somebody would like to receive. */
export const TOPIC_KINDS = ['article', 'event', 'offer', 'questions', 'other'] as const
export type TopicKind = (typeof TOPIC_KINDS)[number]

/** From idea to outcome. A topic is `balloted` while a ballot asks about it. */
export const TOPIC_STATES = ['proposed', 'balloted', 'chosen', 'planned', 'delivered', 'declined', 'withdrawn'] as const
export type TopicState = (typeof TOPIC_STATES)[number]

/** What people bring about by a press, each from these states only. */
export const TURNS = {
  // By another, or by another day.
  planned: ['chosen', 'planned'],
  delivered: ['chosen', 'planned'],
  declined: ['proposed', 'chosen', 'planned'],
  withdrawn: ['proposed'],
} as const satisfies Partial<Record<TopicState, readonly TopicState[]>>

/** Whether a topic can be brought into another state from the one it is in. */
export function canTurn({ state }: Pick<Topic, 'state'>, to: keyof typeof TURNS): boolean {
  const from: readonly TopicState[] = TURNS[to]
  return from.includes(state)
}

/** What is pressed to say who will deliver a topic, and when; also once that has changed. */
export function planLabel(state: TopicState): Text {
  return state === 'planned' ? say`Plan it anew` : say`It is planned`
}

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
  /** Why it was declined. */
  reason: string | null
  /** Who will deliver it, and when, in organizers' words. */
  plan: string | null
  /** A link to what was delivered. */
  delivered: string | null
  createdAt: Date
  /** How many members support it, each person once. */
  supports: number
  isSupported: boolean
  isOwn: boolean
  /** So many members must support it for it to be on the next ballot. */
  threshold: number
}

/** The least and most support that can be asked for before a topic is on a ballot. */
export const THRESHOLD = [1, 1_000] as const

const TITLE_MAX = 100
const TITLE_MIN = 4
const LINK_MAX = 300
const LINK = /https?:\/\/[^\s<>"]+/i
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

/** The first link in some words, if there is one. */
export function linkIn(words: string): string | null {
  const found = LINK.exec(words)?.[0].replace(/[.,;:!?)\]]+$/, '')
  return found === undefined || found.length > LINK_MAX ? null : found
}

/** What a message proposes: its first line with words, why, and the first link in it. */
export function topicFrom(message: string): { title: string; why: string; link?: string } {
  const lines = message.split('\n').flatMap((line) => line.trim() || [])
  const link = linkIn(message)
  const at = lines.findIndex((line) => line.replaceAll(new RegExp(LINK, 'gi'), '').trim())
  const why = lines.filter((line, i) => i !== at && line !== link).join('\n')
  return { title: lines[at] ?? '', why, ...(link !== null && { link }) }
}

/** How many members must support a topic, as organizers type it; `null` for as many as the organization has set. */
export function thresholdOf(typed: string): number | null {
  const words = typed.trim().toLowerCase()
  if (words === 'usual') return null
  const [least, most] = THRESHOLD
  const number = /^\d{1,4}$/.test(words) ? Number(words) : 0
  if (number < least || number > most)
    throw new Refusal(say`Type a whole number from ${least} to ${most}, or “usual”.`, 'support')
  return number
}

/** What people call a state. */
export function topicStateLabel(state: TopicState): Text {
  switch (state) {
    case 'proposed':
      return say`Proposed`
    case 'balloted':
      return say`On the ballot`
    case 'chosen':
      return say`Chosen`
    case 'planned':
      return say`Planned`
    case 'delivered':
      return say`Delivered`
    case 'declined':
      return say`Declined`
    case 'withdrawn':
      return say`Withdrawn`
    default:
      return state satisfies never
  }
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
