import type { Json } from './world.ts'

/** What Discord refuses and its published schemas let pass. Each gives sentences; none means all is well. */
export const CONTENT_MAX = 2000
const EMBEDS_MAX = 6000
const NESTED_MAX = 40
const ROWS_MAX = 5
const MODAL_MAX = 5
const COMMAND_MAX = 8000
const COMMANDS_MAX = 100
/** Of those chosen on a message, and of those chosen on a person. */
const CHOSEN_MAX = 5
const V2 = 1 << 15
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

/** A list of objects out of judged JSON; anything else is nothing. */
export function listOf(value: unknown): Json[] {
  // The schemas have seen it: what is an object here is one of JSON's.
  return Array.isArray(value) ? value.filter((one): one is Json => typeof one === 'object' && one !== null) : []
}

export function words(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** All components of a message, those inside others too. */
export function flat(components: Json[]): Json[] {
  return components.flatMap((one) => {
    const inside = [...listOf(one.components), ...listOf([one.accessory]), ...listOf([one.component])]
    return [one, ...flat(inside)]
  })
}

export function messageProblems(body: Json): string[] {
  const embeds = listOf(body.embeds)
  const components = listOf(body.components)
  const isV2 = (Number(body.flags ?? 0) & V2) !== 0
  const problems = [...embedProblems(embeds), ...componentProblems(flat(components))]
  if (words(body.content).length > CONTENT_MAX) problems.push(`content is over ${CONTENT_MAX} characters`)
  if (isV2) {
    if (body.content || embeds.length > 0) problems.push('content and embeds cannot stand beside components v2')
    if (flat(components).length > NESTED_MAX) problems.push(`more than ${NESTED_MAX} components, nested ones counted`)
    const text = flat(components).reduce((sum, one) => sum + (one.type === 10 ? words(one.content).length : 0), 0)
    if (text > 4000) problems.push('components v2 hold over 4000 characters')
  } else {
    if (components.length > ROWS_MAX) problems.push(`more than ${ROWS_MAX} rows of components`)
    if (components.some((row) => row.type !== 1)) problems.push('only rows may stand at the top without the v2 flag')
  }
  const mentions = (body.allowed_mentions ?? {}) as Json // Judged by the schema before.
  for (const kind of ['users', 'roles']) {
    const parses = Array.isArray(mentions.parse) && mentions.parse.includes(kind)
    const named = mentions[kind]
    if (parses && Array.isArray(named) && named.length > 0)
      problems.push(`allowed_mentions: ${kind} both parsed and named`)
  }
  return problems
}

function embedProblems(embeds: Json[]): string[] {
  const problems: string[] = []
  let total = 0
  for (const embed of embeds) {
    const fields = listOf(embed.fields)
    const footer = (embed.footer ?? {}) as Json // Judged by the schema before.
    const author = (embed.author ?? {}) as Json // The same.
    if (words(footer.text).length > 2048) problems.push('embed footer is over 2048 characters')
    for (const field of fields) {
      if (!words(field.name).trim() || !words(field.value).trim()) problems.push('an embed field is empty')
      total += words(field.name).length + words(field.value).length
    }
    for (const part of [embed.title, embed.description, footer.text, author.name]) total += words(part).length
  }
  if (total > EMBEDS_MAX) problems.push(`embeds hold ${total} characters, over ${EMBEDS_MAX}`)
  return problems
}

function componentProblems(components: Json[]): string[] {
  const problems: string[] = []
  const ids = components.flatMap((one) => (typeof one.custom_id === 'string' ? [one.custom_id] : []))
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) problems.push(`custom_id ${twice} stands there twice`)
  for (const one of components) {
    if (one.type === 1 && listOf(one.components).some((inside) => Number(inside.type) !== 2)) {
      if (listOf(one.components).length > 1) problems.push('a select needs a row of its own')
    }
    if (one.type === 2) problems.push(...buttonProblems(one))
    if (one.type === 3) problems.push(...selectProblems(one))
    if (one.type === 10 && !words(one.content)) problems.push('a text display is empty')
  }
  return problems
}

function buttonProblems(button: Json): string[] {
  const problems: string[] = []
  if (button.style === 5 ? !button.url || button.custom_id : !button.custom_id || button.url)
    problems.push('a button needs a custom_id, and a link a url, never both')
  if (!words(button.label).trim() && !button.emoji) problems.push('a button has neither label nor emoji')
  return problems
}

function selectProblems(select: Json): string[] {
  const problems: string[] = []
  const options = listOf(select.options)
  const values = options.map((option) => option.value)
  if (new Set(values).size < values.length) problems.push('two options of a select have the same value')
  const max = Number(select.max_values ?? 1)
  if (Number(select.min_values ?? 1) > max) problems.push('min_values is over max_values')
  if (max > options.length) problems.push('max_values is over the number of options')
  if (options.filter((option) => option.default).length > max) problems.push('more options chosen than max_values')
  return problems
}

export function modalProblems(modal: Json): string[] {
  const components = listOf(modal.components)
  const problems = componentProblems(flat(components).filter((one) => one.type !== 1))
  if (components.length > MODAL_MAX) problems.push(`more than ${MODAL_MAX} components in a modal`)
  for (const row of components) {
    const inputs = row.type === 1 ? listOf(row.components) : listOf([row.component])
    if (row.type === 1 && inputs.length !== 1) problems.push('a row of a modal holds one input')
    for (const input of inputs) {
      if (row.type === 1 && !input.label) problems.push('a text input in a row needs a label')
      if (row.type === 18 && input.label) problems.push('a text input in a label has no label of its own')
      const [min, max] = [Number(input.min_length ?? 0), Number(input.max_length ?? 4000)]
      const value = words(input.value)
      if (min > max) problems.push('min_length is over max_length')
      if (value && (value.length > max || value.length < min)) problems.push('a value does not fit its own length')
    }
  }
  return problems
}

/** Of an event outside of Discord's channels: `isWhole` where nothing of it is there yet. */
export function eventProblems(body: Json, isWhole: boolean): string[] {
  const [place] = listOf([body.entity_metadata])
  const isEmpty = (name: string, value: unknown) =>
    (isWhole || value !== undefined) && !words(value).trim() ? [`${name} is empty`] : []
  return [
    ...isEmpty('name', body.name),
    ...isEmpty('entity_metadata.location', place?.location ?? (body.entity_metadata === undefined ? undefined : '')),
    ...isEmpty('scheduled_end_time', body.scheduled_end_time),
  ]
}

export function commandsProblems(commands: Json[]): string[] {
  const problems = commands.flatMap(commandProblems)
  if (commands.filter((one) => Number(one.type ?? 1) === 1).length > COMMANDS_MAX)
    problems.push(`more than ${COMMANDS_MAX} commands`)
  for (const type of [2, 3])
    if (commands.filter((one) => Number(one.type) === type).length > CHOSEN_MAX)
      problems.push(`more than ${CHOSEN_MAX} commands of type ${type}`)
  const names = commands.map((one) => `${one.type ?? 1} ${one.name}`)
  if (new Set(names).size < names.length) problems.push('two commands have the same name')
  return problems
}

function commandProblems(command: Json): string[] {
  if (Number(command.type ?? 1) !== 1) {
    const isBare = !words(command.description) && listOf(command.options).length === 0
    return isBare ? [] : [`${command.name}: what is not typed has neither description nor options`]
  }
  const problems = optionProblems(command, 0).map((problem) => `/${command.name}: ${problem}`)
  const size = sizeOf(command)
  if (size > COMMAND_MAX) problems.push(`/${command.name}: ${size} characters, over ${COMMAND_MAX}`)
  return problems
}

function optionProblems(one: Json, depth: number): string[] {
  const problems: string[] = []
  const options = listOf(one.options)
  const name = words(one.name)
  if (!NAME.test(name) || name !== name.toLowerCase()) problems.push(`the name ${name} is not allowed`)
  if (!words(one.description)) problems.push(`${name} has no description`)
  const names = options.map((option) => option.name)
  if (new Set(names).size < names.length) problems.push(`two options of ${name} have the same name`)
  const isRequired = options.map((option) => option.required === true)
  if (isRequired.some((required, index) => required && isRequired.indexOf(false) < index && isRequired.includes(false)))
    problems.push(`required options of ${name} come first`)
  const groups = options.filter((option) => Number(option.type) <= 2)
  if (groups.length > 0 && groups.length < options.length) problems.push(`${name} mixes subcommands and options`)
  if (depth > 0 && groups.some((option) => option.type === 2)) problems.push(`${name} holds a group too deep`)
  if (depth > 1 && groups.length > 0) problems.push(`${name} holds subcommands too deep`)
  if (one.autocomplete && listOf(one.choices).length > 0) problems.push(`${name} has choices and autocomplete`)
  const choices = listOf(one.choices)
  for (const part of ['name', 'value'])
    if (new Set(choices.map((choice) => choice[part])).size < choices.length)
      problems.push(`two choices of ${name} have the same ${part}`)
  return [...problems, ...options.flatMap((option) => optionProblems(option, depth + 1))]
}

/** Names, descriptions and values count, in the longest of their languages. */
function sizeOf(one: Json): number {
  const longest = (part: string) =>
    Math.max(
      words(one[part]).length,
      ...Object.values((one[`${part}_localizations`] ?? {}) as Json).map((value) => words(value).length), // Judged before.
    )
  const choices = listOf(one.choices).reduce(
    (sum, choice) => sum + String(choice.name ?? '').length + String(choice.value ?? '').length,
    0,
  )
  return (
    longest('name') +
    longest('description') +
    choices +
    listOf(one.options).reduce((sum, option) => sum + sizeOf(option), 0)
  )
}
