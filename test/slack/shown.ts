import { elementsOf, linesOf } from './limits.ts'
import { mentionsIn } from './mentions.ts'
import { initialValue } from './messages.ts'
import { type Json, listOf, type Message, textOf, type Values, type View, words } from './world.ts'

/** What a person was shown for an act, or sees in a channel, in a form or on their home tab. */
export interface Shown {
  kind: 'message' | 'form' | 'home' | 'errors' | 'nothing' | 'failed'
  /** All words of it, as lines: its blocks, else its text. */
  text: string
  /** What stands in a notification instead of the blocks. */
  fallback: string
  /** The labels of what can be pressed. */
  buttons: string[]
  /** The labels of what can be selected. */
  options: string[]
  links: string[]
  /** Whom it would call: see `mentionsIn`. */
  mentions: string[]
  form?: { title: string; submit: string; fields: { name: string; label: string; required: boolean; value?: string }[] }
  /** What is wrong with which field of a form, by the field's name. */
  errors: Record<string, string>
  files: { name: string; text: string }[]
  isPrivate: boolean
  channelId?: string
  threadTs?: string
  message?: Message
  view?: View
  /** Real milliseconds from the act to its acknowledgement, and to what was shown for it: for benches. */
  times?: { ackedMs: number; shownMs: number }
}

const BLANK = {
  fallback: '',
  buttons: [],
  options: [],
  links: [],
  mentions: [],
  errors: {},
  files: [],
  isPrivate: true,
}

export const NOTHING: Shown = { ...BLANK, kind: 'nothing', text: '' }
export const failed = (text: string): Shown => ({ ...BLANK, kind: 'failed', text })

/** The options of a select, those in groups too. */
export const optionsOf = (select: Json): Json[] => [
  ...listOf(select.options),
  ...listOf(select.option_groups).flatMap((group) => listOf(group.options)),
]

function blocksShown(blocks: Json[]) {
  const elements = blocks.flatMap(elementsOf)
  const buttons = elements.filter(({ type }) => type === 'button')
  return {
    text: linesOf(blocks).filter(Boolean).join('\n'),
    buttons: buttons.map(({ text }) => textOf(text)),
    links: buttons.flatMap(({ url }) => (typeof url === 'string' ? [url] : [])),
    options: elements.flatMap((one) => optionsOf(one).map(({ text }) => textOf(text))),
  }
}

export function shownMessage(message: Message): Shown {
  const { blocks, text, files, onlyFor, channelId, threadTs } = message
  const seen = blocksShown(blocks)
  return {
    ...BLANK,
    ...seen,
    kind: 'message',
    text: seen.text || text,
    fallback: text,
    mentions: message.subtype ? [] : mentionsIn(message),
    files: files.map(({ name, text: inside }) => ({ name, text: inside })),
    isPrivate: onlyFor !== undefined,
    channelId,
    ...(threadTs && { threadTs }),
    message,
  }
}

export function shownView(view: View, errors: Json = {}): Shown {
  const { given, blocks } = view
  const title = textOf(given.title)
  const seen = blocksShown(blocks)
  const fields = fieldsOf(view)
  const wrong = fields.flatMap(({ blockId, name }) => (errors[blockId] ? [[name, String(errors[blockId])]] : []))
  const isHome = view.type === 'home'
  return {
    ...BLANK,
    ...seen,
    kind: wrong.length > 0 ? 'errors' : isHome ? 'home' : 'form',
    text: [title, seen.text, ...wrong.map(([, problem]) => problem)].filter(Boolean).join('\n'),
    errors: Object.fromEntries(wrong),
    ...(!isHome && {
      form: {
        title,
        submit: textOf(given.submit),
        fields: fields.map(({ name, label, isOptional, element: { initial_value: value } }) => ({
          name,
          label,
          required: !isOptional,
          ...(typeof value === 'string' && { value }),
        })),
      },
    }),
    view,
  }
}

/** An input of a form. */
export interface Field {
  /** Its action's id, by which tests name it; its label or block will do too. */
  name: string
  label: string
  blockId: string
  isOptional: boolean
  element: Json
}

export function fieldsOf(view: View): Field[] {
  return view.blocks.flatMap((block) =>
    block.type === 'input'
      ? listOf([block.element]).map((element) => ({
          name: words(element.action_id),
          label: textOf(block.label),
          blockId: words(block.block_id),
          isOptional: block.optional === true,
          element,
        }))
      : [],
  )
}

/** How a test fills in a field: words, or the labels of what is chosen. */
export type Given = string | string[]

/** Names to ids, for selects of people and channels. */
export type Lookup = (kind: 'user' | 'channel', name: string) => string | undefined

/** The values of a form after it is filled in; throws where Slack's own client would not let it be sent. */
export function filled(view: View, given: Record<string, Given>, lookup: Lookup, offered: Json[]): Values {
  const fields = fieldsOf(view)
  const isNamed = (field: Field, name: string) => [field.name, field.label, field.blockId].includes(name)
  const unknown = Object.keys(given).find((name) => !fields.some((field) => isNamed(field, name)))
  if (unknown !== undefined)
    throw new Error(
      `the form has no field ${unknown}: ${fields.map(({ name, label }) => `${name} (${label})`).join(', ')}`,
    )
  const values = structuredClone(view.values)
  for (const field of fields) {
    const name = Object.keys(given).find((one) => isNamed(field, one))
    const answer = name === undefined ? undefined : given[name]
    const before = values[field.blockId]?.[field.name]
    const value =
      answer === undefined
        ? (before ?? initialValue(field.element))
        : valueFor(field.element, [answer].flat(), lookup, offered)
    if (value === undefined) continue
    if (isEmpty(value) && !field.isOptional) throw new Error(`${field.label} is required`)
    judgeLength(field, value)
    values[field.blockId] = { ...values[field.blockId], [field.name]: value }
  }
  return values
}

const isEmpty = ({ type: _, ...value }: Json) =>
  Object.values(value).every((one) => one === null || one === '' || (Array.isArray(one) && one.length === 0))

function judgeLength({ label, element }: Field, { value }: Json): void {
  if (typeof value !== 'string' || value === '') return
  const [min, max] = [Number(element.min_length ?? 0), Number(element.max_length ?? 3000)]
  if (value.length < min || value.length > max) throw new Error(`${label} takes ${min} to ${max} characters`)
}

/** The value of an element when these labels are chosen, or these words written. */
export function valueFor(element: Json, given: string[], lookup: Lookup, offered: Json[] = []): Json {
  const type = words(element.type)
  const [only = ''] = given
  if (type.endsWith('_input')) return { type, value: only || null }
  if (type === 'datepicker') return { type, selected_date: only || null }
  if (type === 'timepicker') return { type, selected_time: only || null }
  if (type === 'datetimepicker') return { type, selected_date_time: only ? Number(only) : null }
  const isMany = type.startsWith('multi_') || type === 'checkboxes'
  if (!isMany && given.length > 1) throw new Error('it takes one option')
  const most = Number(element.max_selected_items ?? 100)
  if (given.length > most) throw new Error(`it takes at most ${most} options`)
  const kind = /(user|channel|conversation)s_select$/.exec(type)?.[1]
  if (kind) {
    const ids = given.map((name) => {
      const id = lookup(kind === 'user' ? 'user' : 'channel', name)
      if (!id) throw new Error(`there is no ${kind} ${name}`)
      return id
    })
    return isMany ? { type, [`selected_${kind}s`]: ids } : { type, [`selected_${kind}`]: ids[0] ?? null }
  }
  const all = [...optionsOf(element), ...offered]
  const chosen = given.filter(Boolean).map((name) => {
    const found = all.find(({ text, value }) => textOf(text) === name || value === name)
    if (!found) throw new Error(`there is no option ${name}: ${all.map(({ text }) => textOf(text)).join(', ')}`)
    return found
  })
  return isMany ? { type, selected_options: chosen } : { type, selected_option: chosen[0] ?? null }
}

/** What can be pressed or chosen in blocks, with the block it stands in. */
export function touchesIn(blocks: Json[]): { block: Json; element: Json }[] {
  return blocks.flatMap((block) => {
    const isLive = block.type !== 'input' || block.dispatch_action === true
    return isLive ? elementsOf(block).map((element) => ({ block, element })) : []
  })
}
