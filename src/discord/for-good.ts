import { DiscordAPIError, DiscordjsErrorCodes, GatewayCloseCodes } from 'discord.js'

const PORTAL = 'https://discord.com/developers/applications'

const THE_REST = 'Everything but Discord goes on.'
const NEWER = `This version of Kindred no longer suits Discord: install a newer one and start again. ${THE_REST}`

/**
 * What ends Discord for this process, and what to do about it; the rest of Kindred goes on. These are all codes after which
 * Discord wants no new attempt.
 */
export const FOR_GOOD: Record<number, string> = {
  [GatewayCloseCodes.AuthenticationFailed]: `Discord does not accept DISCORD_TOKEN. Make a new one at ${PORTAL} (your application, Bot, Reset Token), put it into .env and start again. ${THE_REST}`,
  [GatewayCloseCodes.InvalidShard]: `Discord refused the shard Kindred connects as. Start again: the shards are then asked for anew. ${THE_REST}`,
  [GatewayCloseCodes.ShardingRequired]: `The bot is in so many servers that Discord wants it in more shards. Start again: their number is then asked for anew. ${THE_REST}`,
  [GatewayCloseCodes.InvalidAPIVersion]: `Discord has given up the version of its gateway that Kindred speaks. ${NEWER}`,
  [GatewayCloseCodes.InvalidIntents]: `Discord does not know the intents Kindred connects with. ${NEWER}`,
  [GatewayCloseCodes.DisallowedIntents]: `Discord does not let this bot connect with its intents. Kindred asks for Guilds alone, which needs no leave: look at ${PORTAL} (your application, Bot) whether the bot is blocked there, and start again. ${THE_REST}`,
}

const REFUSALS: Record<string, GatewayCloseCodes> = {
  'Authentication failed': GatewayCloseCodes.AuthenticationFailed,
  'Invalid shard': GatewayCloseCodes.InvalidShard,
  'Sharding is required': GatewayCloseCodes.ShardingRequired,
  'Used an invalid API version': GatewayCloseCodes.InvalidAPIVersion,
  'Used invalid intents': GatewayCloseCodes.InvalidIntents,
  'Used disallowed intents': GatewayCloseCodes.DisallowedIntents,
}

/** The close code behind a failed login, where it says that Discord refuses this bot for good. */
export function closeCodeOf(error: unknown): number | undefined {
  if (error instanceof DiscordAPIError && error.status === 401) return GatewayCloseCodes.AuthenticationFailed
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && error.code === DiscordjsErrorCodes.TokenInvalid) return GatewayCloseCodes.AuthenticationFailed
  // The gateway's library wraps its own errors, and tells them apart by their words alone.
  const inner = 'error' in error ? error.error : error
  const words = inner instanceof Error ? inner.message : ''
  return REFUSALS[words]
}
