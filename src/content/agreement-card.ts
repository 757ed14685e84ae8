import type { Context } from '../command.ts'
import { type Agreement, changesWords, pauseIn, termsWords } from '../core/agreement.ts'
import { type Item, type ItemAnswer, type ItemState, itemStateLabel } from '../core/item.ts'
import { lines, say, type Text } from '../core/say.ts'
import { topicStateLabel } from '../core/topic.ts'
import { monthNamed } from '../core/when.ts'
import type { Found } from '../option.ts'
import { address, type Button, type Card } from '../reply.ts'
import { receivedCard, shownWords } from './item-card.ts'
import { type Month, monthsOf } from './months.ts'

const PAGE = 5
/** What its community is asked about, or is asked about again later. */
const OFFERED: ItemState[] = ['asked', 'postponed']

/** What a community agreed to receive, what came of it this month, and what is owed; for its members. */
export async function agreementCard({ store, now, organization }: Context, found: Found): Promise<Card> {
  const months = await monthsOf(store, found, now)
  const [{ agreement }] = months
  const asked = await store.agreements.asked(found.id)
  const to = (label: Text, press: string, args = {}): Button => ({
    label,
    press: address(`agreement.${press}`, { c: found.id, ...args }),
  })
  const isOrganizer = found.standing.organizer
  const { length: questions } = await store.items.list(found.id, OFFERED, { skip: 0, take: PAGE })
  return {
    title: say`What ${found.name} receives from ${organization.name}`,
    body: lines(versionWords(agreement), ...months.map(monthWords), asked && say`A new agreement is being voted on.`),
    fields: [...termsWords(agreement), { label: say`Asking and giving`, value: await balanceWords(store, found.id) }],
    buttons: [
      ...(agreement.ballotId
        ? [{ label: say`How it was decided`, press: address('vote.outcome', { b: agreement.ballotId }) }]
        : []),
      ...(asked?.ballotId
        ? [{ label: say`Vote on the new one`, press: address('vote.open', { b: asked.ballotId }) }]
        : []),
      to(say`What was sent`, 'items', { k: 'posted' }),
      to(say`What waits`, 'items', { k: 'waiting' }),
      ...months.flatMap((month, i) =>
        month.isOver ? [to(objectLabel(month, i > 0), 'object', { m: month.key })] : [],
      ),
      ...(agreement.version > 1 ? [to(say`Earlier agreements`, 'earlier')] : []),
      ...(isOrganizer && questions > 0 ? [to(say`Offered to us`, 'items', { k: 'asked' })] : []),
      ...(isOrganizer && !asked ? [to(say`Propose another agreement`, 'propose')] : []),
    ],
  }
}

function versionWords({ version, since, pausedUntil }: Agreement): Text {
  return lines(
    version === 0 || !since
      ? say`You have not decided on it yet: this is what the organization started you with.`
      : say`Agreement ${version}, decided by ballot, in force since ${{ when: since }}.`,
    pausedUntil !== null && say`Paused: nothing is sent until ${{ when: pausedUntil }}.`,
  )
}

/** “Agreed 3, sent 5 in July”, and by whom. */
export function monthWords({ agreement, ours, theirs, zone, at, isOver }: Month): Text {
  const sent = ours.length + theirs.length
  const month = monthNamed(at, zone)
  return lines(
    say`Agreed ${agreement.perMonth}, sent ${sent} in ${month}.`,
    theirs.length > 0 &&
      say`${{ count: theirs.length, one: 'was a mailing', other: 'were mailings' }} of the organization’s own tools.`,
    isOver && say`That is more than was agreed.`,
  )
}

const objectLabel = ({ at, zone }: Month, isPast: boolean) =>
  isPast ? say`This was not agreed (${monthNamed(at, zone)})` : say`This was not agreed`

/** The reciprocity check: what was asked of a community against what was answered, and given. */
export async function balanceWords(store: Context['store'], communityId: string): Promise<Text> {
  const { asked, answered, given } = await store.items.reciprocity(communityId)
  return say`asked of you ${{ count: asked, one: 'time', other: 'times' }}, told what came of it ${{ count: answered, one: 'time', other: 'times' }}, given ${{ count: given, one: 'message', other: 'messages' }}`
}

/** Which items a list shows. */
export const ITEM_LISTS = ['posted', 'waiting', 'asked'] as const
export type ItemList = (typeof ITEM_LISTS)[number]

/** A page of what was sent, what waits, or what is offered. */
export async function itemsCard(
  { store, organization }: Context,
  found: Found,
  k: ItemList,
  skip: number,
): Promise<Card> {
  const all = await store.items.list(found.id, k === 'asked' ? OFFERED : [k], { skip, take: PAGE + 1 })
  const shown = all.slice(0, PAGE)
  const topics = k === 'waiting' && skip === 0 ? await store.topics.planned(found.id) : []
  const to = (label: Text, n: number) => ({ label, press: address('agreement.items', { c: found.id, k, n }) })
  const titles = {
    posted: say`Sent to ${found.name}`,
    waiting: say`On its way to ${found.name}`,
    asked: say`Offered to ${found.name}`,
  }
  const promised = topics.map(({ title, state, plan, plannedFor, isLate }) => ({
    label: say`${title}`,
    value: lines(
      say`You chose it: ${topicStateLabel(state)}.`,
      plan !== null && say`${plan}`,
      plannedFor !== null &&
        (isLate ? say`Late: it was planned for ${{ when: plannedFor }}.` : say`Planned for ${{ when: plannedFor }}.`),
    ),
  }))
  return {
    title: titles[k],
    ...(shown.length === 0 && promised.length === 0 && { body: say`Nothing.` }),
    fields: [
      ...promised,
      ...shown.map((item) => ({ label: say`${item.title}`, value: itemWords(item, organization.name) })),
    ],
    ...(shown.length > 0 && {
      choice: {
        label: say`Look at one`,
        options: shown.map(({ id, title }) => ({ label: say`${title}`, press: address('agreement.item', { i: id }) })),
      },
    }),
    buttons: [
      ...(skip > 0 ? [to(say`Newer`, Math.max(0, skip - PAGE))] : []),
      ...(all.length > PAGE ? [to(say`More`, skip + PAGE)] : []),
      { label: say`Back`, press: address('agreement.show', { c: found.id }) },
    ],
  }
}

function itemWords(item: Item, sender: string): Text {
  const { state, postedAt, dueAt, ask, owedBy, outcome } = item
  return lines(
    ask === null ? say`From ${sender}.` : say`${sender} asked you.`,
    postedAt ? say`${{ when: postedAt }}` : say`${itemStateLabel(state)}`,
    dueAt !== null && state === 'asked' && say`The ballot about it opens ${{ when: dueAt }}.`,
    dueAt !== null && (state === 'postponed' || state === 'waiting') && say`Looked at again ${{ when: dueAt }}.`,
    owedBy !== null && outcome === null && say`What came of it is owed by ${{ when: owedBy }}.`,
    outcome !== null && say`What came of it: ${outcome}`,
  )
}

/** One item, to be answered. */
export function itemCard(item: Item, sender: string, own: ItemAnswer | undefined): Card {
  if (item.state !== 'posted') return { title: say`${item.title}`, body: itemWords(item, sender) }
  const card = receivedCard(item, sender)
  const hasAnswered = own !== undefined && (own.isIn || own.words !== null)
  return {
    ...card,
    body: lines(
      card.body,
      own?.words != null && say`Your answer: ${own.words}`,
      own?.words != null && item.ask === 'quote' && shownWords(own.quote, sender),
      own?.isIn && say`You are counted in.`,
      own?.worth != null && (own.worth ? say`It was worth it to you.` : say`It was not for you.`),
      item.outcome !== null && say`What came of it: ${item.outcome}`,
    ),
    buttons: [
      ...(card.buttons ?? []),
      ...(hasAnswered ? [{ label: say`Take my answer back`, press: address('agreement.out', { i: item.id }) }] : []),
    ],
  }
}

/** A draft as organizers look at it before all are asked. */
export function draftCard(draft: Agreement, before: Agreement, found: Found, now: Date): Card {
  const paused = pauseIn(before, now)
  const to = (label: Text, press: string): Button => ({ label, press: address(`agreement.${press}`, { c: found.id }) })
  return {
    title: say`Another agreement for ${found.name}?`,
    body: lines(
      say`All members are asked; it holds once a ballot says yes.`,
      paused && say`Nothing is sent until ${{ when: paused }}, as you decided. This ends the pause.`,
      changesWords(before, draft),
    ),
    fields: termsWords(draft),
    buttons: [
      to(say`Ask the members`, 'ask'),
      to(say`Change what is sent`, 'what'),
      to(say`Change when and how often`, 'when'),
      to(say`Throw away`, 'discard'),
    ],
  }
}

/** What held before, the latest first. */
export async function earlierCard({ store }: Context, found: Found): Promise<Card> {
  const all = await store.agreements.history(found.id)
  return {
    title: say`Agreements of ${found.name}`,
    fields: all.slice(0, 2 * PAGE).map((one) => ({
      label: one.version === 0 ? say`At the start` : say`Agreement ${one.version}`,
      value: lines(
        one.since !== null &&
          (one.until ? say`${{ when: one.since }} to ${{ when: one.until }}` : say`since ${{ when: one.since }}`),
        ...termsWords(one).map(({ label, value }) => say`${label}: ${value}`),
      ),
    })),
    buttons: [
      ...all
        .flatMap(({ version, ballotId }) =>
          ballotId ? [{ label: say`How ${version} was decided`, press: address('vote.outcome', { b: ballotId }) }] : [],
        )
        .slice(0, PAGE),
      { label: say`Back`, press: address('agreement.show', { c: found.id }) },
    ],
  }
}
