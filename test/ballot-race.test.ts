import { expect, test } from 'vitest'
import { deliveryOf, wordsOf } from './delivery.ts'
import { onStage, type Stage, textOf } from './stage.ts'

const VOTERS = Array.from({ length: 24 }, (_, n) => `voter${n}`)

let stage: Stage
let deliveries = 0
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of VOTERS) await stage.actor(name).types('/join parents')
})

const sends = async (name: string, press: string) =>
  wordsOf(await stage.router.press(deliveryOf(`race/${++deliveries}`, name, stage.now()), press))

/** Ana asks, and everybody may vote by now; gives the ballot's number. */
async function asks(words: string): Promise<string> {
  await stage.actor('ana').types(`/ballot ${words}`)
  await stage.actor('ana').presses('Open it')
  const shown = stage.outputs.flatMap((output) => ('shown' in output ? (output.shown.buttons ?? []) : []))
  return /\bb=([0-9A-Z]{26})/.exec(shown.findLast(({ press }) => press.includes('b='))?.press ?? '')?.[1] ?? ''
}

const resultOf = (id: string) => stage.read(async (store) => (await store.ballots.get(id))?.result?.ballots)

test.each([
  ['', 'Counted'],
  ['secret:yes', 'Counted, in secret'],
])('a vote that was acknowledged at the moment of closing counts, and one that was refused does not (%s)', async (rule, counted) => {
  const id = await asks(`"Where to?" options:"Zoo; Park" ${rule}`)
  const half = VOTERS.length / 2
  const votes = VOTERS.map((name, n) => () => sends(name, `vote.cast?b=${id}&m=${n % 2}`))
  const answers = await Promise.all([
    ...votes.slice(0, half).map((vote) => vote()),
    sends('ana', `ballot.close-now?b=${id}`),
    ...votes.slice(half).map((vote) => vote()),
  ])
  const told = answers.filter((answer) => !answer.includes('Closed and counted'))
  const accepted = told.filter((answer) => answer.includes(counted))
  expect(told.filter((answer) => answer.includes('is not open'))).toHaveLength(VOTERS.length - accepted.length)
  expect(told).toHaveLength(VOTERS.length)
  expect((await resultOf(id))?.cast).toBe(accepted.length)
  await stage.runner.runDue()
  expect(stage.outputs.map(textOf).filter((text) => text.startsWith('An organizer closed it early'))).toHaveLength(1)
})

test('people who change their votes without end keep no ballot from being closed', async () => {
  const id = await asks('"Where to?" options:"Zoo; Park"')
  let isOver = false
  const streams = VOTERS.slice(0, 8).map(async (name) => {
    for (let n = 0; !isOver; n++) await sends(name, `vote.cast?b=${id}&m=${n % 2}`)
  })
  while ((await resultOf(id)) === undefined && !(await sends('ana', `ballot.close-now?b=${id}`)).includes('Closed'));
  isOver = true
  await Promise.all(streams)
  expect((await resultOf(id))?.cast).toBeLessThanOrEqual(8)
})

test('rules are changed before the first vote or not at all, whoever presses first', async () => {
  const id = await asks('"Where to?" options:"Zoo; Park"')
  const press = deliveryOf(`race/${++deliveries}`, 'ana', stage.now())
  const [changed, vote] = await Promise.all([
    stage.router.press(press, `ballot.what?b=${id}`, { options: 'Hill; Lake' }).then(wordsOf),
    sends('voter0', `vote.cast?b=${id}&m=0`),
  ])
  const ballot = await stage.read((store) => store.ballots.get(id))
  // Nobody's press counts for an option they did not see.
  if (changed.includes('Changed')) {
    expect(ballot?.options.map(({ label }) => label)).toEqual(['Hill', 'Lake'])
    expect(vote).toContain('was changed since you saw it')
    expect(await sends('voter0', `vote.cast?b=${id}&m=0&e=1`)).toContain('Counted: Hill')
  } else {
    expect(changed).toContain('Somebody has voted')
    expect(vote).toContain('Counted: Zoo')
  }
})
