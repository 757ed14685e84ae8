import { expect, test } from 'vitest'
import { onStage, type Stage } from './stage.ts'
import { becomeOne, proves, undoes } from './two-accounts.ts'

const STAY = 'Yes, my hidden ones stay behind'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/my')
  await stage.actor('eve').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ana', 'ben']) await stage.actor(name).types('/join parents')
})

const topicsOf = (name: string) =>
  stage.read(async (store) => {
    const found = await store.communities.find(name, name, '')
    const all = await store.topics.list(found?.id ?? '', 'proposed', '', { skip: 0, take: 9 })
    const names = await store.people.names(
      all.flatMap((one) => one.proposerId ?? []),
      'terminal',
      'main',
    )
    return all.map((one) => ({
      title: one.title,
      by: names[one.proposerId ?? '']?.name ?? null,
      supports: one.supports,
    }))
  })

test('two accounts that are one person support a topic once, also long after nobody can undo it', async () => {
  const ben = stage.actor('ben')
  await ben.types('/propose Storytime on Sundays')
  await stage.actor('ana').types('/topics parents')
  await stage.actor('ana').presses('Support “Storytime on Sundays”')
  expect(await topicsOf('parents')).toMatchObject([{ supports: 2 }])
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
  expect(await topicsOf('parents')).toMatchObject([{ supports: 1 }])
  // What is one person's is one support of two, and the proposer of it is whoever they are by now.
  await stage.actor('sam!').types('/setup support:2')
  const found = await stage.read((store) => store.communities.find('parents', 'parents', ''))
  expect(await stage.read((store) => store.topics.ready(found?.id ?? ''))).toEqual([])
  await undoes(stage, 'ana')
  expect(await stage.read((store) => store.topics.ready(found?.id ?? ''))).toHaveLength(1)
  expect(await topicsOf('parents')).toMatchObject([{ supports: 2, by: 'ben' }])
  await stage.pass('25h')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
  await stage.pass('32d')
  const [topic] = await topicsOf('parents')
  expect(topic).toMatchObject({ supports: 1 })
  expect(topic?.by).not.toBeNull()
  await ben.types('/topics parents')
  await ben.presses('Storytime on Sundays')
  expect(await ben.presses('Withdraw')).toContain('is withdrawn')
})

test.each([
  ['the account met later', 'ben', 'ana'],
  ['the account met first', 'ana', 'ben'],
])('what %s proposed in a hidden community that stays behind is not shown to be of the other', async (_, hider, other) => {
  const actor = stage.actor(hider)
  await actor.types(
    '/start-community Secrets need:"people who would rather not say, so that we can" pledges:1 visibility:secret',
  )
  const code = /\/join (\S+)/.exec(await actor.types('/invite secrets people:3'))?.[1] ?? ''
  await stage.actor('eve').types(`/join ${code.replace(/\.$/, '')}`)
  const { id } = await whoIs(hider)
  const mine = await stage.read((store) => store.communities.mine(id))
  const name = mine.find((one) => one.name === 'Secrets')?.slug ?? ''
  await actor.types(`/propose "A quiet room" community:${name}`)
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor(other).presses('Yes, one person')
  await actor.presses(STAY)
  expect(await topicsOf(name)).toEqual([{ title: 'A quiet room', by: hider, supports: 1 }])
  const eve = stage.actor('eve')
  await eve.types(`/topics ${name}`)
  expect(await eve.presses('A quiet room')).not.toContain(other)
  await undoes(stage, other)
  await actor.types(`/topics ${name}`)
  expect(await actor.presses('A quiet room')).toContain('[Withdraw]')
})

const whoIs = (name: string) =>
  stage.read((store) =>
    store.people.meet({ platform: 'terminal', workspace: 'main', externalId: name }, name, stage.now()),
  )
