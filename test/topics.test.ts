import { expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem']) await stage.actor(name).types('/join parents')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)

test('a member proposes a topic, others support it with one press, each person once', async () => {
  const ben = stage.actor('ben')
  expect(await ben.types('/propose Storytime on Sundays kind:event why:"Weekdays are full"')).toContain(
    'Proposed in Parents: “Storytime on Sundays”',
  )
  expect(inRoom().at(-1)).toContain('A new topic: Storytime on Sundays')
  const cem = stage.actor('cem')
  expect(await cem.presses('Support', 'Storytime')).toContain('2 members support it now')
  expect(await cem.presses('Support', 'Storytime')).toContain('2 members support it now')
  const list = await stage.actor('ana').types('/topics')
  expect(list).toContain('Event. Weekdays are full. 2 members support it.')
  expect(list).toContain('[Support “Storytime on Sundays”]')
  await cem.types('/leave parents')
  expect(await stage.actor('ana').types('/topics')).toContain('1 member supports it.')
})

test('what is much like another is shown before it is proposed', async () => {
  await stage.actor('ben').types('/propose Storytime on Sundays')
  const cem = stage.actor('cem')
  expect(await cem.types('/propose Story time on Sunday why:"mine is longer"')).toContain('There is something like it')
  await cem.presses('Propose mine anyway')
  expect(await cem.types('/topics')).toContain('mine is longer')
})

test('an organizer declines with a reason, which the proposer is told and everybody there can read', async () => {
  await stage.actor('ben').types('/propose Fireworks in the hall')
  const ana = stage.actor('ana')
  await ana.types('/topics')
  await ana.presses('Fireworks in the hall')
  await ana.presses('Decline, with a reason')
  expect(await ana.fills({ reason: 'The roof is old' })).toContain('is declined')
  expect(toldTo('ben').at(-1)).toContain('was declined: The roof is old')
  expect(await stage.actor('cem').types('/topics state:declined')).toContain('Declined: The roof is old')
  expect(await stage.actor('cem').presses('Support', 'Fireworks')).toContain('no longer proposed')
})

test('only who proposed a topic withdraws it, and only organizers decline', async () => {
  await stage.actor('ben').types('/propose Storytime on Sundays')
  const cem = stage.actor('cem')
  await cem.types('/topics')
  const card = await cem.presses('Storytime on Sundays')
  expect(card).not.toContain('[Withdraw]')
  expect(card).not.toContain('[Decline')
  const ben = stage.actor('ben')
  await ben.types('/topics')
  await ben.presses('Storytime on Sundays')
  expect(await ben.presses('Withdraw')).toContain('is withdrawn')
  expect(await ben.types('/topics')).toContain('Nothing yet')
})

test('nobody outside sees or supports topics, and of a sensitive community nothing is counted', async () => {
  await stage.actor('ben').types('/propose Storytime on Sundays')
  const [id] = await stage.read(async (store) => {
    const found = await store.communities.find('parents', 'parents', '')
    return (await store.topics.titles(found?.id ?? '')).map((one) => one.id)
  })
  expect(await stage.actor('eve').types('/topics parents')).toContain('Only members of Parents can do that')
  const account = { platform: 'terminal', workspace: 'main', externalId: 'eve', name: 'eve', isStaff: true }
  const delivery = { id: 'x', account, where: { platform: 'terminal', workspace: 'main' }, now: stage.now() }
  const answer = await stage.router.press(delivery, `topics.support?t=${id}`)
  expect(JSON.stringify(answer.content)).toContain('in a community you are not in')
  await stage.actor('sam!').types('/sensitive parents')
  await stage.actor('sam!').presses('Make it sensitive')
  expect(await stage.actor('ben').types('/topics parents')).not.toMatch(/members? supports? it/)
})

test('who was forgotten proposed as a former member, and supports nothing any more', async () => {
  const ben = stage.actor('ben')
  await ben.types('/propose Storytime on Sundays')
  await ben.types('/my')
  await ben.presses('Forget me')
  await ben.presses('Yes, forget me')
  const ana = stage.actor('ana')
  expect(await ana.types('/topics')).toContain('0 members support it')
  expect(await ana.presses('Storytime on Sundays')).toContain('a former member')
})

test('a title or link that is none is named, and nothing typed is lost in a form', async () => {
  const ben = stage.actor('ben')
  expect(await ben.types('/propose "ab"')).toContain('Say in a few words')
  expect(await ben.types('/propose "A good book" link:javascript:alert(1)')).toContain('is no link')
  expect(await ben.types('/propose "A good book" link:https://example.org/book')).toContain('Proposed')
  expect(await ben.types('/topics')).toContain('https://example.org/book')
})

test('who leaves a sensitive community leaves no trace in its topics, and is shown to nobody by them before', async () => {
  const fay = stage.actor('fay')
  await fay.types(
    '/start-community "Quiet Recovery" need:"people who recover, so that we are not alone" pledges:1 sensitive:yes',
  )
  const gil = stage.actor('gil')
  await gil.types('/join "Quiet Recovery"')
  await gil.presses('Yes, join')
  await gil.types('/propose "A quiet room" community:"Quiet Recovery"')
  await fay.types('/topics "Quiet Recovery"')
  expect(await fay.presses('A quiet room')).not.toContain('gil')
  const held = () =>
    stage.read(async (store) => {
      const found = await store.communities.find('Quiet Recovery', '', '')
      const all = await store.topics.list(found?.id ?? '', 'proposed', '', { skip: 0, take: 9 })
      return all.map(({ proposerId, supports }) => ({ isKnown: proposerId !== null, supports }))
    })
  expect(await held()).toEqual([{ isKnown: true, supports: 1 }])
  await gil.types('/leave "Quiet Recovery"')
  await gil.types('/join "Quiet Recovery"')
  await gil.presses('Yes, join')
  expect(await held()).toEqual([{ isKnown: false, supports: 0 }])
})

test('a card from before says so where the topic was declined meanwhile', async () => {
  const ben = stage.actor('ben')
  await ben.types('/propose Fireworks in the hall')
  await ben.types('/topics')
  await ben.presses('Fireworks in the hall')
  const ana = stage.actor('ana')
  await ana.types('/topics')
  await ana.presses('Fireworks in the hall')
  await ana.presses('Decline, with a reason')
  await ana.fills({ reason: 'The roof is old' })
  expect(await ben.presses('Withdraw')).toContain('no longer proposed')
})
