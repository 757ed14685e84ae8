import { METHODS } from './methods.ts'
import { isJson, type Json, listOf, words } from './world.ts'

/** The app as its manifest describes it to Slack. */
export interface Settings {
  name: string
  scopes: string[]
  /** Slash commands, and whether mentions in their text are sent as ids; none named means any is offered. */
  commands: { command: string; escapes: boolean }[] | undefined
  /** Shortcuts by callback id; none named means any is offered. */
  shortcuts: { callbackId: string; type: string }[] | undefined
  events: string[]
  hasHome: boolean
  hasMessages: boolean
}

/** Scopes of what an app hears or offers, beside those of the methods it calls. */
const OTHER_SCOPES = ['commands', 'users:read.email', 'team:read']

const USUAL_EVENTS = [
  'app_home_opened',
  'app_uninstalled',
  'tokens_revoked',
  'member_joined_channel',
  'member_left_channel',
  ...['archive', 'unarchive', 'rename', 'deleted', 'left'].flatMap((one) => [`channel_${one}`, `group_${one}`]),
]

/** All scopes there are any use for. */
export const allScopes = (): string[] =>
  [...new Set([...OTHER_SCOPES, ...[...METHODS.values()].flatMap(({ scopes }) => scopes)])].filter(
    (scope) => scope !== 'connections:write',
  )

/** Reads a manifest; without one the app is given everything. */
export function settingsOf(manifest: unknown): Settings {
  if (!isJson(manifest))
    return {
      name: 'kindred',
      scopes: allScopes(),
      commands: undefined,
      shortcuts: undefined,
      events: USUAL_EVENTS,
      hasHome: true,
      hasMessages: true,
    }
  const features = part(manifest, 'features')
  const home = part(features, 'app_home')
  const scopes = part(part(manifest, 'oauth_config'), 'scopes')
  const heard = part(part(manifest, 'settings'), 'event_subscriptions')
  return {
    name: words(part(features, 'bot_user').display_name) || 'kindred',
    scopes: strings(scopes.bot),
    commands: listOf(features.slash_commands).map(({ command, should_escape }) => ({
      command: words(command),
      escapes: should_escape === true,
    })),
    shortcuts: listOf(features.shortcuts).map(({ callback_id, type }) => ({
      callbackId: words(callback_id),
      type: words(type),
    })),
    events: strings(heard.bot_events),
    hasHome: home.home_tab_enabled === true,
    hasMessages: home.messages_tab_enabled === true,
  }
}

const part = (of: Json, name: string): Json => {
  const inside = of[name]
  return isJson(inside) ? inside : {}
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
