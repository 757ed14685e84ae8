import type { Context } from './command.ts'
import { ON_THE_WEB } from './core/person.ts'
import { ADDRESS_MAX, address } from './reply.ts'

/**
 * The address of another page of a list, with what was looked for. Only what is too long for a button of a chat is kept
 * aside; a page nobody asked for keeps nothing.
 */
export async function pageAddress(
  { store, caller, where, now }: Context,
  target: string,
  n: number,
  looked: Record<string, string | undefined>,
): Promise<string> {
  const kept = Object.fromEntries(
    Object.entries(looked).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
  const s = new URLSearchParams(kept).toString()
  const press = address(target, { n, ...(s && { s }) })
  if (press.length <= ADDRESS_MAX || where.platform === ON_THE_WEB.platform) return press
  return address(target, { n, d: await store.drafts.keep(caller.id, commandOf(target), kept, now) })
}

/** What was looked for, from such an address. A draft that is gone is a list of everything, which is never wrong. */
export async function lookedFor(
  { store, caller, now }: Context,
  target: string,
  { d, s }: { d?: string | undefined; s?: string | undefined },
): Promise<Record<string, string | undefined>> {
  const drafted = d === undefined ? undefined : await store.drafts.read(d, caller.id, commandOf(target), now)
  return drafted ?? Object.fromEntries(new URLSearchParams(s))
}

const commandOf = (target: string): string => target.split('.')[0] ?? ''
