import { withdrawBallot } from '../ballots/running.ts'
import type { Context } from '../command.ts'
import { type Agreement, isAgreed } from '../core/agreement.ts'
import { isFoundByName, slugOf } from '../core/community.ts'
import { goalLabel } from '../core/goal.ts'
import { askLabel, type Item, itemStateLabel } from '../core/item.ts'
import { Refusal } from '../core/refusal.ts'
import { lines, say, type Text } from '../core/say.ts'
import { folded, oneLine } from '../core/words.ts'
import { address, type Card, type Reply } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import { offer } from './offering.ts'
import { leave, turnOf } from './queue.ts'

/** One message goes to so many communities at most. */
const COMMUNITIES_MAX = 10
/** A list that folds holds no more on any platform. */
const TOPICS_SHOWN = 24

/** The open communities somebody typed, between commas; each by its exact name, as everywhere. */
export async function communitiesOf({ store, caller }: Context, typed: string): Promise<WithStanding[]> {
  const named = typed
    .split(/[\n;,]/)
    .map(oneLine)
    .filter((words) => words !== '')
  if (named.length === 0)
    throw new Refusal(say`For which community? Name one, or several between commas.`, 'communities')
  if (named.length > COMMUNITIES_MAX)
    throw new Refusal(
      say`One message goes to ${COMMUNITIES_MAX} communities at most; you named ${named.length}.`,
      'communities',
    )
  const all: WithStanding[] = []
  for (const words of named) {
    const found = await store.communities.find(words, slugOf(words, ''), caller.id)
    if (!found || !isFoundByName(found, found.standing) || found.state !== 'open')
      throw new Refusal(say`There is no open community called “${words}” here.`, 'communities')
    if (!all.some(({ id }) => id === found.id)) all.push(found)
  }
  return all
}

/** A piece that somebody in the organization still writes; gone once it was offered. */
export async function draftOf({ store, caller }: Context, pieceId: string): Promise<[Item, ...Item[]]> {
  const [first, ...others] = (await store.items.piece(pieceId)).filter(({ state }) => state === 'draft')
  if (!first || first.authorId !== caller.id)
    throw new Refusal(
      say`That was sent off, thrown away, or is somebody else’s. Begin anew with ${{ typed: '/offer' }}.`,
    )
  return [first, ...others]
}

/** What would become of a piece in each community: shown before anything is sent. */
export async function previewCard(context: Context, pieceId: string): Promise<Card> {
  const { store, now } = context
  const items = await draftOf(context, pieceId)
  const [{ title, words, link, goal, ask, about, owedBy, seats }] = items
  const fields: Card['fields'] = []
  for (const item of items) {
    const community = await store.communities.get(item.communityId)
    const agreement = await store.agreements.current(item.communityId)
    fields.push({ label: say`${community?.name ?? ''}`, value: await foreseen(context, item, agreement, now) })
  }
  const topics = ask === null ? await topicsOf(context, items) : []
  return {
    title: say`${title}`,
    body: lines(
      words !== null && say`${words}`,
      link !== null && say`${{ link, label: link }}`,
      say`What for: ${ask === null ? goalLabel(goal) : askLabel(ask)}.`,
      about !== null && say`About: ${about}.`,
      seats !== null && say`Room for ${seats}.`,
      owedBy !== null && say`What comes of it is owed by ${{ when: owedBy }}.`,
      say`Nothing is sent yet.`,
    ),
    fields,
    ...(topics.length > 0 && {
      choice: {
        label: say`It is about an agreed topic`,
        options: topics.map((topic, t) => ({ label: say`${topic}`, press: address('offer.about', { p: pieceId, t }) })),
      },
    }),
    buttons: [
      { label: ask === null ? say`Offer it` : say`Ask`, press: address('offer.send', { p: pieceId }) },
      { label: say`Throw away`, press: address('offer.discard', { p: pieceId }) },
    ],
  }
}

async function foreseen({ store }: Context, item: Item, agreement: Agreement, now: Date): Promise<Text> {
  if (agreement.perMonth < 1) return say`By its agreement nothing is sent there: it would be declined.`
  if (!isAgreed(agreement, item)) {
    const isForAll =
      agreement.answeredBy === 'ballot' || (await store.memberships.organizers(item.communityId)).length === 0
    return isForAll
      ? say`Not agreed: all members would be asked in a ballot.`
      : say`Not agreed: its organizers would be asked.`
  }
  const turn = await turnOf(store, item, now)
  if (!turn) return say`Agreed, but nothing can be sent for years: it would wait.`
  return turn <= now ? say`Agreed: it would be posted at once.` : say`Agreed: it would wait until ${{ when: turn }}.`
}

/** Topics that at least one of the communities agreed on, each once. */
async function topicsOf({ store }: Context, items: Item[]): Promise<string[]> {
  const topics: string[] = []
  for (const { communityId } of items) topics.push(...(await store.agreements.current(communityId)).topics)
  return topics
    .filter((one, i) => topics.findIndex((other) => folded(other) === folded(one)) === i)
    .slice(0, TOPICS_SHOWN)
}

/** Names the agreed topic a piece is about, by its place in the list. */
export async function setAbout(context: Context, pieceId: string, place: number): Promise<Reply> {
  const topic = (await topicsOf(context, await draftOf(context, pieceId)))[place]
  if (topic === undefined) throw new Refusal(say`That topic is agreed no more. Look again.`)
  await context.store.items.redraft(pieceId, { about: topic })
  return { update: { card: await previewCard(context, pieceId) } }
}

/** Offers a piece to each of its communities. */
export async function send(context: Context, pieceId: string): Promise<Reply> {
  const { store, caller, now } = context
  const items = await draftOf(context, pieceId)
  const became: Text[] = []
  await holdAll(store, items)
  for (const { id } of items) {
    const item = await store.items.held(id)
    const community = item && (await store.communities.get(item.communityId))
    if (item?.state !== 'draft' || !community) continue
    const words =
      community.state === 'open' ? await offer(store, item, community, now) : say`It is closed by now; nothing is sent.`
    await store.audit.note(caller, 'staff', item.ask === null ? 'content offered' : 'question asked', now, {
      community,
    })
    became.push(say`${{ strong: community.name }}: ${words}`)
  }
  return { update: { text: lines(say`“${items[0].title}” is on its way.`, ...became) } }
}

/** Holds the communities of a piece, always in the same order, so that no two who hold several wait for each other. */
async function holdAll(store: Context['store'], items: Item[]): Promise<void> {
  for (const id of items.map(({ communityId }) => communityId).sort()) await store.communities.lock(id, 'lightly')
}

/** What became of a piece in each community, what was answered there, and how to take it back. */
export async function pieceCard({ store, caller }: Context, pieceId: string): Promise<Card> {
  const all: { item: Item; community: WithStanding }[] = []
  for (const item of await store.items.piece(pieceId)) {
    const community = await store.communities.get(item.communityId, caller.id)
    if (item.state === 'draft' || !community || community.sensitive) continue
    if (isFoundByName(community, community.standing)) all.push({ item, community })
  }
  const back = { label: say`Back`, press: address('offer.list', { n: 0 }) }
  const [first] = all
  if (!first) return { title: say`That is not there any more, or not for you to read.`, buttons: [back] }
  const asked = all.filter(({ item }) => item.ask !== null && item.state === 'posted')
  const canWithdraw = all.some(({ item }) => ['asked', 'postponed', 'waiting'].includes(item.state))
  return {
    title: say`${first.item.title}`,
    fields: all.map(({ item, community }) => ({
      label: say`${community.name}`,
      value: lines(
        item.postedAt ? say`posted ${{ when: item.postedAt }}` : itemStateLabel(item.state),
        item.dueAt !== null && !item.postedAt && say`looked at again ${{ when: item.dueAt }}`,
        item.reason !== null && say`${item.reason}`,
        item.outcome !== null && say`Told: ${item.outcome}`,
      ),
    })),
    ...(asked.length > 0 && {
      choice: {
        label: say`Read the answers`,
        options: asked.map(({ item, community }) => ({
          label: say`Answers of ${community.name}`,
          press: address('delivered.ask', { i: item.id, n: 0 }),
        })),
      },
    }),
    buttons: [
      ...(canWithdraw
        ? [{ label: say`Take it back where it is not posted`, press: address('offer.withdraw', { p: pieceId }) }]
        : []),
      back,
    ],
  }
}

/** Takes a piece back wherever it was not posted, and the ballot about it where there is one. */
export async function withdraw(context: Context, pieceId: string): Promise<Reply> {
  const { store, caller, now } = context
  const items = await store.items.piece(pieceId)
  await holdAll(store, items)
  let count = 0
  for (const { id } of items) if (await takeBack(context, id)) count++
  if (count > 0) await store.audit.note(caller, 'staff', 'content withdrawn', now)
  return { update: { card: await pieceCard(context, pieceId) } }
}

async function takeBack({ store, now, organization }: Context, id: string): Promise<boolean> {
  const item = await store.items.held(id)
  if (!item || item.state === 'draft' || !(await leave(store, item, 'withdrawn', now))) return false
  const ballot = item.ballotId === null ? undefined : await store.ballots.toChange(item.ballotId)
  const community = await store.communities.get(item.communityId)
  if (ballot?.state === 'open' && community) {
    await withdrawBallot(store, ballot, community, now, say`${organization.name}`)
    // The next one need not wait until this one would have closed.
    await store.queue.freed(community.id, now)
  }
  return true
}

const PAGE = 8

/** What was offered and asked, the latest first. */
export async function piecesCard({ store, caller }: Context, skip: number): Promise<Card> {
  const all = await store.items.pieces(caller.id, { skip, take: PAGE + 1 })
  const shown = all.slice(0, PAGE)
  const to = (label: Text, n: number) => ({ label, press: address('offer.list', { n }) })
  return {
    title: say`Offered and asked`,
    ...(shown.length === 0 && {
      body: say`Nothing yet. Offer something with ${{ typed: '/offer' }}, or ask with ${{ typed: '/ask' }}.`,
    }),
    fields: shown.map(({ title, goal, ask, createdAt }) => ({
      label: say`${title}`,
      value: say`${ask === null ? goalLabel(goal) : askLabel(ask)}, ${{ when: createdAt }}`,
    })),
    ...(shown.length > 0 && {
      choice: {
        label: say`Look at one`,
        options: shown.map(({ title, pieceId }) => ({
          label: say`${title}`,
          press: address('offer.piece', { p: pieceId }),
        })),
      },
    }),
    buttons: [
      ...(skip > 0 ? [to(say`Newer`, Math.max(0, skip - PAGE))] : []),
      ...(all.length > PAGE ? [to(say`More`, skip + PAGE)] : []),
    ],
  }
}
