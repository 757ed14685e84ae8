import { describe, expect, test } from 'vitest'
import { tableLines, widthOf } from '../src/core/table-text.ts'
import { jsonPrinter } from '../src/terminal/print.ts'
import { figures, figuresCommand, NASTY } from './figures.ts'
import { personCalled } from './lookup.ts'
import { codeFor, onStage, openStage, type Stage } from './stage.ts'

describe('a table in letters', () => {
  test('has its columns one below the other, whatever stands in them', () => {
    const rows = [
      ['Garten', '12'],
      ['会議室 🎉', '3'],
      [NASTY, '0'],
      ['e\u0301'.repeat(60), '7'],
    ]
    const lines = tableLines(
      { columns: ['Option', 'Votes'], rows, bars: [{ label: 'Votes', lengths: [12, 3, 0, 7] }] },
      20,
    )
    expect(lines[0]).toBe(`Option${' '.repeat(16)}Votes`)
    expect(lines[1]).toBe(`Garten${' '.repeat(19)}12  ██████████`)
    expect(lines[2]).toBe(`会議室 🎉${' '.repeat(17)}3  ███░░░░░░░`)
    expect(new Set(lines.slice(1).map(widthOf))).toEqual(new Set([39]))
    expect(lines.join('').includes('\n')).toBe(false)
  })

  test('is not made long by letters of very many marks', () => {
    const marked = `e${'\u0301'.repeat(9_000)}`
    expect(tableLines({ columns: [marked], rows: [[`ab${marked}`]] }, 20)).toEqual(['…', 'ab…'])
  })

  test('gives more room to what could not be told apart otherwise', () => {
    const rows = [['Sun 22 Mar 2026, 10:00 (GMT+1)'], ['Sun 22 Mar 2026, 15:00 (GMT+1)']]
    expect(tableLines({ columns: ['Option'], rows }, 18)).toEqual(['Option', ...rows.flat()])
    expect(tableLines({ columns: ['Option'], rows: rows.slice(1) }, 18)).toEqual(['Option', 'Sun 22 Mar 2026,…'])
  })

  test('shows a little as something, and nearly all as less than all', () => {
    const rows = [['a'], ['b'], ['c']]
    const [, ...drawn] = tableLines({ columns: ['x'], rows, bars: [{ label: '', lengths: [1, 999, 1000] }] }, 20)
    expect(drawn).toEqual(['a  █░░░░░░░░░', 'b  █████████░', 'c  ██████████'])
  })
})

describe('a card with figures', () => {
  let stage: Stage
  onStage(
    (opened) => {
      stage = opened
    },
    { commands: [figuresCommand] },
  )

  test('is a table in the terminal, after the fields', async () => {
    const lines = (await stage.actor('ana').types('/figures Garden')).split('\n')
    expect(lines.slice(-6)).toEqual([
      'Decided: Garden',
      'Option    Yes',
      'Garden      3  ██████████',
      'Option 2    2  ███████░░░',
      'Option 3    1  ███░░░░░░░',
      '[Again]',
    ])
  })

  test('is data for programs', async () => {
    const lines: string[] = []
    const print = jsonPrinter((line) => lines.push(line))
    for (const output of await stage.play('@ana /figures Garden')) print(output)
    const { card, figures: none } = JSON.parse(lines[0] ?? '')
    expect(none).toBeUndefined()
    expect(card.table).toEqual({
      columns: ['Option', 'Yes'],
      rows: [
        ['Garden', '3'],
        ['Option 2', '2'],
        ['Option 3', '1'],
      ],
    })
  })
})

test('a letter has the figures as lines', async () => {
  const stage = await openStage()
  const ana = stage.actor('ana')
  await ana.types('/email ana@example.org')
  await ana.types(`/email ${codeFor(stage, 'ana@example.org')}`)
  const { id } = await personCalled(stage, 'ana')
  await stage.read((store) => store.notices.choose(id, 'opened', 'mail'))
  await stage.read((store) =>
    store.notices.tell([id], 'opened', { card: figures('Garden & <b>', 2, 2) }, stage.now(), {
      platform: 'terminal',
      workspace: 'main',
    }),
  )
  await stage.play('@ana ?')
  const mail = stage.outputs.findLast((output) => 'mail' in output)
  expect(mail && 'mail' in mail ? mail.mail.text : '').toContain(
    'Option: Yes, If need be\nGarden & <b>: 2, 1\nOption 2: 1, 0\n',
  )
  await stage.close()
})
