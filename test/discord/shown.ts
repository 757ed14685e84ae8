import { flat, listOf, words } from './limits.ts'
import { FLAG } from './messages.ts'
import type { Json, Message } from './world.ts'

/** What a person was shown for an act, or sees in a channel. */
export interface Shown {
  kind: 'message' | 'form' | 'nothing' | 'failed'
  /** All words of it, as lines. */
  text: string
  /** The labels of what can be pressed, greyed ones left out. */
  buttons: string[]
  /** The labels of what can be selected. */
  options: string[]
  links: string[]
  form?: { title: string; fields: ShownField[] }
  /** Text files that came along. */
  files: { name: string; text: string }[]
  isPrivate: boolean
  channelId?: string
  message?: Message
}

interface ShownField {
  name: string
  label: string
  /** What stands below the label. */
  description?: string
  required: boolean
  value?: string
}

const BLANK = { buttons: [], options: [], links: [], files: [], isPrivate: true }

export const FAILED: Shown = { ...BLANK, kind: 'failed', text: 'The application did not respond' }
export const NOTHING: Shown = { ...BLANK, kind: 'nothing', text: '' }

export function shownMessage(message: Message): Shown {
  const components = flat(message.components)
  const live = components.filter((one) => one.type === 2 && one.disabled !== true)
  const texts = components.flatMap((one) => (one.type === 10 ? [words(one.content)] : []))
  const isLoading = (message.flags & FLAG.loading) !== 0
  return {
    kind: isLoading ? 'nothing' : 'message',
    text: [message.content, ...message.embeds.flatMap(embedLines), ...texts].filter(Boolean).join('\n'),
    buttons: live.filter((one) => one.custom_id).map((one) => words(one.label)),
    options: components.flatMap((one) => (one.type === 3 ? listOf(one.options).map(({ label }) => words(label)) : [])),
    links: live.flatMap((one) => (one.url ? [words(one.url)] : [])),
    files: message.files.map(({ name, text }) => ({ name, text })),
    isPrivate: message.onlyFor !== undefined,
    channelId: message.channelId,
    message,
  }
}

function embedLines(embed: Json): string[] {
  const [author, footer] = [listOf([embed.author])[0], listOf([embed.footer])[0]]
  const fields = listOf(embed.fields).map(({ name, value }) => `${words(name)}: ${words(value)}`)
  return [words(author?.name), words(embed.title), words(embed.description), ...fields, words(footer?.text)]
}

/** An input of a form, with the label that stands above it. */
export interface Field {
  label: string
  input: Json
  /** What the answer is wrapped in, as it was asked. */
  wrapper: Json
}

export function fieldsOf(modal: Json): Field[] {
  return listOf(modal.components).flatMap((wrapper) =>
    [...listOf(wrapper.components), ...listOf([wrapper.component])].map((input) => ({
      label: words(wrapper.label ?? input.label),
      input,
      wrapper,
    })),
  )
}

export function shownForm(modal: Json): Shown {
  const fields = fieldsOf(modal).map(({ label, input, wrapper }) => ({
    name: words(input.custom_id),
    label,
    ...(typeof wrapper.description === 'string' && { description: wrapper.description }),
    required: input.required !== false,
    ...(typeof input.value === 'string' && { value: input.value }),
  }))
  const texts = listOf(modal.components).flatMap((one) => (one.type === 10 ? [words(one.content)] : []))
  const text = [words(modal.title), ...texts, ...fields.map(({ label }) => label)].join('\n')
  return { ...BLANK, kind: 'form', text, form: { title: words(modal.title), fields } }
}

/** What is sent when a form is filled in; throws where Discord's own client would not let it be sent. */
export function filled(modal: Json, given: Record<string, string | string[]>): Json {
  const fields = fieldsOf(modal)
  const unknown = Object.keys(given).find((name) => !fields.some((field) => isNamed(field, name)))
  if (unknown !== undefined)
    throw new Error(`the form has no field ${unknown}: ${fields.map(({ label }) => label).join(', ')}`)
  const components = fields.map((field, index) => {
    const name = Object.keys(given).find((one) => isNamed(field, one))
    const answer = answerTo(field, name === undefined ? undefined : given[name], index)
    const isRow = field.wrapper.type === 1
    return {
      type: field.wrapper.type,
      id: index * 2 + 1,
      ...(isRow ? { components: [answer] } : { component: answer }),
    }
  })
  return { custom_id: modal.custom_id, components }
}

const isNamed = ({ label, input }: Field, name: string) => name === input.custom_id || name === label

function answerTo({ label, input }: Field, given: string | string[] | undefined, index: number): Json {
  const common = { type: input.type, id: index * 2 + 2, custom_id: input.custom_id }
  if (input.type === 4) {
    const value = String(given ?? input.value ?? '')
    const [min, max] = [Number(input.min_length ?? 0), Number(input.max_length ?? 4000)]
    if (!value && input.required !== false) throw new Error(`${label} is required`)
    if (value && (value.length < min || value.length > max))
      throw new Error(`${label} takes ${min} to ${max} characters`)
    return { ...common, value }
  }
  if (input.type === 3) {
    const labels = given === undefined ? [] : [given].flat()
    return { ...common, values: chosen(input, labels, input.required === false ? 0 : 1) }
  }
  throw new Error(`nobody taught the fake to fill in a component of type ${input.type}`)
}

/** The values of options named by label or value; throws where the client would not let them be chosen. */
export function chosen(select: Json, named: string[], least = 0): string[] {
  const options = listOf(select.options)
  const values = named.map((name) => {
    const found = options.find(({ label, value }) => label === name || value === name)
    if (!found) throw new Error(`there is no option ${name}: ${options.map(({ label }) => label).join(', ')}`)
    return words(found.value)
  })
  const [min, max] = [Math.max(least, Number(select.min_values ?? 1)), Number(select.max_values ?? 1)]
  if (values.length < min || values.length > max) throw new Error(`it takes ${min} to ${max} options`)
  return values
}
