import { describe, expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage((opened) => {
  stage = opened
})

const NEED = 'need:"people with small children, so that we can meet"'
const lobby = () => stage.outputs.filter((output) => 'shown' in output && output.room === 'lobby').map(textOf)

describe('a seed', () => {
  test('counts pledges where everybody sees them, and takes them back', async () => {
    await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:4`)
    await stage.actor('ben').presses('Pledge')
    expect(lobby().at(-1)).toContain('Pledges: 2 of 4')
    await stage.actor('ben').presses('Take back')
    expect(lobby().at(-1)).toContain('Pledges: 1 of 4')
    expect(await stage.actor('ben').presses('Take back')).toContain('no pledge here')
  })

  test('opens once for two last pledges at the same moment', async () => {
    await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:3`)
    await Promise.all(['ben', 'cem', 'dia'].map((name) => stage.actor(name).types('/join parents')))
    const members = await stage.read(async (store) => {
      const found = await store.communities.find('parents', 'parents', '')
      return (await store.memberships.list(found?.id ?? '', 'member', 10)).map((one) => one.name).sort()
    })
    expect(members).toEqual(['ana', 'ben', 'cem', 'dia'])
    expect(stage.outputs.map(textOf).filter((text) => text.startsWith('Welcome'))).toHaveLength(1)
  })

  test('that nobody wanted sinks silently at its deadline, and its name is free again', async () => {
    await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:4 days:3`)
    await stage.actor('ben').presses('Pledge')
    const before = stage.outputs.length
    await stage.pass('3d')
    expect(stage.outputs.slice(before).filter((output) => 'to' in output)).toEqual([])
    expect(lobby().at(-1)).toContain('It did not open.')
    expect(await stage.actor('cem').presses('Pledge')).toContain('sees no button')
    expect(await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:4`)).toContain('/join parents.')
  })

  test('pledged for a second before the deadline still opens; at the deadline it is over', async () => {
    await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:2 days:1`)
    await stage.pass('86399s')
    expect(await stage.actor('ben').types('/join parents')).toContain('is open')
  })
})

test('similar communities are shown first, with both ways on', async () => {
  await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:1`)
  const ola = stage.actor('ola')
  expect(await ola.types(`/start-community "Parent United" ${NEED} pledges:1 tags:a,b`)).toContain(
    '[Join Parents United] [Start it anyway]',
  )
  expect(await ola.presses('Start it anyway')).toContain('Parent United is open')
  expect(await ola.types('/about parent-united')).toContain('Tags: a, b')
})

test('what is missing is asked in a form, and what was typed is kept', async () => {
  const ana = stage.actor('ana')
  expect(await ana.types('/start-community pledges:1')).toBe('form: name, need, tags, visibility, sensitive')
  expect(await ana.fills({ name: 'Parents', need: 'people with children, so that we can meet' })).toContain(
    'Parents is open',
  )
})

test('a form filled wrongly says what is wrong and shows the words again', async () => {
  const ana = stage.actor('ana')
  await ana.types('/start-community')
  const told = await ana.fills({
    name: 'Parents',
    need: 'people with children, so that we can meet',
    visibility: 'hidden',
  })
  expect(told).toContain('visibility must be one of: open, request, secret')
  expect(told).toContain('need:"people with children, so that we can meet"')
})

test('the organization can have staff look first: approve, or decline with a reason', async () => {
  const sam = stage.actor('sam!')
  await sam.types('/setup approve:yes')
  await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:2`)
  await stage.actor('ana').types(`/start-community Sketchers ${NEED} pledges:2`)
  expect(lobby()).toEqual([])
  expect(await stage.actor('eve').types('/join parents')).toContain('There is no community')
  expect(await stage.actor('eve').presses('Approve Parents')).toContain('sees no button')
  expect(await sam.types('/staff review')).toContain('1 more waits')
  await sam.presses('Approve Parents')
  expect(lobby().at(-1)).toContain('Wanted: Parents')
  await sam.presses('Decline Sketchers')
  expect(await sam.fills({ reason: 'We have one already.' })).toContain('You declined')
  expect(
    stage.outputs
      .filter((output) => 'to' in output && output.to === 'ana')
      .map(textOf)
      .at(-1),
  ).toContain('We have one already.')
  expect(await sam.types('/review')).toContain('No community waits')
})

test('blocked words, and more than twenty seeds of one person, are refused kindly', async () => {
  await stage.actor('sam!').types('/setup block:"rival, bad word"')
  expect(await stage.actor('ana').types(`/start-community "The RIVAL club" ${NEED}`)).toContain("can't be used here")
  for (let i = 0; i < 20; i++)
    await stage.play(`@ana /start-community "${'qwertyuiopasdfghjklz'[i]}${i}${i}${i} club ${i * 7919}" ${NEED}`)
  for (let i = 0; i < 20; i++) await stage.play('@ana [Start it anyway]')
  expect(await stage.actor('ana').types(`/start-community "Entirely different thing" ${NEED}`)).toMatch(
    /on their way|like it already/,
  )
})
