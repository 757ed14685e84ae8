import { describe, expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem']) await stage.actor(name).types('/join parents')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)
const idOf = () => stage.read(async (store) => (await store.communities.find('parents', 'parents', ''))?.id ?? '')

/** Puts something that was agreed into the queue, as a ballot on a topic would. */
async function give(title: string) {
  const communityId = await idOf()
  await stage.read((store) =>
    store.items.write(
      [communityId],
      { kind: 'topic', goal: 'inform', format: 'article', title, words: null, link: null, authorId: null },
      stage.now(),
      'waiting',
    ),
  )
  await stage.pass('1m')
}

async function mailing(id: string, communityId: string) {
  const more = { sent: 1, opened: 0, clicked: 0, bought: 0, unsubscribed: 0, bounced: 0, complained: 0 }
  await stage.read((store) => store.campaigns.add('letters', [{ id, title: id, communityId, at: stage.now(), more }]))
}

describe('what the organization’s own tools send', () => {
  test('counts in the budget, and members say where it is more than was agreed', async () => {
    const communityId = await idOf()
    for (const id of ['a', 'b']) await mailing(id, communityId)
    await give('An evening for parents')
    expect(inRoom().at(-1)).toContain('An evening for parents')
    expect(await stage.actor('ben').types('/agreement')).toContain('Agreed 3, sent 3 in January.')
    await give('Too much')
    expect(inRoom().at(-1)).not.toContain('Too much')
    expect(await stage.actor('ben').types('/agreement')).not.toContain('[This was not agreed]')
    for (const id of ['c', 'd']) await mailing(id, communityId)
    const card = await stage.actor('ben').types('/agreement')
    expect(card).toContain('Agreed 3, sent 5 in January.')
    expect(card).toContain('4 were mailings of the organization’s own tools.')
    expect(await stage.actor('ben').presses('This was not agreed')).toContain('never who')
    expect(await stage.actor('ben').presses('This was not agreed')).toContain('that month already')
    await stage.pass('1d')
    const sam = stage.actor('sam!')
    await sam.types('/board')
    const seen = await sam.presses('Parents')
    expect(seen).toContain('Agreed 3, sent 5 in January.')
    expect(seen).toMatch(/This was not agreed”: a few or none/)
    // February is another month.
    await stage.sleep('2026-02-02T12:00:00Z')
    expect(inRoom().some((text) => text.includes('Too much'))).toBe(true)
  })
})

describe('a community of ten', () => {
  const asked = () =>
    stage.outputs
      .filter((output) => 'room' in output && !('replaces' in output))
      .map(textOf)
      .filter((text) => text.startsWith('Is this what City Museum may send us'))

  test('is asked by itself, once, what it wants, beginning with what everybody starts with', async () => {
    for (const name of ['d', 'e', 'f', 'g', 'h', 'i']) await stage.actor(`m${name}`).types('/join parents')
    await stage.pass('2d')
    expect(inRoom().some((text) => text.includes('Is this what City Museum may send us'))).toBe(false)
    await stage.actor('mj').types('/join parents')
    await stage.pass('1d')
    expect(asked()).toHaveLength(1)
    await stage.pass('20d')
    // Nobody voted, so what they started with stays.
    expect(await stage.actor('ben').types('/agreement')).toContain('You have not decided on it yet')
    expect(asked()).toHaveLength(1)
  })
})

describe('a digest', () => {
  const news = (texts: string[]) => texts.filter((text) => text.startsWith('News of Parents'))

  test('comes on the first Monday of a month where nothing else is agreed, and not where there is nothing new', async () => {
    await stage.sleep('2026-01-31T12:00:00Z')
    expect(news(inRoom())).toHaveLength(0)
    await stage.actor('ben').types('/propose Storytime on Sundays')
    await stage.sleep('2026-02-02T09:59:00Z')
    expect(news(inRoom())).toHaveLength(0)
    await stage.sleep('2026-02-02T10:00:00Z')
    expect(news(inRoom())).toHaveLength(1)
    expect(news(inRoom())[0]).toContain('Storytime on Sundays')
    await stage.pass('40d')
    expect(news(inRoom())).toHaveLength(1)
  })

  test('says to each who wants it in private on what they have not voted', async () => {
    for (const name of ['ben', 'cem']) {
      await stage.actor(name).types('/my notices')
      await stage.actor(name).presses('Change: The digest of a community')
      await stage.actor(name).presses('here, in private')
    }
    await stage.sleep('2026-01-31T12:00:00Z')
    const ana = stage.actor('ana')
    await ana.types('/ballot "Cake or bread?" options:"Cake; Bread" kind:single')
    await ana.presses('Open it')
    await stage.actor('ben').types('/vote')
    await stage.actor('ben').presses('Cake', 'Cake or bread')
    await stage.sleep('2026-02-02T10:00:00Z')
    expect(news(toldTo('ben')).at(-1)).toContain('(you have voted)')
    expect(news(toldTo('cem')).at(-1)).toContain('(you have not voted)')
    expect(news(toldTo('cem')).at(-1)).toContain('[Vote: Cake or bread?]')
    expect(news(toldTo('ana'))).toEqual([])
  })

  test('is not told to who muted the community, and again once a snooze is over', async () => {
    const ben = stage.actor('ben')
    await ben.types('/my notices')
    await ben.presses('Change: The digest of a community')
    await ben.presses('here, in private')
    await ben.presses('Mute or snooze a community')
    await ben.presses('Parents')
    expect(await ben.presses('Snooze for 30 days')).toContain('snoozed until')
    await stage.sleep('2026-01-31T12:00:00Z')
    await stage.actor('cem').types('/propose Storytime on Sundays')
    await stage.sleep('2026-02-02T10:01:00Z')
    expect(news(toldTo('ben'))).toEqual([])
    await stage.actor('cem').types('/propose Pancakes for all')
    await stage.sleep('2026-03-02T10:01:00Z')
    expect(news(toldTo('ben'))).toHaveLength(1)
  })
})

describe('what was not worth it', () => {
  /** Ten members find one piece worth it or not, in each of some months. */
  async function say(months: string[], worth: number) {
    const communityId = await idOf()
    for (const month of months) {
      await stage.sleep(`${month}-10T12:00:00Z`)
      await give(`Piece of ${month}`)
      const item = await stage.read(
        async (store) => (await store.items.list(communityId, ['posted'], { skip: 0, take: 1 }))[0],
      )
      await stage.read(async (store) => {
        const members = await store.memberships.list(communityId, 'member', 100)
        for (const [i, { personId }] of members.slice(0, 10).entries())
          await store.itemAnswers.answer(item?.id ?? '', personId, { worth: i < worth }, stage.now())
      })
    }
  }
  const pauses = () => inRoom().filter((text) => text.includes('send us nothing until') && text.startsWith('Shall'))

  test('in two quarters by ten answers is asked about: a pause, which holds once members say yes', async () => {
    for (let i = 0; i < 8; i++) await stage.actor(`x${i}`).types('/join parents')
    await say(['2026-02', '2026-05'], 3)
    await stage.sleep('2026-07-01T12:00:00Z')
    expect(pauses()).toHaveLength(1)
    for (const name of ['ana', 'ben', 'cem']) await stage.actor(name).presses('Yes, a pause', 'Shall City Museum')
    await stage.pass('8d')
    expect(await stage.actor('ben').types('/agreement')).toContain('Paused: nothing is sent until')
    await give('During the pause')
    expect(inRoom().some((text) => text.includes('During the pause'))).toBe(false)
    await stage.sleep('2026-10-02T12:00:00Z')
    expect(inRoom().some((text) => text.includes('During the pause'))).toBe(true)
  })

  test('in one quarter only, or by fewer answers, is not', async () => {
    for (let i = 0; i < 8; i++) await stage.actor(`x${i}`).types('/join parents')
    await say(['2026-02'], 6)
    await say(['2026-05'], 3)
    await stage.sleep('2026-07-01T12:00:00Z')
    expect(pauses()).toHaveLength(0)
  })
})
