import { fileURLToPath } from 'node:url'
import type { Fake } from '../test/discord/server.ts'
import { type BotProcess, started } from './bots.ts'
import { kindred } from './start.ts'

/** The built Kindred on Discord and PostgreSQL, all of it: the bot, its jobs and its gateway's turn. */
export function startKindred({ api, token }: Fake, settings: Record<string, string>, cwd: string): Promise<BotProcess> {
  const program = kindred({ ...settings, DISCORD_TOKEN: token, DISCORD_API_URL: api }, cwd)
  return started(program, /Discord: connected/)
}

/**
 * The named peer: discord.js alone, which answers a constant and does not hold its answers back; with a database, after a
 * transaction of a few plain statements (discord-peer.ts), on that many people.
 */
export function startPeer({ api, token }: Fake, ...database: [url: string, people: number] | []): Promise<BotProcess> {
  const program = fileURLToPath(new URL('./discord-peer.ts', import.meta.url))
  const words = [...process.execArgv, program, api, token, ...database.map(String)]
  return started({ words, cwd: fileURLToPath(new URL('..', import.meta.url)), environment: {} }, /ready/)
}
