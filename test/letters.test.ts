import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { answerLetter, readLetter } from '../src/letters.ts'
import { holdFolder } from '../src/store/data-folder.ts'
import { codeFor, onStage, type Stage, sharer } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  const start = '/start-community "Parents United" need:"people with small children, so that we can meet" pledges:1'
  await stage.actor('fay').types(start)
})

const staff = async (...words: string[]) => answerLetter(stage.database, readLetter(words), stage.now())

test('somebody who writes a letter gets everything stored about them, by their address or their account', async () => {
  await sharer(stage, 'ana', 'parents-united')
  const record = JSON.parse(await staff('export', 'Ana@example.org'))
  expect(record).toMatchObject({ address: { email: 'ana@example.org' }, communities: [{ name: 'Parents United' }] })
  expect(JSON.parse(await staff('export', 'terminal:main:ana')).person).toEqual(record.person)
  expect(JSON.parse(await staff('export', record.person.number)).person).toEqual(record.person)
})

test('they are forgotten only when staff say so twice, everywhere they were told of', async () => {
  await sharer(stage, 'ana', 'parents-united')
  expect(await staff('erase', 'ana@example.org')).toContain('To forget them for good, add --yes.')
  expect((await stage.files())['parents-united.csv']).toContain('ana@example.org')
  expect(await staff('erase', 'ana@example.org', '--yes')).toContain('Forgotten here. To be told too: the Museum.')
  await stage.pass('1m')
  expect((await stage.files())['parents-united.csv']).not.toContain('ana@example.org')
  await expect(staff('export', 'ana@example.org')).rejects.toThrow('There is nobody here under ana@example.org.')
  const audit = await stage.actor('sam!').types('/audit')
  expect(audit).toContain('The command line forgot somebody who asked for it by letter')
  expect(audit).not.toContain('ana')
})

test('of two who share an address nobody is guessed', async () => {
  for (const name of ['ana', 'ben']) {
    await stage.actor(name).types('/email both@example.org')
    await stage.actor(name).types(`/email ${codeFor(stage, 'both@example.org')}`)
  }
  await expect(staff('erase', 'both@example.org', '--yes')).rejects.toThrow(
    '2 people go by both@example.org. Name the account of the one you mean:\n  terminal:main:ana\n  terminal:main:ben',
  )
})

test('the proof of one yes says what was shown, when, where and what was pressed', async () => {
  await sharer(stage, 'ana', 'parents-united')
  const [, yes = ''] = /,([0-9A-Z]{26})\n$/.exec((await stage.files())['parents-united.csv'] ?? '') ?? []
  expect(JSON.parse(await staff('proof', yes))).toMatchObject({
    community: 'Parents United',
    purpose: 'letters',
    recipient: 'the Museum',
    at: '2026-01-05T12:00:00+00:00',
    where: 'terminal, workspace main, lobby',
    act: 'pressed Yes',
    inForce: true,
  })
  await expect(staff('proof', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ')).rejects.toThrow('There is no yes of the number')
})

test('what is not understood is answered with how to say it', async () => {
  await expect(staff('delete', 'ana')).rejects.toThrow('npm run staff -- export PERSON')
  await expect(staff('erase', 'ana', '--force')).rejects.toThrow('npm run staff -- erase PERSON --yes')
})

/** What `npm run staff` says in a folder of its own, and what it ends with. */
function staffProgram(cwd: string, ...words: string[]): Promise<{ code: number | null; said: string }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, 'staff', ...words], {
    cwd,
    env: { PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (piece) => {
    said += piece
  })
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, said })))
}

test('beside a Kindred that holds the embedded database staff are told what to do, and are helped all the same', async () => {
  const folder = await mkdtemp(`${tmpdir()}/kindred-letters-`)
  const held = await holdFolder(`${folder}/data`, new Date())
  const [helped, refused] = await Promise.all([staffProgram(folder), staffProgram(folder, 'export', 'ana@example.org')])
  await held.release()
  await rm(folder, { recursive: true, force: true })
  expect(helped).toEqual({ code: 1, said: expect.stringContaining('npm run staff -- export PERSON') })
  expect(refused).toEqual({ code: 1, said: expect.stringContaining('Stop Kindred for a moment, type this again') })
})
