import type { Command } from '../command.ts'
import type { Draws } from '../core/ids.ts'
import type { Mailer } from '../mail.ts'
import type { Answer } from '../platform.ts'
import type { Form } from '../reply.ts'
import type { Delivery, Raw, Router } from '../router.ts'
import { parseCommand } from '../slack/parse.ts'
import { type Chat, LOBBY, type Message, type Opened, type Seat } from './chat.ts'
import type { Line, Speaker } from './line.ts'
import { MAIN, type Print } from './print.ts'
import { render, type Shown } from './render.ts'

/** What a rehearsal can do besides speaking. */
export interface Rehearsal {
  advance(duration: string): Promise<Date | undefined>
  /** Makes a destination fail, or work again; a sentence where there is none of that name or fault. */
  store(name: string, fault: string): string | undefined
  /** What a destination tells by itself, taken as verified; a sentence where it can't be. */
  hook(name: string, body: string): Promise<string | undefined>
}

/** The parts a terminal is made of. Without a rehearsal one person speaks, and the clock is the machine's. */
export interface TerminalParts {
  chat: Chat
  router: Router
  commands: Command[]
  print: Print
  draws: Draws
  now(): Date
  rehearsal?: Rehearsal
}

export type Terminal = ReturnType<typeof createTerminal>

/** Carries one line to the router, and the answer into the chat. */
export function createTerminal({ chat, router, commands, print, draws, now, rehearsal }: TerminalParts) {
  let asking: { speaker: Speaker; form: Form } | undefined
  /** Files at hand, by name. */
  const files = new Map<string, string>()
  const shapesOf = (name: string) => commands.find((command) => command.name === name)?.shapes

  async function command(speaker: Speaker, text: string): Promise<void> {
    const { command, raw: typed } = parseCommand(text, shapesOf)
    const raw = withFiles(command, typed)
    if (!raw) return
    const form = router.form(command, raw)
    if (form) return openForm(speaker, { form })
    answer(speaker, await router.run(delivery(speaker), command, raw))
  }

  /** A file is typed as the name of one at hand, and handed over as its text. */
  function withFiles(command: string, raw: Raw): Raw | undefined {
    const handed = { ...raw }
    for (const { name } of shapesOf(command)?.filter((shape) => shape.kind === 'file') ?? []) {
      const typed = raw[name]
      if (typed === undefined) continue
      const text = files.get(typed)
      if (text === undefined) {
        print({ error: `There is no file ${typed} at hand. Give it with: file ${typed} <<END` })
        return undefined
      }
      handed[name] = text
    }
    return handed
  }

  async function press(speaker: Speaker, labels: string[], containing: string | undefined): Promise<void> {
    const [label = '', ...more] = labels
    if (more.length > 0) return print({ notice: 'Only one button can be pressed at a time here.' })
    const found = chat.find(seatOf(speaker), speaker.isStaff, label, containing)
    if (!found)
      return print({
        error: `${speaker.name} sees no button [${label}]. Type @${speaker.name} ? to see what there is.`,
      })
    const form = router.form(found.press, {})
    if (form) return openForm(speaker, { form, message: found.message })
    const given = await router.press(delivery(speaker, found.message.room), found.press)
    answer(speaker, given, found.message)
  }

  async function fields(speaker: Speaker, filled: Raw): Promise<void> {
    const { form, message } = chat.takeForm(seatOf(speaker)) ?? {}
    if (!form) return print({ error: `${speaker.name} has no form open.` })
    answer(speaker, await router.press(delivery(speaker, message?.room), form.address, filled), message)
  }

  function openForm(speaker: Speaker, opened: Opened): void {
    const seat = seatOf(speaker)
    chat.openForm(seat, opened)
    asking = { speaker, form: opened.form }
    print({ workspace: seat.workspace, to: seat.name, form: opened.form })
  }

  /** Shows a private answer, in the place of the message pressed where the command wants it so. */
  function answer(speaker: Speaker, given: Answer, pressed?: Message): void {
    const { workspace, name } = seatOf(speaker)
    const shown = render(given.content, given)
    const replaces = given.replaces && pressed?.to !== undefined
    if (pressed?.to !== undefined) pressed.waits = false
    if (replaces && pressed) Object.assign(pressed, { shown, waits: shown.buttons !== undefined })
    else chat.show({ workspace, to: name, shown, waits: shown.buttons !== undefined })
    print({ workspace, to: name, shown, ...(replaces && { replaces }) })
  }

  function look(speaker: Speaker): void {
    const seat = seatOf(speaker)
    const pressable = chat.visible(seat, speaker.isStaff).filter(({ shown }) => shown.buttons)
    const buttons = pressable.flatMap(({ shown }) => shown.buttons ?? [])
    const text =
      pressable.length === 0 ? 'There is nothing to press.' : pressable.map(({ shown }) => summary(shown)).join('\n')
    print({ workspace: seat.workspace, to: seat.name, shown: { text, ...(buttons.length > 0 && { buttons }) } })
  }

  function delivery(speaker: Speaker, room = speaker.room): Delivery {
    const { workspace, name } = seatOf(speaker)
    return {
      id: `terminal/${draws.key()}`,
      account: { platform: 'terminal', workspace, externalId: name, name: speaker.name, isStaff: speaker.isStaff },
      where: { platform: 'terminal', workspace, place: room ?? LOBBY },
      now: now(),
    }
  }

  async function rehearse(
    line: Line & { kind: 'mail' | 'store' | 'hook' | 'file' | 'advance' },
    parts: Rehearsal,
  ): Promise<void> {
    switch (line.kind) {
      case 'advance': {
        const time = await parts.advance(line.duration)
        return print(time ? { now: time } : { error: 'A time looks like +3d (s, m, h, d or w).' })
      }
      case 'store': {
        const problem = parts.store(line.name, line.fault)
        return print(problem ? { error: problem } : { notice: `Destination ${line.name}: ${line.fault}.` })
      }
      case 'mail':
        return print({ notice: 'Mails have nothing to press yet.' })
      case 'hook': {
        const problem = await parts.hook(line.name, line.body)
        return print(problem ? { error: problem } : { notice: `Heard from ${line.name}.` })
      }
      case 'file':
        if (line.text === undefined) return print({ error: `The file ${line.name} has no line ${line.end}.` })
        files.set(line.name, line.text)
        return print({ notice: `The file ${line.name} is at hand.` })
      default:
        return line satisfies never
    }
  }

  return {
    /** The form of whoever spoke last, if it is still open: at a prompt its fields are asked one by one. */
    asks: () => asking,

    /** Does what one line asks for. */
    async handle(line: Line): Promise<void> {
      asking = undefined
      switch (line.kind) {
        case 'nothing':
        case 'comment':
          return
        case 'unknown':
          return print({ error: line.why })
        case 'command':
        case 'press':
        case 'fields':
        case 'look': {
          const speaker = rehearsal ? line.speaker : { ...line.speaker, isStaff: true }
          if (!rehearsal && speaker.name !== 'you')
            return print({ notice: 'Here you speak as yourself. Others can be played with npm run try.' })
          if (line.kind === 'command') return command(speaker, line.text)
          if (line.kind === 'press') return press(speaker, line.labels, line.containing)
          return line.kind === 'fields' ? fields(speaker, line.fields) : look(speaker)
        }
        default:
          if (!rehearsal) return print({ notice: 'That is for rehearsals: npm run try.' })
          return rehearse(line, rehearsal)
      }
    },
  }
}

/** The terminal shows every mail instead of sending it. */
export function terminalMailer(print: Print): Mailer {
  return {
    async send({ to, subject, text }) {
      print({ mail: { to, subject, text } })
    },
    close: () => undefined,
  }
}

function seatOf({ workspace = MAIN, name }: Speaker): Seat {
  return { workspace, name: name.toLowerCase() }
}

function summary({ text, card, buttons = [] }: Shown): string {
  const labels = buttons.map(({ label }) => `[${label}]`).join(' ')
  return `${card?.title ?? text.split('\n')[0] ?? ''}: ${labels}`
}
