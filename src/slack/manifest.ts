import { SCOPES } from './methods.ts'

/** What the manifest is made for: the command's name, and where Kindred is reached from outside, if it is. */
export interface ManifestFor {
  command: string
  publicUrl?: string | undefined
  /** Slack sends over a socket that Kindred opens; else to PUBLIC_URL. */
  isSocket: boolean
}

/** Where Slack sends everything in HTTP mode. */
export const EVENTS_PATH = '/slack/events'
/** Where installing into another workspace begins, and where Slack sends the browser back to. */
export const INSTALL_PATH = '/slack/install'
export const REDIRECT_PATH = '/slack/oauth_redirect'

/** What Kindred hears of without anybody asking: its page is looked at, it is taken out, a channel is gone or back. */
export const EVENTS = [
  'app_home_opened',
  'app_uninstalled',
  'tokens_revoked',
  'channel_archive',
  'channel_deleted',
  'channel_unarchive',
  'group_archive',
  'group_deleted',
  'group_unarchive',
  'member_joined_channel',
]

/** Shortcuts, by the address of what they do. */
export const SHORTCUTS = [
  { name: 'Start a community', callback_id: 'start-community', description: 'Start a community of your own' },
  { name: 'Find a community', callback_id: 'communities', description: 'See what communities there are' },
]

/** What can be done with a message, by the command that is begun so. */
export const MESSAGE_SHORTCUTS = [
  { name: 'Propose a topic', callback_id: 'propose', description: 'Propose to a community what a message says' },
]

/** The description of the app that Slack makes it from, by the code's own tables. */
export function manifest({ command, publicUrl, isSocket }: ManifestFor): object {
  const at = (path: string) => (publicUrl ? new URL(path, publicUrl).href : undefined)
  const url = isSocket ? undefined : at(EVENTS_PATH)
  const redirect = at(REDIRECT_PATH)
  return {
    display_information: {
      name: 'Kindred',
      description: 'Communities people start themselves, and a say in what is sent to them.',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'Kindred', always_online: true },
      shortcuts: [
        ...SHORTCUTS.map((one) => ({ ...one, type: 'global' })),
        ...MESSAGE_SHORTCUTS.map((one) => ({ ...one, type: 'message' })),
      ],
      slash_commands: [
        {
          command,
          ...(url && { url }),
          description: 'Find, start and join communities',
          usage_hint: 'list, join NAME, start, my, help',
          should_escape: true,
        },
      ],
    },
    oauth_config: { ...(redirect && { redirect_urls: [redirect] }), scopes: { bot: SCOPES } },
    settings: {
      event_subscriptions: { ...(url && { request_url: url }), bot_events: EVENTS },
      interactivity: { is_enabled: true, ...(url && { request_url: url }) },
      org_deploy_enabled: false,
      socket_mode_enabled: isSocket,
      token_rotation_enabled: false,
    },
  }
}
