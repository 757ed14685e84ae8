import { beforeEach, expect, test } from 'vitest'
import { agrees, opens } from './content-scene.ts'
import { communityCalled } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(() => opens(stage, 'Parents', ['ana', 'ben', 'cem', 'dia', 'eli', 'fay']))

const seen = () => stage.actor('ben').types('/agreement')
const onBoard = async () => {
  await stage.actor('sam!').types('/board')
  return stage.actor('sam!').presses('Parents')
}

/** Mailings of the organization's own tools. */
async function mailings(count: number) {
  const { id: communityId } = await communityCalled(stage, 'Parents')
  const more = { sent: 1, opened: 0, clicked: 0, bought: 0, unsubscribed: 0, bounced: 0, complained: 0 }
  const news = Array.from({ length: count }, (_, i) => {
    const id = `${stage.now().toISOString()} ${i}`
    return { id, title: id, communityId, at: stage.now(), more }
  })
  await stage.read((store) => store.campaigns.add('letters', news))
}

test('in the first days of a month people read of the month before, and object to it', async () => {
  expect(await seen()).not.toContain('December')
  await stage.sleep('2026-01-31T12:00:00Z')
  await mailings(5)
  await stage.sleep('2026-02-02T12:00:00Z')
  const card = await seen()
  expect(card).toContain('Agreed 3, sent 0 in February.')
  expect(card).toContain('Agreed 3, sent 5 in January.')
  expect(card).not.toContain('[This was not agreed]')
  for (const name of ['ana', 'ben', 'cem', 'dia', 'eli']) {
    await stage.actor(name).types('/agreement')
    expect(await stage.actor(name).presses('This was not agreed (January)')).toContain('never who')
  }
  await stage.pass('1d')
  const told = await onBoard()
  expect(told).toContain('Agreed 3, sent 5 in January.')
  expect(told).toContain('“This was not agreed”, January: about 5')
  await stage.sleep('2026-02-10T12:00:00Z')
  expect(await seen()).not.toContain('January.')
  expect(await stage.actor('fay').presses('This was not agreed (January)')).not.toContain('Noted')
})

test('who objects where no more was sent than agreed is told so, and staff read of nobody', async () => {
  await mailings(4)
  await seen()
  // More is agreed on since.
  await agrees(stage, ['ana', 'cem'], { when: { 'per-month': '9' } })
  expect(await stage.actor('ben').presses('This was not agreed')).toContain(
    'In January no more was sent than you agreed on',
  )
  await stage.pass('1d')
  expect(await onBoard()).not.toContain('This was not agreed')
})
