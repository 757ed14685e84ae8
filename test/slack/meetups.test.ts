import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Person } from './hand.ts'
import { plain } from './plain.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

/** As long as the options of the command allow, in letters of which each is escaped or replaced. */
const [TITLE, PLACE, WORDS, ACCESS] = ['<'.repeat(100), '&'.repeat(100), '>'.repeat(1_000), '~'.repeat(500)]

let stage: SlackStage
let ana: Person

beforeEach(async () => {
  stage = await openSlackStage({ mode: 'socket' })
  ana = stage.team.user('ana')
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toEqual([])
})

test('a meetup with the longest words is shown whole, with every button', async () => {
  await ana.types('/community start "Parents United" need:"people who enjoy culture with children" pledges:1')
  await stage.settle()
  const words = `"${TITLE}" "next Friday 18:30" place:"${PLACE}" description:"${WORDS}" access:"${ACCESS}"`
  const rest = `host:"${'*'.repeat(100)}" length:"90 min" capacity:100000 guests:20 offer:"2 days" repeat:weekly times:20`
  await ana.types(`/community meetup ${words} ${rest}`)
  const shown = await ana.presses('Announce it')
  expect(shown.buttons).toContain('Cancel it')
  await stage.settle()
  const card = ana.sees('parents-united').findLast(({ buttons }) => buttons.includes('More'))
  expect(card?.buttons).toEqual(['Yes, I come', 'Maybe', "I can't come", 'More'])
  // A long text goes on in the next block.
  const read = plain(card?.text ?? '', stage.fake.world).replaceAll(/(?<=>) (?=>)/g, '')
  for (const one of [TITLE, PLACE, WORDS, ACCESS]) expect(read).toContain(one)
  await ana.presses('Yes, I come')
  expect((await ana.presses('Bring guests')).options).toHaveLength(21)
  expect((await ana.types('/community meetups')).options).toHaveLength(8)
})
