import { describe, expect, test } from 'vitest'
import { deliveryOf, wordsOf } from './delivery.ts'
import { onStage, openStage, type Stage } from './stage.ts'
import { becomeOne, pressesAt, proves, questionsTo, undoes } from './two-accounts.ts'

const NEED = 'need:"people who would like to meet, so that we can"'

/** The newest button of a kind that somebody was shown. */
function shownTo(stage: Stage, name: string, kind: string): string {
  return (
    stage.outputs
      .flatMap((one) => ('shown' in one && one.to === name ? (one.shown.buttons ?? []) : []))
      .map((button) => button.press)
      .findLast((one) => one.startsWith(kind)) ?? ''
  )
}

async function asks(stage: Stage, name: string): Promise<string> {
  await stage.actor(name).types('/join bakers')
  if (await stage.actor(name).presses('Say why')) await stage.actor(name).fills({ reason: 'I bake' })
  return shownTo(stage, 'fay', 'join.accept')
}

describe('what names somebody who is another person by now', () => {
  let stage: Stage
  onStage(async (opened) => {
    stage = opened
    for (const name of ['ana', 'ben']) await stage.actor(name).types('/my')
    await stage.actor('fay').types(`/start-community Bakers ${NEED} pledges:1 visibility:request`)
  })

  const unites = async () => {
    for (const name of ['ana', 'ben']) await proves(stage, name)
    await becomeOne(stage, 'ana', 'ben')
  }

  test('accepts their request', async () => {
    const accept = await asks(stage, 'ben')
    await unites()
    expect(await pressesAt(stage, 'fay', accept)).toContain('is in Bakers now')
    expect(await stage.actor('ben').types('/my communities')).toContain('Bakers: You are a member.')
    expect(await pressesAt(stage, 'fay', accept)).toContain('answered already')
  })

  test('declines it, and they hear why', async () => {
    const decline = (await asks(stage, 'ben')).replace('join.accept', 'join.decline')
    await unites()
    const id = 'declining'
    const answer = await stage.router.press(deliveryOf(id, 'fay', stage.now()), decline, { reason: 'we are full' })
    expect(wordsOf(answer)).toContain('You declined the request')
    await stage.runner.runDue()
    expect(stage.outputs.some((one) => 'shown' in one && one.shown.text.includes('we are full'))).toBe(true)
    expect(await stage.actor('ben').types('/my')).not.toContain('Bakers')
  })

  test('names who looks after it from now on', async () => {
    await pressesAt(stage, 'fay', await asks(stage, 'ben'))
    await stage.actor('fay').types('/leave bakers')
    const name = shownTo(stage, 'fay', 'leave.name')
    await unites()
    expect(await pressesAt(stage, 'fay', name)).toContain('You have left')
    expect(await stage.actor('ben').types('/my communities')).toContain('You are a member and look after it.')
  })

  test('names nobody where it has become the caller', async () => {
    await pressesAt(stage, 'fay', await asks(stage, 'ben'))
    await stage.actor('fay').types('/leave bakers')
    const name = shownTo(stage, 'fay', 'leave.name')
    for (const one of ['fay', 'ben']) await proves(stage, one)
    await becomeOne(stage, 'fay', 'ben')
    expect(await pressesAt(stage, 'fay', name)).toContain('Type /leave bakers again')
    expect(await stage.actor('fay').types('/my communities')).toContain('You are a member and look after it.')
  })

  test.each([
    'ana',
    'ben',
  ])('a request of %s that stayed behind is answered for them, and seen once it is undone', async (name) => {
    await stage.actor('fay').types(`/start-community Quiet ${NEED} pledges:1 visibility:request sensitive:yes`)
    const actor = stage.actor(name)
    await actor.types('/join quiet')
    await actor.presses('Yes, join')
    await actor.presses('Say why')
    await actor.fills({ reason: 'I know quiet' })
    const accept = shownTo(stage, 'fay', 'join.accept')
    for (const one of ['ana', 'ben']) await proves(stage, one)
    for (const one of ['ana', 'ben'])
      await actor
        .presses('x')
        .then(() => stage.actor(one).presses(one === name ? 'Yes, my hidden ones stay behind' : 'Yes, one person'))
    expect(await pressesAt(stage, 'fay', accept)).toContain('is in Quiet now')
    for (const one of ['ana', 'ben']) expect(await stage.actor(one).types('/my')).not.toContain('Quiet')
    await undoes(stage, 'ana')
    expect(await actor.types('/my communities')).toContain('Quiet: You are a member.')
  })
})

test('an organizer who accepts at the moment the asker is united lets in the one they are', async () => {
  const stage = await openStage()
  await stage.actor('fay').types(`/start-community Bakers ${NEED} pledges:1 visibility:request`)
  let deliveries = 0
  const as = (name: string) => deliveryOf(`moment/${++deliveries}`, name, stage.now())
  for (let round = 0; round < 10; round++) {
    const [one, other, mail] = [`one${round}`, `other${round}`, `family${round}@example.org`]
    await stage.actor(one).types('/my')
    const accept = await asks(stage, other)
    for (const name of [one, other]) await proves(stage, name, mail)
    const [question = ''] = questionsTo(stage, one)
    await stage.router.press(as(other), question)
    const [, accepted] = await Promise.all([
      stage.router.press(as(one), question),
      stage.router.press(as('fay'), accept),
    ])
    expect(wordsOf(accepted)).toContain('is in Bakers now')
    expect(wordsOf(await stage.router.run(as(one), 'join', { community: 'bakers' }))).toContain('already')
  }
  expect(stage.failures).toEqual([])
  await stage.close()
})
