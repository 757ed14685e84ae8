import { broke, Refused } from './errors.ts'
import { isTrue } from './messages.ts'
import type { Install, Json, Team, Token, World } from './world.ts'

/** One call as it came, judged already: known method, known arguments, a token that may. */
export interface Asked {
  world: World
  method: string
  args: Json
  team: Team
  token: Token
  /** The app in the workspace of the token. */
  install: Install
}

/** What a method does; gives what goes into the answer besides `ok`. */
export type Act = (asked: Asked) => Json | undefined

export const text = (args: Json, name: string): string => {
  const value = args[name]
  return value === undefined || value === null ? '' : String(value)
}

export const flag = (args: Json, name: string): boolean => isTrue(args[name])

/** Ids in one text, with commas. */
export const ids = (args: Json, name: string): string[] =>
  text(args, name)
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)

const USUAL_PAGE = 100

/** The page asked for, and the cursor of the next one. */
export function paged<T>(args: Json, all: T[], most = 999): { page: T[]; response_metadata: { next_cursor: string } } {
  const cursor = text(args, 'cursor')
  const start = cursor ? Number(/^at:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? Number.NaN) : 0
  if (Number.isNaN(start)) throw broke('invalid_cursor')
  const limit = args.limit === undefined ? USUAL_PAGE : Number(args.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw broke('invalid_limit', `limit ${args.limit}`)
  const end = start + limit
  const next = end < all.length ? Buffer.from(`at:${end}`).toString('base64') : ''
  return { page: all.slice(start, end), response_metadata: { next_cursor: next } }
}

/** The install there has to be. */
export function installed(team: Team): Install {
  if (!team.install) throw new Refused('account_inactive')
  return team.install
}
