import { expect, test } from 'vitest'
import { loadCommands } from '../src/load-commands.ts'
import { channelsIn, parseLine } from '../src/slack/parse.ts'
import { folders } from './stage.ts'

const commands = await loadCommands(folders.commands)
const read = (text: string) => parseLine(text, (name) => commands.find((one) => one.name === name)?.shapes)

test('a line behind the one command is a command and its options', () => {
  expect(read('join parents-united')).toEqual({ command: 'join', raw: { community: 'parents-united' } })
  expect(read('  JOIN  parents-united ')).toEqual({ command: 'join', raw: { community: 'parents-united' } })
  expect(read('/join parents-united')?.command).toBe('join')
  expect(read('staff status')).toEqual({ command: 'status', raw: {} })
  expect(read('organize invite parents-united people:3')).toEqual({
    command: 'invite',
    raw: { community: 'parents-united', people: '3' },
  })
})

test('the short names of the menu mean the commands they stand for', () => {
  expect(read('list museum')).toEqual({ command: 'communities', raw: { search: 'museum' } })
  expect(read('start "Night Owls" need:“people who stay up late”')).toEqual({
    command: 'start-community',
    raw: { name: 'Night Owls', need: 'people who stay up late' },
  })
  expect(read('list')?.command).toBe('communities')
})

test('nothing behind the command is nothing', () => {
  expect(read('')).toBeUndefined()
  expect(read('   ')).toBeUndefined()
})

test('what Slack put between angle brackets is what was typed', () => {
  expect(read('setup staff:<@U024BE7LH|ana> staff-room:<#C123|team>')?.raw).toEqual({
    staff: 'slack:U024BE7LH',
    'staff-room': '#team',
  })
  expect(read('email <mailto:ana@example.org|ana@example.org>')?.raw).toEqual({ address: 'ana@example.org' })
  expect(read('setup privacy:<https://museum.example/privacy>')?.raw).toEqual({
    privacy: 'https://museum.example/privacy',
  })
  expect(read('join <!channel>')?.raw).toEqual({ community: '@channel' })
})

test('what was typed between angle brackets stays words', () => {
  expect(read('join &lt;@U024BE7LH&gt; &amp;amp; co')?.raw).toEqual({ community: '<@U024BE7LH> &amp; co' })
})

test('a private channel, whose name Slack keeps to itself, is known by its number', () => {
  expect(channelsIn('setup staff-room:<#G7|> and <#C1|team>')).toEqual([
    { id: 'G7', name: 'G7' },
    { id: 'C1', name: 'team' },
  ])
  expect(read('setup staff-room:<#G7|>')?.raw).toEqual({ 'staff-room': '#G7' })
})
