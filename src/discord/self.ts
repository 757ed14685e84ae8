import { type REST, type RESTGetAPICurrentUserResult, Routes } from 'discord.js'

/** Kindred's own id on Discord, by which it knows what it made itself. */
export type Self = () => Promise<string>

/** Asks Discord once who Kindred is. */
export function selfOf(rest: REST): Self {
  let known: string | undefined
  return async () => {
    // The shape of the answer is Discord's own; the client does not check it.
    known ??= ((await rest.get(Routes.user())) as RESTGetAPICurrentUserResult).id
    return known
  }
}
