import { eventOnWire, openEvents } from './events.ts'
import { channelOnWire, memberOnWire, roleOnWire } from './wire.ts'
import { type Channel, channelsOf, type Guild, type Json, type World } from './world.ts'

/** A server on the wire: most of it is the same for all. */
export function guildOnWire(guild: Guild): Json {
  const nothing = [
    'icon',
    'description',
    'home_header',
    'splash',
    'discovery_splash',
    'banner',
    'application_id',
    'afk_channel_id',
    'system_channel_id',
    'widget_channel_id',
    'max_presences',
    'vanity_url_code',
    'rules_channel_id',
    'safety_alerts_channel_id',
    'public_updates_channel_id',
    'incidents_data',
  ]
  const zero = [
    'system_channel_flags',
    'verification_level',
    'default_message_notifications',
    'mfa_level',
    'explicit_content_filter',
    'max_stage_video_channel_users',
    'premium_tier',
    'premium_subscription_count',
    'nsfw_level',
  ]
  return {
    ...Object.fromEntries(nothing.map((name) => [name, null])),
    ...Object.fromEntries(zero.map((name) => [name, 0])),
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    preferred_locale: guild.locale,
    roles: [...guild.roles.values()].map(roleOnWire),
    features: guild.isCommunity ? ['COMMUNITY'] : [],
    emojis: [],
    stickers: [],
    region: 'deprecated',
    afk_timeout: 300,
    widget_enabled: false,
    max_members: 500_000,
    max_video_channel_users: 25,
    premium_progress_bar_enabled: false,
    nsfw: false,
  }
}

/** What GUILD_CREATE adds: only the bot itself stands among the members, unless there are few. */
export function guildCreated(world: World, guild: Guild, visible: (channel: Channel) => boolean): Json {
  const bot = guild.members.get(world.bot.id)
  return {
    ...guildOnWire(guild),
    joined_at: guild.joinedAt,
    large: guild.members.size + guild.crowd > 50,
    unavailable: false,
    member_count: guild.members.size + guild.crowd,
    members: bot ? [memberOnWire(bot)] : [],
    channels: channelsOf(world, guild.id).map((one) => channelOnWire(world, one)),
    threads: channelsOf(world, guild.id, true)
      .filter((one) => !one.thread?.archived && visible(one))
      .map((one) => channelOnWire(world, one)),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: openEvents(world, guild).map((one) => eventOnWire(world, guild, one)),
    soundboard_sounds: [],
  }
}
