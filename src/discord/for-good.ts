import { DiscordAPIError, DiscordjsErrorCodes, GatewayCloseCodes } from 'discord.js'

const PORTAL = 'https://discord.com/developers/applications'

/** What ends Discord for this process, and what to do about it; the rest of Kindred goes on. */
export const FOR_GOOD: Record<number, string> = {
  [GatewayCloseCodes.AuthenticationFailed]: `Discord does not accept DISCORD_TOKEN. Make a new one at ${PORTAL} (your application, Bot, Reset Token), put it into .env and start again. Everything but Discord goes on.`,
  [GatewayCloseCodes.DisallowedIntents]: `Discord does not let this bot connect with its intents. Kindred asks for Guilds alone, which needs no leave: look at ${PORTAL} (your application, Bot) whether the bot is blocked there, and start again. Everything but Discord goes on.`,
}

/** The close code behind a failed login, where it says that the token or the intents are refused. */
export function closeCodeOf(error: unknown): number | undefined {
  if (error instanceof DiscordAPIError && error.status === 401) return GatewayCloseCodes.AuthenticationFailed
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && error.code === DiscordjsErrorCodes.TokenInvalid) return GatewayCloseCodes.AuthenticationFailed
  // The gateway's library wraps its own errors, and tells these two apart by their words alone.
  const inner = 'error' in error ? error.error : error
  const words = inner instanceof Error ? inner.message : ''
  if (words === 'Authentication failed') return GatewayCloseCodes.AuthenticationFailed
  if (words === 'Used disallowed intents') return GatewayCloseCodes.DisallowedIntents
  return undefined
}
