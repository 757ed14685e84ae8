import type { Form } from '../reply.ts'
import { type Shown, wordsOf } from './render.ts'

/** Someone at the terminal: their name in a workspace. */
export interface Seat {
  workspace: string
  name: string
}

/** A message as it stands in the chat. */
export interface Message {
  workspace: string
  /** The room it stands in, or whom alone it is for. */
  room?: string
  to?: string
  shown: Shown
  /** A private message waits until one of its buttons was pressed. */
  waits: boolean
}

/** A form someone has open, and the message whose button opened it. */
export interface Opened {
  form: Form
  message?: Message
}

/** The room everyone of a workspace is in, where commands are typed unless another is named. */
export const LOBBY = 'lobby'
/** Messages nobody can scroll back to any more. */
const KEEP = 5_000

/** The chat itself: messages, who is in which room, open forms. It is the terminal's counterpart of a chat server. */
export type Chat = ReturnType<typeof createChat>

export function createChat() {
  const messages: Message[] = []
  const byKey = new Map<string, Message>()
  const rooms = new Map<string, Set<string>>()
  const forms = new Map<string, Opened>()

  const membersOf = (workspace: string, room: string) => {
    const key = `${workspace}/${room}`
    const members = rooms.get(key) ?? new Set<string>()
    rooms.set(key, members)
    return members
  }

  /** Rooms other than the lobby are seen by those inside; one that no community has is the organization's, for staff. */
  const sees = ({ workspace, room, to }: Message, name: string, isStaff: boolean): boolean => {
    if (to !== undefined) return to === name
    if (room === LOBBY) return true
    return rooms.get(`${workspace}/${room}`)?.has(name) ?? isStaff
  }

  /** What a person can see, the newest first. */
  const visible = ({ workspace, name }: Seat, isStaff: boolean): Message[] =>
    messages.filter((message) => message.workspace === workspace && sees(message, name, isStaff)).reverse()

  return {
    visible,
    membersOf,

    /** Shows a message, once for a key; another time the new one takes its place. */
    show(message: Message, key?: string): { isNew: boolean } {
      const before = key === undefined ? undefined : byKey.get(key)
      if (before) {
        before.shown = message.shown
        return { isNew: false }
      }
      messages.push(message)
      if (messages.length > KEEP) messages.splice(0, KEEP / 10)
      if (key !== undefined) byKey.set(key, message)
      return { isNew: true }
    },

    openForm(seat: Seat, opened: Opened): void {
      forms.set(keyOf(seat), opened)
    },

    takeForm(seat: Seat): Opened | undefined {
      const opened = forms.get(keyOf(seat))
      forms.delete(keyOf(seat))
      return opened
    },

    /** The newest message with that button: first among private ones that wait, then among all the person can see. */
    find(
      seat: Seat,
      isStaff: boolean,
      label: string,
      containing = '',
    ): { message: Message; press: string } | undefined {
      const found = visible(seat, isStaff).filter(({ shown }) => wordsOf(shown).includes(containing))
      for (const message of [...found.filter((one) => one.waits), ...found]) {
        const button = message.shown.buttons?.find((one) => one.label.toLowerCase() === label.toLowerCase())
        if (button) return { message, press: button.press }
      }
      return undefined
    },
  }
}

function keyOf({ workspace, name }: Seat): string {
  return `${workspace}/${name}`
}
