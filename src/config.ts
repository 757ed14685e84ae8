import { existsSync } from 'node:fs'
import { z } from 'zod'

/** Something in the settings that whoever starts Kindred can mend; its message tells how. */
export class BadConfig extends Error {}

/** Every variable that is read, with its help; `.env.example` says the same, and a test keeps the two equal. */
export const variables = z.object({
  DATABASE_URL: z.string().optional().describe('postgresql://... or memory: ; unset, an embedded database in DATA_DIR'),
  DATA_DIR: z.string().default('./data').describe('Folder of the embedded database, its key and its files'),
  KINDRED_KEY: z.string().optional().describe('32 bytes in base64; several, newest first, separated by commas'),
  DESTINATIONS: z.string().default('files=csv').describe('Segment stores as name=connector, separated by commas'),
  SMTP_URL: z.string().optional().describe('Mail server, such as smtps://user:password@mail.example.org'),
  MAIL_FROM: z.string().optional().describe('Sender of mails, such as City Museum <community@example.org>'),
  DISCORD_TOKEN: z.string().optional().describe('Token of the bot on Discord; unset, Discord is not started'),
  DISCORD_API_URL: z.url().optional().describe("Another address than Discord's own, for tests and proxies"),
  SLACK_BOT_TOKEN: z.string().optional().describe('Token of the bot in one Slack workspace (xoxb-...)'),
  SLACK_APP_TOKEN: z.string().optional().describe('App-level token (xapp-...): Slack is reached over a socket'),
  SLACK_SIGNING_SECRET: z
    .string()
    .optional()
    .describe('Without an app-level token: Slack sends signed requests to PORT'),
  SLACK_CLIENT_ID: z.string().optional().describe('Client ID of the Slack app, to bring it into several workspaces'),
  SLACK_CLIENT_SECRET: z.string().optional().describe('Client secret of the Slack app, for the same'),
  SLACK_COMMAND: z
    .string()
    .regex(/^\/[a-z0-9_-]{1,31}$/, { error: 'must look like /community' })
    .default('/community')
    .describe('The one command on Slack, as its manifest names it'),
  SLACK_API_URL: z.url().optional().describe("Another address than Slack's own, for tests and proxies"),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('Where the web pages are reached from outside, such as https://kindred.example.org'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000).describe('Where the web pages are served'),
  HOST: z
    .string()
    .optional()
    .describe('Network address to listen on; unset, all where there is a PUBLIC_URL, else this machine only'),
  PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(9)
    .default(0)
    .describe('How many reverse proxies of yours stand in front, to know by X-Forwarded-For who asks'),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Bearer token for /metrics; unset, only this machine may read them, and nobody where there is a PUBLIC_URL',
    ),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('How much is logged'),
})

/** What each destination reads besides its connector's own settings, with its name in capitals in front. */
export const destinationVariables = z.object({
  PURPOSE: z
    .enum(['letters', 'service'])
    .default('letters')
    .describe('What people say yes to: letters, or service (its desk may see it)'),
  RECIPIENT: z
    .string()
    .min(1)
    .optional()
    .describe("Who gets it, in words people see; unset, the organization's recipient"),
  HOOK_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe('By which it is known that what is posted to /hooks/<name> comes from there; unset, nothing is taken'),
})

export interface Config extends Omit<z.output<typeof variables>, 'KINDRED_KEY' | 'DESTINATIONS'> {
  keys: Uint8Array[]
  destinations: DestinationConfig[]
}

export interface DestinationConfig {
  name: string
  connector: string
  purpose: 'letters' | 'service'
  recipient?: string
  /** The variables that begin with the destination's name, without it. */
  settings: Record<string, string>
}

const KEY_BYTES = 32

/** Where the web pages are, without a slash at its end. */
export function siteOf({ PUBLIC_URL, PORT }: Pick<Config, 'PUBLIC_URL' | 'PORT'>): string {
  return PUBLIC_URL ?? `http://localhost:${PORT}`
}

/** Reads `.env` where there is one; what the environment says already stands. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
}

/** Reads the environment, or says which variable is wrong. Empty variables count as unset. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
  const { KINDRED_KEY, DESTINATIONS, ...rest } = check(variables, set, '')
  return { ...rest, keys: keysOf(KINDRED_KEY), destinations: destinationsOf(DESTINATIONS, set) }
}

function check<T extends z.ZodObject>(schema: T, values: Record<string, string>, prefix: string): z.output<T> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new BadConfig(`${prefix}${String(issue?.path[0] ?? '')}: ${issue?.message ?? 'is not right'}`)
}

function keysOf(words: string | undefined): Uint8Array[] {
  if (!words) return []
  return words.split(',').map((one) => {
    const key = Buffer.from(one.trim(), 'base64')
    if (key.length !== KEY_BYTES)
      throw new BadConfig(`KINDRED_KEY must be ${KEY_BYTES} bytes in base64. Make one: ${HOW_TO_MAKE_A_KEY}`)
    return key
  })
}

/** The command that makes a key. */
export const HOW_TO_MAKE_A_KEY = 'head -c 32 /dev/urandom | base64'

function destinationsOf(words: string, set: Record<string, string>): DestinationConfig[] {
  const seen = new Set<string>()
  return words
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => {
      const [, name, connector] = /^([a-z][a-z0-9]{0,19})=([a-z][a-z0-9-]*)$/.exec(one) ?? []
      if (!name || !connector || seen.has(name)) {
        throw new BadConfig(
          `DESTINATIONS: “${one}” should be name=connector with a name of its own, in lower-case letters and digits`,
        )
      }
      seen.add(name)
      const prefix = `${name.toUpperCase()}_`
      const settings = Object.fromEntries(
        Object.entries(set).flatMap(([key, value]) =>
          key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
        ),
      )
      const { PURPOSE, RECIPIENT } = check(destinationVariables, settings, prefix)
      return { name, connector, purpose: PURPOSE, ...(RECIPIENT && { recipient: RECIPIENT }), settings }
    })
}
