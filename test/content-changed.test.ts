import { describe, expect, test } from 'vitest'
import { agrees, offers, opens, pauses, pieceCalled, shownIn, toldTo } from './content-scene.ts'
import { onStage, type Stage } from './stage.ts'

const MEMBERS = ['ana', 'ben', 'cem']

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await opens(stage, 'Parents', MEMBERS)
})

const agree = (what: Record<string, string>, when = {}) => agrees(stage, MEMBERS, { what, when })
const inRoom = () => shownIn(stage, 'parents').join('\n')

describe('what waits while another agreement is made', () => {
  test('and is agreed no more is asked about before it comes', async () => {
    await agree({ topics: 'Storytime' }, { 'per-month': '1', silence: 'none' })
    await offers(stage, 'Storytime one', { topic: 'Storytime' })
    expect(await offers(stage, 'Storytime two', { topic: 'Storytime' })).toContain('It waits until')
    await agree({ topics: 'Lego' }, {})
    expect(toldTo(stage, 'ana').at(-1)).toContain('City Museum offers: Storytime two')
    expect(toldTo(stage, 'sam').at(-1)).toContain('agreed no more. Its organizers are asked.')
    await stage.sleep('2026-02-10T12:00:00Z')
    expect(inRoom()).not.toContain('Storytime two\n')
    await stage.actor('ana').presses('Accept', 'Storytime two')
    expect(inRoom()).toContain('Storytime two\n')
  })

  test('and was wanted by its community comes all the same', async () => {
    await agree({ topics: 'Storytime' }, { 'per-month': '1', silence: 'none' })
    await offers(stage, 'Storytime one', { topic: 'Storytime' })
    await offers(stage, 'Half-price tickets', { format: 'offer' })
    await stage.actor('ana').presses('Accept', 'Half-price')
    await agree({ topics: 'none', formats: 'event' })
    await stage.sleep('2026-02-01T00:01:00Z')
    expect(inRoom()).toContain('Half-price tickets\n')
  })

  test('and is agreed no more is asked about the way they set by then', async () => {
    await agree({ topics: 'Storytime' }, { 'per-month': '1', silence: 'none' })
    await offers(stage, 'Storytime one', { topic: 'Storytime' })
    await offers(stage, 'Storytime two', { topic: 'Storytime' })
    await agree({ topics: 'Lego', answers: 'ballot' })
    expect(inRoom()).toContain('City Museum offers “Storytime two”. Shall we get it?')
    for (const name of MEMBERS) {
      await stage.actor(name).types('/vote')
      await stage.actor(name).presses('Yes', 'Storytime two')
    }
    await stage.pass('20d')
    expect(inRoom()).toContain('Storytime two\n')
  })
})

describe('a ballot about an offer', () => {
  test('opens once its community is not silent', async () => {
    await agree({ topics: 'none', answers: 'ballot' }, { silence: 'Tuesday, 21:00 to 8:00' })
    // A Tuesday.
    await stage.sleep('2026-01-20T12:00:00Z')
    expect(await offers(stage, 'Half-price tickets')).toContain('asked in a ballot, which opens')
    await stage.actor('ana').types('/agreement')
    await stage.actor('ana').presses('Offered to us')
    expect(await stage.actor('ana').presses('Half-price tickets')).not.toContain('[Accept]')
    await stage.sleep('2026-01-21T07:59:00Z')
    expect(inRoom()).not.toContain('Half-price')
    await stage.sleep('2026-01-21T08:00:00Z')
    expect(inRoom()).toContain('City Museum offers “Half-price tickets”. Shall we get it?')
  })

  test('opens once a pause is over', async () => {
    await agree({ topics: 'none', answers: 'ballot' }, { silence: 'none' })
    await pauses(stage, 'Parents', new Date('2026-03-01T00:00:00Z'))
    await offers(stage, 'Half-price tickets')
    await stage.sleep('2026-02-28T23:59:00Z')
    expect(inRoom()).not.toContain('Half-price')
    await stage.sleep('2026-03-01T00:00:00Z')
    expect(inRoom()).toContain('Half-price')
  })

  test('waits for the one before it, and opens as soon as that is decided or taken back', async () => {
    await agree({ topics: 'none', answers: 'ballot' }, { silence: 'none' })
    for (const title of ['Offer one', 'Offer two', 'Offer three']) await offers(stage, title)
    expect(inRoom()).toContain('“Offer one”')
    expect(inRoom()).not.toContain('“Offer two”')
    const ana = stage.actor('ana')
    await ana.types('/vote')
    for (const label of ['City Museum offers “Offer one”. Shall we get it?', 'Look after it', 'Withdraw'])
      await ana.presses(label)
    await ana.presses('Withdraw it now')
    expect(inRoom()).toContain('“Offer two”')
    expect(inRoom()).not.toContain('“Offer three”')
    await stage.pass('8d')
    expect(inRoom()).toContain('“Offer three”')
  })

  test('is held by a community that nobody looks after', async () => {
    const ana = stage.actor('ana')
    await ana.types('/leave parents')
    await ana.presses('Ask the others')
    expect(await offers(stage, 'Half-price tickets')).toContain(
      'It has no organizer. All members are asked in a ballot.',
    )
    expect(inRoom()).toContain('“Half-price tickets”')
  })
})

test('where nothing is sent by the agreement an offer is refused', async () => {
  await agree({ topics: 'Storytime' }, { 'per-month': '0' })
  const sam = stage.actor('sam!')
  const preview = await sam.types(
    '/offer "Storytime one" goal:inform communities:parents text:"Read on" topic:Storytime format:article',
  )
  expect(preview).toContain('By its agreement nothing is sent there: it would be declined.')
  expect(await sam.presses('Offer it')).toContain('Declined: by its agreement nothing is sent there.')
  expect((await pieceCalled(stage, 'Parents', 'Storytime one')).state).toBe('declined')
})

test('what leaves the queue gives its turn to what waits behind it, at once', async () => {
  await agree({ topics: 'Storytime' }, { 'per-month': '1', silence: 'none' })
  for (const title of ['One', 'Two', 'Three']) await offers(stage, `Storytime ${title}`, { topic: 'Storytime' })
  const { dueAt } = await pieceCalled(stage, 'Parents', 'Storytime Three')
  expect(dueAt).toEqual(new Date('2026-03-01T00:00:00Z'))
  const sam = stage.actor('sam!')
  await sam.types('/offer list')
  await sam.presses('Storytime Two')
  await sam.presses('Take it back where it is not posted')
  expect((await pieceCalled(stage, 'Parents', 'Storytime Three')).dueAt).toEqual(new Date('2026-02-01T00:00:00Z'))
})

test('what organizers put off is among what is offered to them', async () => {
  await offers(stage, 'Half-price tickets', { format: 'offer' })
  const ana = stage.actor('ana')
  await ana.presses('Later', 'Half-price')
  await ana.fills({ until: '3 days' })
  await ana.types('/agreement')
  expect(await ana.presses('Offered to us')).toContain('Half-price tickets')
})

test('who looks after a community hears of an offer though they muted it, or paused everything', async () => {
  const ana = stage.actor('ana')
  for (const label of ['Mute or snooze a community', 'Parents', 'Mute']) {
    if (label.startsWith('Mute or')) await ana.types('/my notices')
    await ana.presses(label)
  }
  await offers(stage, 'Half-price tickets', { format: 'offer' })
  expect(toldTo(stage, 'ana').at(-1)).toContain('City Museum offers: Half-price tickets')
  await ana.types('/my')
  await ana.presses('Pause everything')
  await offers(stage, 'Free tickets', { format: 'offer' })
  expect(toldTo(stage, 'ana').at(-1)).toContain('City Museum offers: Free tickets')
})
