import type { Item } from '../src/core/item.ts'
import { communityCalled, NEED } from './lookup.ts'
import type { Stage } from './stage.ts'

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
