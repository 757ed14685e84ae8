import { beforeEach, describe, expect, test } from 'vitest'
import { opens } from './content-scene.ts'
import { communityCalled } from './lookup.ts'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(() => opens(stage, 'Parents', ['ana', 'ben', 'cem']))

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)
const onList = async () => stage.actor('sam!').types('/delivered')

describe('what was asked', () => {
  async function asks(communities: string) {
    const sam = stage.actor('sam!')
    await sam.types(`/ask "Too loud?" kind:input communities:"${communities}" owed:"6 weeks"`)
    await sam.presses('Ask')
    for (const name of ['ana', 'zoe'])
      if (communities.includes(',') || name === 'ana') await stage.actor(name).presses('Accept', 'Too loud')
  }

  test('is answered, and who answered hears what came of it, also who did not look at the room', async () => {
    await asks('parents')
    await stage.actor('ben').presses('Answer', 'Too loud')
    await stage.actor('ben').fills({ answer: 'Hall 3' })
    await onList()
    await stage.actor('sam!').presses('Too loud?')
    await stage.actor('sam!').presses('Say what came of it')
    await stage.actor('sam!').fills({ outcome: 'Carpets' })
    expect(toldTo('ben').at(-1)).toContain('this came of it. “Too loud?”: Carpets')
    expect(toldTo('cem').join()).not.toContain('Carpets')
  })

  test('is still read by staff once it was told what came of it', async () => {
    await asks('parents')
    await stage.actor('ben').presses('Answer', 'Too loud')
    await stage.actor('ben').fills({ answer: 'Hall 3' })
    const sam = stage.actor('sam!')
    await onList()
    await sam.presses('Too loud?')
    await sam.presses('Say what came of it')
    await sam.fills({ outcome: 'Carpets' })
    expect(await onList()).not.toContain('Too loud?')
    await sam.presses('Offered and asked')
    expect(await sam.presses('Too loud?')).toContain('Told: Carpets')
    const answers = await sam.presses('Answers of Parents')
    expect(answers).toContain('Hall 3')
    expect(answers).not.toContain('[Say what came of it]')
  })

  test('of several communities is named by community', async () => {
    await opens(stage, 'Owls', ['zoe'])
    await asks('parents, owls')
    const list = await onList()
    expect(list).toContain('Too loud? (Parents)')
    expect(list).toContain('Too loud? (Owls)')
    expect(await stage.actor('sam!').presses('Too loud? (Owls)')).toContain('Asked of Owls')
  })
})

test('a topic that is late is planned anew, by another person or another day, as openly as it was late', async () => {
  const { id: communityId } = await communityCalled(stage, 'Parents')
  await stage.actor('ben').types('/propose "A place for prams" community:parents')
  await stage.read(async (store) => {
    const [topic] = await store.topics.titles(communityId)
    await store.topics.turn([topic?.id ?? ''], ['proposed'], 'chosen', stage.now())
  })
  const sam = stage.actor('sam!')
  const plans = async (label: string, fields: Record<string, string>) => {
    await onList()
    await sam.presses('A place for prams')
    await sam.presses(label)
    return sam.fills(fields)
  }
  await plans('It is planned', { plan: 'Mara', by: '2 weeks' })
  await stage.pass('15d')
  expect(inRoom().at(-1)).toContain('It is late')
  expect(await plans('Plan it anew', { plan: 'Tim', by: '2 weeks' })).toContain('is planned')
  expect(inRoom().at(-1)).toContain('“A place for prams” is planned anew: Tim, by')
  expect(toldTo('ben').at(-1)).toContain('is planned: Tim')
  expect(await onList()).not.toContain('late')
  await stage.pass('15d')
  expect(inRoom().filter((text) => text.includes('It is late'))).toHaveLength(2)
})

test('a piece that is not there any more is answered in a sentence', async () => {
  const sam = stage.actor('sam!')
  await sam.types('/offer "Half price" upsell parents "Buy now" offer')
  await sam.presses('Offer it')
  await sam.types('/offer list')
  await stage.read(async (store) => {
    const [item] = await store.items.pieces('', { skip: 0, take: 1 })
    await store.items.turn(item?.id ?? '', ['asked'], 'draft')
  })
  expect(await sam.presses('Half price')).toContain('That is not there any more')
})
