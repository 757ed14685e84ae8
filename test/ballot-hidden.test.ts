import { expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage
    .actor('fay')
    .types('/start-community Quiet need:"people who recover, so that we are not alone" pledges:1 sensitive:yes')
  for (const name of ['gil', 'hal', 'ivo', 'jon', 'kim']) {
    await stage.actor(name).types('/join Quiet')
    await stage.actor(name).presses('Yes, join')
  }
})

async function asks(words: string): Promise<void> {
  await stage.actor('fay').types(`/ballot ${words} community:Quiet`)
  await stage.actor('fay').presses('Open it')
}

const shown = () => stage.outputs.map(textOf).join('\n')

test('of a sensitive community the result is told, and nothing in numbers; nobody is shown or exported', async () => {
  await asks('"Which evening?" options:"Monday; Friday" closes:"2 days" results:vote')
  for (const name of ['gil', 'hal', 'ivo', 'jon']) {
    await stage.actor(name).types('/vote')
    await stage.actor(name).presses('Which evening?')
    const paper = await stage.actor(name).presses('Friday')
    expect(paper).toContain('Counted: Friday')
  }
  const paper = await stage.actor('gil').types('/vote')
  expect(paper).toContain('Voted: Which evening?')
  expect(await stage.actor('gil').presses('Voted: Which evening?')).toContain('Nobody is shown who voted for what')
  await stage.pass('2d')
  await stage.actor('gil').types('/decisions evening')
  const outcome = await stage.actor('gil').presses('Which evening?', 'Decisions with')
  expect(outcome).toContain('Chosen: Friday')
  expect(outcome).not.toMatch(/\d+ ballots?|could vote|Seal|votes/)
  expect(outcome).not.toContain('[Who voted')
  expect(outcome).not.toContain('[Export')
  expect(shown()).not.toMatch(/Have voted|may vote\.$/)
})

test('who leaves it leaves no trace in its ballots but the number their vote is', async () => {
  await asks('"Which evening?" options:"Monday; Friday" closes:"2 days" reasons:optional')
  const gil = stage.actor('gil')
  await gil.types('/vote')
  await gil.presses('Which evening?')
  await gil.presses('Friday')
  await gil.presses('Say why')
  await gil.fills({ reason: 'Mondays I see my doctor' })
  await gil.types('/leave Quiet')
  await stage.pass('2d')
  await stage.actor('fay').types('/decisions')
  expect(await stage.actor('fay').presses('Which evening?', 'Decisions')).toContain('Chosen: Friday')
  const kept = await stage.read((store) =>
    store.votes.all(/b=([0-9A-Z]{26})/.exec(JSON.stringify(stage.outputs))?.[1] ?? ''),
  )
  expect(kept).toHaveLength(1)
  const dump: string[] = []
  await stage.database.backup(stage.now(), 'everything', async (text) => {
    for await (const piece of text) dump.push(piece)
  })
  const lines = dump.join('').split('\n')
  expect(lines.filter((line) => /^\["ballot/.test(line)).join('\n')).not.toContain('doctor')
  const own = lines.find((line) => line.startsWith('["accounts"') && line.includes('"gil"')) ?? ''
  const person = /"person_id": ?"([0-9A-Z]{26})"/.exec(own)?.[1] ?? 'none'
  expect(lines.filter((line) => /^\["(ballot|delegation)/.test(line) && line.includes(person))).toEqual([])
})
