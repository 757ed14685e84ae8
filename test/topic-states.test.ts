import { describe, expect, test } from 'vitest'
import { TOPIC_STATES, type TopicState, topicFrom, topicStateLabel } from '../src/core/topic.ts'
import { deliveryOf } from './delivery.ts'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
let parents = ''
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem', 'dia']) await stage.actor(name).types('/join parents')
  parents = await stage.read(async (store) => (await store.communities.find('parents', 'parents', ''))?.id ?? '')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)
/** How often something was said. */
const times = (words: string, said: string[]) => said.filter((one) => one.includes(words)).length

const proposes = (name: string, title: string) => stage.actor(name).types(`/propose "${title}" community:parents`)
const idOf = (title: string) =>
  stage.read(async (store) => (await store.topics.titles(parents)).find((one) => one.title === title)?.id ?? '')
const stateOf = (id: string) => stage.read(async (store) => (await store.topics.get(id, ''))?.state)
const turns = (id: string, from: TopicState[], to: TopicState) =>
  stage.read((store) => store.topics.turn([id], from, to, stage.now()))

/** Somebody looks at one topic of a state. */
async function opens(name: string, title: string, state: TopicState = 'proposed'): Promise<string> {
  await stage.actor(name).types(`/topics parents state:${state}`)
  return stage.actor(name).presses(title)
}

describe('from chosen to delivered', () => {
  test('an organizer says who plans it and what came of it, and its proposer hears both', async () => {
    await proposes('ben', 'Storytime on Sundays')
    const id = await idOf('Storytime on Sundays')
    await turns(id, ['proposed'], 'chosen')
    const ana = stage.actor('ana')
    expect(await opens('ana', 'Storytime on Sundays', 'chosen')).toContain('[It was delivered]')
    await ana.presses('It is planned')
    expect(await ana.fills({ plan: 'Mia, in May' })).toContain('is planned')
    expect(toldTo('ben').at(-1)).toContain('Your topic “Storytime on Sundays” in Parents is planned: Mia, in May')
    const before = inRoom().length
    const card = await opens('ana', 'Storytime on Sundays', 'planned')
    expect(card).toContain('Planned: Mia, in May')
    expect(card).not.toContain('[It is planned]')
    await ana.presses('It was delivered')
    expect(await ana.fills({ link: 'javascript:alert(1)' })).toContain('is no link')
    expect(await stateOf(id)).toBe('planned')
    await ana.presses('It was delivered')
    expect(await ana.fills({ link: 'https://example.org/story' })).toContain('is delivered')
    expect(toldTo('ben').at(-1)).toContain(
      'You asked, we did: your topic “Storytime on Sundays” in Parents is there: https://example.org/story',
    )
    expect(inRoom().slice(before)).toEqual([
      expect.stringMatching(/^You asked, we did: Storytime on Sundays\nhttps:\/\/example.org\/story/),
    ])
    expect(await stage.actor('cem').types('/topics state:delivered')).toContain('Delivered: https://example.org/story')
    const audit = await stage.actor('sam!').types('/audit')
    for (const act of ['planned', 'delivered']) expect(audit).toContain(`${act} a topic of Parents`)
  })

  test('who only supports it is offered none of this, and a planned one is declined with a reason too', async () => {
    await proposes('ben', 'Storytime on Sundays')
    await turns(await idOf('Storytime on Sundays'), ['proposed'], 'planned')
    const card = await opens('cem', 'Storytime on Sundays', 'planned')
    expect(card).toContain('State: Planned')
    expect(card).not.toMatch(/\[(It |Decline|Support|Withdraw)/)
    await opens('ana', 'Storytime on Sundays', 'planned')
    await stage.actor('ana').presses('Decline, with a reason')
    expect(await stage.actor('ana').fills({ reason: 'Mia is ill' })).toContain('is declined')
    expect(toldTo('ben').at(-1)).toContain('was declined: Mia is ill')
  })

  test('who presses late is told where it stands, and nothing is done twice', async () => {
    await proposes('ben', 'Storytime on Sundays')
    const id = await idOf('Storytime on Sundays')
    await turns(id, ['proposed'], 'chosen')
    const ana = stage.actor('ana')
    await opens('ana', 'Storytime on Sundays', 'chosen')
    await turns(id, ['chosen'], 'declined')
    await ana.presses('It was delivered')
    expect(await ana.fills({ link: 'https://example.org/story' })).toContain(
      '“Storytime on Sundays” stands under “Declined” by now.',
    )
    expect(times('You asked, we did', [...toldTo('ben'), ...inRoom()])).toBe(0)
  })

  test('of what a former member proposed nobody is told', async () => {
    await proposes('ben', 'Storytime on Sundays')
    const id = await idOf('Storytime on Sundays')
    await stage.actor('ben').types('/leave parents')
    expect(await turns(id, ['proposed'], 'chosen')).toEqual([{ id, title: 'Storytime on Sundays', proposerId: null }])
    await opens('ana', 'Storytime on Sundays', 'chosen')
    const before = toldTo('ben').length
    await stage.actor('ana').presses('It was delivered')
    await stage.actor('ana').fills({ link: 'https://example.org/story' })
    expect(toldTo('ben')).toHaveLength(before)
  })

  test('the list shows the way to what is in another state, and back', async () => {
    const titles = ['Storytime', 'Paper craft', 'Roman coins', 'Old trains', 'Dinosaurs', 'Museum nights', 'Fireworks']
    for (const title of titles) await proposes('ben', title)
    const list = await stage.actor('ana').types('/topics parents')
    expect(list).not.toContain('[Chosen]')
    for (const [at, state] of TOPIC_STATES.entries()) await turns(await idOf(titles[at] ?? ''), ['proposed'], state)
    const labels = ['On the ballot', 'Chosen', 'Planned', 'Delivered', 'Declined', 'Withdrawn']
    const shown = await stage.actor('ana').types('/topics parents')
    for (const label of labels) expect(shown).toContain(`[${label}]`)
    const other = await stage.actor('ana').presses('On the ballot')
    expect(other).toContain('On the ballot in Parents')
    expect(other).toContain('Paper craft')
    expect(await stage.actor('ana').presses('Proposed')).toContain('Topics of Parents')
    expect(new Set(TOPIC_STATES.map((state) => JSON.stringify(topicStateLabel(state)))).size).toBe(7)
  })
})

describe('onto the next ballot', () => {
  test('once enough support it, which its proposer and the organizers hear once', async () => {
    expect(await stage.actor('sam!').types('/setup support:3')).toContain('Support a topic needs: 3')
    await proposes('ben', 'Storytime on Sundays')
    expect(await stage.actor('cem').types('/topics')).toContain('2 more and it goes on the next ballot.')
    expect(await stage.actor('cem').presses('Support “Storytime on Sundays”')).toContain(
      '1 more and it goes on the next ballot.',
    )
    expect(times('next ballot', toldTo('ben'))).toBe(0)
    const dia = stage.actor('dia')
    expect(await opens('dia', 'Storytime on Sundays')).toContain('[Support]')
    expect(await dia.presses('Support')).toContain('Goes on the next ballot.')
    await opens('dia', 'Storytime on Sundays')
    await dia.presses('Take my support back')
    expect(await stage.actor('ana').types('/topics')).toContain('1 more and')
    await opens('dia', 'Storytime on Sundays')
    await dia.presses('Support')
    expect(times('has enough support for the next ballot', toldTo('ben'))).toBe(1)
    expect(times('support “Storytime on Sundays”, for the next ballot', toldTo('ana'))).toBe(1)
    expect(times('for the next ballot', toldTo('dia'))).toBe(0)
  })

  test('an organizer changes how much support is needed, which the room hears, and others cannot', async () => {
    await proposes('ben', 'Storytime on Sundays')
    await proposes('cem', 'Roman coins')
    await stage.actor('dia').types('/topics')
    await stage.actor('dia').presses('Support “Roman coins”')
    expect(await stage.actor('dia').types('/topics')).not.toContain('[Support needed')
    const ana = stage.actor('ana')
    await ana.types('/topics')
    await ana.presses('Support needed: 5')
    expect(await ana.fills({ support: 'many' })).toContain('Type a whole number from 1 to 1000, or “usual”.')
    await ana.presses('Support needed: 5')
    expect(await ana.fills({ support: '2' })).toContain('[Support needed: 2]')
    expect(inRoom().at(-1)).toContain('goes on the next ballot once 2 members support it')
    expect(times('In Parents “Roman coins” has enough support', toldTo('cem'))).toBe(1)
    expect(times('has enough support', toldTo('ben'))).toBe(0)
    // Whoever changed it reads it there.
    expect(times('for the next ballot', toldTo('ana'))).toBe(0)
    const said = inRoom().length
    await ana.presses('Support needed: 2')
    await ana.fills({ support: '2' })
    expect(inRoom()).toHaveLength(said)
    await ana.presses('Support needed: 2')
    expect(await ana.fills({ support: 'usual' })).toContain('[Support needed: 5]')
  })

  test('also where the last whom it needs press at once, and it is told once all the same', async () => {
    const crowd = ['fay', 'gil', 'hal', 'ivo', 'jan', 'kim']
    for (const name of crowd) await stage.actor(name).types('/join parents')
    await stage.actor('sam!').types('/setup support:7')
    const titles = ['Storytime', 'Roman coins']
    for (const title of titles) await proposes('ben', title)
    const ids = await Promise.all(titles.map(idOf))
    const presses = crowd.flatMap((name, i) =>
      (i % 2 ? ids : ids.toReversed()).map((t) =>
        stage.router.press(deliveryOf(`${name}/${t}`, name, stage.now()), `topics.support?t=${t}`),
      ),
    )
    expect((await Promise.all(presses)).filter(({ refused }) => refused)).toEqual([])
    await stage.sleep('1s')
    const told = toldTo('ben').filter((text) => text.includes('enough support'))
    for (const title of titles) expect(times(`“${title}”`, told)).toBe(1)
    expect(stage.failures).toEqual([])
  })

  test('by its proposer alone, where one is enough', async () => {
    await stage.actor('sam!').types('/setup support:1')
    expect(await proposes('ben', 'Storytime on Sundays')).toContain('It goes on the next ballot.')
    expect(times('has enough support', toldTo('ben'))).toBe(0)
    expect(times('support “Storytime on Sundays”, for the next ballot', toldTo('ana'))).toBe(1)
  })

  test('of a sensitive community nobody reads how many are missing', async () => {
    await stage.actor('sam!').types('/sensitive parents')
    await stage.actor('sam!').presses('Make it sensitive')
    await stage.actor('sam!').types('/setup support:2')
    await proposes('ben', 'Storytime on Sundays')
    expect(await stage.actor('cem').types('/topics parents')).not.toContain('next ballot')
    const supported = await stage.actor('cem').presses('Support “Storytime on Sundays”')
    expect(supported).toContain('You support “Storytime on Sundays”. Goes on the next ballot.')
    expect(supported).not.toMatch(/\d/)
  })
})

describe('what a ballot asks of topics', () => {
  test('those with enough support, the most supported first, then the oldest', async () => {
    await stage.actor('sam!').types('/setup support:2')
    for (const title of ['Storytime', 'Roman coins', 'Fireworks', 'Dinosaurs']) await proposes('ben', title)
    for (const title of ['Fireworks', 'Roman coins', 'Dinosaurs']) {
      await opens('cem', title)
      await stage.actor('cem').presses('Support')
    }
    await opens('dia', 'Dinosaurs')
    await stage.actor('dia').presses('Support')
    const ready = () => stage.read(async (store) => (await store.topics.ready(parents)).map(({ title }) => title))
    expect(await ready()).toEqual(['Dinosaurs', 'Roman coins', 'Fireworks'])
    // Who left does not count, and what is on a ballot is not proposed for another.
    await stage.actor('cem').types('/leave parents')
    expect(await ready()).toEqual(['Dinosaurs'])
    await turns(await idOf('Dinosaurs'), ['proposed'], 'balloted')
    expect(await ready()).toEqual([])
    expect(await opens('ben', 'Dinosaurs', 'balloted')).not.toContain('[Withdraw]')
  })

  test('only those turn that are where they have to be, each once', async () => {
    await proposes('ben', 'Storytime')
    await proposes('cem', 'Roman coins')
    const [a, b] = [await idOf('Storytime'), await idOf('Roman coins')]
    await turns(b, ['proposed'], 'declined')
    const turn = () =>
      stage.read((store) => store.topics.turn([b, a, 'none'], ['proposed', 'balloted'], 'chosen', stage.now()))
    const ben = await stage.read(async (store) => (await store.topics.get(a, ''))?.proposerId)
    expect(ben).toBeTruthy()
    expect(await turn()).toEqual([{ id: a, title: 'Storytime', proposerId: ben }])
    expect(await turn()).toEqual([])
    expect(await stateOf(b)).toBe('declined')
    expect(await stage.read((store) => store.topics.turn([], ['chosen'], 'planned', stage.now()))).toEqual([])
  })
})

test('a message proposes its first line, with the rest as why and the first link in it', () => {
  expect(topicFrom('https://example.org/a\n\nStorytime (https://example.org/b)\n We would like it ')).toEqual({
    title: 'Storytime (https://example.org/b)',
    why: 'We would like it',
    link: 'https://example.org/a',
  })
  expect(topicFrom('Look at https://example.org/b), please')).toMatchObject({ link: 'https://example.org/b' })
  expect(topicFrom(`https://example.org/${'a'.repeat(300)}`)).toMatchObject({ title: '' })
  expect(topicFrom(' \n ')).toEqual({ title: '', why: '' })
})
