import { expect, test } from 'vitest'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { onStage, type Stage } from './stage.ts'
import { stored } from './stored.ts'
import { becomeOne, fileGiven, proves, undoes } from './two-accounts.ts'

/** Whom the destination holds, as "segment/number". */
const held = new Set<string>()
const spy: SegmentStore = {
  batch: 100,
  check: async () => undefined,
  async put(segment, entries) {
    return entries.map(({ person }) => {
      held.add(`${segment}/${person}`)
      return { result: 'applied' }
    })
  },
  async take(segment, entries) {
    return entries.map(({ person }) => {
      held.delete(`${segment}/${person}`)
      return { result: 'applied' }
    })
  },
  forget: async () => ({ result: 'applied' }),
}

let stage: Stage
onStage(
  async (opened) => {
    stage = opened
    held.clear()
    await stage.actor('fay').types('/my')
    for (const name of ['ana', 'ben']) await stage.actor(name).types('/my')
  },
  { destinations: [{ name: 'files', connector: 'csv', purpose: 'letters', store: spy }] },
)

const NEED = 'need:"people who would rather not say, so that we can" pledges:1'
const STAY = 'Yes, my hidden ones stay behind'

async function inviteOf(name: string, community: string): Promise<string> {
  const shown = await stage.actor(name).types(`/invite ${community}`)
  return /([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(shown)?.[1] ?? ''
}

/** Ben looks after a secret community and has said yes, then both are one and it stays behind; gives a code to it. */
async function secretStaysBehind(): Promise<string> {
  await stage.actor('ben').types(`/start-community Secrets ${NEED} visibility:secret`)
  await stage.actor('ben').presses('Yes', 'May the Museum')
  const code = await inviteOf('ben', 'secrets')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  expect(held.size).toBe(1)
  await stage.actor('ana').presses('Yes, one person')
  await stage.actor('ben').presses(STAY)
  return code
}

test('nobody is told of what stays behind, and they are again once it is undone', async () => {
  await secretStaysBehind()
  expect(await stage.actor('ben').types('/my')).toContain('0 yeses in force')
  expect([...held]).toEqual([])
  await stage.actor('ana').types('/my')
  await stage.actor('ana').presses('Pause everything')
  await stage.actor('ana').types('/my')
  await stage.actor('ana').presses('Go on')
  expect([...held]).toEqual([])
  await undoes(stage, 'ana')
  expect(await stage.actor('ben').types('/my')).toContain('1 yes in force')
  expect(held.size).toBe(1)
})

test('who comes into it again as one person and leaves it has left it, after undoing too', async () => {
  const ben = stage.actor('ben')
  const code = await secretStaysBehind()
  expect(await ben.types(`/join ${code}`)).toContain("You're in")
  await ben.presses('Yes', 'May the Museum')
  expect(held.size).toBe(1)
  expect(await ben.types('/leave secrets')).toContain('is told now that you are not')
  expect([...held]).toEqual([])
  expect(await stage.read((store) => store.rooms.known('terminal'))).toEqual([])
  expect(await stage.actor('sam!').types('/status')).toContain('A hidden community has no organizer.')
  await undoes(stage, 'ana')
  expect([...held]).toEqual([])
  const my = await ben.types('/my')
  expect(my).toContain('0 yeses in force')
  expect(my).not.toContain('Secrets')
})

/** Every row that tells who is in which community. */
const traces = async () =>
  (await stored(stage)).split('\n').filter((line) => /^\["(memberships|directions|questions|room_places)"/.test(line))

test.each([
  ['the account met first', 'ana', 'ben'],
  ['the account met later', 'ben', 'ana'],
])('a sensitive community of %s is left for good while they are one', async (_, hider, other) => {
  await stage.actor('fay').types(`/start-community "Quiet Circle" ${NEED} sensitive:yes`)
  const before = await traces()
  const actor = stage.actor(hider)
  await actor.types('/join quiet-circle')
  await actor.presses('Yes, join')
  await actor.presses('Enter the room')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor(other).presses('Yes, one person')
  await actor.presses(STAY)
  await actor.types('/join quiet-circle')
  await actor.presses('Yes, join')
  expect(await actor.types('/leave quiet-circle')).toContain('That you were in it has been deleted.')
  expect(await traces()).toEqual(before)
  expect(await stage.read((store) => store.rooms.known('terminal'))).toEqual([])
  await undoes(stage, other)
  for (const name of ['ana', 'ben']) expect(await stage.actor(name).types('/my')).not.toContain('Quiet Circle')
  expect(await stage.read((store) => store.rooms.known('terminal'))).toEqual([])
})

test('a sensitive community both were in is left by both, and coming back is a yes of who comes back', async () => {
  await stage.actor('fay').types(`/start-community "Quiet Circle" ${NEED} sensitive:yes`)
  for (const name of ['ana', 'ben']) {
    await stage.actor(name).types('/join quiet-circle')
    await stage.actor(name).presses('Yes, join')
    await proves(stage, name)
  }
  await becomeOne(stage, 'ana', 'ben', 'Yes, and take them along')
  await stage.actor('ana').types('/leave quiet-circle')
  await stage.actor('ana').types('/join quiet-circle')
  await stage.actor('ana').presses('Yes, join')
  await undoes(stage, 'ana')
  expect(await stage.actor('ana').types('/my')).toContain('Quiet Circle')
  expect(await stage.actor('ben').types('/my')).not.toContain('Quiet Circle')
})

/** What somebody reads of themselves. */
async function seenBy(name: string): Promise<{ data: string; file: string }> {
  const data = await stage.actor(name).types('/my data')
  await stage.actor(name).presses('Everything as a file')
  return { data, file: fileGiven(stage, name) }
}

test('what was passed on stays in one’s own file after leaving what became sensitive, but not for who is one with them', async () => {
  const ana = stage.actor('ana')
  await ana.types('/start-community Cooks need:"people who would like to meet, so that we can" pledges:1')
  await ana.presses('Yes', 'May the Museum')
  await proves(stage, 'ana')
  await stage.actor('sam!').types('/sensitive cooks')
  await stage.actor('sam!').presses('Make it sensitive')
  await ana.types('/leave cooks')
  const { data, file } = await seenBy('ana')
  expect(data).toContain('was told that you are no longer in Cooks')
  const own = JSON.parse(file)
  expect(own.yeses).toHaveLength(1)
  expect(own.sent).toHaveLength(2)
  expect(own.reports).toHaveLength(1)
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
  const shown = await seenBy('ben')
  expect(`${shown.data}${shown.file}`).not.toContain('Cooks')
  await undoes(stage, 'ana')
  expect(JSON.parse((await seenBy('ana')).file)).toMatchObject({ yeses: own.yeses, sent: own.sent })
  expect((await seenBy('ben')).file).not.toContain('Cooks')
})

test('what was passed on about what is taken along is in the file of who they are now', async () => {
  await stage.actor('ben').types(`/start-community Secrets ${NEED} visibility:secret`)
  await stage.actor('ben').presses('Yes', 'May the Museum')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor('ana').presses('Yes, one person')
  await stage.actor('ben').presses('Yes, and take them along')
  const told = JSON.parse((await seenBy('ana')).file).sent
  // Under the number of each.
  expect(told.map(({ op }: { op: string }) => op).sort()).toEqual(['in', 'in', 'out'])
})

test.each([
  'stays',
  'is left',
])('what was put aside twice over %s for whose it was, whichever union is undone first', async (what) => {
  const [ana, ben, cem] = [stage.actor('ana'), stage.actor('ben'), stage.actor('cem')]
  await cem.types('/my')
  await ben.types(`/start-community Secrets ${NEED} visibility:secret`)
  await ben.presses('Yes', 'May the Museum')
  const code = await inviteOf('ben', 'secrets')
  await proves(stage, 'ben')
  await proves(stage, 'cem')
  await ben.presses(STAY)
  await cem.presses('Yes, one person')
  await stage.pass('1m')
  await proves(stage, 'ana')
  await becomeOne(stage, 'ana', 'ben')
  expect([...held]).toEqual([])
  if (what === 'is left') {
    await cem.types(`/join ${code}`)
    await ana.types('/leave secrets')
  }
  await undoes(stage, 'ana')
  await undoes(stage, 'ben')
  for (const actor of [ana, cem]) expect(await actor.types('/my')).not.toContain('Secrets')
  const my = await ben.types('/my')
  if (what === 'stays') expect(my).toContain('Secrets')
  else expect(my).not.toContain('Secrets')
  expect(held.size).toBe(what === 'stays' ? 1 : 0)
  expect(await stored(stage)).not.toContain('united_into":"')
})
