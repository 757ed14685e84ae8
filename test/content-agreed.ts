import { askForAgreement } from '../src/content/asking.ts'
import type { Terms } from '../src/core/agreement.ts'
import type { Item } from '../src/core/item.ts'
import type { Store } from '../src/store/store.ts'
import { communityCalled } from './lookup.ts'
import { type Stage, textOf } from './stage.ts'

/** Staff offer a piece; gives what they are told became of it. */
export async function offers(
  stage: Stage,
  title: string,
  { format = 'article', topic = '', communities = 'parents' } = {},
): Promise<string> {
  const sam = stage.actor('sam!')
  const about = topic ? ` topic:"${topic}"` : ''
  await sam.types(`/offer "${title}" goal:inform communities:"${communities}" text:"Read on" format:${format}${about}`)
  return sam.presses('Offer it', title)
}

/** What a community's room was shown so far. */
export function shownIn(stage: Stage, room: string): string[] {
  return stage.outputs.filter((output) => 'room' in output && output.room === room).map(textOf)
}

/** What somebody was told in private so far. */
export function toldTo(stage: Stage, name: string): string[] {
  return stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
}

/** A piece of a community, as it stands. */
export async function pieceCalled(stage: Stage, community: string, title: string): Promise<Item> {
  const { id } = await communityCalled(stage, community)
  const item = await stage.read(async (store) => {
    const all = await store.items.list(
      id,
      ['draft', 'asked', 'postponed', 'waiting', 'posted', 'declined', 'withdrawn'],
      {
        skip: 0,
        take: 100,
      },
    )
    return all.find((one) => one.title === title)
  })
  if (!item) throw new Error(`there is no piece “${title}”`)
  return item
}

/** Other terms, or a pause, hold in a community from this very moment, as if a ballot had just said yes. */
export async function lives(
  store: Store,
  communityId: string,
  { pausedUntil = null, ...terms }: Partial<Terms> & { pausedUntil?: Date | null },
  now: Date,
): Promise<void> {
  const before = await store.agreements.current(communityId)
  const id = await store.agreements.propose(communityId, { ...before, ...terms }, pausedUntil, now)
  const draft = await store.agreements.get(id)
  const community = await store.communities.get(communityId)
  if (!draft || !community) throw new Error('there is no such community')
  await askForAgreement(store, draft, community, now, null)
  await store.agreements.take(id, now)
}

/** Everybody there decides to be sent nothing until a time, at this very moment. */
export async function pauses(stage: Stage, community: string, pausedUntil: Date): Promise<void> {
  const { id } = await communityCalled(stage, community)
  await stage.read((store) => lives(store, id, { pausedUntil }, stage.now()))
}
