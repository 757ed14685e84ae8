import type { types } from '@slack/bolt'
import { drawChart, pictureOf } from '../chart.ts'
import { clipped, groups, pieces } from '../core/pieces.ts'
import { type Pen, write } from '../core/say.ts'
import { figureLines } from '../figures.ts'
import type { Reading } from '../platform.ts'
import type { Button, Card, Chart, Choice, Content, TextFile } from '../reply.ts'
import { LIMITS } from './limits.ts'
import { entities, type Pens, pensOf, strong } from './pens.ts'

/** One message as Slack takes it; what does not fit into one is several. `text` stands for it where blocks can't be drawn. */
export interface Page {
  text: string
  blocks: Block[]
  file?: TextFile
  picture?: Picture
}

/** A picture, which goes along where files can; it is drawn only then. */
export interface Picture {
  name: string
  description: string
  png(): Buffer
}

export type Block = types.HeaderBlock | types.SectionBlock | types.ActionsBlock

/** Writes a message for one reader, in as many pages as it takes. */
export type Render = (content: Content, reading: Reading) => [Page, ...Page[]]

/** Slack refuses empty words where it asks for some. */
const NOTHING = '\u200b'

/** Phones show about so much of a line. */
const CELL_MAX = 18

/** Half of a character, of an escape, or of anything between angle brackets shows as something else. */
const HALF = /(?:[\ud800-\udbff]|&[a-z]{0,4}|<[^>]*)+$/

/** A renderer that writes commands as they are typed here, behind Slack's one command. */
export function renderer(command: string): Render {
  return ({ text, card, file }, reading) => {
    const pens = pensOf(reading, command)
    const blocks = [
      ...(text ? sections(write(text, pens.body)) : []),
      ...(card ? blocksOf(card, pens) : []),
      ...(file && isShort(file) ? sections(code(file)) : []),
    ]
    const [first = { text: NOTHING, blocks: [] }, ...others] = pagesOf(blocks)
    const whole: [Page, ...Page[]] = [first, ...others]
    const end = whole.at(-1)
    if (file && !isShort(file) && end) end.file = file
    if (card?.chart && end) end.picture = pictureOfChart(card.chart, pens.label)
    return whole
  }
}

/** A message that must stay one: its first page, with the buttons. */
export function inOne([first, ...others]: [Page, ...Page[]]): Page {
  const actions = others.flatMap(({ blocks }) => blocks.filter(({ type }) => type === 'actions'))
  const kept = actions.slice(0, LIMITS.blocks - 1)
  return { ...first, blocks: [...first.blocks.slice(0, LIMITS.blocks - kept.length), ...kept] }
}

/** The blocks of all pages, as a view takes them. */
export function inView(pages: Page[]): Block[] {
  const blocks = pages.flatMap((page) => page.blocks)
  return unique(blocks.length > 0 ? blocks.slice(0, LIMITS.viewBlocks) : [section(NOTHING)])
}

function blocksOf(card: Card, pens: Pens): Block[] {
  const { title, body, fields = [], choice, buttons = [] } = card
  const named = fields.map(({ label, value }) => {
    const heading = write(label, pens.title).replaceAll('\n', ' ')
    return `${strong(heading)}\n${write(value, pens.body) || NOTHING}`
  })
  return [
    ...(title ? heading(write(title, pens.label), write(title, pens.title)) : []),
    ...(body ? sections(write(body, pens.body)) : []),
    ...together(named).flatMap(sections),
    ...fenced(figureLines(card, pens.label, CELL_MAX).join('\n')).map(section),
    ...(choice ? [listOf(choice, pens.label)] : []),
    ...groups(buttons, LIMITS.buttonsInABlock).map((some) => rowOf(some, pens.label)),
  ]
}

function heading(plain: string, markup: string): Block[] {
  const words = plain.replaceAll('\n', ' ').trim()
  if (!words) return []
  if (words.length > LIMITS.header) return sections(markup).map(({ text }) => section(strong(text?.text ?? '')))
  return [{ type: 'header', text: { type: 'plain_text', text: words, emoji: true } }]
}

/** Fields side by side in one section as long as they fit, since blocks are few. */
function together(named: string[]): string[] {
  const found: string[] = []
  for (const one of named) {
    const joined = found.length === 0 ? one : `${found.at(-1)}\n\n${one}`
    if (found.length > 0 && joined.length <= SECTION_MAX) found[found.length - 1] = joined
    else found.push(one)
  }
  return found
}

/** A little less than a section takes: what makes a piece strong is added to it. */
const SECTION_MAX = LIMITS.section - 10

function sections(markup: string): types.SectionBlock[] {
  if (!markup.trim()) return []
  return pieces(markup, SECTION_MAX, HALF).map(section)
}

function section(markup: string): types.SectionBlock {
  // Verbatim: words that look like an address or a channel stay words.
  return { type: 'section', text: { type: 'mrkdwn', text: markup.trim() || NOTHING, verbatim: true } }
}

function rowOf(buttons: Button[], pen: Pen): types.ActionsBlock {
  return {
    type: 'actions',
    elements: buttons.map(({ label, press }) => ({
      type: 'button',
      action_id: press,
      value: press,
      text: { type: 'plain_text', text: shown(write(label, pen), LIMITS.buttonLabel), emoji: true },
    })),
  }
}

/** A list that folds. Each option is an address of its own, so the list itself has none. */
function listOf({ label, options }: Choice, pen: Pen): types.ActionsBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'static_select',
        action_id: 'choice',
        placeholder: { type: 'plain_text', text: shown(write(label, pen), LIMITS.placeholder), emoji: true },
        options: options.slice(0, LIMITS.choices).map((option) => ({
          text: { type: 'plain_text', text: shown(write(option.label, pen), LIMITS.choiceName), emoji: true },
          value: option.press,
        })),
      },
    ],
  }
}

const shown = (words: string, max: number) => clipped(words.replaceAll('\n', ' ').trim(), max) || NOTHING

/** A longer one would be cut, so it is uploaded; and what is for a calendar is opened by a program, which needs a file. */
const isShort = (file: TextFile) => file.type !== 'text/calendar' && code(file).length <= SECTION_MAX

const code = ({ name, text }: TextFile) => `${name}\n${fence(literal(text))}`

/** Words in letters of one width, in as many pieces as it takes. */
const fenced = (words: string) => (words ? pieces(literal(words), SECTION_MAX - fence('').length, HALF).map(fence) : [])

/** Inside the fence nothing is markup, so what would close it may not stand there. */
const literal = (words: string) => entities(words).replaceAll('`', 'ˋ')
const fence = (markup: string) => `\`\`\`\n${markup}\n\`\`\``

function pictureOfChart(chart: Chart, pen: Pen): Picture {
  const description = clipped(write(chart.title, pen), LIMITS.pictureDescription)
  return { name: 'chart.png', description, png: () => pictureOf(drawChart(chart, pen)) }
}

function pagesOf(blocks: Block[]): Page[] {
  const found: Block[][] = []
  let weight = 0
  for (const block of blocks) {
    const last = found.at(-1)
    weight += weightOf(block)
    if (last && last.length < LIMITS.blocks && weight <= LIMITS.blocksInAll) last.push(block)
    else {
      found.push([block])
      weight = weightOf(block)
    }
  }
  return found.map((some) => ({ text: fallback(some), blocks: unique(some) }))
}

/** Two buttons of one message may have one address, but not one id. */
function unique(blocks: Block[]): Block[] {
  const seen = new Set<string>()
  return blocks.map((block) => {
    if (block.type !== 'actions') return block
    const elements = block.elements.map((element) => {
      const id = 'action_id' in element ? (element.action_id ?? '') : ''
      let own = id
      for (let n = 2; seen.has(own); n++) own = `${id}#${n}`
      seen.add(own)
      return { ...element, action_id: own }
    })
    return { ...block, elements }
  })
}

function fallback(blocks: Block[]): string {
  const words = blocks.flatMap((block) => {
    if (block.type === 'section') return block.text?.text ?? []
    return block.type === 'header' ? entities(block.text.text) : []
  })
  return clipped(words.join('\n').trim() || labels(blocks), LIMITS.fallback, HALF) || NOTHING
}

/** What a message of buttons alone is called. */
function labels(blocks: Block[]): string {
  const all = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
  return all.flatMap((one) => (one.type === 'button' ? `[${entities(one.text.text)}]` : [])).join(' ')
}

function weightOf(block: Block): number {
  if (block.type === 'header') return block.text.text.length
  if (block.type === 'section') return block.text?.text.length ?? 0
  return JSON.stringify(block).length
}
