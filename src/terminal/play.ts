import { createInterface } from 'node:readline/promises'
import type { Command } from '../command.ts'
import type { Terminal } from './bot.ts'
import { type Line, readLine } from './line.ts'
import type { Print } from './print.ts'

/** The streams a terminal reads and writes; `isTerminal` where a person sits at it. */
export interface Streams {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  isTerminal: boolean
}

/** Longer lines are not read; ten times what any option takes. */
const LINE_MAX = 100_000

/**
 * Reads lines until the input ends and does each before the next, with all work that it makes due. `signal` ends it early.
 */
export async function play(
  { input, output, isTerminal }: Streams,
  terminal: Pick<Terminal, 'handle' | 'asks'>,
  commands: Command[],
  print: Print,
  settle: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const lines = createInterface({
    input,
    terminal: isTerminal,
    signal,
    ...(isTerminal && { output, prompt: '> ', historySize: 1_000, completer: completerOf(commands) }),
  })
  // At a prompt the terminal gives Ctrl+C to the line editor, which would only close itself.
  lines.on('SIGINT', () => process.emit('SIGINT'))

  /** At a prompt a form is asked field by field; an empty answer leaves a field out. */
  const fillForms = async () => {
    for (let asked = isTerminal ? terminal.asks() : undefined; asked; asked = terminal.asks()) {
      const fields: Record<string, string> = {}
      for (const field of asked.form.fields) {
        const answer = await lines.question(`  ${field.label}${field.required ? '' : ' (may be left out)'}: `, {
          signal,
        })
        if (answer.trim()) fields[field.name] = answer
      }
      await terminal.handle({ kind: 'fields', speaker: asked.speaker, fields })
      await settle()
    }
    if (isTerminal) lines.prompt()
  }

  await fillForms().catch(ignoreAbort)
  /** The lines of a file, until its end has come. */
  let file: { end: string; lines: string[] } | undefined
  for await (const text of lines) {
    if (file) file.lines.push(text)
    else print({ typed: text })
    if (file && text.trim() !== file.end) continue
    const line: Line =
      text.length > LINE_MAX
        ? { kind: 'unknown', why: `The line is too long: ${text.length} characters.` }
        : readLine(file ? file.lines.join('\n') : text)
    file = line.kind === 'file' && line.text === undefined ? { end: line.end, lines: [text] } : undefined
    if (file) continue
    await terminal.handle(line)
    await settle()
    await fillForms().catch(ignoreAbort)
  }
  if (file) await terminal.handle(readLine(file.lines.join('\n')))
}

/** A question that is open when the process is asked to stop ends unanswered. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}

/** Completes command names, then the names of their options. */
function completerOf(commands: Command[]): (line: string) => [string[], string] {
  return (line) => {
    const typed = line.slice(line.lastIndexOf(' ') + 1)
    const name = /\/([a-z-]+)\s/.exec(line)?.[1]
    const shapes = commands.find((command) => command.name === name)?.shapes
    const words = shapes ? shapes.map((shape) => `${shape.name}:`) : commands.map((command) => `/${command.name} `)
    return [words.filter((word) => word.startsWith(typed)), typed]
  }
}
