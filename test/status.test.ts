import { describe, expect, test } from 'vitest'
import { say } from '../src/core/say.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { onStage, type Stage, sharer, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
})

const held = async () => ((await stage.files())['parents.csv'] ?? '').trim().split('\n').slice(1)

test('a destination that is down is told when it is up again, without anybody doing anything', async () => {
  stage.suffer('files', 'down')
  await sharer(stage, 'dia', 'parents')
  expect(await stage.actor('sam!').types('/status')).toContain('a few or none waiting')
  stage.suffer('files', 'up')
  await stage.pass('1h')
  expect(await held()).toHaveLength(1)
  expect(await stage.actor('sam!').types('/status')).toContain('a few or none waiting, a few or none failed.')
})

test('one that answers too late is told again, and holds the same', async () => {
  stage.suffer('files', 'slow')
  await sharer(stage, 'dia', 'parents')
  stage.suffer('files', 'up')
  await stage.pass('1h')
  expect(await held()).toHaveLength(1)
  expect((await stage.files())['changes-2026-01-05.jsonl']?.trim().split('\n')).toHaveLength(1)
})

test('one that says when to come again is told then, not sooner', async () => {
  stage.suffer('files', '429')
  await sharer(stage, 'dia', 'parents')
  stage.suffer('files', 'up')
  await stage.pass('59s')
  expect(await held()).toEqual([])
  await stage.pass('1s')
  expect(await held()).toHaveLength(1)
})

test('one whose key is refused is paused until staff resume it, and nobody is lost', async () => {
  stage.suffer('files', '401')
  const dia = await sharer(stage, 'dia', 'parents')
  await sharer(stage, 'eva', 'parents')
  await stage.pass('5d')
  const sam = stage.actor('sam!')
  expect(await sam.types('/status')).toContain('Paused: the key was refused.')
  await dia.types('/leave parents')
  stage.suffer('files', 'up')
  await stage.pass('1h')
  expect(await held()).toEqual([])
  expect(await stage.actor('eve').presses('Resume files')).toContain('sees no button')
  await sam.presses('Resume files')
  await stage.pass('2h')
  expect((await held()).map((line) => line.split(',')[0])).toEqual(['eva@example.org'])
  expect(await sam.types('/status')).toContain('Nothing needs you')
})

test('one that fails for three days gives up on a person, and staff see why', async () => {
  stage.suffer('files', 'down')
  await sharer(stage, 'dia', 'parents')
  await stage.pass('4d')
  const sam = stage.actor('sam!')
  expect(await sam.types('/status')).toContain('a few or none failed (connection refused)')
  // Nothing is wrong with their address.
  const card = await sam.types('/destinations files')
  expect(card).toContain('[Retry files] [Ignore files]')
  expect(card).not.toContain('Ask them')
  const ask = deliveryOf('ask', 'sam', stage.now(), true)
  await stage.router.press(ask, 'destinations.ask?d=files')
  await stage.pass('1h')
  expect(stage.outputs.filter((one) => textOf(one).includes('could not take your address'))).toEqual([])
  expect(stage.outputs.some((output) => 'shown' in output && output.room === 'staff')).toBe(true)
})

test('what one gave up on for good is let be when staff say so, and written down', async () => {
  stage.suffer('files', 'down')
  await sharer(stage, 'dia', 'parents')
  await stage.pass('4d')
  const sam = stage.actor('sam!')
  await sam.types('/status')
  const after = await sam.presses('Ignore files')
  expect(after).not.toContain('Some reports to files failed')
  expect(after).toContain('a few or none waiting, a few or none failed.')
  stage.suffer('files', 'up')
  await stage.pass('2d')
  expect(await held()).toEqual([])
  expect(await sam.types('/audit')).toContain('sam let the failed reports to files be.')
})

test('staff can pause one and resume it, and what waited meanwhile is told', async () => {
  const sam = stage.actor('sam!')
  await sam.types('/status')
  expect(await sam.presses('Pause files')).toContain('Paused: by staff.')
  await sharer(stage, 'dia', 'parents')
  await stage.pass('1h')
  expect(await held()).toEqual([])
  await sam.types('/status')
  await sam.presses('Resume files')
  expect(await held()).toHaveLength(1)
  const written = await sam.types('/audit')
  expect(written).toContain('sam paused files.')
  expect(written).toContain('sam had files tried again.')
})

describe('effects that nothing brings about', () => {
  const HERE = { platform: 'terminal', workspace: 'main' }
  const stuck = { stuck: 'the channel was deleted' }
  const saySomething = () =>
    stage.read(async (store) => {
      await store.posts.say({ ...HERE, place: 'lobby' }, { text: say`Hello there.` }, stage.now())
      const { lease, rows } = await store.posts.claim(1, stage.now())
      await store.posts.finish(rows[0]?.id ?? '', lease, stuck)
      await store.staffNotes.tell('stuck/posts', say`A message on terminal can't be said.`, stage.now())
    })
  const drawSomething = () =>
    stage.read(async (store) => {
      const community = await store.communities.find('parents', 'parents', '')
      await store.cards.place('seed', community?.id ?? '', { ...HERE, place: 'hall' }, stage.now())
      const { lease, rows } = await store.cards.claim(1, stage.now())
      for (const row of rows) await store.cards.finish(row, lease, stuck, stage.now())
    })
  const shownIn = (room: string) =>
    stage.outputs.filter((output) => 'shown' in output && output.room === room).map((output) => textOf(output))

  test('are shown to staff by kind, with the reason', async () => {
    await saySomething()
    await saySomething()
    await drawSomething()
    const told = await stage.actor('sam!').types('/status')
    expect(told).toContain("messages that can't be brought about: 2. The newest: the channel was deleted")
    expect(told).toContain("cards that can't be brought about: 1.")
    expect(told).not.toContain('mails')
    expect(told).toContain('[Retry messages] [Ignore messages]')
  })

  test('are brought about when staff have them tried again', async () => {
    await saySomething()
    await drawSomething()
    const sam = stage.actor('sam!')
    await sam.types('/status')
    expect(await sam.presses('Retry messages')).not.toContain('messages')
    expect(await sam.presses('Retry cards')).toContain('Nothing needs you')
    expect(shownIn('lobby')).toContain('Hello there.')
    expect(shownIn('hall').at(-1)).toContain('It is open.')
    expect(await sam.types('/audit')).toContain('sam had stuck messages tried again.')
  })

  test('are given up when staff ignore them: a message is gone, a card is drawn when it changes', async () => {
    await saySomething()
    await drawSomething()
    const sam = stage.actor('sam!')
    await sam.types('/status')
    await sam.presses('Ignore messages')
    expect(await sam.presses('Ignore cards')).toContain('Nothing needs you')
    await stage.pass('5d')
    expect(shownIn('lobby')).not.toContain('Hello there.')
    expect(shownIn('hall')).toEqual([])
    await stage.read(async (store) => {
      const community = await store.communities.find('parents', 'parents', '')
      await store.cards.redraw('seed', community?.id ?? '', stage.now())
    })
    await stage.runner.runDue()
    expect(shownIn('hall')).toHaveLength(1)
  })

  test('settled, need nobody any more', async () => {
    await stage.read(async (store) => {
      const community = await store.communities.find('parents', 'parents', '')
      await store.rooms.want(community?.id ?? '', 'terminal', 'den', 'parents', stage.now())
      const { lease, rows } = await store.rooms.claim(1, stage.now())
      await store.rooms.finish(rows[0]?.id ?? '', lease, stuck)
      await store.staffNotes.tell(`room/${rows[0]?.id}`, say`A room on terminal can't be made.`, stage.now())
    })
    const sam = stage.actor('sam!')
    expect(await sam.types('/status')).toContain("A room on terminal can't be made.")
    expect(await sam.presses('Ignore rooms')).toContain('Nothing needs you')
  })

  test('are nothing that members can decide on', async () => {
    await saySomething()
    const press = (address: string) => stage.router.press(deliveryOf(address, 'eve', stage.now()), address)
    for (const target of [
      'status.ignore-stuck?k=posts',
      'status.retry-stuck?k=posts',
      'status.ignore?d=files',
      'status.pause?d=files',
    ])
      expect(wordsOf(await press(target))).toContain('Only staff')
    expect(await stage.read((store) => store.effects.stuck())).toHaveLength(1)
  })
})
