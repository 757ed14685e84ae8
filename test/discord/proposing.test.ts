import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { messageWords } from '../../src/discord/message-words.ts'
import type { Shown } from './shown.ts'
import { type DiscordStage, openDiscordStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'
const ON_MESSAGE = 'Propose a topic'

let stage: DiscordStage
let guild: ReturnType<DiscordStage['fake']['guild']>
let ana: ReturnType<typeof guild.member>
let room: string

beforeEach(async () => {
  stage = await openDiscordStage()
  guild = stage.fake.guild('Museum')
  ana = guild.member('ana')
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
  await stage.settle()
  room = guild.channels().find(({ name }) => name === 'parents-united')?.id ?? ''
})
afterEach(async () => {
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toEqual([])
  await stage.close()
})

const valuesOf = ({ form }: Shown) => Object.fromEntries(form?.fields.map(({ name, value }) => [name, value]) ?? [])
const topics = () =>
  stage.read(async (store) => {
    const found = await store.communities.find('parents-united', 'parents-united', '')
    return store.topics.list(found?.id ?? '', 'proposed', '', { skip: 0, take: 9 })
  })

describe('proposing from a message on Discord', () => {
  test('the form holds what the message says, and what is sent is proposed in the room it stands in', async () => {
    ana.says('Storytime on Sundays\nWeekdays are *full*.\nSee https://example.org/story.', room)
    const form = await ana.in(room).choosesOn('Storytime', ON_MESSAGE)
    expect(form.form?.title).toBe('Propose a topic')
    expect(valuesOf(form)).toEqual({
      title: 'Storytime on Sundays',
      why: 'Weekdays are *full*.\nSee https://example.org/story.',
      link: 'https://example.org/story',
      kind: undefined,
    })
    expect(await topics()).toEqual([])
    const sent = await ana.fills({ title: 'Storytime', kind: 'event' })
    expect(sent.isPrivate).toBe(true)
    expect(sent.text).toContain('Proposed in **Parents United**: “Storytime”')
    expect(await topics()).toMatchObject([
      { title: 'Storytime', kind: 'event', link: 'https://example.org/story', supports: 1 },
    ])
  })

  test('elsewhere it is asked which community is meant, and a message with nothing in it opens an empty form', async () => {
    await ana.types('start-community', { name: 'Night Owls', need: NEED, pledges: 1 })
    await stage.settle()
    ana.says('A long walk')
    await ana.choosesOn('A long walk', ON_MESSAGE)
    const asked = await ana.fills({})
    expect(asked.text).toContain('Which community?')
    expect((await ana.presses('Parents United')).text).toContain('Proposed in **Parents United**: “A long walk”')
    ana.says(' ', room)
    expect(valuesOf(await ana.in(room).choosesOn('', ON_MESSAGE)).title).toBeUndefined()
  })

  test('what does not fit is cut, and nobody who is mentioned is named', async () => {
    const ben = guild.member('ben')
    ana.says(`<@${ben.id}> ${'asks again '.repeat(20)}\n${'because '.repeat(100)}`, room)
    const { title, why } = valuesOf(await ana.in(room).choosesOn('asks', ON_MESSAGE))
    expect(title).toMatch(/^someone asks again .*…$/)
    expect(title?.length).toBeLessThanOrEqual(100)
    expect(why?.length).toBeLessThanOrEqual(500)
    expect((await ana.fills({})).text).toContain('Proposed in')
  })

  test('chosen twice it is answered once, and sent twice it is proposed once', async () => {
    ana.says('Storytime on Sundays', room)
    stage.fake.faults.duplicateNext(1)
    await ana.in(room).choosesOn('Storytime', ON_MESSAGE)
    stage.fake.faults.duplicateNext(1)
    await ana.fills({})
    await stage.settle()
    expect(await topics()).toHaveLength(1)
  })
})

test('a message is read without the marks of Discord', () => {
  const channel = (id: string) => (id === '7' ? 'general' : undefined)
  expect(messageWords('Hi <@!12> and <@&3>, see <#7> or <#8>: <https://example.org/a> <:owl:99>', channel)).toBe(
    'Hi someone and someone, see #general or #channel: https://example.org/a :owl:',
  )
  expect(messageWords('\\*Try\\* </join:5> on <t:1779400000:D>', channel)).toBe('*Try* /join on 2026-05-21')
})
