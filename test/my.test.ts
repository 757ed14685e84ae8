import { expect, test } from 'vitest'
import { codeFor, onStage, type Stage, sharer } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  const start = '/start-community "Parents United" need:"people with small children, so that we can meet" pledges:1'
  await stage.actor('fay').types(start)
})

/** The rows of the CSV destination. */
const files = async () => ((await stage.files())['parents-united.csv'] ?? '').trim().split('\n').slice(1)

/** The newest file somebody was given. */
function fileOf(name: string): Record<string, unknown[]> {
  const found = stage.outputs.findLast((one) => 'shown' in one && one.to === name && one.shown.file)
  const text = found && 'shown' in found ? found.shown.file?.text : undefined
  return JSON.parse(text ?? '{}')
}

test('/my shows where one is in, which address is known and what the organization may know', async () => {
  const ana = await sharer(stage, 'ana', 'parents-united')
  const shown = await ana.types('/my')
  expect(shown).toContain('Communities: Parents United')
  expect(shown).toContain('Address: a...@example.org, proven on Mon 5 Jan 2026')
  expect(shown).toContain('1 yes in force')
  expect(await ana.types('/my communities')).toContain('Parents United: You are a member.')
})

test('/my data shows every yes in its words and where it was said, and what was passed on', async () => {
  const ana = await sharer(stage, 'ana', 'parents-united')
  const shown = await ana.types('/my data')
  expect(shown).toContain('pressed Yes; terminal, workspace main, lobby')
  expect(shown).toContain('May the Museum write to you about Parents United?')
  expect(shown).toContain('the Museum was told that you are in Parents United')
  await ana.types('/sharing parents-united off')
  const after = await ana.types('/my data')
  expect(after).toContain('taken back on')
  expect(after).toContain('the Museum was told that you are no longer in Parents United')
})

test('what waits to be passed on is shown', async () => {
  stage.suffer('files', 'down')
  const ana = await sharer(stage, 'ana', 'parents-united')
  expect(await ana.types('/my data')).toContain('Waiting to be passed on: the Museum: are in Parents United')
})

test('nobody sees what is stored about somebody else', async () => {
  await sharer(stage, 'ana', 'parents-united')
  const ben = await sharer(stage, 'ben', 'parents-united')
  await ben.types('/my data')
  await ben.presses('Everything as a file')
  const seen = stage.outputs.filter((one) => 'to' in one && one.to === 'ben')
  expect(JSON.stringify(seen)).not.toMatch(/ana/i)
})

test('everything stored about a person comes as one file, with the proof of each yes', async () => {
  const ana = await sharer(stage, 'ana', 'parents-united')
  await ana.types('/my')
  await ana.presses('Everything as a file')
  const file = fileOf('ana')
  expect(file.address).toMatchObject({ email: 'ana@example.org' })
  expect(file.yeses).toMatchObject([
    { community: 'Parents United', purpose: 'letters', recipient: 'the Museum', inForce: true, act: 'pressed Yes' },
  ])
  expect(JSON.stringify(file.yeses)).toContain('May the Museum write to you about Parents United?')
  expect(file.sent).toMatchObject([{ op: 'in', destination: 'files', recipient: 'the Museum' }])
})

test('whoever pauses is told of to nobody until they go on, and gets no notices', async () => {
  const ana = await sharer(stage, 'ana', 'parents-united')
  expect(await files()).toHaveLength(1)
  await ana.types('/my')
  expect(await ana.presses('Pause everything')).toContain('Everything is paused')
  expect(await files()).toEqual([])
  await ana.types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  await ana.presses('Yes', 'Cooks')
  expect((await stage.files())['cooks.csv']).toBeUndefined()
  await ana.types('/my')
  expect(await ana.presses('Go on')).toContain('You go on where you paused')
  expect(await files()).toHaveLength(1)
  expect((await stage.files())['cooks.csv']).toContain('ana@example.org')
})

test('times are shown in the zone somebody chose, and what is no zone is named kindly', async () => {
  const ana = stage.actor('ana')
  expect(await ana.types('/my zone Moon/Tranquility')).toContain('“Moon/Tranquility” is not a time zone.')
  expect(await ana.types('/my zone America/New_York')).toContain('shown to you in America/New_York')
  const told = await ana.types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:2')
  expect(told).toContain('07:00 (EST)')
})

test('notices go the way one chose, and quiet hours are kept', async () => {
  const fay = stage.actor('fay')
  expect(await fay.types('/my notices')).toContain('Someone asks to join: here, in private')
  await fay.presses('Change: Someone asks to join')
  expect(await fay.presses('by mail')).toContain('For that, give an address first')
  await fay.types('/email fay@example.org')
  await fay.types(`/email ${codeFor(stage, 'fay@example.org')}`)
  await fay.types('/my notices')
  await fay.presses('Change: Someone asks to join')
  expect(await fay.presses('by mail')).toContain('Someone asks to join: by mail')
  expect(await fay.types('/my notices 22-8')).toContain('They look like 22:00-08:00')
  expect(await fay.types('/my notices 22:00-08:00')).toContain('from 22:00 to 08:00')
  expect(await fay.types('/my notices off')).toContain('Quiet hours: none')
})
