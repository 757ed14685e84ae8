import type { Interaction } from './acts.ts'
import { APP_ID, messageOnWire, VERIFICATION, viewOnWire } from './wire.ts'
import type { Channel, Json, Message, Team, View } from './world.ts'

/** What is sent to the app when somebody does something, shaped as Slack does. */
export function commandPayload(one: Interaction, channel: Channel, command: string, text: string, url: string): Json {
  const { team, user } = one
  return {
    token: VERIFICATION,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: nameShown(channel),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: url,
    trigger_id: one.triggerId,
  }
}

const SHOWN = { public: undefined, private: 'privategroup', im: 'directmessage', mpim: 'mpdm' } as const

/** The name of a channel as commands carry it. */
const nameShown = ({ kind, name }: Channel) => SHOWN[kind] ?? name

/** What all interactive payloads carry. */
function common(type: string, one: Interaction): Json {
  const { team, user } = one
  return {
    type,
    team: { id: team.id, domain: team.domain },
    user: { id: user.id, username: user.name, name: user.name, team_id: team.id },
    api_app_id: APP_ID,
    token: VERIFICATION,
    enterprise: null,
    is_enterprise_install: false,
  }
}

const trigger = (one: Interaction) => ({ trigger_id: one.triggerId })

/** What somebody pressed or chose, on a message, in a modal or on their home tab. */
export function actionPayload(one: Interaction, action: Json, url: string): Json {
  const { team, message, channel, view } = one
  const basis = { ...common('block_actions', one), ...trigger(one), actions: [action] }
  if (view) return { ...basis, container: { type: 'view', view_id: view.id }, ...inView(team, view) }
  if (!message || !channel) return basis
  return {
    ...basis,
    container: containerOf(message),
    channel: { id: channel.id, name: nameShown(channel) },
    // Slack keeps no message that one person sees, and tells only where it was.
    ...(!message.onlyFor && { message: messageOnWire(team, message) }),
    state: { values: message.values },
    response_url: url,
  }
}

const inView = (team: Team, view: View): Json => ({ view: viewOnWire(team, view) })

function containerOf(message: Message): Json {
  const { ts, channelId, threadTs, onlyFor } = message
  return {
    type: 'message',
    message_ts: ts,
    channel_id: channelId,
    is_ephemeral: onlyFor !== undefined,
    ...(threadTs && { thread_ts: threadTs }),
  }
}

/** What somebody typed into a select whose options the app finds. */
export function suggestionPayload(one: Interaction, element: Json, blockId: string, value: string): Json {
  const { team, message, channel, view } = one
  return {
    ...common('block_suggestion', one),
    action_id: element.action_id,
    block_id: blockId,
    value,
    ...(view && { container: { type: 'view', view_id: view.id }, ...inView(team, view) }),
    ...(message && channel && { container: containerOf(message), channel: { id: channel.id, name: channel.name } }),
  }
}

export function submissionPayload(one: Interaction, view: View): Json {
  return { ...common('view_submission', one), ...trigger(one), ...inView(one.team, view), response_urls: [] }
}

export function closedPayload(one: Interaction, view: View, isCleared: boolean): Json {
  return { ...common('view_closed', one), ...inView(one.team, view), is_cleared: isCleared }
}

export function shortcutPayload(one: Interaction, callbackId: string, ts: string): Json {
  return { ...common('shortcut', one), ...trigger(one), callback_id: callbackId, action_ts: ts }
}

export function messageShortcutPayload(one: Interaction, callbackId: string, ts: string, url: string): Json {
  const { team, message, channel } = one
  return {
    ...common('message_action', one),
    ...trigger(one),
    callback_id: callbackId,
    action_ts: ts,
    message_ts: message?.ts,
    channel: { id: channel?.id, name: channel && nameShown(channel) },
    message: message && messageOnWire(team, message),
    response_url: url,
  }
}
