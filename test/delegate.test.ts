import { expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem', 'dia']) await stage.actor(name).types('/join parents')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)

async function asks(words: string): Promise<void> {
  await stage.actor('ana').types(`/ballot ${words}`)
  await stage.actor('ana').presses('Open it')
}

/** One asks another, who accepts. */
async function delegates(from: string, to: string): Promise<void> {
  await stage.actor(from).types(`/delegate ${to} community:parents`)
  await stage.actor(to).presses('Accept')
}

test('who was asked and accepts votes for another too, which counts but not towards the quorum', async () => {
  await delegates('cem', 'ben')
  expect(toldTo('cem').at(-1)).toContain('@ben votes for you in Parents')
  await asks('"Where to?" options:"Zoo; Park" quorum:2 closes:"1 day"')
  await stage.actor('ben').presses('Park')
  await stage.actor('dia').presses('Zoo')
  await stage.pass('1d')
  const outcome = inRoom().at(-1)
  expect(outcome).toContain('3 ballots were cast; 4 could vote.')
  expect(outcome).toContain('1 ballot was given by delegates')
  expect(outcome).toContain('reached, with 2')
  expect(outcome).toContain('Chosen: Park')
  expect(await stage.actor('cem').types('/my votes')).toContain('by your delegate')
})

test('one’s own vote counts instead, and both are told', async () => {
  await delegates('cem', 'ben')
  await asks('"Where to?" options:"Zoo; Park" closes:"1 day"')
  await stage.actor('ben').presses('Park')
  expect(await stage.actor('cem').presses('Zoo')).toContain('It counts instead of that of @ben')
  expect(toldTo('ben').at(-1)).toContain('@cem voted on “Where to?” themselves')
  await stage.pass('1d')
  expect(inRoom().at(-1)).toContain('2 ballots were cast')
})

test('it goes one step only, and never for what is secret', async () => {
  await delegates('dia', 'cem')
  await delegates('cem', 'ben')
  await asks('"Where to?" options:"Zoo; Park" closes:"1 day"')
  await stage.actor('ben').presses('Park')
  await stage.pass('1d')
  expect(inRoom().at(-1)).toContain('2 ballots were cast')
  await asks('"Who speaks?" options:"Ben; Cem" secret:yes closes:"1 day"')
  await stage.actor('ben').presses('Cem', 'Who speaks?')
  await stage.actor('ana').presses('Cem', 'Who speaks?')
  await stage.pass('1d')
  const { result } = await stage.read(async (store) => {
    const shown = stage.outputs.findLast((output) => 'shown' in output && textOf(output).includes('Who speaks?'))
    const press = shown && 'shown' in shown ? (shown.shown.buttons?.[0]?.press ?? '') : ''
    const ballot = await store.ballots.get(/b=([0-9A-Z]{26})/.exec(press)?.[1] ?? '')
    return { result: ballot?.result }
  })
  expect(result?.ballots).toMatchObject({ cast: 2, delegated: 0 })
})

test('either ends it at any time, and the other is told', async () => {
  await delegates('cem', 'ben')
  await stage.actor('cem').types('/delegate community:parents')
  await stage.actor('cem').presses('Vote myself in Parents')
  expect(toldTo('ben').at(-1)).toContain('@cem votes in Parents themselves again')
  await delegates('cem', 'ben')
  await stage.actor('ben').types('/delegate community:parents')
  await stage.actor('ben').presses('Stop voting for others in Parents')
  expect(toldTo('cem').at(-1)).toContain('@ben does not vote for you in Parents')
  await asks('"Where to?" options:"Zoo; Park" closes:"1 day"')
  await stage.actor('ben').presses('Park')
  await stage.pass('1d')
  expect(inRoom().at(-1)).toContain('1 ballot was cast')
})

test('asking tells nobody whether somebody is a member', async () => {
  await stage.actor('eve').types('/my')
  const cem = stage.actor('cem')
  const answers: string[] = []
  for (const name of ['ben', 'eve', 'nobody'])
    answers.push((await cem.types(`/delegate ${name} community:parents`)).replace(/“.*?”/, 'them'))
  expect(new Set(answers).size).toBe(1)
  expect(toldTo('eve').join('\n')).not.toContain('asks you')
  await cem.types('/delegate ben community:parents')
  expect(await cem.types('/delegate community:parents')).toContain('Nobody votes for you')
  expect(await cem.types('/delegate cem community:parents')).toContain('That is you')
})

test('who left votes for nobody, and nobody for them, also once they are back', async () => {
  await delegates('cem', 'ben')
  await stage.actor('ben').types('/leave parents')
  await stage.actor('ben').types('/join parents')
  await asks('"Where to?" options:"Zoo; Park" closes:"1 day"')
  await stage.actor('ben').presses('Park')
  await stage.pass('1d')
  expect(inRoom().at(-1)).toContain('1 ballot was cast')
})

test('where nobody is shown who else is in, nothing is delegated', async () => {
  await stage
    .actor('fay')
    .types('/start-community Quiet need:"people who recover, so that we are not alone" pledges:1 sensitive:yes')
  expect(await stage.actor('fay').types('/delegate ana community:Quiet')).toContain('everybody votes themselves')
})
