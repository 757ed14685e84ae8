import type { Form } from '../reply.ts'
import { asLines, type Shown } from './render.ts'

/** One thing to show: a message to someone or to a room, a form, a mail, the time, or that a line was not understood. */
export type Output =
  | { workspace: string; to?: string; room?: string; shown: Shown; replaces?: boolean }
  | { workspace: string; to: string; form: Form }
  | { mail: { to: string; subject: string; text: string } }
  | { now: Date }
  | { typed: string }
  | { notice: string }
  | { error: string }

export type Print = (output: Output) => void

/** The workspace that goes without saying. */
export const MAIN = 'main'

/** Prints one JSON object a line, for programs. */
export function jsonPrinter(write: (line: string) => void): Print {
  return (output) => {
    const line = asJson(output)
    if (line) write(JSON.stringify(line))
  }
}

function asJson(output: Output): object | undefined {
  if ('shown' in output) {
    const { workspace, to, room, shown, replaces } = output
    const { buttons, figures: _, ...rest } = shown
    const where = { ...(workspace !== MAIN && { workspace }), ...(replaces && { replaces }) }
    const labels = buttons ? { buttons: buttons.map(({ label }) => label) } : {}
    return { ...(to !== undefined ? { to } : { room }), ...where, ...rest, ...labels }
  }
  if ('form' in output) {
    const { workspace, to, form } = output
    const fields = form.fields.map(({ name, label, required }) => ({ name, label, required }))
    return { to, ...(workspace !== MAIN && { workspace }), form: { title: form.title, fields } }
  }
  if ('now' in output) return { now: output.now.toISOString() }
  if ('typed' in output) return undefined
  return output
}

/** Prints a transcript for people. What was typed is repeated only where the terminal did not show it already. */
export function plainPrinter(write: (line: string) => void, repeatsTyped: boolean): Print {
  const block = (head: string, body: string[]) => {
    write(head)
    for (const line of body) write(`  ${line}`)
  }
  return (output) => {
    if ('shown' in output) {
      const { workspace, to, room, shown, replaces } = output
      const where = workspace === MAIN ? '' : ` (${workspace})`
      const head = to !== undefined ? `to ${to}${where}:` : `in ${room}${where}${replaces ? ', changed' : ''}:`
      block(head, asLines(shown))
    } else if ('form' in output) {
      const fields = output.form.fields.map(
        ({ name, label, required }) => `${name}: ${label}${required ? '' : ' (may be left out)'}`,
      )
      block(`form for ${output.to}: ${output.form.title}`, fields)
    } else if ('mail' in output) {
      block(`mail to ${output.mail.to}: ${output.mail.subject}`, output.mail.text.split('\n'))
    } else if ('now' in output) write(`-- it is ${output.now.toISOString()}`)
    else if ('typed' in output) {
      if (repeatsTyped) write(`> ${output.typed}`)
    } else if ('notice' in output) write(output.notice)
    else if ('error' in output) write(`Not understood: ${output.error}`)
    else output satisfies never
  }
}
