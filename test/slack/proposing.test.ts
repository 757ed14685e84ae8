import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { messageWords } from '../../src/slack/parse.ts'
import type { Person } from './hand.ts'
import type { Shown } from './shown.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

const NEED = 'need:"people with small children, so that we can enjoy culture" pledges:1'

describe.each(['socket', 'http'] as const)('proposing from a message in Slack, by %s', (mode) => {
  let stage: SlackStage
  let ana: Person

  beforeEach(async () => {
    stage = await openSlackStage({ mode })
    ana = stage.team.user('ana')
    await ana.types(`/community start "Parents United" ${NEED}`)
    await stage.settle()
  })
  afterEach(async () => {
    await stage.close()
    expect(stage.fake.violations).toEqual([])
    expect(stage.failures).toEqual([])
  })

  const valuesOf = ({ form }: Shown) => Object.fromEntries(form?.fields.map(({ name, value }) => [name, value]) ?? [])
  const topics = () =>
    stage.read(async (store) => {
      const found = await store.communities.find('parents-united', 'parents-united', '')
      return store.topics.list(found?.id ?? '', 'proposed', '', { skip: 0, take: 9 })
    })

  test('the form holds what the message says, and what is sent is proposed in the room it stands in', async () => {
    const message = ana.says(
      'Storytime & songs\nWeekdays are full\nhttps://example.org/story?a=1&b=2',
      'parents-united',
    )
    const form = await ana.messageShortcut('propose', message)
    expect(form.form?.title).toBe('Propose a topic')
    expect(valuesOf(form)).toEqual({
      title: 'Storytime & songs',
      why: 'Weekdays are full',
      link: 'https://example.org/story?a=1&b=2',
      kind: undefined,
    })
    expect(await topics()).toEqual([])
    const wrong = await ana.fills({ link: 'nowhere' })
    expect(wrong.text).toContain('is no link')
    await ana.messageShortcut('propose', message)
    const sent = await ana.fills({ kind: 'event' })
    expect(sent.isPrivate).toBe(true)
    expect(sent.text).toContain('“Storytime &amp; songs”')
    expect(await topics()).toMatchObject([{ title: 'Storytime & songs', kind: 'event', supports: 1 }])
  })

  test('elsewhere it is asked which community is meant; delivered twice it is answered once', async () => {
    await ana.types(`/community start "Night Owls" ${NEED}`)
    await stage.settle()
    const message = ana.says('A long walk', 'general')
    stage.fake.faults.duplicateNext(1)
    await ana.messageShortcut('propose', message)
    stage.fake.faults.duplicateNext(1)
    expect((await ana.fills({})).text).toContain('Which community?')
    expect((await ana.presses('Parents United')).text).toContain('“A long walk”')
    expect(await topics()).toHaveLength(1)
  })

  test('what does not fit is cut', async () => {
    const message = ana.says(`${'again '.repeat(40)}\n${'because '.repeat(100)}`, 'parents-united')
    const { title, why } = valuesOf(await ana.messageShortcut('propose', message))
    expect(title?.length).toBeLessThanOrEqual(100)
    expect(why?.length).toBeLessThanOrEqual(500)
    expect((await ana.fills({})).text).toContain('Proposed in')
  })
})

test('a message is read without the marks of Slack, and nobody who is mentioned is named', () => {
  expect(messageWords('<@U024BE7LH|ben> and <@W1>: see <#C1|general> &amp; <!here>')).toBe(
    'someone and someone: see #general & @here',
  )
  expect(messageWords('<https://example.org/a?b=1&amp;c=2|our page>, <http://example.org|example.org>')).toBe(
    'our page https://example.org/a?b=1&c=2, http://example.org',
  )
})
