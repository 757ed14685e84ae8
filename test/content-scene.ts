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
    await store.itemAnswers.tellValues()
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
