import { DateTime } from 'luxon'
import { words } from './limits.ts'
import type { World } from './world.ts'

/** Where an escaped character stands while markup is taken away: private use, so nobody types it. */
const HIDDEN_AT = 0xe000

/**
 * The words somebody reads in a message of Discord's, as the terminal would write them: no markup, people and places by name,
 * times in a zone, links as their address, commands without their group.
 */
export function plain(text: string, world: World, zone: string): string {
  const hidden: string[] = []
  return text
    .replace(/\\([^\w\s]|_)/g, (_, one: string) => String.fromCharCode(HIDDEN_AT + hidden.push(one) - 1))
    .replace(/\[([^\]]*)\]\(<([^>]*)>\)/g, '$2')
    .replace(/<(https?:[^>]*)>/g, '$1')
    .replace(/<@(\d+)>/g, (_, id: string) => `@${nameOf(id, world)}`)
    .replace(/<t:(\d+):f>/g, (_, seconds: string) => spelled(Number(seconds), zone))
    .replace(/\*\*|`|\u200b/g, '')
    .replace(/\/(?:organize|staff) (?=[a-z])/g, '/')
    .replace(ID, (id) => nameOf(id, world))
    .replace(/[\ue000-\uf8ff]/g, (one) => words(hidden[one.charCodeAt(0) - HIDDEN_AT]))
}

const ID = /\b\d{17,20}\b/g

/** The words of a file, in which nothing is markup: only people and places go by their names. */
export function named(text: string, world: World): string {
  return text.replace(ID, (id) => nameOf(id, world))
}

function nameOf(id: string, { users, guilds, channels }: World): string {
  return users.get(id)?.username ?? guilds.get(id)?.name ?? channels.get(id)?.name ?? id
}

function spelled(seconds: number, zone: string): string {
  return DateTime.fromSeconds(seconds, { zone }).setLocale('en').toFormat("ccc d LLL yyyy, HH:mm '('ZZZZ')'")
}

/** Words in one line, for what is broken into lines differs from place to place. */
export function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
