import { type APIRole, type REST, RESTJSONErrorCodes, type RESTPatchAPIGuildRoleJSONBody, Routes } from 'discord.js'
import { isCode } from './faults.ts'
import { oneByOne } from './one-by-one.ts'

/** Says something that calls a role; `isThere` tells whether there is still such a role to be named. */
export type Call = <T>(
  guild: string,
  role: string,
  isAgain: boolean,
  say: (isThere: boolean) => Promise<T>,
) => Promise<T>

/**
 * Roles of rooms can't be mentioned, so that nobody rings for all of them. One is opened for the moment in which Kindred
 * does, which takes no more than Manage Roles; the permission to mention any would be one for @everyone too.
 */
export function calling(rest: REST): Call {
  const inTurn = oneByOne()

  /** Opens a role to mentions or closes it; a role that is out of reach stays as it is. */
  async function open(guild: string, role: string, mentionable: boolean): Promise<void> {
    const body: RESTPatchAPIGuildRoleJSONBody = { mentionable }
    try {
      await rest.patch(Routes.guildRole(guild, role), { body })
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.MissingPermissions, RESTJSONErrorCodes.UnknownRole)) throw error
    }
  }

  async function roleAt(guild: string, role: string): Promise<APIRole | undefined> {
    try {
      // The shape of the answer is Discord's own; the client does not check it.
      return (await rest.get(Routes.guildRole(guild, role))) as APIRole
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.UnknownRole)) return undefined
      throw error
    }
  }

  return (guild, role, isAgain, say) =>
    inTurn(role, async () => {
      const found = await roleAt(guild, role)
      if (!found) return say(false)
      // An attempt that broke off may have left it open.
      const isOurs = !found.mentionable || isAgain
      if (!found.mentionable) await open(guild, role, true)
      try {
        return await say(true)
      } finally {
        if (isOurs) await open(guild, role, false)
      }
    })
}

/** How a role is named in a message. */
export const roleNamed = (role: string) => `<@&${role}>`
