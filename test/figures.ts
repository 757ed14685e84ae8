import { command } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { integer, text } from '../src/option.ts'
import type { Card, Content } from '../src/reply.ts'

/** What somebody might call an option to see whether it stays words. */
export const NASTY = '<script>alert(1)</script> & ``` ``` @everyone <!channel> **b** 🎉 שלום\n| x'

/** A card as a result would be shown: so many options, one of them called as somebody typed it. */
export function figures(label: string, many = 3, series = 1): Card {
  const names = ['Yes', 'If need be', 'No'].slice(0, series)
  const bars = Array.from({ length: many }, (_, i) => ({
    label: i === 0 ? say`${label}` : say`${`Option ${i + 1}`}`,
    lengths: names.map((_, k) => Math.max(0, many - i - k)),
  }))
  return {
    title: say`Where shall we go?`,
    body: say`It is decided.`,
    fields: [{ label: say`Decided`, value: say`${label}` }],
    table: {
      columns: [say`Option`, ...names.map((name) => say`${name}`)],
      rows: bars.map((bar) => [bar.label, ...bar.lengths.map((length) => say`${length}`)]),
    },
    chart: {
      title: say`Votes for each option, of which one is ${label}`,
      series: names.map((name) => say`${name}`),
      bars,
    },
    buttons: [{ label: say`Again`, press: 'figures?label=a' }],
  }
}

/** The same as a message of Kindred's own. */
export const shownFigures = (label: string, many?: number): Content => ({
  text: say`The result:`,
  card: figures(label, many),
})

/** A command that answers with it. */
export const figuresCommand = command({
  name: 'figures',
  description: 'Shows figures',
  permission: 'guest',
  options: { label: text('A label', { max: 400 }), many: integer('How many', 1, 500).optional() },
  run: async (_, { label, many }) => shownFigures(label, many),
})

/** How a PNG is to begin, and how large it says it is. */
export function sizeOfPng(bytes: Buffer): { isPng: boolean; width: number; height: number } {
  const isPng = bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  return { isPng, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}
