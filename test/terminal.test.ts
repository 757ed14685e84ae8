import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OptionShape } from '../src/option.ts'
import { parseCommand } from '../src/slack/parse.ts'
import { readLine } from '../src/terminal/line.ts'
import { openStage, type Stage, textOf } from './stage.ts'

const shape = (name: string, more: Partial<OptionShape> = {}): OptionShape =>
  // Only what the parser reads; the rest of a shape is the same for all.
  ({
    kind: 'text',
    max: 100,
    long: false,
    name,
    description: name,
    required: false,
    keyOnly: false,
    ...more,
  }) as OptionShape
const shapes: Record<string, OptionShape[]> = {
  start: [shape('name'), shape('need'), shape('pledges')],
  sharing: [shape('community'), shape('answer', { kind: 'choice', choices: ['on', 'off'] })],
  join: [shape('community'), shape('code', { keyOnly: true })],
  status: [],
}
const parse = (line: string) => parseCommand(line, (name) => shapes[name])

describe('a typed command', () => {
  test.each([
    [
      'start "Parents United" need:"a, so that b" pledges:3',
      { name: 'Parents United', need: 'a, so that b', pledges: '3' },
    ],
    ['start “Parents United” need:„a b“', { name: 'Parents United', need: 'a b' }],
    ['start Note: hello', { name: 'Note:', need: 'hello' }],
    ['start a b c d', { name: 'a', need: 'b', pledges: 'c d' }],
    ['start need:b a', { need: 'b', name: 'a' }],
    ['start "never closed', { name: 'never closed' }],
    ['start name:"" x', { name: '', need: 'x' }],
    ['join parents united', { community: 'parents united' }],
    ['join https://x.example', { community: 'https://x.example' }],
    ['sharing on', { answer: 'on' }],
    ['sharing parents off', { community: 'parents', answer: 'off' }],
    ['staff status', {}],
  ])('%s', (line, raw) => {
    expect(parse(line).raw).toEqual(raw)
  })

  test('is found behind its group, and in capitals', () => {
    expect(parse('organize join x').command).toBe('join')
    expect(parse('Join x').command).toBe('join')
  })
})

describe('a line', () => {
  test.each([
    ['', { kind: 'nothing' }],
    ['# hello', { kind: 'comment', text: '# hello' }],
    ['/join x', { kind: 'command', speaker: { name: 'you', isStaff: false }, text: 'join x' }],
    [
      '@ana!#den:parents /leave',
      { kind: 'command', speaker: { name: 'ana', isStaff: true, workspace: 'den', room: 'parents' }, text: 'leave' },
    ],
    [
      '@ana [Yes] "May the Museum"',
      { kind: 'press', speaker: { name: 'ana', isStaff: false }, labels: ['Yes'], containing: 'May the Museum' },
    ],
    ['@ana [A] [C]', { kind: 'press', speaker: { name: 'ana', isStaff: false }, labels: ['A', 'C'] }],
    ['@ana {"reason": "x"}', { kind: 'fields', speaker: { name: 'ana', isStaff: false }, fields: { reason: 'x' } }],
    ['@ana ?', { kind: 'look', speaker: { name: 'ana', isStaff: false } }],
    ['mail ana [Take it]', { kind: 'mail', to: 'ana', labels: ['Take it'] }],
    ['store files down', { kind: 'store', name: 'files', fault: 'down' }],
    ['hook crm {"event":"clicked"}', { kind: 'hook', name: 'crm', body: '{"event":"clicked"}' }],
    ['file members.csv <<END', { kind: 'file', name: 'members.csv', end: 'END' }],
    ['file a.csv <<END\na, b\n\n c\n END', { kind: 'file', name: 'a.csv', end: 'END', text: 'a, b\n\n c\n' }],
    ['file a.csv <<END\nEND', { kind: 'file', name: 'a.csv', end: 'END', text: '' }],
    ['+3d', { kind: 'advance', duration: '3d' }],
  ])('%s', (line, read) => {
    expect(readLine(line)).toEqual(read)
  })

  test.each([
    'hello',
    '@ana hello',
    '@ana {broken',
    '@ana [Yes',
    '+3y',
    '@ana [1] 2',
  ])('%s is not understood', (line) => {
    expect(readLine(line).kind).toBe('unknown')
  })
})

describe('the terminal', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
    await stage
      .actor('ana')
      .types('/start-community Parents need:"people with children, so that we can meet" pledges:2')
  })
  afterEach(() => stage.close())

  test('keeps workspaces apart: the same name there is another account, with a room of its own', async () => {
    await stage.actor('ben').types('/join parents')
    expect(await stage.actor('ana#den').types('/join parents')).toContain("You're in")
    const known = await stage.read((store) => store.rooms.known('terminal'))
    expect(known.map(({ workspace, account }) => `${workspace}/${account}`).sort()).toEqual([
      'den/ana',
      'main/ana',
      'main/ben',
    ])
    expect(await stage.actor('eve#den').presses('Join')).toContain('sees no button')
  })

  test('presses a private message that waits before a newer one that everyone sees', async () => {
    await stage.actor('ben').types('/join parents')
    await stage.actor('cem').types('/start-community Sketchers need:"people who draw, so that we can meet" pledges:3')
    expect(await stage.actor('ben').presses('Yes')).toContain('Thank you')
    expect(await stage.actor('ben').presses('Pledge')).toContain('2 of 3')
  })

  test('says what to do for lines it does not understand, and for what does not exist yet', async () => {
    const says = async (line: string) => (await stage.play(line)).map(textOf).join('\n')
    expect(await says('hello')).toContain('error: Type a command')
    expect(await says('@ana [Nothing]')).toContain('sees no button [Nothing]')
    expect(await says('@ana {"a": "b"}')).toContain('no form open')
    expect(await says('mail ana [Take it]')).toBe('Mails have nothing to press yet.')
    expect(await says('hook crm {"event":"clicked"}')).toBe('error: There is no destination “crm”. There are: files.')
  })

  test('lists what can be pressed', async () => {
    expect(await stage.actor('ben').types('?')).toContain('Wanted: Parents: [Pledge] [Take back]')
  })

  test('shows what people typed without what could draw on the screen', async () => {
    expect(await stage.actor('ben').types('/join \u001b[31mred\u202e')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})
