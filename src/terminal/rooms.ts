import type { Platform } from '../platform.ts'
import type { Chat } from './chat.ts'
import type { Print } from './print.ts'
import { render } from './render.ts'

/** The terminal as the jobs see it: rooms, posts and cards in the chat of this process. */
export function terminalPlatform(chat: Chat, print: Print): Platform {
  return {
    name: 'terminal',
    // Nobody limits the terminal, and in a rehearsal the clock stands still while people press.
    drawEveryMs: 0,
    async makeRoom(workspace, { name }) {
      chat.membersOf(workspace, name)
      return { id: name }
    },
    async letIn(workspace, { id }, account) {
      chat.membersOf(workspace, id).add(account)
      return 'here'
    },
    async letOut(workspace, { id }, account) {
      chat.membersOf(workspace, id).delete(account)
    },
    async post({ workspace, place, account }, content, reading, key) {
      const shown = render(content, reading)
      const waits = account !== null && shown.buttons !== undefined
      const to = account === null ? { room: place ?? '' } : { to: account }
      if (chat.show({ workspace, ...to, shown, waits }, key).isNew) print({ workspace, ...to, shown })
    },
    async draw({ workspace, place }, content, reading, key, externalId) {
      const shown = render(content, reading)
      const room = place ?? ''
      const { isNew } = chat.show({ workspace, room, shown, waits: false }, externalId ?? key)
      print({ workspace, room, shown, ...(!isNew && { replaces: true }) })
      return externalId ?? key
    },
  }
}

/** Puts people back into the rooms they were in before a restart, for the chat itself is kept in no file. */
export function restoreRooms(chat: Chat, places: { workspace: string; room: string; account: string }[]): void {
  for (const { workspace, room, account } of places) chat.membersOf(workspace, room).add(account)
}
