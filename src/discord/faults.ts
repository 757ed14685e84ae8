import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from 'discord.js'
import { RoomLost, Stuck } from '../platform.ts'

/** Does something on Discord that needs a permission; a failure says in words what staff can do, or asks to try again. */
export async function effect<T>(permission: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translated(error, permission)
  }
}

/** An answer may be given for 15 minutes, so a bad moment of Discord's is waited out. */
const WAITS_MS = [1_000, 5_000, 20_000]

/** Does something that people wait for, again where Discord or the way to it failed rather than refused. */
export async function keptUp<T>(work: () => Promise<T>, waitsMs = WAITS_MS): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof DiscordAPIError) throw error
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
  return work()
}

/** Whether Discord answered with one of these codes. */
export function isCode(error: unknown, ...codes: RESTJSONErrorCodes[]): boolean {
  return error instanceof DiscordAPIError && codes.some((code) => code === error.code)
}

/** Refused now, or before: then the library has put the token away, and sends nothing. */
function isTokenRefused(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return error.status === 401
  return error instanceof Error && error.message.startsWith('Expected token to be set')
}

function translated(error: unknown, permission: string): unknown {
  if (error instanceof RateLimitError) {
    return new Error(`Discord asks to wait ${Math.ceil(error.retryAfter / 1000)} seconds`)
  }
  if (error instanceof HTTPError) return new Error(`Discord answered with ${error.status}`)
  if (isTokenRefused(error)) return new Error('Discord does not accept DISCORD_TOKEN')
  if (!(error instanceof DiscordAPIError)) return error
  if (error.code === RESTJSONErrorCodes.UnknownChannel) return new RoomLost('room', 'the channel was deleted')
  const sentence = stuckFor(error, permission)
  return sentence ? new Stuck(sentence) : error
}

/** What staff can do about an error that no repetition mends. */
function stuckFor({ code, message, status }: DiscordAPIError, permission: string): string | undefined {
  switch (code) {
    case RESTJSONErrorCodes.MissingPermissions:
      return `Kindred lacks the permission “${permission}” there. Give it to Kindred's role, and put that role above others.`
    case RESTJSONErrorCodes.MissingAccess:
      return `Kindred can't see that channel. Give its role “View Channels” and “${permission}” there.`
    case RESTJSONErrorCodes.CannotSendMessagesToThisUser:
      return 'this person takes no private messages from members of the server'
    case RESTJSONErrorCodes.UnknownGuild:
      return 'Kindred is not in that server any more'
    case RESTJSONErrorCodes.MaximumNumberOfGuildChannelsReached:
      return 'the server has no place for another channel: Discord allows 500'
    case RESTJSONErrorCodes.MaximumThreadParticipantsReached:
      return 'the thread is full: Discord allows 1000 members'
    case RESTJSONErrorCodes.InvalidFormBodyOrContentType:
      return `Discord does not take it: ${message.slice(0, 200)}`
    default:
      // Whatever the reason, asking again only brings the address nearer to its ban.
      return status === 403 ? `Discord does not allow it: ${message.slice(0, 200)}` : undefined
  }
}
