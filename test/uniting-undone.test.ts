import { expect, test } from 'vitest'
import { onStage, type Stage } from './stage.ts'
import { becomeOne, pressesAt, proves, questionsTo, undoes } from './two-accounts.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage
    .actor('fay')
    .types('/start-community Cooks need:"people who would like to meet, so that we can" pledges:1')
  for (const name of ['ana', 'ben']) await stage.actor(name).types('/my')
})

const rows = async () => ((await stage.files())['cooks.csv'] ?? '').trim().split('\n').slice(1)

async function bothShare(): Promise<void> {
  for (const name of ['ana', 'ben']) {
    await stage.actor(name).types('/join cooks')
    await stage.actor(name).presses('Yes', 'May the Museum')
    await proves(stage, name)
  }
  expect(await rows()).toHaveLength(2)
  await becomeOne(stage, 'ana', 'ben')
  expect(await rows()).toHaveLength(1)
}

test('a yes taken back while they were one stays taken back for both', async () => {
  await bothShare()
  await stage.actor('ben').types('/sharing cooks off')
  expect(await rows()).toEqual([])
  await undoes(stage, 'ana')
  expect(await rows()).toEqual([])
  expect(await stage.actor('ben').types('/my')).toContain('0 yeses in force')
})

test('a yes ended by leaving while they were one does not stand again, though they came back', async () => {
  await bothShare()
  await stage.actor('ana').types('/leave cooks')
  await stage.actor('ana').types('/join cooks')
  await undoes(stage, 'ana')
  expect(await rows()).toEqual([])
})

test('a yes found taken back by undoing is marked beside the backups as taken back now', async () => {
  await bothShare()
  await stage.pass('1d')
  await stage.actor('ben').types('/sharing cooks off')
  await stage.pass('2d')
  const since = stage.now()
  await undoes(stage, 'ana')
  const marks = await stage.read((store) => store.marks.of(since, stage.now()))
  expect(marks.filter((mark) => mark.kind === 'yes')).toHaveLength(1)
})

test('a yes both had given and none took back is each one’s again', async () => {
  await bothShare()
  await undoes(stage, 'ana')
  expect(await rows()).toHaveLength(2)
})

test.each(['ana', 'ben'])('a pause of %s holds for both, and for each after undoing', async (name) => {
  for (const one of ['ana', 'ben']) {
    await stage.actor(one).types('/join cooks')
    await stage.actor(one).presses('Yes', 'May the Museum')
    await proves(stage, one)
  }
  await stage.actor(name).types('/my')
  await stage.actor(name).presses('Pause everything')
  await becomeOne(stage, 'ana', 'ben')
  expect(await rows()).toEqual([])
  await undoes(stage, 'ana')
  expect(await rows()).toEqual([])
  for (const one of ['ana', 'ben']) expect(await stage.actor(one).types('/my')).toContain('Paused since')
})

test('who goes on as one person goes on with both accounts', async () => {
  await bothShare()
  await stage.actor('ben').types('/my')
  await stage.actor('ben').presses('Pause everything')
  await stage.actor('ana').types('/my')
  await stage.actor('ana').presses('Go on')
  await undoes(stage, 'ana')
  expect(await rows()).toHaveLength(2)
})

test('settings one of them never chose are the other’s, until it is undone', async () => {
  await stage.actor('ben').types('/my zone Asia/Tokyo')
  await stage.actor('ben').types('/my notices 22:00-08:00')
  await stage.actor('ben').types('/my notices')
  await stage.actor('ben').presses('Change: News for who looks after a community')
  await stage.actor('ben').presses('not at all')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
  expect(await stage.actor('ana').types('/my zone')).toContain('Asia/Tokyo')
  const notices = await stage.actor('ana').types('/my notices')
  expect(notices).toContain('from 22:00 to 08:00')
  expect(notices).toContain('not at all')
  await undoes(stage, 'ana')
  expect(await stage.actor('ana').types('/my zone')).toContain('UTC')
  expect(await stage.actor('ana').types('/my notices')).toContain('Quiet hours: none')
  expect(await stage.actor('ben').types('/my zone')).toContain('Asia/Tokyo')
})

test('“No, we share it” says what came of it, and offers to undo what is done', async () => {
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  const [question = ''] = questionsTo(stage, 'ana')
  await becomeOne(stage, 'ana', 'ben')
  const no = question.replace('my.one', 'my.shared')
  const told = await pressesAt(stage, 'ana', no)
  expect(told).toContain('Your accounts are one person here already.')
  expect(told).toContain('[Undo uniting my accounts]')
  await undoes(stage, 'ana')
  await stage.pass('25h')
  expect(await pressesAt(stage, 'ana', no)).toContain('That question is over.')
})

test('a mistaken “No” is mended after a day by who said it, and by nobody else', async () => {
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor('ana').presses('No, we share it')
  expect(await proves(stage, 'ana')).not.toContain('Is that you?')
  await stage.pass('25h')
  expect(await proves(stage, 'ben')).not.toContain('Is that you?')
  expect(await proves(stage, 'ana')).toContain('Is that you?')
  expect(await becomeOne(stage, 'ana', 'ben')).toContain('Your accounts are one person')
  await undoes(stage, 'ana')
  expect(await proves(stage, 'ben')).not.toContain('Is that you?')
  await stage.pass('25h')
  expect(await proves(stage, 'ben')).toContain('Is that you?')
})

test.each([
  ['ana', 'ben'],
  ['ben', 'ana'],
])('the other account is told when %s undoes it', async (name, other) => {
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
  const before = stage.outputs.length
  await undoes(stage, name)
  const told = stage.outputs
    .slice(before)
    .flatMap((one) => ('shown' in one && one.to === other ? [one.shown.text] : []))
  expect(told).toEqual([expect.stringContaining('your accounts are two people here again')])
})

test('after undoing, an old answer unites nobody and puts no word into anybody’s mouth', async () => {
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  const [question = ''] = questionsTo(stage, 'ana')
  await becomeOne(stage, 'ana', 'ben')
  await undoes(stage, 'ana')
  for (const name of ['ana', 'ben']) {
    expect(await pressesAt(stage, name, question)).toContain('one of your accounts undid it')
  }
  expect(await pressesAt(stage, 'ben', question.replace('my.one', 'my.shared'))).toContain(
    'two people share this address',
  )
  expect(await pressesAt(stage, 'ana', question)).toContain('The other account said that you share the address')
})
