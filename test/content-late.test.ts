import { beforeEach, describe, expect, test } from 'vitest'
import { contentJob } from '../src/jobs/content.ts'
import type { Content } from '../src/reply.ts'
import type { Database } from '../src/store/database.ts'
import { agrees, lives, opens, pauses, posts, shownIn } from './content-scene.ts'
import { communityCalled } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'

let stage: Stage
let communityId: string
onStage(async (opened) => {
  stage = opened
  await opens(stage, 'Parents', ['ana', 'ben', 'cem'])
  communityId = (await communityCalled(stage, 'Parents')).id
})

const inRoom = () => shownIn(stage, 'parents').join('\n')
const at = (time: string) => new Date(time)

/** A topic that was chosen, and is planned for a day. */
async function plans(title: string, plannedFor: Date) {
  await stage.actor('ben').types(`/propose ${title}`)
  await stage.read(async (store) => {
    const [topic] = await store.topics.list(communityId, 'proposed', '', { skip: 0, take: 1 })
    await store.topics.turn([topic?.id ?? ''], ['proposed'], 'planned', stage.now(), {
      plan: 'Eva does it',
      plannedFor,
    })
  })
}

describe('in hours of silence', () => {
  beforeEach(() =>
    agrees(stage, ['ana', 'ben', 'cem'], { what: { topics: 'none' }, when: { silence: '21:00 to 8:00' } }),
  )

  test('nobody is told that something is late, before they are over', async () => {
    await posts(stage, 'Parents', 'What do you think?', { ask: 'input', owedBy: at('2026-01-20T22:00:00Z') })
    await plans('Storytime', at('2026-01-20T23:00:00Z'))
    await stage.sleep('2026-01-21T07:59:00Z')
    expect(inRoom()).not.toContain('It is late')
    await stage.sleep('2026-01-21T08:00:00Z')
    expect(shownIn(stage, 'parents').filter((text) => text.includes('It is late'))).toHaveLength(2)
  })

  test('what came of a question is told once they are over, also to who pauses', async () => {
    await posts(stage, 'Parents', 'What do you think?', { ask: 'input', owedBy: at('2026-01-30T22:00:00Z') })
    await pauses(stage, 'Parents', at('2026-06-01T00:00:00Z'))
    await stage.sleep('2026-01-20T22:30:00Z')
    const sam = stage.actor('sam!')
    await sam.types('/delivered')
    await sam.presses('What do you think?')
    await sam.presses('Say what came of it')
    expect(await sam.fills({ outcome: 'Larger letters' })).toContain('it is silent until then')
    await stage.sleep('2026-01-21T07:59:00Z')
    expect(inRoom()).not.toContain('Larger letters')
    await stage.sleep('2026-01-21T08:00:00Z')
    expect(inRoom()).toContain('this came of it. “What do you think?”: Larger letters')
  })

  test('a digest that is overdue is not said', async () => {
    await stage.actor('ben').types('/propose Pancakes')
    // It was due in the morning.
    await stage.sleep('2026-02-02T09:00:00Z')
    await stage.sleep('2026-02-02T22:00:00Z')
    expect(inRoom()).not.toContain('News of Parents')
    await stage.sleep('2026-02-03T08:00:00Z')
    expect(inRoom()).toContain('News of Parents')
  })
})

describe('a piece that can’t be handled', () => {
  /** A database in which nothing can be said that has these words in it. */
  const failing = (words: string): Database => ({
    ...stage.database,
    transaction: (work) =>
      stage.database.transaction((store) => {
        const refuse = (body: Content) => {
          if (JSON.stringify(body).includes(words)) throw new Error('it can’t be said')
        }
        const { sayItem, sayAfterSilence } = store.posts
        return work({
          ...store,
          posts: {
            ...store.posts,
            async sayItem(item, body, now) {
              refuse(body)
              await sayItem(item, body, now)
            },
            async sayAfterSilence(id, body, now) {
              refuse(body)
              await sayAfterSilence(id, body, now)
            },
          },
        })
      }),
  })

  /** Does what is due as the runner would, and gives when there is more to do. */
  async function runs(words: string, now: Date): Promise<Date | undefined> {
    const job = contentJob(failing(words))
    for (let i = 0; i < 20; i++) {
      await job.run(() => now).catch(() => undefined)
      const next = await stage.read((store) => job.next(now, store))
      if (!next || next > now) return next
    }
    throw new Error('it never rests')
  }

  const give = (title: string) => {
    const piece = { title, goal: 'inform', format: 'article', words: null, link: null, authorId: null } as const
    return stage.read((store) => store.items.write([communityId], { kind: 'topic', ...piece }, stage.now(), 'waiting'))
  }
  const stateOf = async (pieceId: string) => {
    const [item] = await stage.read((store) => store.items.piece(pieceId))
    return item?.state
  }

  test('is tried later and later, and what waits behind it goes on', async () => {
    await stage.read((store) => lives(store, communityId, { perMonth: 1 }, stage.now()))
    const [broken, good] = [await give('Broken'), await give('Good')]
    const next = await runs('Broken', stage.now())
    expect(await stateOf(broken)).toBe('waiting')
    expect(await stateOf(good)).toBe('posted')
    expect(next?.getTime()).toBeGreaterThan(stage.now().getTime())
    // Both fail, and neither wakes the other for ever.
    const worse = await give('Broken too')
    await runs('Broken', at('2026-02-02T12:00:00Z'))
    expect(await stateOf(worse)).toBe('waiting')
    await runs('nothing', at('2026-02-02T14:00:00Z'))
    expect([await stateOf(broken), await stateOf(worse)].sort()).toEqual(['posted', 'waiting'])
  })

  test('and what is late is tried again later, and no others are held up', async () => {
    await posts(stage, 'Parents', 'Broken?', { ask: 'input', owedBy: at('2026-01-07T12:00:00Z') })
    await posts(stage, 'Parents', 'Good?', { ask: 'input', owedBy: at('2026-01-07T12:00:00Z') })
    await plans('Broken topic', at('2026-01-07T12:00:00Z'))
    const now = at('2026-01-07T12:00:00Z')
    const next = await runs('Broken', now)
    expect(next?.getTime()).toBeGreaterThan(now.getTime())
    const late = await stage.read((store) => store.queue.due(at('2026-01-08T12:00:00Z'), 50))
    expect([late.owed.length, late.topics.length]).toEqual([1, 1])
    await runs('nothing', at('2026-01-08T12:00:00Z'))
    const after = await stage.read((store) => store.queue.due(at('2026-01-09T12:00:00Z'), 50))
    expect(after).toEqual({ items: [], owed: [], topics: [] })
  })
})
