import { openBallot } from '../ballots/running.ts'
import { type Agreement, pauseIn, termsSentence } from '../core/agreement.ts'
import { goalLabel } from '../core/goal.ts'
import { DAY_MS, type WrittenBallot } from '../core/held-ballot.ts'
import { askLabel, type Item } from '../core/item.ts'
import { Refusal } from '../core/refusal.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Card } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'

const OPEN_DAYS = 7
/** A question of a ballot has so many characters. */
const QUESTION_MAX = 300
/** So many of those who may vote decide for all: fewer would bind people who never saw it. */
const QUORUM = { parts: 1, of: 5 }

/** The place of the answer that changes something. */
export const YES = 0

/** A question with two answers, of which the second leaves everything as it is; open for a week. */
async function askAll(
  store: Store,
  community: WithStanding,
  question: string,
  about: string | null,
  yes: string,
  now: Date,
  authorId: string | null,
): Promise<string> {
  const written: WrittenBallot = {
    kind: 'single',
    question: shortened(question),
    about,
    options: [yes, 'No'].map((label) => ({ label, topicId: null })),
    rules: { seats: 1, quorum: QUORUM, passShare: null, tie: 'none', seed: null },
    secret: false,
    reasons: 'none',
    voters: 'members',
    tenureDays: 0,
    needsAddress: false,
    showsEarly: false,
    optionsUntil: null,
    extends: false,
    closesAt: new Date(now.getTime() + OPEN_DAYS * DAY_MS),
  }
  const id = await store.ballots.write(community.id, authorId, written, now)
  const ballot = await store.ballots.get(id)
  if (!ballot) throw new Error('a ballot that was just written is there')
  await openBallot(store, ballot, community, now)
  return id
}

/**
 * Asks all members whether a draft of an agreement is to hold. The community's row is held, so that of two who ask at the same
 * time one does.
 */
export async function askForAgreement(
  store: Store,
  draft: Agreement,
  community: WithStanding,
  now: Date,
  authorId: string | null,
): Promise<void> {
  await store.communities.lock(community.id, 'lightly')
  if (await store.agreements.asked(community.id)) throw askedAlready()
  const { name } = await store.organization.get()
  const day = dayOf(draft.pausedUntil)
  const question = day ? `Shall ${name} send us nothing until ${day}?` : `Is this what ${name} may send us?`
  const paused = dayOf(pauseIn(await store.agreements.current(community.id), now))
  const about = [
    day && 'What was sent in the last two quarters was not worth it to most who said so.',
    !day && paused && `A yes ends the pause, which would last until ${paused}.`,
    termsSentence(draft),
  ]
  const yes = day ? 'Yes, a pause' : 'Yes, agreed'
  const ballotId = await askAll(store, community, question, about.filter(Boolean).join(' '), yes, now, authorId)
  // Nothing of the ballot stays where the draft is not one any more.
  if (!(await store.agreements.ask(draft.id, ballotId))) throw askedAlready()
}

const askedAlready = () => new Refusal(say`Members are voting on another agreement. Wait for what comes of it.`)
const dayOf = (time: Date | null | undefined) => time?.toISOString().slice(0, 10)

/** Asks all members whether they want something that was offered. */
export async function askForItem(store: Store, item: Item, community: WithStanding, now: Date): Promise<string> {
  const { name } = await store.organization.get()
  const question =
    item.ask === null ? `${name} offers “${item.title}”. Shall we get it?` : `May ${name} ask us: “${item.title}”?`
  const about = [item.words, item.link].filter((words) => words !== null).join(' ')
  return askAll(store, community, question, about === '' ? null : about, 'Yes', now, null)
}

/** Cut at a character people see, since an emoji may be several of the machine's. */
function shortened(question: string): string {
  const letters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(question)]
  if (letters.length <= QUESTION_MAX) return question
  return `${letters
    .slice(0, QUESTION_MAX - 1)
    .map(({ segment }) => segment)
    .join('')}…`
}

/** What organizers are asked about something offered. */
export async function itemQuestion(store: Store, item: Item, community: WithStanding): Promise<Card> {
  const { name } = await store.organization.get()
  const to = (label: Text, press: string) => ({ label, press: address(press, { i: item.id }) })
  return {
    title: item.ask === null ? say`${name} offers: ${item.title}` : say`${name} would like to ask: ${item.title}`,
    body: lines(item.words !== null && say`${item.words}`, say`All staff of ${name} read the reason, if you decline.`),
    fields: [
      { label: say`For`, value: say`${community.name}` },
      { label: say`What for`, value: item.ask === null ? goalLabel(item.goal) : askLabel(item.ask) },
      ...(item.link === null ? [] : [{ label: say`Link`, value: say`${{ link: item.link, label: item.link }}` }]),
    ],
    buttons: [
      to(say`Accept`, 'agreement.accept'),
      to(say`Decline`, 'agreement.decline'),
      to(say`Later`, 'agreement.later'),
    ],
  }
}
