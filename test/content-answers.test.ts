import { beforeEach, expect, test } from 'vitest'
import { opens } from './content-scene.ts'
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
