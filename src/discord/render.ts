import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIEmbed,
  type APIEmbedField,
  type APIStringSelectComponent,
  ButtonStyle,
  ComponentType,
} from 'discord.js'
import type { Command } from '../command.ts'
import { clipped, groups, pieces } from '../core/pieces.ts'
import { calledIn, clean, labelPen } from '../core/plain.ts'
import { type Pen, type Text, write } from '../core/say.ts'
import type { Reading } from '../platform.ts'
import type { Card, Choice, Content, TextFile } from '../reply.ts'
import { type Picture, pictureFor, tablesOf } from './figures.ts'
import { LIMITS } from './limits.ts'

/** One message as Discord takes it; what does not fit into one is several. */
export interface Page {
  content?: string
  embeds?: APIEmbed[]
  components?: Row[]
  file?: TextFile
  picture?: Picture
}

/** Writes a message for one reader, in as many pages as it takes. */
export type Render = (content: Content, reading: Reading) => [Page, ...Page[]]

/** Nobody is pinged by anything Kindred says, whatever stands in it. */
export const PINGS_NOBODY = { parse: [] }

/** Discord refuses empty words where it asks for some. */
const NOTHING = '\u200b'

/** A renderer that knows which commands are typed behind a group here: `/staff status` for `/status`. */
export function renderer(commands: Pick<Command, 'name' | 'group'>[]): Render {
  const group = new Map(commands.map((command) => [command.name, command.group]))
  const typedHere = (words: string) =>
    words.replace(/^\/([a-z-]+)/, (all, name: string) => (group.get(name) ? `/${group.get(name)} ${name}` : all))
  return ({ text, card, file }, reading) => {
    const pens = pensOf(reading, typedHere)
    const pages: Page[] = text ? pieces(write(text, pens.body), LIMITS.content).map((content) => ({ content })) : []
    const rows = card ? rowsOf(card, pens.label) : []
    const groupsOfEmbeds = card ? shownTogether(embedsOf(card, pens), tablesOf(card, pens.label)) : []
    const picture = card && pictureFor(card, pens.label)
    groupsOfEmbeds.forEach((embeds, i) => {
      // The first stands under the last words.
      const last = pages.at(-1)
      if (i === 0 && last) last.embeds = embeds
      else pages.push({ embeds })
    })
    const [illustrated] = pages.filter(({ embeds }) => embeds)
    if (picture && illustrated?.embeds?.[0]) {
      illustrated.embeds[0].image = { url: `attachment://${picture.name}` }
      illustrated.picture = picture
    }
    groups(rows, LIMITS.rows).forEach((components, i) => {
      const last = pages.at(-1)
      if (i === 0 && last) last.components = components
      else pages.push({ content: i === 0 ? NOTHING : '…', components })
    })
    const [first = { content: NOTHING }, ...others] = pages
    const whole: [Page, ...Page[]] = [first, ...others]
    const end = whole.at(-1)
    if (file && end) end.file = file
    return whole
  }
}

/** A message that must stay one: its first page, with the buttons. */
export function inOne([first, ...others]: [Page, ...Page[]]): Page {
  const components = first.components ?? others.find((page) => page.components)?.components
  return { ...first, ...(components && { components }) }
}

interface Pens {
  body: Pen
  /** Titles know markdown, but neither people nor times. */
  title: Pen
  /** Buttons show words as they are. */
  label: Pen
}

function embedsOf({ title, body, fields = [] }: Card, pens: Pens): APIEmbed[] {
  if (!title && !body && fields.length === 0) return []
  const on = (text: Text, pen: Pen, max: number) => clipped(write(text, pen), max) || NOTHING
  const embeds: APIEmbed[] = pieces(body ? write(body, pens.body) : '', LIMITS.embedDescription).map((description) => ({
    ...(description && { description }),
  }))
  if (title && embeds[0]) embeds[0].title = on(title, pens.title, LIMITS.embedTitle)
  for (const field of fields.flatMap(fieldsFor)) {
    const last = embeds.at(-1)
    const fits =
      last &&
      (last.fields?.length ?? 0) < LIMITS.embedFields &&
      lengthOf(last) + field.name.length + field.value.length <= LIMITS.embedsInAll
    if (fits) last.fields = [...(last.fields ?? []), field]
    else embeds.push({ fields: [field] })
  }
  return embeds

  /** One for each value, or more for a long one, which goes on without a name. */
  function fieldsFor({ label, value }: { label: Text; value: Text }): APIEmbedField[] {
    const name = on(label, pens.title, LIMITS.embedFieldName)
    const all = pieces(write(value, pens.body), LIMITS.embedFieldValue)
    return all.map((words, i) => ({ name: i === 0 ? name : NOTHING, value: words || NOTHING }))
  }
}

/** Embeds by the message they stand in: figures stand below what they belong to, as far as there is room. */
function shownTogether(embeds: APIEmbed[], tables: APIEmbed[]): APIEmbed[][] {
  const found = embeds.map((embed) => [embed])
  for (const table of tables) {
    const last = found.at(-1)
    const all = [...(last ?? []), table]
    if (last && all.length <= LIMITS.embeds && all.reduce((sum, one) => sum + lengthOf(one), 0) <= LIMITS.embedsInAll)
      last.push(table)
    else found.push([table])
  }
  return found
}

/** How long an embed is by Discord's own count. */
function lengthOf({ title = '', description = '', fields = [] }: APIEmbed): number {
  return [title, description, ...fields.flatMap(({ name, value }) => [name, value])].join('').length
}

type Row = APIActionRowComponent<APIButtonComponentWithCustomId | APIStringSelectComponent>

function rowsOf({ choice, buttons = [] }: Card, pen: Pen): Row[] {
  const drawn = buttons.map(
    ({ label, press }): APIButtonComponentWithCustomId => ({
      type: ComponentType.Button,
      style: ButtonStyle.Secondary,
      label: clipped(write(label, pen), LIMITS.buttonLabel) || NOTHING,
      custom_id: press,
    }),
  )
  const rows = groups(drawn, LIMITS.buttonsInARow).map((components) => ({
    type: ComponentType.ActionRow as const,
    components,
  }))
  return choice ? [listOf(choice, pen), ...rows] : rows
}

/** A list that folds. Each option is an address of its own, so the list itself has none. */
function listOf({ label, options }: Choice, pen: Pen): Row {
  const select: APIStringSelectComponent = {
    type: ComponentType.StringSelect,
    custom_id: 'choice',
    placeholder: clipped(write(label, pen), LIMITS.selectPlaceholder),
    options: options.slice(0, LIMITS.choices).map((option) => ({
      label: clipped(write(option.label, pen), LIMITS.choiceName) || NOTHING,
      value: option.press,
    })),
  }
  return { type: ComponentType.ActionRow, components: [select] }
}

/** Words as they are, for Discord to show nothing else: no markdown, no mention, no link of its own. */
export function escaped(words: string): string {
  return clean(words)
    .replace(/[\\*_~`|[\]<@]|:(?=\/\/)/g, '\\$&')
    .replace(/^(\s*)([-+#>])/gm, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/gm, '$1\\$2')
}

function pensOf({ names, zone }: Reading, typedHere: (words: string) => string): Pens {
  const label = labelPen(names, zone, typedHere)
  const title: Pen = {
    ...label,
    plain: escaped,
    strong: escaped,
    person: (id) => escaped(calledIn(names, id)),
    link: (_, words) => escaped(words),
    typed: (words) => escaped(typedHere(words)),
  }
  const body: Pen = {
    ...title,
    strong: (words) => `**${escaped(words)}**`,
    person: (id) => {
      const externalId = names[id]?.externalId
      return externalId ? `<@${externalId}>` : escaped(calledIn(names, id))
    },
    when: (iso) => `<t:${Math.floor(Date.parse(iso) / 1000)}:f>`,
    link: linked,
    // Inside backticks nothing can be escaped, so they themselves may not stand there.
    typed: (words) => `\`${clean(typedHere(words)).replaceAll('`', 'ˋ').replaceAll('\n', ' ')}\``,
  }
  return { body, title, label }
}

/** A link without a preview. Discord draws none whose words look like another address. */
function linked(url: string, words: string): string {
  if (!/^https?:\/\/[^\s<>]+$/.test(url)) return escaped(words)
  if (words === url || /^\w+:\/\//.test(words)) return `<${url}>`
  return `[${escaped(words)}](<${url}>)`
}
