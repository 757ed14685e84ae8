import { beforeEach, expect, test } from 'vitest'
import { opens, posts } from './content-scene.ts'
import { onStage, type Stage } from './stage.ts'
import { stored } from './stored.ts'
import { fileGiven } from './two-accounts.ts'

const ASKED = 'Why do you come?'
const WORDS = 'For the whale'

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(async () => {
  await opens(stage, 'Parents', ['ana', 'ben'])
  await posts(stage, 'Parents', ASKED, { ask: 'quote', owedBy: new Date('2026-03-01T12:00:00Z') })
})

async function answers(fields: Record<string, string>): Promise<string> {
  await stage.actor('ben').presses('Answer', ASKED)
  return stage.actor('ben').fills({ answer: WORDS, ...fields })
}

async function readByStaff(): Promise<string> {
  await stage.actor('sam!').types('/delivered')
  return stage.actor('sam!').presses(ASKED)
}

test('who is asked for a sentence to quote is told beforehand who reads it, and that it is shown only if they say so', () => {
  const card = JSON.stringify(stage.outputs.filter((output) => 'room' in output).at(-1))
  expect(card).toContain('Staff of City Museum read your answer with your name')
  expect(card).toContain('City Museum shows it to others only if you say so with your answer')
  expect(card).not.toContain('nobody else does')
})

test('what is not said yes to is not to be shown', async () => {
  expect(await answers({})).toContain('It is shown to nobody else')
  const read = await readByStaff()
  expect(read).toContain(WORDS)
  expect(read).toContain('Not to be shown')
})

test.each([
  ['with my name', 'May be shown, with the name', 'with the name ben'],
  ['without my name', 'May be shown, without the name', 'without my name'],
])('a yes to being shown %s is kept in full words, for staff and for who gave it', async (show, forStaff, consent) => {
  expect(await answers({ show })).toContain('City Museum may show it')
  expect(await readByStaff()).toContain(forStaff)
  await stage.actor('ben').types('/my data')
  await stage.actor('ben').presses('Everything as a file')
  const { received } = JSON.parse(fileGiven(stage, 'ben'))
  expect(received).toMatchObject([{ words: WORDS, consent: expect.stringContaining(consent) }])
  expect(received[0].consent).toContain('City Museum may show these words of mine')
})

test('other words need another yes, and who takes an answer back takes that back too', async () => {
  await answers({ show: 'with my name' })
  expect(await answers({ answer: 'For the cake' })).toContain('It is shown to nobody else')
  expect(await readByStaff()).toContain('Not to be shown')
  await answers({ show: 'with my name' })
  await stage.actor('ben').types('/agreement')
  await stage.actor('ben').presses('What was sent')
  expect(await stage.actor('ben').presses(ASKED)).toContain('may show it to others, with your name')
  await stage.actor('ben').presses('Take my answer back')
  expect(await stored(stage)).not.toMatch(/may show these words of mine/)
  expect(await readByStaff()).toContain('Nobody has answered yet')
})

test('an answer to another question is never to be shown', async () => {
  await posts(stage, 'Parents', 'What is too loud?', { ask: 'input', owedBy: new Date('2026-03-01T12:00:00Z') })
  await stage.actor('ben').presses('Answer', 'too loud')
  expect(await stage.actor('ben').fills({ answer: 'Hall 3', show: 'with my name' })).not.toContain('may show')
  expect(await stored(stage)).not.toMatch(/may show these words of mine/)
})
