import { expect, test } from 'vitest'
import { agrees } from './content-scene.ts'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem']) await stage.actor(name).types('/join parents')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)

const agree = (what: Record<string, string>, when: Record<string, string>) =>
  agrees(stage, ['ana', 'ben', 'cem'], { what, when })

async function offerTo(
  title: string,
  { goal = 'inform', format = 'article', topic = '', communities = 'parents' } = {},
) {
  const sam = stage.actor('sam!')
  const preview = await sam.types(
    `/offer "${title}" goal:${goal} communities:"${communities}" text:"Read on: https://museum.example/${title.length}" format:${format}${topic ? ` topic:"${topic}"` : ''}`,
  )
  return { preview, sent: await sam.presses('Offer it', title) }
}

test('a community starts with what the organization starts everybody with, and agrees on its own by ballot', async () => {
  const start = await stage.actor('ben').types('/agreement')
  expect(start).toContain('You have not decided on it yet')
  expect(start).toContain('3 messages a month')
  expect(start).not.toContain('[Propose another agreement]')
  await agree(
    { topics: 'Storytime; Lego', formats: 'article, event' },
    { 'per-month': '2', silence: 'Sunday, 21:00 to 8:00' },
  )
  const now = await stage.actor('ben').types('/agreement')
  expect(now).toContain('Agreement 1, decided by ballot')
  expect(now).toContain('2 messages a month')
  expect(now).toContain('Sunday; 21:00 to 08:00')
  expect(inRoom().some((text) => text.includes('Agreement 1 of Parents with City Museum'))).toBe(true)
})

test('what is agreed is posted, everything else is asked', async () => {
  await agree({ topics: 'Storytime' }, { silence: 'none' })
  const { preview, sent } = await offerTo('Storytime in March', { topic: 'storytime' })
  expect(preview).toContain('Agreed: it would be posted at once')
  expect(sent).toContain('It is posted now')
  expect(inRoom().at(-1)).toContain('Storytime in March')
  const other = await offerTo('Half-price tickets', { goal: 'upsell', format: 'offer' })
  expect(other.sent).toContain('Its organizers are asked')
  expect(inRoom().at(-1)).not.toContain('Half-price')
  expect(toldTo('ana').at(-1)).toContain('Half-price tickets')
  expect(await stage.actor('ana').presses('Accept', 'Half-price')).toContain('is accepted')
  expect(inRoom().at(-1)).toContain('Half-price tickets')
  expect(toldTo('sam').at(-1)).toContain('accepted')
})

test('organizers decline with a reason, or put off until a time', async () => {
  await offerTo('Half-price tickets', { goal: 'upsell', format: 'offer' })
  const ana = stage.actor('ana')
  await ana.presses('Later', 'Half-price')
  expect(await ana.fills({ until: '3 days' })).toContain('is put off')
  await stage.pass('4d')
  await ana.presses('Decline', 'Half-price')
  expect(await ana.fills({ reason: 'No advertising, please' })).toContain('is declined')
  expect(toldTo('sam').at(-1)).toContain('No advertising, please')
  expect(inRoom().some((text) => text.includes('Half-price'))).toBe(false)
})

test('over the budget it waits for the next month, and says so', async () => {
  await agree({ topics: 'Storytime' }, { 'per-month': '1', silence: 'none' })
  await offerTo('Storytime one', { topic: 'Storytime' })
  const { sent } = await offerTo('Storytime two', { topic: 'Storytime' })
  expect(sent).toContain('It waits until')
  expect(sent).toContain('agreed 1 a month, sent 1')
  expect(inRoom().at(-1)).toContain('Storytime one')
  await stage.sleep('2026-01-31T23:00:00Z')
  expect(inRoom().at(-1)).not.toContain('Storytime two')
  await stage.sleep('2026-02-01T00:01:00Z')
  expect(inRoom().some((text) => text.includes('Storytime two'))).toBe(true)
})

test('in silence it waits until that is over', async () => {
  await agree({ topics: 'Storytime' }, { silence: 'Tuesday, Wednesday, 20:00 to 9:00' })
  // Tuesday noon.
  await stage.sleep('2026-01-20T12:00:00Z')
  const { sent } = await offerTo('Storytime one', { topic: 'Storytime' })
  expect(sent).toContain('it is silent until then')
  await stage.sleep('2026-01-22T08:59:00Z')
  expect(inRoom().some((text) => text.includes('Storytime one'))).toBe(false)
  await stage.sleep('2026-01-22T09:00:00Z')
  expect(inRoom().at(-1)).toContain('Storytime one')
})

test('a message with two goals is refused', async () => {
  const { preview } = await offerTo('Two things', { goal: '"upsell, cross-sell"' })
  expect(preview).toContain('One message has one goal')
})

test('a question counts, is answered by who wants to, and what came of it is owed', async () => {
  const sam = stage.actor('sam!')
  expect(
    await sam.types('/ask "Would you test our new guide?" kind:try communities:parents owed:"6 weeks" seats:1'),
  ).toContain('Not agreed: its organizers would be asked')
  await sam.presses('Ask')
  await stage.actor('ana').presses('Accept', 'new guide')
  expect(inRoom().at(-1)).toContain('Staff of City Museum read your answer with your name')
  expect(await stage.actor('ben').presses('Count me in', 'new guide')).toContain('You are counted in')
  expect(await stage.actor('cem').presses('Count me in', 'new guide')).toContain('The one place of')
  await sam.types('/delivered')
  const card = await sam.presses('Would you test our new guide?')
  expect(card).toContain('ben')
  await sam.presses('Say what came of it')
  await sam.fills({ outcome: 'We made the letters bigger' })
  expect(inRoom().at(-1)).toContain('We made the letters bigger')
  expect(await stage.actor('cem').types('/agreement')).toContain('asked of you 1 time, told what came of it 1 time')
})

test('what is owed and is not there by its day is said openly, once', async () => {
  const sam = stage.actor('sam!')
  await sam.types('/ask "What do you think?" kind:input communities:parents owed:"2 weeks"')
  await sam.presses('Ask')
  await stage.actor('ana').presses('Accept', 'What do you think')
  await stage.pass('20d')
  expect(inRoom().filter((text) => text.includes('It is late'))).toHaveLength(1)
})

test('what was sent is worth it or not, and staff read it only from five answers on', async () => {
  await agree({ topics: 'Storytime' }, { silence: 'none' })
  await offerTo('Storytime one', { topic: 'Storytime' })
  expect(await stage.actor('ben').presses('Worth it', 'Storytime one')).toContain('was worth it to you')
  await stage.pass('1d')
  const sam = stage.actor('sam!')
  await sam.types('/board')
  expect(await sam.presses('Inform')).toContain('Too few answers to tell')
  for (const name of ['dan', 'eva', 'fay', 'gil']) {
    await stage.actor(name).types('/join parents')
    await stage.actor(name).presses('Not for me', 'Storytime one')
  }
  await sam.types('/board')
  expect(await sam.presses('Inform')).toContain('Too few answers to tell')
  await stage.pass('1d')
  await sam.types('/board')
  expect(await sam.presses('Inform')).toContain('Worth it to nearly none of about 5')
})
