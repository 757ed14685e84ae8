import { expect, test } from 'vitest'
import { foundOf, opens, posts } from './content-scene.ts'
import { communityCalled, personCalled } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'
import { stored } from './stored.ts'
import { fileGiven } from './two-accounts.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.runner.runDue()
})

/** The lines of some tables, as a backup would hold them. */
async function rowsOf(...tables: string[]): Promise<string> {
  const lines = (await stored(stage)).split('\n')
  return lines.filter((line) => tables.some((table) => line.startsWith(`["${table}",`))).join('\n')
}

async function answers(name: string, title: string, words: string): Promise<string> {
  await stage.actor(name).presses('Answer', title)
  return stage.actor(name).fills({ answer: words })
}

const asAsk = (owed = '2026-03-01T12:00:00Z') => ({ ask: 'input' as const, owedBy: new Date(owed) })
const objectsIn = async (community: string, name: string) => {
  const [{ id }, person] = [await communityCalled(stage, community), await personCalled(stage, name)]
  return stage.read((store) => store.agreements.object(id, person.id, '2026-01', stage.now()))
}

test('who leaves a sensitive community leaves no trace in what it received', async () => {
  await opens(stage, 'Quiet', ['ana', 'ben'], 'sensitive:yes')
  await posts(stage, 'Quiet', 'Softly')
  await stage.actor('ben').presses('Worth it', 'Softly')
  await objectsIn('Quiet', 'ben')
  const { id } = await personCalled(stage, 'ben')
  await stage.read(async (store) => {
    const found = await store.communities.find('quiet', '', '')
    const piece = { title: 'His', goal: 'inform', format: 'article', words: null, link: null } as const
    await store.items.write([found?.id ?? ''], { kind: 'topic', ...piece, authorId: id }, stage.now())
  })
  expect(await rowsOf('item_answers', 'objections', 'items')).toContain(id)
  await stage.actor('ben').types('/leave quiet')
  expect(await rowsOf('item_answers', 'objections', 'items', 'memberships')).not.toContain(id)
})

test('who leaves is counted in and counted no more, what they wrote is deleted, and who comes back hears of it again', async () => {
  await opens(stage, 'Parents', ['ana', 'ben', 'cem'])
  const item = await posts(stage, 'Parents', 'What do you think?', asAsk())
  await answers('ben', 'What do you think', 'Louder, please')
  await stage.actor('ben').presses('Worth it', 'What do you think')
  await objectsIn('Parents', 'ben')
  expect(await foundOf(stage, item)).toEqual({ worth: 1, not: 0 })
  const panel = await posts(stage, 'Parents', 'Advise us', { ask: 'panel', seats: 1 })
  await stage.actor('ben').presses('Count me in', 'Advise us')
  const { id } = await personCalled(stage, 'ben')
  await stage.read((store) => store.mutes.set(id, item.communityId, new Date('2027-01-01T00:00:00Z')))
  await stage.actor('ben').types('/leave parents')
  expect(await foundOf(stage, item)).toEqual({ worth: 0, not: 0 })
  expect(await stored(stage)).not.toContain('Louder, please')
  expect(await stage.actor('cem').presses('Count me in', 'Advise us')).toContain('You are counted in')
  await stage.actor('ben').types('/join parents')
  expect(await stage.read((store) => store.itemAnswers.countIn(panel.id))).toBe(1)
  expect(await stage.read((store) => store.mutes.of(id, stage.now()))).toMatchObject([{ until: null }])
})

test('forgetting somebody forgets their answers and objections; what they offered stays without them', async () => {
  await opens(stage, 'Parents', ['ana', 'ben'])
  const { id } = await personCalled(stage, 'ben')
  await posts(stage, 'Parents', 'What do you think?', { ...asAsk(), authorId: id })
  await answers('ben', 'What do you think', 'Louder, please')
  await objectsIn('Parents', 'ben')
  await stage.actor('ben').types('/my')
  await stage.actor('ben').presses('Forget me')
  await stage.actor('ben').presses('Yes, forget me')
  await stage.pass('1h')
  expect(await stored(stage)).not.toMatch(new RegExp(`Louder, please|${id}`))
  expect(await rowsOf('items')).toContain('What do you think?')
})

test('everybody can take along what they answered, what they objected to, what they muted and what they offered', async () => {
  await opens(stage, 'Parents', ['ana', 'ben'])
  const { id } = await personCalled(stage, 'ben')
  const { communityId } = await posts(stage, 'Parents', 'What do you think?', { ...asAsk(), authorId: id })
  await answers('ben', 'What do you think', 'Louder, please')
  await stage.actor('ben').presses('Not for me', 'What do you think')
  await objectsIn('Parents', 'ben')
  await stage.read((store) => store.mutes.set(id, communityId, new Date('2027-01-01T00:00:00Z')))
  await stage.actor('ben').types('/my data')
  await stage.actor('ben').presses('Everything as a file')
  const file = JSON.parse(fileGiven(stage, 'ben'))
  const about = { community: 'Parents', title: 'What do you think?' }
  expect(file.received).toMatchObject([{ ...about, worth: false, isIn: false, words: 'Louder, please' }])
  expect(file.objections).toMatchObject([{ community: 'Parents', month: '2026-01' }])
  expect(file.offered).toMatchObject([{ ...about, state: 'posted' }])
  expect(file.muted).toMatchObject([{ community: 'Parents', until: '2027-01-01T00:00:00+00:00' }])
})

test('of a community that became sensitive staff read no answer any more, and nobody in it is asked', async () => {
  const sam = stage.actor('sam!')
  await opens(stage, 'Healing', ['ana', 'ben'])
  await sam.types('/ask "What do you think?" kind:input communities:healing owed:"6 weeks"')
  await sam.presses('Ask')
  await stage.actor('ana').presses('Accept', 'What do you think')
  await answers('ben', 'What do you think', 'Louder, please')
  await sam.types('/ask "And what else?" kind:input communities:healing owed:"6 weeks"')
  await sam.presses('Ask')
  await objectsIn('Healing', 'ben')
  await stage.read(async (store) =>
    store.board.setOwner((await store.communities.find('healing', '', ''))?.id ?? '', 'inform', 'Sam'),
  )
  await sam.types('/delivered')
  expect(await sam.presses('What do you think?')).toContain('Louder, please')
  await sam.types('/sensitive healing')
  await sam.presses('Make it sensitive')
  for (const line of ['/delivered', '/board', '/offer list']) expect(await sam.types(line)).not.toMatch(/think|Healing/)
  // By a button that was shown before.
  expect(await sam.presses('Say what came of it')).not.toMatch(/Louder/)
  expect(await sam.fills({ outcome: 'We are louder' })).toContain('not there any more')
  expect(await stored(stage)).not.toContain('Louder, please')
  expect(await rowsOf('objections', 'goal_owners')).toBe('')
  expect(await stage.actor('ben').presses('Answer', 'What do you think')).not.toContain('is kept')
  expect(await stage.actor('ben').fills({ answer: 'Softer' })).toContain('all answers were deleted')
  expect(await stage.actor('ana').presses('Accept', 'And what else')).toContain('withdrawn')
  await stage.pass('50d')
  expect(JSON.stringify(stage.outputs)).not.toContain('It is late')
})

test('of a secret community only staff who are in it read what it is offered, owes and answers', async () => {
  await opens(stage, 'Secrets', ['ivy'], 'visibility:secret')
  const item = await posts(stage, 'Secrets', 'Hush', asAsk())
  await answers('ivy', 'Hush', 'Between us')
  const [sam, ivy] = [stage.actor('sam!'), stage.actor('ivy!')]
  for (const line of ['/delivered', '/board', '/offer list']) expect(await sam.types(line)).not.toMatch(/hush|secrets/i)
  for (const line of ['/delivered', '/board', '/offer list']) expect(await ivy.types(line)).toMatch(/hush|secrets/i)
  await ivy.types('/delivered')
  expect(await ivy.presses('Hush')).toContain('Between us')
  const eve = await personCalled(stage, 'eve')
  expect(await stage.read((store) => store.items.owed(eve.id))).toEqual([])
  expect(item.communityId).not.toBe('')
})

test('what is offered waits for whoever looks after the community', async () => {
  await opens(stage, 'Parents', ['ana', 'ben'])
  await stage.actor('sam!').types('/offer Storytime inform parents "Read on" article')
  await stage.actor('sam!').presses('Offer it')
  expect(await stage.actor('ben').types('/my waiting')).not.toContain('Storytime')
  expect(await stage.actor('ana').types('/my waiting')).toContain('City Museum offers: Storytime')
  await stage.actor('ana').presses('Accept')
  expect(await stage.actor('ana').types('/my waiting')).not.toContain('Storytime')
})
