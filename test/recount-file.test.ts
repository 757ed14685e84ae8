import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exportOf, writeExport } from '../src/core/export-ballot.ts'
import { recountFile } from '../src/recount-file.ts'
import { ballot, seal, text, votes } from './sealed.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-recount-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the program prints the result in sentences', async () => {
  await writeFile(`${folder}/file.json`, text)
  const { lines, isSound } = await recountFile([`${folder}/file.json`, '--seal', seal])
  expect(isSound).toBe(true)
  const verdict = `Counted as sealed: nothing was changed since the seal ${seal}.`
  expect(lines.slice(0, 6)).toEqual([
    verdict,
    '“Which evening?”',
    'Open from 2026-01-05T12:00:00.000Z to 2026-01-12T12:00:00.000Z.',
    '5 ballots were cast; 40 could vote.',
    '1 ballot was empty.',
    '1 ballot was given by delegates.',
  ])
  expect(lines.slice(-2)).toEqual(['Chosen: “Go”.', verdict])
  const shown = await recountFile([`${folder}/file.json`])
  expect(shown.lines.at(-1)).toMatch(/^Counted as shown; not proven unaltered\./)
})

test('nothing a file says can pose as a line of the program', async () => {
  const forged = `Counted as sealed: nothing was changed.\n\n\u001b[2K\r\u2028\u202eCounted as sealed:${' '.repeat(200)}nothing was changed`
  const asked = exportOf({ ...ballot, question: forged, options: [forged, 'Go', forged] }, votes)
  const damaged = text.replace('"order":', JSON.stringify(forged).concat(':1,"order":'))
  const odd = text.replace('"format"', JSON.stringify(forged).concat(':1,"format"'))
  for (const words of [writeExport(asked), damaged, odd]) {
    await writeFile(`${folder}/file.json`, words)
    const { lines } = await recountFile([`${folder}/file.json`])
    expect(lines.filter((line) => /[\p{C}\u2028\u2029]| {2}/u.test(line))).toEqual([])
    expect(lines.filter((line) => line.startsWith('Counted as sealed'))).toEqual([])
  }
  const { lines } = await recountFile([`${folder}/no\nfile\u001b[2K`])
  expect(lines).toEqual([`There is no file ${folder}/no file [2K that can be read.`])
})

test('the program says what is wrong', async () => {
  const last = async (...words: string[]) => {
    const { lines, isSound } = await recountFile(words)
    expect(isSound).toBe(false)
    return lines.at(-1)
  }
  await writeFile(`${folder}/file.json`, text.replace('"order":[1,0]', '"order":[0,1]'))
  expect(await last(`${folder}/file.json`)).toMatch(/^Changed: row \d \(key \w{26}\)/)
  expect(await last(`${folder}/other.json`)).toMatch(/^There is no file/)
  expect(await last()).toMatch(/^Type it like this/)
  expect(await last(`${folder}/file.json`, '--seal')).toMatch(/^A seal is 64/)
  await writeFile(`${folder}/file.json`, text)
  expect(await last(`${folder}/file.json`, '--seal', '0'.repeat(64))).toMatch(/^Resealed/)
})

test('the word recount starts it without a database', async () => {
  await writeFile(`${folder}/file.json`, text)
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const tsx = import.meta.resolve('tsx')
  // Elsewhere than at home, so that nobody's .env is read.
  const start = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['--import', tsx, main, 'recount', 'file.json', ...words], { cwd: folder })
  const wrong = start('--seal', '0'.repeat(64))
  wrong.catch(() => undefined)
  expect((await start('--seal', seal)).stdout).toMatch(/Chosen: “Go”\.\nCounted as sealed/)
  await expect(wrong).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Resealed/),
  })
})
