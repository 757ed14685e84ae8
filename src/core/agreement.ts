import { z } from 'zod'
import type { Attention } from './attention.ts'
import { timeOfDay } from './notice.ts'
import { Refusal } from './refusal.ts'
import { lines, say, type Text } from './say.ts'
import { TOPIC_KINDS, type TopicKind } from './topic.ts'
import { folded, lengthOf, oneLine } from './words.ts'

/** How often a community's digest comes. */
export const RHYTHMS = ['weekly', 'fortnightly', 'monthly', 'never'] as const
export type Rhythm = (typeof RHYTHMS)[number]

/** Who answers for the community what the organization offers outside of what is agreed. */
export const ANSWERED_BY = ['organizers', 'ballot'] as const
export type AnsweredBy = (typeof ANSWERED_BY)[number]

/** What a community and the organization agree on: what is sent there, how often, and when not. */
export interface Terms {
  /** What is sent without asking first, besides what a ballot of theirs chose. */
  topics: string[]
  formats: TopicKind[]
  perMonth: number
  silentDays: number[]
  silentHours: { from: string; to: string } | null
  digest: Rhythm
  answeredBy: AnsweredBy
}

/** From idea to past. `asked`: a ballot is about it. */
export type AgreementState = 'draft' | 'asked' | 'in force' | 'past' | 'refused'

/** One version of a community's agreement. */
export interface Agreement extends Terms {
  id: string
  communityId: string
  state: AgreementState
  /** Counted from 1 by when it came into force; 0 is what the community started with. */
  version: number
  ballotId: string | null
  since: Date | null
  until: Date | null
  /** Decided by a ballot: nothing is sent before then. */
  pausedUntil: Date | null
}

/** What holds where a community has decided nothing and the organization has said nothing else. */
export const USUAL_TERMS: Terms = {
  topics: [],
  formats: ['article', 'event'],
  perMonth: 3,
  silentDays: [],
  silentHours: { from: '21:00', to: '08:00' },
  digest: 'monthly',
  answeredBy: 'organizers',
}

/** Members from whom on a community is asked what it wants, and not only its organizers. */
export const ASKED_FROM = 10

/** Terms as they are kept in the organization's row. */
export const termsSchema = z.object({
  topics: z.array(z.string()),
  formats: z.array(z.enum(TOPIC_KINDS)),
  perMonth: z.int().min(0),
  silentDays: z.array(z.int().min(1).max(7)),
  silentHours: z.object({ from: timeOfDay, to: timeOfDay }).nullable(),
  digest: z.enum(RHYTHMS),
  answeredBy: z.enum(ANSWERED_BY),
})

const PER_MONTH_MAX = 60
const TOPICS_MAX = 8
const TOPIC_MAX = 60
/** All of it is read in one sentence under a ballot's question. */
const TOPICS_LENGTH_MAX = 120
const NONE = 'none'
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

/** Terms as an organizer or staff types them; what is left out stays as it was. */
export interface TypedTerms {
  topics?: string | undefined
  formats?: string | undefined
  'per-month'?: number | undefined
  silence?: string | undefined
  digest?: Rhythm | undefined
  answers?: AnsweredBy | undefined
}

/** The terms meant, or a sentence on what is wrong with them. */
export function termsOf(typed: TypedTerms, before: Terms): Terms {
  const { topics, formats, silence, digest, answers, 'per-month': perMonth } = typed
  const silent = silence === undefined ? before : silenceOf(silence)
  return {
    topics: topics === undefined ? before.topics : topicsOf(topics),
    formats: formats === undefined ? before.formats : formatsOf(formats),
    perMonth: perMonth === undefined ? before.perMonth : perMonthOf(perMonth),
    silentDays: silent.silentDays,
    silentHours: silent.silentHours,
    digest: digest ?? before.digest,
    answeredBy: answers ?? before.answeredBy,
  }
}

function perMonthOf(count: number): number {
  if (count < 0 || count > PER_MONTH_MAX)
    throw new Refusal(say`Messages a month: a number from 0 to ${PER_MONTH_MAX}.`, 'per-month')
  return count
}

const listed = (typed: string) =>
  typed
    .split(/[\n;,]/)
    .map(oneLine)
    .filter((words) => words !== '')

function topicsOf(typed: string): string[] {
  if (folded(typed) === NONE) return []
  const topics = listed(typed).filter((one, i, all) => all.findIndex((other) => folded(other) === folded(one)) === i)
  if (topics.length > TOPICS_MAX)
    throw new Refusal(say`An agreement names ${TOPICS_MAX} topics at most; yours has ${topics.length}.`, 'topics')
  const tooLong = topics.find((topic) => lengthOf(topic) > TOPIC_MAX)
  if (tooLong) throw new Refusal(say`A topic here can have ${TOPIC_MAX} characters at most: “${tooLong}”.`, 'topics')
  if (topics.join('; ').length > TOPICS_LENGTH_MAX)
    throw new Refusal(
      say`All topics together can have ${TOPICS_LENGTH_MAX} characters. Name fewer, or shorter ones.`,
      'topics',
    )
  return topics
}

function formatsOf(typed: string): TopicKind[] {
  if (folded(typed) === NONE) return []
  const words = listed(typed).map(folded)
  const wrong = words.find((word) => !TOPIC_KINDS.some((kind) => kind === word))
  if (wrong !== undefined)
    throw new Refusal(say`“${wrong}” is no format. They are: ${TOPIC_KINDS.join(', ')}; or none.`, 'formats')
  return TOPIC_KINDS.filter((kind) => words.includes(kind))
}

const HOURS = /(\d{1,2}[:.]\d{2}) ?(?:-|–|to|until) ?(\d{1,2}[:.]\d{2})/i

/** Silence as people type it: "Sunday, 21:00 to 8:00", "Saturday; Sunday", "20:00-9:00" or "none". */
export function silenceOf(typed: string): Pick<Terms, 'silentDays' | 'silentHours'> {
  if (folded(typed) === NONE) return { silentDays: [], silentHours: null }
  const [span, from, to] = HOURS.exec(typed) ?? []
  const rest = folded((span ? typed.replace(span, ' ') : typed).replace(/[;,]|\band\b/g, ' '))
  const named = rest.split(' ').filter((word) => word !== '')
  const days = named.map((word) => 1 + DAYS.findIndex((day) => word.length >= 3 && `${folded(day)}s`.startsWith(word)))
  const [start, end] = [from, to].map((time) => timeOfDay.safeParse(time).data)
  if (days.includes(0) || (span && (!start || !end)) || (!span && days.length === 0))
    throw new Refusal(say`Silence looks like: Sunday, 21:00 to 8:00. You typed “${typed}”.`, 'silence')
  const silentDays = [...new Set(days)].sort((a, b) => a - b)
  if (silentDays.length === DAYS.length)
    throw new Refusal(
      say`With every day silent nothing could ever be sent. To get nothing, agree on 0 messages a month.`,
      'silence',
    )
  if (start && start === end)
    throw new Refusal(say`Silence from ${start} to ${start} is no time, or all of it. Give two times.`, 'silence')
  return { silentDays, silentHours: start && end ? { from: start, to: end } : null }
}

/** What the budget and the silence of an agreement come to. */
export function attentionOf({ perMonth, silentDays, silentHours, pausedUntil }: Agreement): Attention {
  return { perMonth, silence: { days: silentDays, hours: silentHours }, pausedUntil }
}

/** Until when nothing is sent, if that is so now. */
export function pauseIn({ pausedUntil }: Agreement, now: Date): Date | undefined {
  return pausedUntil && pausedUntil > now ? pausedUntil : undefined
}

/** Whether something about a topic, in a format, may be sent without asking first. */
export function isAgreed(
  { topics, formats }: Terms,
  { about, format, ask }: { about: string | null; format: TopicKind; ask: unknown },
): boolean {
  if (!formats.includes(format)) return false
  // A question names no topic; whether they want questions is a format.
  if (ask !== null) return true
  return about !== null && topics.some((topic) => folded(topic) === folded(about))
}

/** When nothing is sent, in words. */
export function silenceWords({ silentDays, silentHours }: Terms): Text {
  const days = silentDays.map((day) => DAYS[day - 1] ?? '').join(', ')
  const hours = silentHours ? `${silentHours.from} to ${silentHours.to}` : ''
  if (!days && !hours) return say`none`
  return say`${[days, hours].filter((words) => words !== '').join('; ')}`
}

/** The terms as lines people read. */
export function termsWords(terms: Terms): { label: Text; value: Text }[] {
  const { perMonth, topics, formats, digest, answeredBy } = terms
  return [
    {
      label: say`At most`,
      value: say`${{ count: perMonth, one: 'message a month', other: 'messages a month' }}`,
    },
    {
      label: say`Without asking`,
      value: topics.length > 0 ? say`${topics.join('; ')}` : say`only what you chose in a ballot`,
    },
    { label: say`Formats`, value: formats.length > 0 ? say`${formats.join(', ')}` : say`none` },
    { label: say`Silence`, value: silenceWords(terms) },
    { label: say`Digest`, value: say`${digest}` },
    {
      label: say`Everything else`,
      value: answeredBy === 'ballot' ? say`is put to a ballot` : say`is answered by organizers`,
    },
  ]
}

/** The terms as the one option of a ballot, in a sentence. */
export function termsSentence(terms: Terms): string {
  const { perMonth, topics, formats, digest, answeredBy, silentDays, silentHours } = terms
  const silence = [
    ...silentDays.map((day) => DAYS[day - 1]),
    ...(silentHours ? [`${silentHours.from} to ${silentHours.to}`] : []),
  ]
  return [
    `At most ${perMonth} a month`,
    `silence: ${silence.join(', ') || 'none'}`,
    `digest: ${digest}`,
    `formats: ${formats.join(', ') || 'none'}`,
    `topics without asking: ${topics.join('; ') || 'none'}`,
    answeredBy === 'ballot' ? 'the rest: by ballot' : 'the rest: by organizers',
  ].join(' · ')
}

/** Which of two versions' terms differ, as lines "before → after". */
export function changesWords(before: Terms, after: Terms): Text {
  const [old, young] = [termsWords(before), termsWords(after)]
  return lines(
    ...young.map(({ label, value }, i) => {
      const was = old[i]?.value
      return was && JSON.stringify(was) !== JSON.stringify(value) && say`${label}: ${value} (so far: ${was})`
    }),
  )
}
