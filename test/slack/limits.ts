import { anything, flag, list, number, object, oneOf, type Rule, string, typed } from './shape.ts'
import { isJson, type Json, listOf, textOf, words } from './world.ts'

/** Slack's limits of messages and views, in one table; the numbers are theirs. */
export const LIMIT = {
  text: 40_000,
  blocksOfMessage: 50,
  blocksOfView: 100,
  wholeMessage: 13_000,
  section: 3000,
  field: 2000,
  fields: 10,
  header: 150,
  actions: 25,
  context: 10,
  buttonText: 75,
  buttonValue: 2000,
  id: 255,
  optionText: 75,
  optionValue: 150,
  options: 100,
  placeholder: 150,
  viewTitle: 24,
  privateMetadata: 3000,
  callbackId: 255,
  markdown: 12_000,
  topic: 250,
} as const

const plain = (max: number): Rule => object({ 'type!': oneOf('plain_text'), 'text!': string(max), emoji: flag })
const text = (max: number): Rule =>
  typed({
    plain_text: plain(max),
    mrkdwn: object({ 'type!': oneOf('mrkdwn'), 'text!': string(max), verbatim: flag }),
  })

const id = string(LIMIT.id)
const type = anything
const confirm = object({
  'title!': plain(100),
  'text!': text(300),
  'confirm!': plain(30),
  'deny!': plain(30),
  style: oneOf('primary', 'danger'),
})
const option = object({
  'text!': text(LIMIT.optionText),
  'value!': string(LIMIT.optionValue),
  description: text(75),
  url: string(3000),
})
const options = list(option, LIMIT.options)
const groups = list(object({ 'label!': plain(75), 'options!': options }), 100)
const oneSort = (value: Json) =>
  (value.options === undefined) === (value.option_groups === undefined)
    ? 'either options or option_groups, one of the two'
    : undefined
const common = { 'type!': type, action_id: id, confirm, focus_on_load: flag }
const select = { ...common, placeholder: plain(LIMIT.placeholder) }
const ids = list(anything, 100, 0)
const many = { max_selected_items: number(1, 100) }
const filter = anything

const SELECTS: Record<string, Rule> = {
  static_select: object({ ...select, options, option_groups: groups, initial_option: option }, oneSort),
  multi_static_select: object(
    { ...select, ...many, options, option_groups: groups, initial_options: options },
    oneSort,
  ),
  external_select: object({ ...select, initial_option: option, min_query_length: number(0, 3000) }),
  multi_external_select: object({ ...select, ...many, initial_options: options, min_query_length: number(0, 3000) }),
  users_select: object({ ...select, initial_user: id }),
  multi_users_select: object({ ...select, ...many, initial_users: ids }),
  conversations_select: object({
    ...select,
    initial_conversation: id,
    default_to_current_conversation: flag,
    response_url_enabled: flag,
    filter,
  }),
  multi_conversations_select: object({
    ...select,
    ...many,
    initial_conversations: ids,
    default_to_current_conversation: flag,
    filter,
  }),
  channels_select: object({ ...select, initial_channel: id, response_url_enabled: flag }),
  multi_channels_select: object({ ...select, ...many, initial_channels: ids }),
  checkboxes: object({ ...common, 'options!': list(option, 10), initial_options: list(option, 10) }),
  radio_buttons: object({ ...common, 'options!': list(option, 10), initial_option: option }),
  datepicker: object({ ...select, initial_date: string(10, 10) }),
  timepicker: object({ ...select, initial_time: string(5, 5), timezone: string(100) }),
  datetimepicker: object({ ...common, initial_date_time: number(0, 9_999_999_999) }),
}

const BUTTON = object({
  ...common,
  'text!': plain(LIMIT.buttonText),
  value: string(LIMIT.buttonValue),
  url: string(3000),
  style: oneOf('primary', 'danger'),
  accessibility_label: string(75),
})
const OVERFLOW = object({ ...common, 'options!': list(option, 5) })
const IMAGE = object({ 'type!': type, image_url: string(3000), slack_file: anything, 'alt_text!': string(2000) })

const typing = { ...select, initial_value: string(3000, 0), dispatch_action_config: anything }
const INPUTS: Record<string, Rule> = {
  ...SELECTS,
  plain_text_input: object(
    { ...typing, multiline: flag, min_length: number(0, 3000), max_length: number(1, 3000) },
    ({ min_length: min, max_length: max, initial_value }) =>
      Math.max(Number(min ?? 0), words(initial_value).length) > Number(max ?? 3000) ? 'max_length is low' : undefined,
  ),
  email_text_input: object(typing),
  url_text_input: object(typing),
  number_input: object({ ...typing, 'is_decimal_allowed!': flag, min_value: string(20), max_value: string(20) }),
  file_input: object({ ...common, filetypes: anything, max_files: number(1, 10) }),
}

const block = { 'type!': type, block_id: id }

const BLOCKS: Record<string, Rule> = {
  section: object(
    {
      ...block,
      text: text(LIMIT.section),
      fields: list(text(LIMIT.field), LIMIT.fields),
      accessory: typed({ ...SELECTS, button: BUTTON, overflow: OVERFLOW, image: IMAGE }),
      expand: flag,
    },
    (value) => (value.text === undefined && value.fields === undefined ? 'text or fields must be there' : undefined),
  ),
  header: object({ ...block, 'text!': plain(LIMIT.header) }),
  divider: object(block),
  context: object({
    ...block,
    'elements!': list(typed({ plain_text: text(3000), mrkdwn: text(3000), image: IMAGE }), LIMIT.context),
  }),
  actions: object({
    ...block,
    'elements!': list(typed({ ...SELECTS, button: BUTTON, overflow: OVERFLOW }), LIMIT.actions),
  }),
  input: object({
    ...block,
    'label!': plain(2000),
    'element!': typed(INPUTS),
    hint: plain(2000),
    optional: flag,
    dispatch_action: flag,
  }),
  image: object({
    ...block,
    image_url: string(3000),
    slack_file: anything,
    'alt_text!': string(2000),
    title: plain(2000),
  }),
  markdown: object({ ...block, 'text!': string(LIMIT.markdown) }),
  rich_text: object({ ...block, 'elements!': list(anything, 100) }),
}
const BLOCK = typed(BLOCKS)

/** What stands in a block and can be touched. */
export function elementsOf(one: Json): Json[] {
  return [...(one.type === 'actions' ? listOf(one.elements) : []), ...listOf([one.accessory]), ...listOf([one.element])]
}

/** What Slack has against the blocks of a message or view. */
export function blockProblems(blocks: unknown, max: number): string[] {
  if (!Array.isArray(blocks)) return ['must be an array [json-pointer:/blocks]']
  const problems = list(BLOCK, max, 0)(blocks, '/blocks')
  problems.push(...twice('block_id', listOf(blocks)))
  for (const one of listOf(blocks)) problems.push(...twice('action_id', elementsOf(one)))
  return problems
}

/** An id that stands there more than once. */
function twice(name: string, all: Json[]): string[] {
  const ids = all.flatMap((one) => (typeof one[name] === 'string' ? [words(one[name])] : []))
  const double = ids.find((one, index) => ids.indexOf(one) !== index)
  return double === undefined ? [] : [`${name} "${double}" already exists`]
}

const VIEW = {
  'type!': oneOf('modal', 'home'),
  'blocks!': anything,
  private_metadata: string(LIMIT.privateMetadata, 0),
  callback_id: string(LIMIT.callbackId, 0),
  external_id: string(255, 0),
}
const MODAL = object({
  ...VIEW,
  'title!': plain(LIMIT.viewTitle),
  submit: plain(LIMIT.viewTitle),
  close: plain(LIMIT.viewTitle),
  clear_on_close: flag,
  notify_on_close: flag,
  submit_disabled: flag,
})

/** What Slack has against a view. */
export function viewProblems(view: unknown, kind: 'modal' | 'home'): string[] {
  if (!isJson(view)) return ['view must be an object']
  if (view.type !== kind) return [`a view of type ${words(view.type)} cannot go there`]
  const problems = [
    ...(kind === 'modal' ? MODAL : object(VIEW))(view, '/view'),
    ...blockProblems(view.blocks, LIMIT.blocksOfView),
  ]
  const hasInput = listOf(view.blocks).some((one) => one.type === 'input')
  if (kind === 'modal' && hasInput && view.submit === undefined) problems.push('submit is required with an input block')
  return problems
}

/** The characters in all blocks of a message together. */
export function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), 0)
  if (!isJson(value)) return 0
  const own = ['plain_text', 'mrkdwn', 'markdown', 'text'].includes(words(value.type)) ? words(value.text).length : 0
  const inside = Object.values(value).reduce<number>((sum, one) => sum + sizeOf(one), 0)
  return own + inside
}

const NAME_MAX = 80

/** Slack's word for what is wrong with a channel's name. */
export function nameProblem(name: string): string | undefined {
  if (!name) return 'invalid_name_required'
  if (name.length > NAME_MAX) return 'invalid_name_maxlength'
  if (!/^[a-z0-9_-]+$/.test(name)) return 'invalid_name_specials'
  return /[a-z0-9]/.test(name) ? undefined : 'invalid_name_punctuation'
}

/** All words of blocks, as lines: what a person reads. */
export function linesOf(blocks: Json[]): string[] {
  return blocks.flatMap((one) => {
    if (one.type === 'markdown') return [words(one.text)]
    if (one.type === 'rich_text') return [richText(one)]
    const inputs = one.type === 'input' ? [textOf(one.label), textOf(one.hint)] : []
    const elements = one.type === 'context' ? listOf(one.elements).map(({ text: own }) => words(own)) : []
    return [textOf(one.text), ...listOf(one.fields).map((field) => words(field.text)), ...elements, ...inputs]
  })
}

function richText(value: Json): string {
  return listOf(value.elements)
    .map((one) => (one.elements ? richText(one) : words(one.text)))
    .join('')
}
