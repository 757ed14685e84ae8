import { type REST, RESTJSONErrorCodes, type RESTPatchAPIChannelJSONBody, Routes } from 'discord.js'
import { effect, isCode } from './faults.ts'

/** Changes something in a channel or thread. Threads fall asleep when nobody speaks, and then have to be woken first. */
export async function awake<T>(rest: REST, place: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change()
  } catch (error) {
    if (!isCode(error, RESTJSONErrorCodes.ThreadLocked, RESTJSONErrorCodes.InvalidActionOnArchivedThread)) throw error
    const body: RESTPatchAPIChannelJSONBody = { archived: false }
    await effect('Manage Threads', () => rest.patch(Routes.channel(place), { body }))
    return change()
  }
}
