import { botOf, isIn } from './channels.ts'
import type { Delivery } from './delivery.ts'
import type { Settings } from './settings.ts'
import { APP_ID, messageOnWire, VERIFICATION } from './wire.ts'
import type { Channel, Happened, Json, Message, Team, World } from './world.ts'

/** Events the app hears of a channel though it is not in it. */
const FOR_ALL = /^channel_(created|archive|unarchive|rename|deleted)$/
const KIND = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' } as const
const FAMILY = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const

/** Sends the app the events it subscribed to, has the scopes for, and may see. */
export function sendEvents(world: World, delivery: Delivery, settings: Settings): void {
  world.onHappened(({ team, event, channel }: Happened) => {
    const { install } = team
    const isFarewell = event.type === 'app_uninstalled' || event.type === 'tokens_revoked'
    if (!install && !isFarewell) return
    if (!settings.events.includes(subscription(event, channel))) return
    const scopes = install?.scopes ?? []
    if (channel && !scopes.includes(scopeFor(event, channel))) return
    if (channel && !isIn(channel, botOf(team)) && !(channel.kind === 'public' && FOR_ALL.test(event.type))) return
    delivery.event(wrapped(world, team, event))
  })
}

/** A message is subscribed to by the kind of its channel. */
const subscription = ({ type }: { type: string }, channel: Channel | undefined) =>
  type === 'message' && channel ? `message.${FAMILY[channel.kind]}` : type

const scopeFor = ({ type }: { type: string }, { kind }: Channel) =>
  `${FAMILY[kind]}:${type === 'message' ? 'history' : 'read'}`

function wrapped(world: World, team: Team, { secondsAgo = 0, ...event }: Json): Json {
  const botUserId = team.install?.botUserId
  const authorization = {
    enterprise_id: null,
    team_id: team.id,
    user_id: botUserId,
    is_bot: true,
    is_enterprise_install: false,
  }
  return {
    token: VERIFICATION,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: APP_ID,
    event: { ...event, event_ts: world.ts() },
    type: 'event_callback',
    event_id: world.draw('Ev'),
    event_time: world.seconds() - Number(secondsAgo),
    authorizations: botUserId ? [authorization] : [],
    is_ext_shared_channel: false,
  }
}

/** Tells of what somebody wrote. */
export function tellMessage(world: World, team: Team, channel: Channel, message: Message): void {
  const event = { ...messageOnWire(team, message), channel: channel.id, channel_type: KIND[channel.kind] }
  world.tell({ team, channel, event: { ...event, type: 'message' } })
}
