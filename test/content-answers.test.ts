import { beforeEach, expect, test } from 'vitest'
import { agrees, opens } from './content-scene.ts'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(() => opens(stage, 'Parents', ['ana', 'ben', 'cem']))

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)

async function offers(title: string): Promise<string> {
  const sam = stage.actor('sam!')
  await sam.types(`/offer "${title}" upsell parents "Buy now" offer`)
  return sam.presses('Offer it', title)
}

test('who declines is told before they write that all staff read the reason', async () => {
  await offers('Half price')
  expect(toldTo('ana').at(-1)).toContain('All staff of City Museum read the reason')
  const agreement = stage.commands.find(({ name }) => name === 'agreement')
  expect(agreement?.presses.decline?.fields[0]?.label).toContain('All staff of the organization read it')
  await stage.actor('ana').presses('Decline', 'Half price')
  expect(await stage.actor('ana').fills({ reason: 'Not now' })).toContain('staff of City Museum read your reason')
})

/** Members answer by ballot what the organization offers. */
const answersByBallot = () => agrees(stage, ['ana', 'ben', 'cem'], { what: { answers: 'ballot' } })

const openBallots = () => stage.read(async (store) => (await store.closing.due(new Date('2030-01-01'), 9)).length)

test('what is taken back is voted on no more, and voters are told by whom it was withdrawn', async () => {
  await answersByBallot()
  await offers('Half price')
  await stage.actor('ben').presses('Yes', 'Half price')
  await stage.actor('sam!').types('/offer list')
  await stage.actor('sam!').presses('Half price')
  expect(await stage.actor('sam!').presses('Take it back where it is not posted')).toContain('withdrawn')
  expect(stage.outputs.map(textOf).join('\n')).toMatch(/Half price.* was withdrawn by City Museum/)
  expect(await stage.actor('cem').types('/vote')).not.toContain('Half price')
  expect(await openBallots()).toBe(0)
  await stage.pass('8d')
  expect(stage.outputs.map(textOf).some((text) => /Decided.*Half price/.test(text))).toBe(false)
})

test('a question that a sensitive community is not asked any more is voted on no more', async () => {
  await answersByBallot()
  await stage.actor('sam!').types('/ask "Too loud?" kind:input communities:parents owed:"6 weeks"')
  await stage.actor('sam!').presses('Ask')
  expect(await openBallots()).toBe(1)
  await stage.actor('sam!').types('/sensitive parents')
  await stage.actor('sam!').presses('Make it sensitive')
  expect(await openBallots()).toBe(0)
  expect(await stage.actor('ben').presses('Yes', 'Too loud')).toContain('is not open')
})

test('of a ballot that takes effect by itself nothing can be changed, and no button says so', async () => {
  await answersByBallot()
  await offers('Half price')
  await stage.actor('ana').types('/vote')
  await stage.actor('ana').presses('City Museum offers “Half price”. Shall we get it?')
  const card = await stage.actor('ana').presses('Look after it', 'Half price')
  expect(card).toContain('[Withdraw]')
  expect(card).not.toMatch(/\[(Change|More rules|Close early)/)
})
