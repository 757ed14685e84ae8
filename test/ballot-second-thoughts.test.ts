import { expect, test } from 'vitest'
import { deliveryOf, wordsOf } from './delivery.ts'
import { onStage, type Stage, textOf } from './stage.ts'
import { becomeOne, fileGiven, proves, undoes } from './two-accounts.ts'

let stage: Stage
let deliveries = 0
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem', 'dia']) await stage.actor(name).types('/join parents')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)
const sends = async (name: string, press: string, fields: Record<string, string> = {}) =>
  wordsOf(await stage.router.press(deliveryOf(`again/${++deliveries}`, name, stage.now()), press, fields))

/** Ana asks, and opens it; gives the ballot's number. */
async function asks(words: string): Promise<string> {
  await stage.actor('ana').types(`/ballot ${words}`)
  await stage.actor('ana').presses('Open it')
  const shown = stage.outputs.flatMap((output) => ('shown' in output ? (output.shown.buttons ?? []) : []))
  return /\bb=([0-9A-Z]{26})/.exec(shown.findLast(({ press }) => /\bb=/.test(press))?.press ?? '')?.[1] ?? ''
}

test('rules are not changed under a vote whose voter was forgotten since', async () => {
  const id = await asks('"Where to?" options:"Zoo; Park" closes:"2 days"')
  await stage.actor('ben').presses('Park')
  await stage.actor('ben').types('/my')
  await stage.actor('ben').presses('Forget me')
  await stage.actor('ben').presses('Yes, forget me')
  expect(await sends('ana', `ballot.what?b=${id}`, { options: 'Hill; Lake' })).toContain('Somebody has voted')
  await stage.pass('2d')
  expect(inRoom().at(-1)).toContain('Chosen: Park')
})

test('a topic is on one ballot at a time, and one that is proposed no more on none', async () => {
  await stage.actor('ben').types('/propose "Storytime on Sundays"')
  await stage.actor('ana').types('/topics parents')
  await stage.actor('ana').presses('Support needed: 5')
  await stage.actor('ana').fills({ support: '1' })
  await stage.actor('cem').types('/propose "Quiet hours at noon"')
  const ana = stage.actor('ana')
  await ana.types('/ballot "This spring?"')
  await ana.types('/ballot "This summer?" options:topics')
  await ana.presses('Open it', 'This spring?')
  expect(await ana.presses('Open it', 'This summer?')).toContain('or on another ballot')
  expect(inRoom().join('\n')).not.toContain('This summer?')
  await stage.actor('dia').presses('Storytime on Sundays', 'This spring?')
  await stage.pass('8d')
  expect(toldTo('ben').at(-1)).toContain('was chosen')
  expect(toldTo('cem').at(-1)).toContain('was not chosen')
})

test('a ballot with topics cannot be turned into one without them, and withdrawing it is told to all', async () => {
  await stage.actor('ana').types('/topics parents')
  await stage.actor('ana').presses('Support needed: 5')
  await stage.actor('ana').fills({ support: '1' })
  for (const title of ['Storytime on Sundays', 'Museum at night']) await stage.actor('ben').types(`/propose "${title}"`)
  const id = await asks('"This spring?"')
  expect(await sends('ana', `ballot.what?b=${id}`, { kind: 'consent' })).toContain('topics are on the ballot already')
  await stage.actor('cem').types('/my notices')
  await stage.actor('cem').presses('Change: A ballot opens, or is decided')
  await stage.actor('cem').presses('here, in private')
  await sends('ana', `ballot.withdraw-now?b=${id}`)
  await stage.runner.runDue()
  expect(toldTo('ben').at(-1)).toContain('was withdrawn. It is proposed as before.')
  expect(toldTo('cem').at(-1)).toContain('was withdrawn by an organizer')
  expect(await stage.actor('ben').types('/topics parents')).toContain('Museum at night')
})

test('who voted as one person with another has their own vote again once they are apart', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"3 days"')
  await stage.actor('ben').presses('Zoo')
  for (const name of ['ana', 'ben']) await proves(stage, name)
  await becomeOne(stage, 'ana', 'ben')
  expect(await stage.actor('ben').presses('Park')).toContain('Changed: Park')
  await undoes(stage, 'ana')
  await stage.actor('ben').types('/vote')
  expect(await stage.actor('ben').presses('Voted: Where to?')).toContain('You voted: Zoo')
  await stage.actor('ana').types('/vote')
  expect(await stage.actor('ana').presses('Voted: Where to?')).toContain('You voted: Park')
})

test('one secret vote of somebody with two accounts is no link that is told', async () => {
  await asks('"Who speaks?" options:"Ben; Cem" secret:yes closes:"3 days"')
  for (const name of ['ana', 'ben']) await proves(stage, name)
  await becomeOne(stage, 'ana', 'ben')
  await stage.actor('ben').presses('Cem')
  await stage.pass('3d')
  expect(inRoom().at(-1)).not.toContain('several accounts')
})

test('of few secret votes nothing is told but what is decided, not even step by step', async () => {
  const id = await asks('"Which two?" options:"Zoo; Park; Lake" kind:ranked secret:yes quorum:3 closes:"1 day"')
  await sends('ben', `vote.cast?b=${id}&m=20`)
  await stage.pass('1d')
  const outcome = await sends('cem', `vote.outcome?b=${id}`)
  expect(outcome).toContain('Not decided.')
  expect(outcome).not.toMatch(/Ahead|Lake|quorum|Step by step|Export/)
  expect(await sends('cem', `vote.steps?b=${id}`)).toContain('no steps to show')
  expect(await stage.actor('cem').types('/decisions')).not.toContain('Lake')
  expect(inRoom().join('\n')).not.toContain('1 of 4')
})

test('whoever is asked to vote for another is found in no file before they answer', async () => {
  const ben = stage.actor('ben')
  const fileOf = async () => {
    await ben.types('/my')
    await ben.presses('Everything as a file')
    return JSON.parse(fileGiven(stage, 'ben')).delegations
  }
  await ben.types('/delegate cem community:parents')
  expect(await fileOf()).toEqual([])
  await stage.actor('cem').presses('Accept')
  expect(await fileOf()).toMatchObject([{ community: 'Parents', byMe: true }])
  await ben.types('/delegate nobody community:parents')
  expect(toldTo('cem').at(-1)).toContain('@ben votes in Parents themselves again')
})

test('after its time a ballot is neither withdrawn nor changed nor closed early, and extended from now on', async () => {
  const id = await asks('"Where to?" options:"Zoo; Park" quorum:4 extend:yes closes:"2 days"')
  for (const name of ['ben', 'cem', 'dia']) await stage.actor(name).presses('Zoo')
  const late = { ...deliveryOf('late', 'ana', new Date(stage.now().getTime() + 2 * 86_400_000)) }
  expect(wordsOf(await stage.router.press(late, `ballot.withdraw-now?b=${id}`))).toContain('not open any more')
  await stage.sleep('4d')
  await stage.pass('1m')
  expect(inRoom().at(-1)).toContain('it stays open until Sat 10 Jan 2026')
})

test('times of a ballot lie after its close, and none stands there twice', async () => {
  const ana = stage.actor('ana')
  expect(await ana.types('/ballot When? kind:time options:"2020-01-01 9:00; 2030-01-01 9:00"')).toContain(
    'comes before the ballot closes',
  )
  expect(await ana.types('/ballot When? kind:time options:"1.3.2030 9:00; 2030-03-01 9:00"')).toContain(
    'Fri 1 Mar 2030, 09:00',
  )
})
