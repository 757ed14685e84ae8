import { askForAgreement } from '../src/content/asking.ts'
import type { Terms } from '../src/core/agreement.ts'
import type { Item } from '../src/core/item.ts'
import type { Store } from '../src/store/store.ts'
import { communityCalled, NEED } from './lookup.ts'
import { type Stage, textOf } from './stage.ts'

/** Posts a piece in a community, as its turn had come: content to look at, or a question. */
export async function posts(
  stage: Stage,
  community: string,
  title: string,
  more: Partial<Pick<Item, 'ask' | 'seats' | 'owedBy' | 'authorId'>> = {},
): Promise<Item> {
  const { id } = await communityCalled(stage, community)
  const [item] = await stage.read(async (store) => {
    const piece = { title, goal: 'inform', format: 'article', words: null, link: null, authorId: null } as const
    const kind = more.ask ? 'ask' : 'offer'
    return store.items.piece(await store.items.write([id], { kind, ...piece, ...more }, stage.now(), 'waiting'))
  })
  await stage.runner.runDue()
  if (!item) throw new Error('a piece that was just written is there')
  return item
}

/** How an item was found, as staff's board will have it after the next night. */
export async function foundOf(stage: Stage, { communityId }: Item): Promise<{ worth: number; not: number }> {
  const [cell] = await stage.read(async (store) => {
    await store.totals.values()
    return store.board.cells([communityId], stage.now())
  })
  return { worth: cell?.worth ?? 0, not: cell?.not ?? 0 }
}

/** An open community of some people. */
export async function opens(stage: Stage, name: string, people: string[], more = ''): Promise<void> {
  const [founder = '', ...others] = people
  await stage.actor(founder).types(`/start-community "${name}" ${NEED} pledges:1 ${more}`)
  for (const one of others) {
    const said = await stage.actor(one).types(`/join "${name}"`)
    if (said.includes('[Yes, join]')) await stage.actor(one).presses('Yes, join')
  }
}

/** Some members agree on other terms, or do not, by a ballot that an organizer asks for; the week goes by. */
export async function agrees(
  stage: Stage,
  [organizer = '', ...others]: string[],
  {
    what = {},
    when = {},
    answer = 'Yes, agreed',
  }: { what?: Record<string, string>; when?: Record<string, string>; answer?: string },
): Promise<void> {
  const who = stage.actor(organizer)
  await who.types('/agreement')
  await who.presses('Propose another agreement')
  await who.presses('Change what is sent')
  await who.fills(what)
  await who.presses('Change when and how often')
  await who.fills(when)
  await who.presses('Ask the members')
  for (const name of [organizer, ...others])
    await stage.actor(name).presses(answer, 'Is this what City Museum may send us')
  await stage.pass('8d')
}

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
