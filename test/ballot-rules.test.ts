import { expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem', 'dia']) await stage.actor(name).types('/join parents')
})

const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)
const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)

async function asks(words: string): Promise<string> {
  const ana = stage.actor('ana')
  await ana.types(`/ballot ${words}`)
  return ana.presses('Open it')
}

/** What is shown for a press by its address, as any client may send it. */
async function sends(name: string, press: string, fields: Record<string, string> = {}): Promise<string> {
  const account = { platform: 'terminal', workspace: 'main', externalId: name, name, isStaff: false }
  const id = `${name} ${press} ${stage.outputs.length}`
  const delivery = { id, account, where: { platform: 'terminal', workspace: 'main' }, now: stage.now() }
  return JSON.stringify((await stage.router.press(delivery, press, fields)).content)
}

/** The number of a ballot, from the buttons under what asks it. */
function idOf(question: string): string {
  const shown = stage.outputs.flatMap((output) =>
    'shown' in output && textOf(output).includes(question) ? [output.shown] : [],
  )
  const presses = shown.flatMap(({ buttons = [] }) =>
    buttons.map(({ press }) => /\bb=([0-9A-Z]{26})/.exec(press)?.[1] ?? ''),
  )
  return presses.findLast((id) => id !== '') ?? ''
}

test('rules can be changed until somebody has voted, and by organizers only', async () => {
  await asks('"Where to?" options:"Zoo; Park"')
  const id = idOf('Where to?')
  const ana = stage.actor('ana')
  await ana.presses('More rules: counting')
  expect(await ana.fills({ quorum: '60%' })).toContain('at least 60 %')
  expect(inRoom().at(-1)).toContain('at least 60 %')
  expect(await sends('ben', `ballot.counting?b=${id}`, { quorum: '1' })).toContain('Only organizers of')
  expect(await sends('ben', `ballot.close-now?b=${id}`)).toContain('Only organizers of')
  await stage.actor('ben').presses('Zoo')
  expect(await sends('ana', `ballot.counting?b=${id}`, { quorum: '1' })).toContain('Somebody has voted')
  expect(inRoom().at(-1)).toContain('at least 60 %')
})

/** What is typed after a question, and what is answered. */
const WRONG = [
  ['options:Zoo', 'at least 2 options'],
  ['options:"Zoo; zoo"', 'among the options twice'],
  [`options:"${Array.from({ length: 21 }, (_, n) => `option ${n}`).join('; ')}"`, '20 options at most'],
  ['options:"Zoo; Park" closes:never', 'is no time'],
  ['options:"Zoo; Park" closes:"5 minutes"', 'open for an hour at least'],
  ['options:"Zoo; Park" closes:"900 days"', 'a year at most'],
  ['options:"Zoo; Park" quorum:120%', 'is no share'],
  ['options:"Zoo; Park" pass:3/2', 'is no share'],
  ['options:"Zoo; Park" seats:3', 'fewer options than places'],
  ['options:"Zoo; Park" kind:ranked seats:2 pass:50%', 'have a quota of their own'],
  ['options:"Zoo; Park" kind:time', 'is no time'],
  ['options:"Zoo; Park" secret:yes reasons:asked', 'takes no reason'],
  ['options:"Zoo; Park" secret:yes results:vote', 'only when it closes'],
  ['options:"Zoo; Park" extend:yes', 'Only a ballot with a quorum'],
  ['options:topics', 'No topic has enough support'],
  ['options:"Zoo; Park" add-until:"30 days"', 'before the close'],
  ['', 'What can be chosen?'],
] as const

test('what cannot be is answered with what is wrong about it', async () => {
  for (const [words, wrong] of WRONG) {
    expect(await stage.actor('ana').types(`/ballot "Where to?" ${words}`), words).toContain(wrong)
    // Nobody is to wait for having asked a lot at once.
    await stage.sleep('30s')
  }
})

test('a draft is nobody’s but the organizers’, and is thrown away or lost after a while', async () => {
  const ana = stage.actor('ana')
  await ana.types('/ballot "Where to?" options:"Zoo; Park"')
  const id = idOf('Where to?')
  expect(await sends('ben', `vote.open?b=${id}`)).toContain('That ballot is not there')
  expect(await sends('ana', `vote.cast?b=${id}&m=0`)).toContain('is not open')
  expect(await ana.types('/vote')).toContain('[Not open yet: Where to?]')
  await ana.presses('Throw away', 'Where to?')
  expect(await ana.types('/vote')).not.toContain('Where to?')
  await ana.types('/ballot "Where next?" options:"Zoo; Park"')
  await stage.pass('16d')
  expect(await ana.types('/vote')).not.toContain('Where next?')
})

test('who came after it opened may not vote, nor who has been there too short a time', async () => {
  await asks('"Where to?" options:"Zoo; Park"')
  await stage.pass('3d')
  await stage.actor('eve').types('/join parents')
  expect(await stage.actor('eve').presses('Zoo')).toContain('not among those who may vote')
  await stage.pass('6d')
  await asks('"When then?" options:"May; June" tenure:8')
  expect(inRoom().at(-1)).toContain('0 of 4')
  expect(await stage.actor('eve').presses('May')).toContain('not among those who may vote')
  expect(await stage.actor('ana').types('/ballot "Nobody?" options:"Yes; No" address:yes')).toContain(
    'with a proven address',
  )
  expect(await stage.actor('ana').presses('Open it', 'Nobody?')).toContain('By these rules nobody may vote')
})

test('who leaves can vote no more, and a vote they gave stands', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"2 days"')
  await stage.actor('ben').presses('Zoo')
  await stage.actor('ben').types('/leave parents')
  expect(await sends('ben', `vote.cast?b=${idOf('Where to?')}&m=1`)).toContain('in a community you are not in')
  await stage.pass('2d')
  expect(inRoom().at(-1)).toContain('Chosen: Zoo')
  await stage.actor('ana').presses('More about it')
  expect(await stage.actor('ana').presses('Who voted for what')).toContain('A former member: Zoo')
})

test('a vote is taken until the moment it closes, also where nobody is there to close it', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"2 days"')
  const id = idOf('Where to?')
  await stage.sleep('2d')
  expect(await sends('ben', `vote.cast?b=${id}&m=0`)).toMatch(/has closed|is not open/)
  await stage.pass('1m')
  expect(inRoom().filter((one) => one.includes('Nothing is decided: nobody chose anything'))).toHaveLength(1)
  expect(toldTo('ben').join('\n')).not.toContain('Not voted yet')
})

test('options can be added until their time, and nothing is counted under another name by it', async () => {
  await asks('"Where to?" options:"Zoo; Park" add-until:"1 day" closes:"3 days"')
  await stage.actor('cem').presses('Park')
  const ben = stage.actor('ben')
  await ben.presses('Add an option')
  expect(await ben.fills({ option: 'zoo' })).toContain('among the options already')
  await ben.presses('Add an option')
  expect(await ben.fills({ option: 'Lake @everyone <b>' })).toContain('Added')
  expect(await ben.presses('Lake @everyone <b>')).toContain('Counted: Lake')
  const id = idOf('Where to?')
  await stage.pass('25h')
  expect(await sends('dia', `vote.add?b=${id}`, { option: 'Hill' })).toContain("can't be added")
  expect(await sends('dia', `vote.cast?b=${id}&m=7`)).toContain('out of date')
  await stage.pass('2d')
  expect(inRoom().at(-1)).toContain('Chosen: Park')
})

test('a reason that is asked for goes with the vote, and a vote without one is refused', async () => {
  await asks('"Every Sunday?" kind:consent reasons:asked closes:"1 day"')
  const id = idOf('Every Sunday?')
  const ben = stage.actor('ben')
  await ben.presses('Block')
  expect(await ben.fills({ reason: 'My *mother* <@U1>' })).toContain('Counted: Block')
  expect(await sends('cem', `vote.cast?b=${id}&m=agree`)).toContain('asked for a reason')
  await stage.pass('1d')
  expect(inRoom().at(-1)).toContain('Somebody blocks it')
  await stage.actor('cem').presses('More about it')
  expect(await stage.actor('cem').presses('Who voted for what')).toContain('My *mother* <@U1>')
})

test('results are shown to nobody before they may be seen', async () => {
  await asks('"Where to?" options:"Zoo; Park" results:vote')
  const id = idOf('Where to?')
  expect(await sends('ben', `vote.outcome?b=${id}`)).toContain('not shown yet')
  expect(await sends('ana', `vote.who?b=${id}`)).toContain('not shown yet')
  await stage.actor('ben').presses('Zoo')
  expect(await sends('ben', `vote.outcome?b=${id}`)).toContain('So far')
  expect(await sends('ben', `vote.who?b=${id}`)).toContain('Who voted for what')
  expect(await sends('ben', `vote.export?b=${id}`)).toContain('once it is closed')
  await asks('"Which one?" options:"One; Two"')
  const other = idOf('Which one?')
  await stage.actor('ben').presses('One')
  expect(await sends('ben', `vote.outcome?b=${other}`)).toContain('not shown yet')
})
