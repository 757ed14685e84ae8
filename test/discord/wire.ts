import { permissionsOf } from './permissions.ts'
import {
  type Channel,
  type Guild,
  type Json,
  type Member,
  type Message,
  type Role,
  TYPE,
  type User,
  type World,
} from './world.ts'

/** How the state looks on the wire. */
export function userOnWire(user: User): Json {
  return {
    id: user.id,
    username: user.username,
    global_name: user.bot ? null : user.username,
    discriminator: user.bot ? '0001' : '0',
    avatar: null,
    avatar_decoration_data: null,
    banner: null,
    accent_color: null,
    collectibles: null,
    primary_guild: null,
    public_flags: 0,
    flags: 0,
    ...(user.bot && { bot: true }),
  }
}

export function roleOnWire(role: Role): Json {
  return {
    id: role.id,
    name: role.name,
    permissions: String(role.permissions),
    position: role.position,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: role.hoist,
    managed: role.botId !== undefined,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId !== undefined && { tags: { bot_id: role.botId } }),
  }
}

export function memberOnWire(member: Member): Json {
  return {
    user: userOnWire(member.user),
    roles: [...member.roles],
    joined_at: member.joinedAt,
    nick: member.nick,
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    premium_since: null,
    flags: 0,
    pending: false,
    mute: false,
    deaf: false,
  }
}

export function channelOnWire(world: World, channel: Channel): Json {
  const { id, type, name, guildId, parentId, lastMessageId } = channel
  const common = { id, type, flags: 0, last_message_id: lastMessageId }
  if (type === TYPE.dm) return { ...common, recipients: [userOnWire(recipientOf(world, channel))] }
  if (channel.thread) return { ...common, ...threadOnWire(world, channel, channel.thread) }
  return {
    ...common,
    guild_id: guildId,
    name,
    parent_id: parentId,
    position: channel.position,
    nsfw: channel.nsfw,
    topic: channel.topic,
    rate_limit_per_user: channel.slowMode,
    permission_overwrites: [...channel.overwrites.values()].map((one) => ({
      id: one.id,
      type: one.type,
      allow: String(one.allow),
      deny: String(one.deny),
    })),
    ...(type === TYPE.forum && {
      available_tags: channel.tags.map((tag) => ({ ...tag, emoji_id: null, emoji_name: null })),
      default_reaction_emoji: null,
      default_sort_order: null,
      default_forum_layout: 0,
    }),
  }
}

function threadOnWire(world: World, channel: Channel, thread: NonNullable<Channel['thread']>): Json {
  const own = thread.members.get(world.bot.id)
  return {
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    owner_id: thread.ownerId,
    rate_limit_per_user: channel.slowMode,
    message_count: thread.said,
    total_message_sent: thread.said,
    // The real one stops counting at 50.
    member_count: Math.min(thread.members.size, 50),
    applied_tags: thread.tags,
    thread_metadata: {
      archived: thread.archived,
      archive_timestamp: thread.archivedAt,
      auto_archive_duration: thread.archiveAfter,
      locked: thread.locked,
      create_timestamp: thread.createdAt,
      ...(channel.type === TYPE.privateThread && { invitable: thread.invitable }),
    },
    ...(own !== undefined && { member: { id: channel.id, user_id: world.bot.id, join_timestamp: own, flags: 1 } }),
  }
}

export function threadMemberOnWire(channel: Channel, userId: string): Json {
  return { id: channel.id, user_id: userId, join_timestamp: channel.thread?.members.get(userId), flags: 1 }
}

export function messageOnWire(world: World, message: Message): Json {
  const { interaction } = message
  const author = world.users.get(message.authorId) ?? world.bot
  const asked = interaction && world.users.get(interaction.userId)
  const about = message.system && world.users.get(message.system.userId)
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.system?.type ?? (interaction?.type === 2 ? 20 : message.replyTo ? 19 : 0),
    author: userOnWire(author),
    content: message.system ? '' : message.content,
    embeds: message.embeds,
    components: message.components,
    attachments: message.attachments,
    flags: message.flags,
    timestamp: message.at,
    edited_timestamp: message.editedAt,
    mentions: about ? [userOnWire(about)] : [],
    mention_roles: message.called,
    mention_everyone: false,
    pinned: false,
    tts: false,
    ...(message.nonce !== undefined && { nonce: message.nonce }),
    ...(message.replyTo && {
      message_reference: { type: 0, channel_id: message.channelId, message_id: message.replyTo },
    }),
    ...(interaction &&
      asked && {
        application_id: world.bot.id,
        webhook_id: world.bot.id,
        interaction_metadata: {
          id: interaction.id,
          type: interaction.type,
          user: userOnWire(asked),
          authorizing_integration_owners: { 0: world.channels.get(message.channelId)?.guildId ?? '0' },
          ...(interaction.type === 3 && { interacted_message_id: message.id }),
          ...(interaction.type === 5 && {
            triggering_interaction_metadata: {
              id: interaction.id,
              type: 2,
              user: userOnWire(asked),
              authorizing_integration_owners: {},
            },
          }),
        },
      }),
  }
}

/** The member part of an interaction: what this person may in that channel goes along. */
export function callerOnWire(world: World, guild: Guild, member: Member, channel: Channel): Json {
  return { ...memberOnWire(member), permissions: String(permissionsOf(world, guild, member, channel)) }
}

function recipientOf(world: World, channel: Channel): User {
  const found = world.users.get(channel.recipientId ?? '')
  if (!found) throw new Error(`the DM ${channel.id} has nobody`)
  return found
}
