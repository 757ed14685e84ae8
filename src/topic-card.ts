import { say, type Text } from './core/say.ts'
import { type Topic, topicKindLabel } from './core/topic.ts'
import type { Found } from './option.ts'
import { address, type Button, type Card } from './reply.ts'

/** Supports a topic with one press. */
export function supportButton(id: string): Button {
  return { label: say`Support`, press: address('topics.support', { t: id }) }
}

/** A topic in a line or two: what it is, why, and how many support it. */
export function topicLine(topic: Topic, { sensitive }: Pick<Found, 'sensitive'>): Text {
  const { kind, why, link, supports, reason } = topic
  // Of a sensitive community nothing is counted (product.md, law 7).
  const counted = sensitive
    ? say``
    : say` ${{ count: supports, one: 'member supports it', other: 'members support it' }}.`
  const yours = topic.isSupported ? say` You do.` : say``
  return say`${topicKindLabel(kind)}.${why ? say` ${why}` : say``}${link ? say` ${{ link, label: link }}` : say``}${counted}${yours}${reason ? say` Declined: ${reason}` : say``}`
}

/** One topic with all that its reader can do about it. */
export function topicCard(topic: Topic, found: Found): Card {
  const { id, title, proposerId, state, isOwn, isSupported } = topic
  const isAlive = state === 'proposed'
  const proposer =
    proposerId === null ? say`a former member` : say`${{ person: proposerId }}, ${{ when: topic.createdAt }}`
  const takeBack = { label: say`Take my support back`, press: address('topics.back', { t: id }) }
  return {
    title: say`${title}`,
    body: topicLine(topic, found),
    // In a sensitive community nobody is shown to others by what they propose (product.md, law 7).
    ...(!found.sensitive && { fields: [{ label: say`Proposed by`, value: proposer }] }),
    buttons: [
      ...(isAlive ? [isSupported ? takeBack : supportButton(id)] : []),
      ...(isAlive && isOwn ? [{ label: say`Withdraw`, press: address('topics.withdraw', { t: id }) }] : []),
      ...(isAlive && found.standing.organizer
        ? [{ label: say`Decline, with a reason`, press: address('topics.decline', { t: id }) }]
        : []),
    ],
  }
}
