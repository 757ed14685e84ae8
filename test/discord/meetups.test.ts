import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventsOf } from './events.ts'
import { type DiscordStage, openDiscordStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'
/** As long as the options of the command allow, in letters of which each is escaped. */
const [TITLE, PLACE, WORDS, ACCESS] = ['*'.repeat(100), '_'.repeat(100), '~'.repeat(1_000), '|'.repeat(500)]

let stage: DiscordStage
let guild: ReturnType<DiscordStage['fake']['guild']>
let ana: ReturnType<typeof guild.member>

beforeEach(async () => {
  stage = await openDiscordStage()
  guild = stage.fake.guild('Museum')
  ana = guild.member('ana')
})
afterEach(async () => {
  expect(stage.fake.violations).toEqual([])
  expect(stage.fake.refusals()).toEqual([])
  expect(stage.failures).toEqual([])
  await stage.close()
})

/** A community in a room of its own. */
async function opened(): Promise<string> {
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
  await stage.settle()
  return guild.channels().find(({ name }) => name === 'parents-united')?.id ?? ''
}

test('a meetup with the longest words is shown whole, with every button, and stands among the events', async () => {
  const room = await opened()
  const long = { title: TITLE, place: PLACE, description: WORDS, access: ACCESS, host: '*'.repeat(100) }
  const rest = { when: 'next Friday 18:30', length: '90 min', capacity: '100000', guests: 20, offer: '2 days' }
  await ana.types('meetup', { ...long, ...rest, repeat: 'weekly', times: 20 })
  const shown = await ana.presses('Announce it')
  expect(shown.buttons).toContain('Cancel it')
  await stage.settle()
  const card = ana
    .in(room)
    .sees()
    .findLast(({ buttons }) => buttons.includes('More'))
  expect(card?.buttons).toEqual(['Yes, I come', 'Maybe', "I can't come", 'More'])
  // A long value goes on in the next one, which has no name.
  const read = (card?.text ?? '').replaceAll('\\', '').replaceAll('\n\u200b: ', '')
  for (const words of [TITLE, PLACE, WORDS, ACCESS]) expect(read).toContain(words)
  expect(eventsOf(stage.fake.world, guild.state).map(({ name }) => name)).toEqual([TITLE])
  await ana.presses('Yes, I come')
  expect((await ana.presses('Bring guests')).options).toHaveLength(21)
  expect((await ana.types('meetups')).options).toHaveLength(8)
})

test('the role of a room is named once for each meetup, however often its card is drawn', async () => {
  await guild.member('eva', { staff: true }).types('staff rooms', { carrier: 'role' })
  const room = await opened()
  const role = [...guild.state.roles.values()].find(({ name }) => name.includes('Parents United'))
  expect(role).toBeDefined()
  const called = () =>
    [...(stage.fake.world.messages.get(room)?.values() ?? [])].flatMap(({ called }) => called).filter(Boolean)
  await ana.types('meetup', { title: 'Storytime', when: 'next Friday 18:30', capacity: '2' })
  await ana.presses('Announce it')
  await stage.settle()
  expect(called()).toEqual([role?.id])
  for (const label of ['Yes, I come', "I can't come", 'Maybe']) {
    await ana.in(room).presses(label)
    stage.fake.pass(2_000)
    await stage.settle()
  }
  expect(called()).toEqual([role?.id])
  await ana.types('meetup', { title: 'Cake', when: 'next Friday 20:30' })
  await ana.presses('Announce it')
  await stage.settle()
  expect(called()).toEqual([role?.id, role?.id])
})
