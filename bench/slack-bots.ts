import { fileURLToPath } from 'node:url'
import type { Fake } from '../test/slack/server.ts'
import { type BotProcess, started } from './bots.ts'
import { kindred } from './start.ts'

/** The built Kindred on Slack by a socket and on PostgreSQL, all of it. */
export function startKindred(fake: Fake, settings: Record<string, string>, cwd: string): Promise<BotProcess> {
  const { api: SLACK_API_URL, botToken: SLACK_BOT_TOKEN, appToken: SLACK_APP_TOKEN } = fake
  return started(kindred({ ...settings, SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN }, cwd), /Slack: connected/)
}

/** The named peer: Bolt alone, which answers a constant. */
export function startPeer({ api, botToken, appToken }: Fake): Promise<BotProcess> {
  const program = fileURLToPath(new URL('./slack-peer.ts', import.meta.url))
  const words = [...process.execArgv, program, api, botToken, appToken]
  return started({ words, cwd: fileURLToPath(new URL('..', import.meta.url)), environment: {} }, /ready/)
}
