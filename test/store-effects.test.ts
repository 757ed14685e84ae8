import { describe, expect, test } from 'vitest'
import { say } from '../src/core/say.ts'
import type { PostTarget } from '../src/store/posts.ts'
import type { Outcome } from '../src/store/work.ts'
import { later, opened, personCalled } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'

const HERE = { platform: 'terminal', workspace: 'main' }
const LEASE_MS = 60_000
const DONE = { done: true } as const

let stage: Stage
onStage((opened) => {
  stage = opened
})

describe('posts', () => {
  const lobby: PostTarget = { ...HERE, place: 'lobby' }
  const den: PostTarget = { ...HERE, place: 'den' }

  const post = (target: PostTarget, words: string) =>
    stage.read((store) => store.posts.say(target, { text: say`${words}` }, stage.now()))
  const claim = (at = stage.now()) => stage.read((store) => store.posts.claim(10, at))
  const words = ({ rows }: Awaited<ReturnType<typeof claim>>) => rows.map((row) => row.body.text?.values[0])
  const next = () => stage.read((store) => store.agenda().then(({ posts }) => posts))
  const finish = ({ rows, lease }: Awaited<ReturnType<typeof claim>>, outcome: Outcome) =>
    stage.read((store) => store.posts.finish(rows[0]?.id ?? '', lease, outcome))

  test('of one room are said one after the other, and rooms do not wait for each other', async () => {
    await post(lobby, 'one')
    await post(lobby, 'two')
    await post(den, 'other')
    const first = await claim()
    expect(words(first)).toEqual(['one', 'other'])
    expect(words(await claim())).toEqual([])
    await finish(first, DONE)
    expect(words(await claim())).toEqual(['two'])
  })

  test('that failed keep their place in the room until they are tried again', async () => {
    await post(lobby, 'one')
    await post(lobby, 'two')
    const again = later(stage, 5_000)
    await finish(await claim(), { again, failure: 'down' })
    expect(words(await claim())).toEqual([])
    expect(await next()).toEqual(again)
    expect(words(await claim(again))).toEqual(['one'])
  })

  test('that can never be said hold nobody up, and have no due time', async () => {
    await post(lobby, 'one')
    await post(lobby, 'two')
    await finish(await claim(), { stuck: 'the channel was deleted' })
    const second = await claim()
    expect(words(second)).toEqual(['two'])
    await finish(second, DONE)
    expect(await next()).toBeUndefined()
    expect(words(await claim(later(stage, 86_400_000)))).toEqual([])
  })

  test('whose worker died are said by another when the lease is over, with the same key', async () => {
    await post(lobby, 'one')
    const lost = await claim()
    expect(words(await claim(later(stage, LEASE_MS - 1)))).toEqual([])
    const second = await claim(later(stage, LEASE_MS))
    expect(second.rows[0]?.key).toBe(lost.rows[0]?.key)
    expect(second.rows[0]?.key).toHaveLength(25)
    // The first one wakes up again, and its outcome counts no more.
    await finish(lost, { stuck: 'too late' })
    expect(words(await claim(later(stage, 2 * LEASE_MS)))).toEqual(['one'])
  })

  test.each([
    'goOn',
    'retry',
  ] as const)('that were tried are looked for before they are said again: %s', async (how) => {
    await post(lobby, 'one')
    const again = later(stage, 5_000)
    await finish(await claim(), how === 'goOn' ? { again, failure: 'down' } : { stuck: 'down' })
    await stage.read(({ effects }) =>
      how === 'goOn' ? effects.goOn(HERE.platform, HERE.workspace, stage.now()) : effects.retry('posts', stage.now()),
    )
    await post(den, 'never tried')
    expect((await claim()).rows).toMatchObject([
      { place: 'lobby', attempts: 1, isAgain: true },
      { place: 'den', attempts: 0, isAgain: false },
    ])
  })

  test('to a community wait until its room is there', async () => {
    const community = await opened(stage)
    await stage.read((store) => store.rooms.want(community.id, 'terminal', 'den', 'parents-united', stage.now()))
    await post({ platform: 'terminal', workspace: 'den', communityId: community.id }, 'hello')
    expect(await next()).toBeUndefined()
    expect(words(await claim())).toEqual([])
    const made = await stage.read((store) => store.rooms.claim(10, stage.now()))
    await stage.read((store) => store.rooms.finish(made.rows[0]?.id ?? '', made.lease, DONE, { id: 'room-7' }))
    expect((await claim()).rows).toMatchObject([{ place: 'room-7', workspace: 'den' }])
  })

  test('to several people go to each on the account nearest to where it came about', async () => {
    await stage.actor('ana').types('/help')
    await stage.actor('ben#den').types('/help')
    const ana = await personCalled(stage, 'ana')
    const away = { platform: 'terminal', workspace: 'den', externalId: 'ben' }
    const ben = await stage.read((store) => store.people.meet(away, 'ben', stage.now()))
    const body = { text: say`hello` }
    await stage.read((store) => store.notices.tell([ana.id, ben.id], 'answered', body, stage.now(), HERE))
    const told = (await claim()).rows.map(({ workspace, account }) => ({ workspace, account }))
    expect(told).toEqual([
      { workspace: 'main', account: 'ana' },
      { workspace: 'den', account: 'ben' },
    ])
  })
})

describe('cards everyone sees', () => {
  const place = { ...HERE, place: 'lobby' }
  const want = () => stage.read((store) => store.cards.place('seed', 'x', place, stage.now()))
  const redraw = (at = stage.now()) => stage.read((store) => store.cards.redraw('seed', 'x', at))
  const claim = (at = stage.now()) => stage.read((store) => store.cards.claim(10, at))
  type Claimed = Awaited<ReturnType<typeof claim>>
  const finish = async ({ rows, lease }: Claimed, at = stage.now(), outcome: Outcome = DONE) => {
    const id = 'done' in outcome ? 'message-1' : undefined
    for (const row of rows) await stage.read((store) => store.cards.finish(row, lease, outcome, at, id))
  }

  test('are drawn once for all presses that came before, in the same message', async () => {
    await want()
    await redraw()
    await redraw()
    const first = await claim()
    expect(first.rows).toMatchObject([{ kind: 'seed', subject: 'x', externalId: null, wanted: 3 }])
    await finish(first)
    expect((await claim()).rows).toEqual([])
    expect(await stage.read((store) => store.agenda().then(({ cards }) => cards))).toBeUndefined()
    await want()
    expect((await claim(later(stage, 1_000))).rows).toMatchObject([{ externalId: 'message-1' }])
  })

  test('are drawn again a second later when they grew stale while being drawn', async () => {
    await want()
    const first = await claim()
    await redraw()
    await finish(first)
    expect((await claim(later(stage, 999))).rows).toEqual([])
    expect((await claim(later(stage, 1_000))).rows).toHaveLength(1)
  })

  test('are drawn once a second at most, however fast people press one after the other', async () => {
    await want()
    await finish(await claim())
    await redraw(later(stage, 200))
    expect((await claim(later(stage, 200))).rows).toEqual([])
    expect((await claim(later(stage, 1_200))).rows).toHaveLength(1)
  })

  test('that could not be drawn are tried again at the next press', async () => {
    await want()
    await finish(await claim(), stage.now(), { stuck: 'no permission' })
    expect(await stage.read((store) => store.agenda().then(({ cards }) => cards))).toBeUndefined()
    await redraw()
    expect((await claim(later(stage, 1_000))).rows).toMatchObject([{ externalId: null }])
  })
})

describe('mails', () => {
  const letter = { to: 'dia@example.org', subject: say`Hello`, text: say`Your code is ${'123456'}` }
  const want = () => stage.read((store) => store.mails.want(null, letter, stage.now()))
  const claim = (at = stage.now()) => stage.read((store) => store.mails.claim(10, at))
  type Claimed = Awaited<ReturnType<typeof claim>>
  const finish = ({ rows, lease }: Claimed, outcome: Outcome) =>
    stage.read((store) => store.mails.finish(rows[0]?.id ?? '', lease, outcome, stage.now()))

  test('come out of the store as they went in, each sent once', async () => {
    await want()
    const claimed = await claim()
    expect(claimed.rows).toMatchObject([{ letter, attempts: 0 }])
    await finish(claimed, DONE)
    expect((await claim(later(stage, 2 * LEASE_MS))).rows).toEqual([])
    expect(await stage.read((store) => store.effects.stuck())).toEqual([])
  })

  test('keep their Message-ID when another worker takes them over', async () => {
    await want()
    const lost = await claim()
    const second = await claim(later(stage, LEASE_MS))
    expect(second.rows[0]?.messageId).toBe(lost.rows[0]?.messageId)
  })

  test('that could not be delivered go out when staff have them tried again', async () => {
    await want()
    await finish(await claim(), { stuck: 'refused by the receiving server (550)' })
    await stage.read((store) => store.effects.retry('mails', stage.now()))
    expect((await claim()).rows).toMatchObject([{ letter, attempts: 0 }])
  })

  test('that can never be delivered are counted, and tried no more', async () => {
    await want()
    await finish(await claim(), { stuck: 'refused by the receiving server (550)' })
    expect(await stage.read((store) => store.effects.stuck())).toEqual([
      { kind: 'mails', count: 1, failure: 'refused by the receiving server (550)' },
    ])
    expect(await stage.read((store) => store.agenda().then(({ mails }) => mails))).toBeUndefined()
  })
})
