import { afterEach, beforeEach, expect, test } from 'vitest'
import { everything, opened, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

const rowsOf = async () => (await everything(stage)).trim().split('\n')
const tableOf = (row: string) => /^\["(\w+)"/.exec(row)?.[1]

test('a secret vote on the web writes nothing but itself, and the id of its delivery tells nothing of it', async () => {
  const ana = await opened(stage)
  for (const name of ['ben', 'cem']) {
    const member = await signedIn(stage, `${name}@example.org`)
    await member.opens('/c/parents-united')
    await member.presses('Join')
  }
  await ana.opens('/do/ballot')
  await ana.sends({ question: 'Who speaks for us?', options: 'Ben; Cem', secret: 'yes' })
  await ana.presses('Open it')
  await stage.settle()
  await ana.opens('/do/vote')
  await ana.presses('Who speaks for us?')
  const before = await rowsOf()
  const { page } = ana
  expect((await ana.presses('Cem')).text).toContain('Your receipt:')
  const fresh = (await rowsOf()).filter((row) => !before.includes(row))
  expect(fresh.map(tableOf).toSorted()).toEqual(['ballot_voters', 'ballot_votes', 'deliveries'])
  const delivery = fresh.find((row) => tableOf(row) === 'deliveries') ?? ''
  expect(delivery).toMatch(/"id": ?"web\/[\w-]+"/)
  expect(delivery).toMatch(/"answer": ?null/)
  expect(delivery).not.toMatch(/vote|cast|m=/)

  // The answer never came, and the browser sends the same form again.
  ana.page = page
  expect((await ana.presses('Cem')).text).toContain('That was done already.')
  ana.page = page
  expect((await ana.presses('Ben')).text).toContain('You have voted on “Who speaks for us?” already')
  expect((await rowsOf()).filter((row) => tableOf(row) === 'ballot_votes')).toHaveLength(1)
})
