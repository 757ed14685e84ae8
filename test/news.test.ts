import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { News, SegmentStore } from '../src/segments/segment-store.ts'
import { TryLater, Unauthorized } from '../src/segments/segment-store.ts'
import { codeFor, onStage, openStage, type Stage, sharer, textOf } from './stage.ts'
import { becomeOne, pressesAt, proves, undoes } from './two-accounts.ts'

const NEED = 'need:"people who would like to meet, so that we can" pledges:1'

const rows = async (stage: Stage, slug: string) =>
  ((await stage.files())[`${slug}.csv`] ?? '').trim().split('\n').slice(1)
const holds = async (stage: Stage, slug: string) => (await rows(stage, slug)).map((row) => row.split(',')[0]).sort()
/** What a destination tells, on one line of the terminal. */
const hook = async (stage: Stage, event: object, name = 'files') => {
  const said = await stage.play(`hook ${name} ${JSON.stringify(event)}`)
  expect(textOf(said[0] ?? { notice: '' })).toBe(`Heard from ${name}.`)
}
const about = (type: string, name: string, more: object = {}) => ({
  type: `person.${type}`,
  data: { email: `${name}@example.org`, ...more },
})
const toldTo = (stage: Stage, name: string) =>
  stage.outputs.filter((one) => 'shown' in one && one.to === name).map(textOf)
const campaigns = (stage: Stage) => stage.database.transaction((store) => store.campaigns.all())
/** Everything stored about somebody, as they get it. */
const fileOf = (stage: Stage, name: string) =>
  stage.read(async (store) => {
    const [found] = await store.records.find(`terminal:${name}`)
    return store.records.of(found?.id ?? '')
  })

describe('what comes back', () => {
  let stage: Stage
  onStage(async (opened) => {
    stage = opened
    for (const name of ['Parents', 'Cooks']) await stage.actor('fay').types(`/start-community ${name} ${NEED}`)
  })

  test('who unsubscribed there is told of no more, hears it once, and sees why', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    await sharer(stage, 'ben', 'parents')
    await ana.types('/join cooks')
    await ana.presses('Yes', 'Cooks')
    await hook(stage, about('unsubscribed', 'ana'))
    expect(await holds(stage, 'parents')).toEqual(['ben@example.org'])
    expect(await holds(stage, 'cooks')).toEqual([])
    expect(toldTo(stage, 'ana').at(-1)).toBe(
      'The tool that the Museum uses says that you unsubscribed there, so it is told of you no more. If you want it again: /sharing all on',
    )
    const before = toldTo(stage, 'ana').length
    await hook(stage, about('unsubscribed', 'ana'))
    expect(toldTo(stage, 'ana')).toHaveLength(before)
    const shown = await ana.types('/sharing')
    expect(shown).toContain('Parents: on hold')
    expect(shown).toContain('Why: you unsubscribed there, on Mon 5 Jan 2026, 12:00 (UTC).')
    expect(await ana.types('/my')).toContain('0 yeses in force, 2 yeses on hold')
    expect(await ana.types('/my data')).toContain('On hold: you unsubscribed there')
    const file = await fileOf(stage, 'ana')
    expect(file?.onHold).toMatchObject([{ destination: 'files', community: null, reason: 'unsubscribed' }])
  })

  test('who chose to hear of that by mail does, unless it is their address that does not work', async () => {
    const mailsTo = (name: string) =>
      stage.outputs.flatMap((one) => ('mail' in one && one.mail.to === `${name}@example.org` ? [one.mail] : []))
    for (const name of ['ana', 'ben']) {
      const actor = await sharer(stage, name, 'parents')
      await actor.types('/my notices')
      await actor.presses('Change: A tool I said yes to is told of me no more')
      await actor.presses('by mail')
    }
    await hook(stage, about('unsubscribed', 'ana'))
    await hook(stage, about('bounced', 'ben'))
    await stage.pass('1h')
    expect(mailsTo('ana').at(-1)?.subject).toBe('City Museum: A tool I said yes to is told of me no more')
    expect(mailsTo('ana').at(-1)?.text).toContain('it is told of you no more. If you want it again: /sharing all on')
    expect(
      mailsTo('ben')
        .map(({ text }) => text)
        .join(),
    ).not.toContain('told of you no more')
    expect(toldTo(stage, 'ben').at(-1)).toContain('mail to your address came back')
  })

  test('nothing but a yes given anew puts them on again, and that goes into the ledger', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    await hook(stage, about('unsubscribed', 'ana'))
    await ana.types('/leave parents')
    await ana.types('/join parents')
    await ana.types('/email ana2@example.org')
    await ana.types(`/email ${codeFor(stage, 'ana2@example.org')}`)
    await stage.pass('3d')
    expect(await holds(stage, 'parents')).toEqual([])
    expect(await ana.types('/sharing parents on')).toContain('From now on the Museum may write to you about Parents.')
    expect(await holds(stage, 'parents')).toEqual(['ana2@example.org'])
    const file = await fileOf(stage, 'ana')
    expect(file?.yeses).toHaveLength(2)
  })

  test('a yes on hold is given anew by words, by its question, and for all together; the next word ends it again', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    // The question as it stood in the chat, by its button.
    const asked = stage.outputs
      .flatMap((one) => ('shown' in one && 'to' in one && one.to === 'ana' ? (one.shown.buttons ?? []) : []))
      .find(({ press }) => press.startsWith('sharing.yes'))?.press
    const ways: (() => Promise<unknown>)[] = [
      () => ana.types('/sharing parents on'),
      () => pressesAt(stage, 'ana', asked),
      async () => {
        await ana.types('/sharing all on')
        return ana.presses('Yes to all')
      },
    ]
    for (const way of ways) {
      await hook(stage, about('complained', 'ana'))
      expect(await holds(stage, 'parents')).toEqual([])
      await way()
      await stage.runner.runDue()
      expect(await holds(stage, 'parents')).toEqual(['ana@example.org'])
      expect(await ana.types('/sharing')).toContain('Parents: on')
    }
    const file = await fileOf(stage, 'ana')
    expect(file?.yeses).toHaveLength(4)
  })

  test('an address that works again lifts nothing by itself', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    await hook(stage, about('bounced', 'ana'))
    expect(await ana.types('/sharing')).toContain('mail to your address came back')
    await ana.types('/email other@example.org')
    await ana.types(`/email ${codeFor(stage, 'other@example.org')}`)
    expect(await holds(stage, 'parents')).toEqual([])
    await ana.types('/sharing parents on')
    expect(await holds(stage, 'parents')).toEqual(['other@example.org'])
  })

  test('one list alone ends for itself alone, by its own name or by ours; one nobody knows ends everything', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    await ana.types('/join cooks')
    await ana.presses('Yes', 'Cooks')
    await hook(stage, about('unsubscribed', 'ana', { segment: 'cooks' }))
    expect(await holds(stage, 'parents')).toEqual(['ana@example.org'])
    expect(await holds(stage, 'cooks')).toEqual([])
    expect(toldTo(stage, 'ana').at(-1)).toContain('no more about Cooks. If you want it again: /sharing cooks on')
    await hook(stage, about('unsubscribed', 'ana', { segment: 'a list of 2019' }))
    expect(await holds(stage, 'parents')).toEqual([])
  })

  test('two who share an address are both meant by it', async () => {
    for (const name of ['ana', 'ben']) {
      const actor = stage.actor(name)
      await actor.types('/join parents')
      await actor.presses('Yes', 'May the Museum')
      await actor.types('/email family@example.org')
      await actor.types(`/email ${codeFor(stage, 'family@example.org')}`)
    }
    for (const name of ['ana', 'ben']) await stage.actor(name).presses('No, we share it')
    expect(await holds(stage, 'parents')).toHaveLength(2)
    await hook(stage, about('unsubscribed', 'family'))
    expect(await holds(stage, 'parents')).toEqual([])
    for (const name of ['ana', 'ben']) expect(toldTo(stage, name).at(-1)).toContain('you unsubscribed there')
  })

  test('what we brought about ourselves is no word of theirs, and what they do later is', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    await ana.types('/my')
    await ana.presses('Pause everything')
    expect(await holds(stage, 'parents')).toEqual([])
    const before = toldTo(stage, 'ana').length
    await hook(stage, about('unsubscribed', 'ana'))
    expect(toldTo(stage, 'ana')).toHaveLength(before)
    await ana.types('/my')
    await ana.presses('Go on')
    expect(await holds(stage, 'parents')).toEqual(['ana@example.org'])
    await ana.types('/my')
    await ana.presses('Pause everything')
    await stage.pass('1d')
    await hook(stage, about('unsubscribed', 'ana'))
    await ana.types('/my')
    await ana.presses('Go on')
    expect(await holds(stage, 'parents')).toEqual([])
  })

  test('a word that comes while their yes is to somebody else holds once it is to this one again', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    const sam = stage.actor('sam!')
    await sam.types('/setup recipient:"the Gallery"')
    await stage.pass('3h')
    const before = toldTo(stage, 'ana').length
    await hook(stage, about('unsubscribed', 'ana'))
    expect(toldTo(stage, 'ana')).toHaveLength(before)
    await sam.types('/setup recipient:"the Museum"')
    expect(await holds(stage, 'parents')).toEqual([])
    expect(await ana.types('/sharing')).toContain('Why: you unsubscribed there')
  })

  test('who is not known to have been told of is nobody here, and counts nowhere', async () => {
    await sharer(stage, 'ana', 'parents')
    const ben = stage.actor('ben')
    await ben.types('/join parents')
    await ben.types('/email ben@example.org')
    await ben.types(`/email ${codeFor(stage, 'ben@example.org')}`)
    const campaign = { id: 7, title: 'Spring' }
    for (const name of ['ben', 'eve']) {
      await hook(stage, about('unsubscribed', name, { campaign }))
      await hook(stage, { type: 'campaign.opened', data: { email: `${name}@example.org`, campaign } })
    }
    expect(await campaigns(stage)).toEqual([])
    await ben.types('/sharing parents on')
    await ben.presses('Yes', 'May the Museum')
    expect(await holds(stage, 'parents')).toEqual(['ana@example.org', 'ben@example.org'])
  })

  test('nothing is heard of a community that has become sensitive', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    await sharer(stage, 'ben', 'cooks')
    await stage.actor('sam!').types('/sensitive parents')
    await stage.actor('sam!').presses('Make it sensitive')
    const before = toldTo(stage, 'ana').length
    const campaign = { id: 'c1', title: 'For parents', segment: 'parents' }
    await hook(stage, about('unsubscribed', 'ana', { segment: 'parents', campaign }))
    await hook(stage, { type: 'campaign.sent', data: { campaign, count: 9 } })
    expect(toldTo(stage, 'ana')).toHaveLength(before)
    expect(await campaigns(stage)).toEqual([])
    expect(await ana.types('/about parents')).not.toContain('Letters')
  })

  test('campaigns are totals, and members read how many letters came this month', async () => {
    const ana = await sharer(stage, 'ana', 'parents')
    const campaign = (id: string) => ({ id, title: `Letter ${id}`, segment: 'parents' })
    const at = (timestamp: string, id: string) => ({
      type: 'campaign.sent',
      timestamp,
      data: { campaign: campaign(id), count: 40 },
    })
    await hook(stage, at('2026-01-04T08:00:00Z', 'a'))
    await hook(stage, at('2025-12-30T08:00:00Z', 'b'))
    // Its clock is ahead of ours.
    await hook(stage, at('2027-01-04T08:00:00Z', 'c'))
    await hook(stage, { type: 'campaign.clicked', data: { email: 'ana@example.org', campaign: campaign('a') } })
    await hook(stage, about('unsubscribed', 'ana', { campaign: campaign('a'), segment: 'parents' }))
    expect(await campaigns(stage)).toMatchObject([
      { externalId: 'c', sent: 40, sentAt: stage.now() },
      { externalId: 'a', title: 'Letter a', sent: 40, opened: 0, clicked: 1, unsubscribed: 1 },
      { externalId: 'b', sent: 40 },
    ])
    expect(JSON.stringify(await campaigns(stage))).not.toContain('ana@')
    expect(await ana.types('/about parents')).toContain('Letters seen this month: 2')
    expect(await stage.actor('eve').types('/about parents')).not.toContain('Letters')
    await stage.pass('30d')
    expect(await ana.types('/about parents')).not.toContain('Letters')
  })

  test('what cannot be read is said so, and does nothing', async () => {
    for (const body of ['{"type": 3}', '{"type":"person.unsubscribed"}', '{nonsense'])
      expect(textOf((await stage.play(`hook files ${body}`))[0] ?? { notice: '' })).toContain('docs/hooks.md')
    expect(textOf((await stage.play('hook files {"type":"person.sneezed","data":{}}'))[0] ?? { notice: '' })).toContain(
      'docs/hooks.md',
    )
    await hook(
      stage,
      about('unsubscribed', 'ana', { id: 'zero \0 byte', campaign: { id: '\0', title: '\0', segment: '\0' } }),
    )
  })

  test('one person who was two is on hold where either was, until they say yes anew', async () => {
    const [ana, den] = [stage.actor('ana'), stage.actor('ana#den')]
    await ana.types('/join parents')
    await ana.presses('Yes', 'May the Museum')
    await proves(stage, 'ana', 'ana@example.org')
    await den.types('/join cooks')
    await den.presses('Yes', 'May the Museum')
    await proves(stage, 'ana#den', 'den@example.org')
    await hook(stage, about('unsubscribed', 'den'))
    await proves(stage, 'ana#den', 'ana@example.org')
    expect(await holds(stage, 'parents')).toEqual(['ana@example.org'])
    await becomeOne(stage, 'ana', 'ana#den')
    for (const slug of ['parents', 'cooks']) expect(await holds(stage, slug)).toEqual([])
    await ana.types('/sharing all on')
    await ana.presses('Yes to all')
    for (const slug of ['parents', 'cooks']) expect(await holds(stage, slug)).toEqual(['ana@example.org'])
  })

  test('what is said of one person holds for both when they are two again', async () => {
    const [ana, den] = [stage.actor('ana'), stage.actor('ana#den')]
    await sharer(stage, 'ana', 'parents')
    await den.types('/join cooks')
    await den.presses('Yes', 'May the Museum')
    await proves(stage, 'ana#den', 'ana@example.org')
    await becomeOne(stage, 'ana', 'ana#den')
    expect(await holds(stage, 'cooks')).toEqual(['ana@example.org'])
    await hook(stage, about('complained', 'ana'))
    await undoes(stage, 'ana')
    for (const slug of ['parents', 'cooks']) expect(await holds(stage, slug)).toEqual([])
    expect(await ana.types('/sharing')).toContain('Parents: on hold')
    expect(await den.types('/sharing')).toContain('Cooks: on hold')
  })
})

test('news count once, in any order and however often and by however many at once they come', async () => {
  const people = ['ana', 'ben']
  const event = fc.record({
    id: fc.integer({ min: 0, max: 12 }),
    kind: fc.constantFrom('campaign.sent', 'campaign.opened', 'campaign.bought', 'person.bounced', 'person.complained'),
    who: fc.constantFrom(...people, 'nobody'),
    campaign: fc.constantFrom('a', 'b'),
    count: fc.integer({ min: 1, max: 5 }),
  })
  const stage = await openStage()
  await stage.actor('fay').types(`/start-community Parents ${NEED}`)
  for (const name of people) await sharer(stage, name, 'parents')
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(event, { selector: ({ id }) => id, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      async (events, chances) => {
        const played: unknown[] = []
        for (const times of [1, 3]) {
          run++
          const bodies = events.map(({ id, kind, who, campaign, count }) => ({
            id: `${run}/${id}`,
            type: kind,
            timestamp: '2026-01-05T10:00:00Z',
            data: {
              campaign: { id: `${run}${campaign}`, title: 'A letter' },
              count,
              ...((kind.startsWith('person') || count < 3) && { email: `${who}@example.org` }),
            },
          }))
          const all = Array.from({ length: times }, () => bodies).flat()
          const shuffled = all
            .map((body) => ({ body, place: chances.next().value ?? 0 }))
            .sort((a, b) => a.place - b.place)
            .map(({ body }) => body)
          const lines = times === 1 ? all : shuffled
          await Promise.all(lines.map((body) => stage.play(`hook files ${JSON.stringify(body)}`)))
          const totals = (await campaigns(stage)).filter(
            ({ externalId }) => /^\d+/.exec(externalId)?.[0] === String(run),
          )
          played.push(totals.map(({ externalId, ...total }) => ({ ...total, externalId: externalId.slice(-1) })))
          for (const name of people) await stage.actor(name).types('/sharing parents on')
        }
        expect(played[1]).toEqual(played[0])
      },
    ),
    { numRuns: 12 },
  )
  expect(stage.failures).toEqual([])
  await stage.close()
}, 120_000)

describe('a destination that is asked', () => {
  const made = (poll: SegmentStore['poll']): SegmentStore => ({
    batch: 10,
    check: async () => undefined,
    put: async (_, entries) => entries.map(() => ({ result: 'applied' })),
    take: async (_, entries) => entries.map(() => ({ result: 'applied' })),
    forget: async () => ({ result: 'applied' }),
    ...(poll && { poll }),
  })
  const withStore = (store: SegmentStore) =>
    openStage({ destinations: [{ name: 'crm', connector: 'memory', purpose: 'letters', store }], chance: 0.5 })

  test('tells once an hour what is new since the last time', async () => {
    const news: News[] = []
    const asked: (string | undefined)[] = []
    const stage = await withStore(
      made(async (cursor) => {
        asked.push(cursor)
        return { news: news.slice(Number(cursor ?? 0)), cursor: String(news.length) }
      }),
    )
    await stage.actor('fay').types(`/start-community Parents ${NEED}`)
    const ana = await sharer(stage, 'ana', 'parents')
    expect(asked).toEqual([undefined])
    news.push({ id: '1', at: stage.now(), kind: 'unsubscribed', person: { email: 'ANA@example.org' } })
    await stage.pass('59m')
    expect(await ana.types('/sharing')).toContain('Parents: on\n'.trim())
    await stage.pass('1m')
    expect(await ana.types('/sharing')).toContain('Parents: on hold')
    expect(asked).toEqual([undefined, '0', '1'])
    // It does not tell of what we did, so whatever it tells is their own word, also just after they paused.
    const ben = await sharer(stage, 'ben', 'parents')
    await ben.types('/my')
    await ben.presses('Pause everything')
    news.push({ id: '2', at: stage.now(), kind: 'unsubscribed', person: { email: 'ben@example.org' } })
    await stage.pass('1h')
    await ben.types('/my')
    await ben.presses('Go on')
    expect(await ben.types('/sharing')).toContain('Parents: on hold')
    expect(stage.failures).toEqual([])
    await stage.close()
  })

  test('is asked less and less while it does not answer, and not at all once it refuses the key', async () => {
    let error: Error = new Error('no')
    let times = 0
    const stage = await withStore(
      made(async () => {
        times++
        throw error
      }),
    )
    await stage.actor('sam!').types('/help')
    await stage.pass('2h')
    expect(times).toBeGreaterThan(5)
    expect(times).toBeLessThan(20)
    error = new TryLater('later', 1_800_000)
    await stage.pass('2h')
    const before = times
    await stage.pass('1h')
    expect(times - before).toBeLessThanOrEqual(2)
    error = new Unauthorized('It refuses the key.')
    await stage.pass('1h')
    const last = times
    await stage.pass('5h')
    expect(times).toBe(last)
    expect(await stage.actor('sam!').types('/status')).toContain('It refuses the key.')
    expect(stage.failures).toEqual([])
    await stage.close()
  })
})
