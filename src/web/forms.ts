import { html } from 'hono/html'
import { type Command, formFields } from '../command.ts'
import type { OptionShape } from '../option.ts'
import type { Form, FormField } from '../reply.ts'
import type { Choice, Raw } from '../router.ts'
import type { Html } from './render.ts'

/** What was wrong with one field, in words that stand at it. */
export interface Wrong {
  field: string
  words: string
}

/** What a form is drawn with besides its fields. */
export interface FormParts {
  action: string
  hidden: Html
  /** What was typed already, or stands in the link. */
  values: Raw
  wrong?: Wrong | undefined
}

/** So many make a page long. */
const FOLDED_FROM = 5

/** The form of a command, made from its options. `known` are communities to offer by name. */
export function commandForm(command: Command, known: Choice[], { action, hidden, values, wrong }: FormParts): Html {
  const fieldOf = (shape: OptionShape) => optionField(shape, known, values[shape.name] ?? shape.usual ?? '', wrong)
  // What is only ever named is wanted seldom; a page of many such fields would hide the few that matter.
  const seldom = command.shapes.filter(
    (shape) => shape.keyOnly && !shape.required && !command.form.includes(shape.name),
  )
  const folded = seldom.length >= FOLDED_FROM ? seldom : []
  const isOpen = folded.some(({ name }) => name in values || name === wrong?.field)
  const fields = command.shapes.filter((shape) => !folded.includes(shape)).map(fieldOf)
  const more = html`<details class="more"${isOpen ? html` open` : ''}><summary>More to choose</summary>${folded.map(fieldOf)}</details>`
  const isUpload = command.shapes.some((shape) => shape.kind === 'file')
  return html`<form method="post" action="${action}" class="fields"${isUpload ? html` enctype="multipart/form-data"` : ''}>
${hidden}${alert(wrong)}${fields}${folded.length > 0 ? more : ''}
<button class="main">${command.description}</button>
</form>`
}

/** The form a button asks for, whose words go to the button's address. */
export function pressForm({ title, address, fields }: Form, { action, hidden, values, wrong }: FormParts): Html {
  return html`<form method="post" action="${action}" class="fields">
${hidden}<input type="hidden" name="press" value="${address}">${alert(wrong)}
${fields.map((field) => textField(field, values[field.name] ?? field.value ?? '', wrong))}
<button class="main">${title || 'Send'}</button>
</form>`
}

/** Said once at the top, for whoever does not see the field it is about. */
function alert(wrong: Wrong | undefined): Html {
  return wrong ? html`<p role="alert" class="wrong">${wrong.words}</p>` : html``
}

function optionField(shape: OptionShape, known: Choice[], value: string, wrong: Wrong | undefined): Html {
  const [field] = formFields([shape])
  if (!field) return html``
  switch (shape.kind) {
    case 'choice':
      return selectField(field, shape.choices, value, wrong)
    case 'yesno':
      return selectField(field, ['yes', 'no'], value, wrong)
    case 'integer':
      return inputField(field, value, wrong, html` inputmode="numeric" pattern="\\s*[0-9]+\\s*"`)
    case 'community':
      return communityField({ ...field, required: shape.of === 'any' }, known, value, wrong)
    case 'file':
      return around(
        field,
        wrong,
        html`<input type="file" id="${idOf(field)}" name="${field.name}"${attributes(field, wrong)}>`,
      )
    case 'text':
    case 'invitation':
      return textField(field, value, wrong)
    default:
      return shape satisfies never
  }
}

function textField(field: FormField, value: string, wrong: Wrong | undefined): Html {
  if (!field.long) return inputField(field, value, wrong, html` maxlength="${field.max}"`)
  const area = html`<textarea id="${idOf(field)}" name="${field.name}" rows="4" maxlength="${field.max}"${attributes(field, wrong)}>
${value}</textarea>`
  return around(field, wrong, area)
}

function inputField(field: FormField, value: string, wrong: Wrong | undefined, more: Html): Html {
  return around(
    field,
    wrong,
    html`<input id="${idOf(field)}" name="${field.name}" value="${value}"${more}${attributes(field, wrong)}>`,
  )
}

function communityField(field: FormField, known: Choice[], value: string, wrong: Wrong | undefined): Html {
  const list = `${idOf(field)}-known`
  return around(
    field,
    wrong,
    html`<input id="${idOf(field)}" name="${field.name}" value="${nameOf(known, value)}" maxlength="100" list="${list}" autocomplete="off"${attributes(field, wrong)}>
<datalist id="${list}">${known.map((one) => html`<option value="${one.name}"></option>`)}</datalist>`,
  )
}

/** A community that a link names by its id is shown by its name, where it is known. */
function nameOf(known: Choice[], value: string): string {
  return known.find((one) => one.value === value)?.name ?? value
}

function selectField(field: FormField, choices: readonly string[], value: string, wrong: Wrong | undefined): Html {
  const options = choices.map(
    (one) => html`<option value="${one}"${one === value ? html` selected` : ''}>${one}</option>`,
  )
  return around(
    field,
    wrong,
    html`<select id="${idOf(field)}" name="${field.name}"${attributes(field, wrong)}><option value=""></option>${options}</select>`,
  )
}

function around(field: FormField, wrong: Wrong | undefined, control: Html): Html {
  const mistake =
    wrong?.field === field.name ? html`<span class="wrong" id="${idOf(field)}-wrong">${wrong.words}</span>` : ''
  return html`<div class="field"><label for="${idOf(field)}">${field.label}${field.required || field.label.includes('if you like') ? '' : ' (if you like)'}</label>
${control}${mistake}</div>`
}

function attributes(field: FormField, wrong: Wrong | undefined): Html {
  const isWrong = wrong?.field === field.name
  return html`${field.required ? html` required` : ''}${isWrong ? html` aria-invalid="true" aria-describedby="${idOf(field)}-wrong"` : ''}`
}

const idOf = ({ name }: FormField) => `field-${name}`
