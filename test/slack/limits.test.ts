import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import { type Fake, openFake } from './server.ts'
import type { Json } from './world.ts'

const plain = (text: string): Json => ({ type: 'plain_text', text })
const section = (text: string, more: Json = {}): Json => ({ type: 'section', text: { type: 'mrkdwn', text }, ...more })
const button = (id: string, more: Json = {}): Json => ({ type: 'button', action_id: id, text: plain('Go'), ...more })
const actions = (...elements: Json[]): Json => ({ type: 'actions', elements })
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const x = (count: number) => 'x'.repeat(count)
const option = (index: number, more: Json = {}): Json => ({ text: plain(`o${index}`), value: `v${index}`, ...more })
const select = (more: Json): Json => ({ type: 'static_select', action_id: 's', ...more })

describe("the fake keeps Slack's limits", () => {
  let fake: Fake
  let channel: string
  let owner: string
  let broken: ReturnType<typeof asking>['broken']
  let got: ReturnType<typeof asking>['got']

  beforeAll(async () => {
    fake = await openFake({ limited: false })
    const team = fake.team('Museum')
    channel = team.general.id
    owner = team.owner.id
    ;({ broken, got } = asking(fake))
    await got('conversations.join', { channel })
  })
  afterAll(() => fake.close())

  const post = (...blocks: Json[]) => broken('chat.postMessage', { channel, text: 'x', blocks })

  test('of whole messages', async () => {
    const say = (more: Json) => got('chat.postMessage', { channel, ...more })
    expect(await say({})).toBe('no_text!')
    expect(await say({ blocks: [section('x')] })).toBe('no_text!')
    expect(await say({ text: x(40_000) })).toBe('ok')
    expect(await say({ text: x(40_001) })).toBe('msg_too_long!')
    expect(await say({ text: 'x', blocks: many(50, () => section('x')) })).toBe('ok')
    expect(await say({ text: 'x', blocks: many(51, () => section('x')) })).toBe('invalid_blocks!')
    expect(await say({ text: 'x', blocks: many(5, () => section(x(3000))) })).toBe('msg_blocks_too_long!')
    expect(await say({ text: 'x', blocks: 'no json' })).toBe('invalid_blocks_format!')
    expect(await say({ text: 'x', attachments: [{ text: 'y' }] })).toBe('invalid_arguments!')
  })

  test('of texts', async () => {
    expect(await post(section(x(3000)))).toBe('ok')
    expect(await post(section(x(3001)))).toContain('less than 3001 characters [json-pointer:/blocks/0/text/text]')
    expect(await post(section(''))).toContain('more than 0 characters')
    const fields = (count: number, size: number) => ({
      type: 'section',
      fields: many(count, () => ({ type: 'mrkdwn', text: x(size) })),
    })
    expect(await post(fields(5, 2000))).toBe('ok')
    expect(await post(fields(1, 2001))).toContain('less than 2001')
    expect(await post(fields(11, 1))).toContain('no more than 10 items')
    expect(await post({ type: 'section' })).toContain('text or fields')
    expect(await post({ type: 'header', text: plain(x(151)) })).toContain('less than 151')
    expect(await post({ type: 'header', text: { type: 'mrkdwn', text: 'x' } })).toContain('must be one of plain_text')
    expect(await post({ type: 'context', elements: many(11, () => plain('x')) })).toContain('no more than 10 items')
  })

  test('of what can be touched', async () => {
    expect(await post(actions(...many(25, (index) => button(`b${index}`))))).toBe('ok')
    expect(await post(actions(...many(26, (index) => button(`b${index}`))))).toContain('no more than 25 items')
    expect(await post(actions(button('a', { text: plain(x(76)) })))).toContain('less than 76')
    expect(await post(actions(button('a', { value: x(2001) })))).toContain('less than 2001')
    expect(await post(actions(button(x(256))))).toContain('less than 256')
    expect(await post(actions(button('a', { style: 'loud' })))).toContain('one of primary, danger')
    expect(await post(actions(button('a'), button('a')))).toContain('action_id "a" already exists')
    expect(await post(actions(button('a')), actions(button('a')))).toBe('ok')
    const same = { block_id: 'same' }
    expect(await post(section('x', same), section('y', same))).toContain('block_id "same" already exists')
    expect(await post(section('x', { block_id: x(256) }))).toContain('less than 256')
    const choose = (more: Json) => post(actions(select(more)))
    expect(await choose({ options: many(100, (index) => option(index)) })).toBe('ok')
    expect(await choose({ options: many(101, (index) => option(index)) })).toContain('no more than 100 items')
    expect(await choose({ options: [] })).toContain('at least 1 items')
    expect(await choose({})).toContain('either options or option_groups')
    expect(await choose({ options: [option(1, { text: plain(x(76)) })] })).toContain('less than 76')
    expect(await choose({ options: [option(1, { value: x(151) })] })).toContain('less than 151')
    expect(await choose({ options: [option(1)], placeholder: plain(x(151)) })).toContain('less than 151')
  })

  test('of things there are none of', async () => {
    expect(await post({ type: 'video' })).toContain('unsupported type: video')
    expect(await post(section('x', { colour: 'red' }))).toContain('additional property colour')
    expect(await post(actions({ type: 'plain_text_input', action_id: 'a' }))).toContain('unsupported type')
    expect(await post(actions(button('a', { text: 'Go' })))).toContain('must be an object')
  })

  test('of views', async () => {
    const input = { type: 'input', label: plain('Why'), element: { type: 'plain_text_input', action_id: 'why' } }
    const modal = (more: Json) => ({
      type: 'modal',
      title: plain('Why'),
      submit: plain('Go'),
      blocks: [input],
      ...more,
    })
    const open = (more: Json) => broken('views.open', { trigger_id: 'none', view: modal(more) })
    // The trigger is looked at last.
    expect(await open({})).toContain('invalid_trigger_id')
    expect(await open({ title: plain(x(25)) })).toContain('less than 25')
    expect(await open({ submit: plain(x(25)) })).toContain('less than 25')
    expect(await open({ close: plain(x(25)) })).toContain('less than 25')
    expect(await open({ submit: undefined })).toContain('submit is required')
    expect(await open({ private_metadata: x(3001) })).toContain('less than 3001')
    expect(await open({ callback_id: x(256) })).toContain('less than 256')
    expect(await open({ blocks: many(101, () => section('x')) })).toContain('no more than 100 items')
    expect(await open({ type: 'home' })).toContain('cannot go there')
    expect(await open({ title: undefined })).toContain('missing title')
    const home = (blocks: Json[]) => got('views.publish', { user_id: owner, view: { type: 'home', blocks } })
    expect(await home(many(100, () => section('x')))).toBe('ok')
    expect(await home(many(101, () => section('x')))).toBe('invalid_arguments!')
    expect(await got('views.publish', { user_id: 'U0', view: { type: 'home', blocks: [] } })).toBe('invalid_arguments!')
    expect(await got('views.update', { view_id: 'V0', view: modal({}) })).toBe('not_found')
  })
})
