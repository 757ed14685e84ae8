import { say, type Text } from '../core/say.ts'
import { canTurn, planLabel, type Topic, type TopicState, topicKindLabel, topicStateLabel } from '../core/topic.ts'
import type { Found } from '../option.ts'
import { address, type Button, type Card } from '../reply.ts'

/** Supports a topic with one press. */
export function supportButton(id: string): Button {
  return { label: say`Support`, press: address('topics.support', { t: id }) }
}

/** Whether a topic goes on the next ballot, or how many more must support it. */
export function nextBallot({ state, supports, threshold }: Topic, { sensitive }: Pick<Found, 'sensitive'>): Text {
  if (state !== 'proposed') return say``
  if (supports >= threshold) return say` Goes on the next ballot.`
  // Of a sensitive community nothing is counted (product.md, law 7).
  return sensitive ? say`` : say` ${threshold - supports} more and it goes on the next ballot.`
}

/** A topic in a line or two: what it is, why, how many support it, and what came of it. */
export function topicLine(topic: Topic, found: Pick<Found, 'sensitive'>): Text {
  const { kind, why, link, supports } = topic
  const counted = found.sensitive
    ? say``
    : say` ${{ count: supports, one: 'member supports it', other: 'members support it' }}.`
  const yours = topic.isSupported ? say` You do.` : say``
  return say`${topicKindLabel(kind)}.${why ? say` ${sentence(why)}` : say``}${link ? say` ${{ link, label: link }}` : say``}${counted}${yours}${nextBallot(topic, found)}${outcome(topic)}`
}

function outcome({ state, reason, plan, delivered }: Topic): Text {
  if (state === 'declined' && reason) return say` Declined: ${reason}`
  if (state === 'planned' && plan) return say` Planned: ${plan}`
  if (state === 'delivered' && delivered) return say` Delivered: ${{ link: delivered, label: delivered }}`
  return say``
}

/** One topic with all that its reader can do about it. */
export function topicCard(topic: Topic, found: Found): Card {
  const { id, title, proposerId, state, isOwn, isSupported } = topic
  const isProposed = state === 'proposed'
  const isOrganizer = found.standing.organizer
  const proposer =
    proposerId === null ? say`a former member` : say`${{ person: proposerId }}, ${{ when: topic.createdAt }}`
  const takeBack = { label: say`Take my support back`, press: address('topics.back', { t: id }) }
  return {
    title: say`${title}`,
    body: topicLine(topic, found),
    fields: [
      ...(isProposed ? [] : [{ label: say`State`, value: topicStateLabel(state) }]),
      // In a sensitive community nobody is shown to others by what they propose (product.md, law 7).
      ...(found.sensitive ? [] : [{ label: say`Proposed by`, value: proposer }]),
    ],
    buttons: [
      ...(isProposed ? [isSupported ? takeBack : supportButton(id)] : []),
      ...(isOwn && canTurn(topic, 'withdrawn')
        ? [{ label: say`Withdraw`, press: address('topics.withdraw', { t: id }) }]
        : []),
      ...(isOrganizer && canTurn(topic, 'planned')
        ? [{ label: planLabel(state), press: address('topics.plan', { t: id }) }]
        : []),
      ...(isOrganizer && canTurn(topic, 'delivered')
        ? [{ label: say`It was delivered`, press: address('topics.deliver', { t: id }) }]
        : []),
      ...(isOrganizer && canTurn(topic, 'declined')
        ? [{ label: say`Decline, with a reason`, press: address('topics.decline', { t: id }) }]
        : []),
    ],
  }
}

/** A page of a community's topics in one state, with the way to the others. */
export interface TopicPage {
  state: TopicState
  topics: Topic[]
  /** Of the pages before and after this one, how much they skip; empty where there is none. */
  back?: number | undefined
  more?: number | undefined
  /** The states in which there are topics. */
  states: TopicState[]
  /** How many members must support a topic. */
  threshold: number
}

/** A page of topics as its reader sees it. */
export function topicsCard({ state, topics, back, more, states, threshold }: TopicPage, found: Found): Card {
  const { id: c, name, slug } = found
  const isProposed = state === 'proposed'
  const page = (label: Text, k: TopicState, n: number): Button => ({
    label,
    press: address('topics.page', { c, k, n }),
  })
  const none = isProposed ? say`Nothing yet. Propose something: ${{ typed: '/propose' }}.` : say`None.`
  const others = states.filter((one) => one !== state && one !== 'proposed')
  return {
    title: isProposed ? say`Topics of ${name}` : say`${topicStateLabel(state)} in ${name}`,
    ...(topics.length === 0 && { body: none }),
    fields: topics.map((one) => ({ label: say`${one.title}`, value: topicLine(one, found) })),
    ...(topics.length > 0 && {
      choice: {
        label: say`Look at one`,
        options: topics.map((one) => ({ label: say`${one.title}`, press: address('topics.one', { t: one.id }) })),
      },
    }),
    buttons: [
      ...(isProposed ? topics.filter((one) => !one.isSupported) : []).map((one) => ({
        label: say`Support “${one.title}”`,
        press: address('topics.support', { t: one.id }),
      })),
      ...(back === undefined ? [] : [page(say`Back`, state, back)]),
      ...(more === undefined ? [] : [page(say`More`, state, more)]),
      ...(isProposed && back === undefined
        ? [{ label: say`Propose one`, press: address('propose', { community: slug ?? c }) }]
        : []),
      ...(isProposed ? [] : [page(topicStateLabel('proposed'), 'proposed', 0)]),
      ...others.map((one) => page(topicStateLabel(one), one, 0)),
      ...(isProposed && back === undefined && found.standing.organizer
        ? [{ label: say`Support needed: ${threshold}`, press: address('topics.needed', { c }) }]
        : []),
    ],
  }
}

/** Words somebody typed, in a row of sentences. */
const sentence = (words: string): string => (/[.!?…]$/.test(words) ? words : `${words}.`)
