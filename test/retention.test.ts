import { describe, expect, test } from 'vitest'
import { keptSince } from '../src/core/retention.ts'
import { say } from '../src/core/say.ts'
import { posts } from './content-scene.ts'
import { communityCalled, NEED, personCalled } from './lookup.ts'
import { MUSEUM, onStage, type Stage, sharer } from './stage.ts'
import { stored } from './stored.ts'

/** Past 24 months, which is how long an organization keeps people and acts unless it decides otherwise. */
const LATER = '2028-02-05T12:00:00Z'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  // From now on the daily work is due.
  await stage.runner.runDue()
})

/** Another time, without all the nights between. */
const itIs = (now: string) => stage.sleep(now)
const work = () => stage.runner.runDue()

const start = (name: string, more = 'pledges:1', founder = 'ana') =>
  stage.actor(founder).types(`/start-community ${name} ${NEED} ${more}`)
/** Who of these is still known by who they were. */
async function known(ids: Record<string, string>): Promise<string[]> {
  const names = await stage.read((store) => store.people.names(Object.values(ids), 'terminal', 'main'))
  return Object.keys(ids).filter((name) => ids[name] && names[ids[name]])
}
async function idsOf(...names: string[]): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await personCalled(stage, name)).id] as const)),
  )
}

describe('people who are gone for long', () => {
  test('are forgotten, but not who belongs somewhere, was here since, or is staff', async () => {
    await stage.actor('sam!').types('/setup staff:terminal:sam')
    await start('Choir')
    for (const name of ['gone', 'back', 'left', 'asks']) await stage.actor(name).types('/help')
    await start('Club', 'pledges:1 visibility:request')
    await stage.actor('asks').types('/join club')
    await stage.actor('asks').presses('Say why')
    await stage.actor('asks').fills({ reason: 'please' })
    await stage.actor('member').types('/join choir')
    await stage.actor('left').types('/join choir')
    await stage.actor('left').types('/leave choir')
    const everybody = await idsOf('sam', 'ana', 'gone', 'back', 'left', 'asks', 'member')
    await itIs('2027-12-01T12:00:00Z')
    await stage.actor('back').types('/help')
    await work()
    expect(await known(everybody)).toEqual(['sam', 'ana', 'gone', 'back', 'left', 'asks', 'member'])
    await itIs(LATER)
    await work()
    expect(await known(everybody)).toEqual(['sam', 'ana', 'back', 'asks', 'member'])
  })

  test('whose community waits for staff are not', async () => {
    await stage.actor('sam!').types('/setup approve:yes')
    await start('Choir', 'pledges:2', 'ben')
    // Their own pledge alone would keep them, too.
    await stage.actor('ben').types('/leave choir')
    const ben = await idsOf('ben')
    await itIs(LATER)
    await work()
    expect(await known(ben)).toEqual(['ben'])
  })

  test('are forgotten by the destinations that were told of them, too', async () => {
    await start('Choir')
    await sharer(stage, 'dia', 'choir')
    await stage.actor('dia').types('/leave choir')
    const dia = await idsOf('dia')
    await itIs(LATER)
    await work()
    expect(await known(dia)).toEqual([])
    expect(JSON.stringify(await stage.files())).toContain('erased')
  })

  test('are forgotten however many they are', async () => {
    const names = Array.from({ length: 45 }, (_, n) => `p${n}`)
    const everybody = await idsOf(...names)
    await itIs(LATER)
    await work()
    expect(await known(everybody)).toEqual([])
  })

  test('are known by a last day that is written down once a day', async () => {
    await stage.actor('ben').types('/help')
    const [ben = ''] = Object.values(await idsOf('ben'))
    const unused = (since: string) => stage.read((store) => store.retention.unused(new Date(since), [], 10))
    await stage.pass('23h')
    await stage.actor('ben').types('/help')
    expect(await unused('2026-01-05T12:00:01Z')).toEqual([ben])
    await stage.pass('1h')
    await stage.actor('ben').types('/help')
    // The day, and not the moment.
    expect(await unused('2026-01-06T00:00:00Z')).toEqual([])
    expect(await unused('2026-01-06T00:00:01Z')).toEqual([ben])
  })
})

describe('what is kept for a while', () => {
  test('acts of organizers and staff for 24 months', async () => {
    await start('Choir')
    await stage.actor('ana').types('/invite choir')
    await itIs('2027-12-31T12:00:00Z')
    await work()
    expect(await stage.actor('sam!').types('/audit')).toContain('invitation code')
    await itIs('2028-01-07T12:00:00Z')
    await work()
    expect(await stage.actor('sam!').types('/audit')).not.toContain('invitation code')
  })

  test('what was sent, and what could not be, for 90 days', async () => {
    await start('Choir')
    await sharer(stage, 'dia', 'choir')
    const [dia = ''] = Object.values(await idsOf('dia'))
    await stage.read(async (store) => {
      await store.posts.say({ platform: 'terminal', workspace: 'main', place: 'x' }, { text: say`Hello` }, stage.now())
      const { lease, rows } = await store.posts.claim(1, stage.now())
      await store.posts.finish(rows[0]?.id ?? '', lease, { stuck: 'no such place' })
      await store.mails.want(dia, { to: 'dia@example.org', subject: say`Hello`, text: say`Hello` }, stage.now())
      const claimed = await store.mails.claim(1, stage.now())
      await store.mails.finish(claimed.rows[0]?.id ?? '', claimed.lease, { stuck: 'refused' }, stage.now())
    })
    const kept = () =>
      stage.read(async (store) => [(await store.sent.of(dia, 10)).length, (await store.effects.stuck()).length])
    expect(await kept()).toEqual([1, 2])
    await itIs('2026-04-04T12:00:00Z')
    await work()
    expect(await kept()).toEqual([1, 2])
    await itIs('2026-04-06T12:00:00Z')
    await work()
    expect(await kept()).toEqual([0, 0])
  })

  test('communities that did not open for 12 months', async () => {
    await start('Choir', 'pledges:9 days:1')
    const { id } = await communityCalled(stage, 'Choir')
    const state = () => stage.read(async (store) => (await store.communities.get(id))?.state)
    await stage.pass('2d')
    expect(await state()).toBe('sunk')
    await itIs('2027-01-02T12:00:00Z')
    await work()
    expect(await state()).toBe('sunk')
    await itIs('2027-01-07T12:00:00Z')
    await work()
    expect(await state()).toBeUndefined()
  })

  test('drafts of what is offered and agreed for 14 days', async () => {
    await start('Parents')
    const { id } = await communityCalled(stage, 'Parents')
    await stage.actor('sam!').types('/offer Storytime inform parents "Read on" article')
    await stage.actor('ana').types('/agreement')
    await stage.actor('ana').presses('Propose another agreement')
    const kept = () =>
      stage.read(async (store) => [
        (await store.items.list(id, ['draft'], { skip: 0, take: 9 })).length,
        await store.agreements.draft(id).then((draft) => (draft ? 1 : 0)),
      ])
    await itIs('2026-01-18T12:00:00Z')
    await work()
    expect(await kept()).toEqual([1, 1])
    await itIs('2026-01-20T12:00:00Z')
    await work()
    expect(await kept()).toEqual([0, 0])
  })

  test('answers to a question for six months after it was told what came of it, all answers for 24 months', async () => {
    await start('Parents')
    await stage.actor('ben').types('/join parents')
    const { id } = await personCalled(stage, 'ben')
    const item = await posts(stage, 'Parents', 'What do you think?', { ask: 'input' })
    await stage.actor('ben').presses('Worth it', 'What do you think')
    await stage.actor('ben').presses('Answer', 'What do you think')
    await stage.actor('ben').fills({ answer: 'Louder' })
    await stage.read((store) => store.agreements.object(item.communityId, id, '2026-01', stage.now()))
    const own = () => stage.read((store) => store.itemAnswers.own(item.id, id))
    await itIs('2026-09-05T12:00:00Z')
    await work()
    expect(await own()).toMatchObject({ words: 'Louder' })
    await stage.read((store) => store.items.tell(item.id, 'It is louder now.', stage.now()))
    await itIs('2027-03-04T12:00:00Z')
    await work()
    expect(await own()).toMatchObject({ words: 'Louder' })
    await itIs('2027-03-06T12:00:00Z')
    await work()
    expect(await own()).toEqual({ worth: true, isIn: false, words: null, quote: null, consent: null })
    await itIs('2028-01-04T12:00:00Z')
    await work()
    expect(await own()).toBeDefined()
    await itIs('2028-01-06T12:00:00Z')
    await work()
    expect(await own()).toBeUndefined()
    expect(await stored(stage)).not.toContain('["objections",')
  })

  test('open ones for ever', async () => {
    await start('Choir')
    await itIs('2046-01-05T12:00:00Z')
    await work()
    expect((await communityCalled(stage, 'Choir')).state).toBe('open')
  })

  test('for as long as the organization decides', async () => {
    const sam = stage.actor('sam!')
    expect(await sam.types('/setup')).toContain(
      'Kept: people who are gone 24 months, acts of organizers and staff 24 months, what was sent 90 days, communities that did not open 12 months',
    )
    await sam.presses('How long things are kept')
    const shown = await sam.fills({ 'keep-people': '6', 'keep-sent': '30', 'keep-seeds': '1' })
    expect(shown).toContain(
      'people who are gone 6 months, acts of organizers and staff 24 months, what was sent 30 days, communities that did not open 1 month',
    )
    expect(await sam.types('/setup keep-people:5')).toContain('must be a whole number from 6 to 120')
    const gone = await idsOf('gone')
    await itIs('2026-07-06T12:00:00Z')
    await work()
    expect(await known(gone)).toEqual([])
  })

  test('counted in months of the calendar', () => {
    const since = keptSince({ ...MUSEUM, keepAuditMonths: 12 }, new Date('2028-03-31T04:00:00Z'))
    expect(since.people).toEqual(new Date('2026-03-31T04:00:00Z'))
    expect(since.audit).toEqual(new Date('2027-03-31T04:00:00Z'))
    expect(since.sent).toEqual(new Date('2028-01-01T04:00:00Z'))
  })
})
