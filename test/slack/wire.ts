import { dmWith } from './channels.ts'
import type { Channel, Group, Json, Message, Team, User, View, World } from './world.ts'

/** Things as Slack puts them on the wire. */
export function userOnWire(user: User, seesEmail: boolean, withLocale: boolean): Json {
  const { id, teamId, name, realName, email, locale, tz, guest } = user
  return {
    id,
    team_id: teamId,
    name,
    deleted: user.isDeleted,
    real_name: realName,
    tz,
    tz_label: tz,
    tz_offset: 0,
    profile: {
      real_name: realName,
      display_name: name,
      team: teamId,
      ...(seesEmail && email && !user.isBot && { email }),
    },
    is_admin: user.isAdmin,
    is_owner: false,
    is_bot: user.isBot,
    is_app_user: false,
    is_restricted: guest !== undefined,
    is_ultra_restricted: guest === 'single',
    ...(withLocale && { locale }),
  }
}

export function channelOnWire(channel: Channel, viewerId: string): Json {
  const { id, teamId, kind, name, created, creatorId, isArchived, isGeneral, members, topic, purpose } = channel
  const common = { id, created, is_archived: isArchived, context_team_id: teamId, updated: created * 1000 }
  if (kind === 'im') return { ...common, is_im: true, user: [...members].find((one) => one !== viewerId) ?? viewerId }
  const said = (value: string) => ({ value, creator: value ? creatorId : '', last_set: value ? created : 0 })
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: kind !== 'public',
    is_general: isGeneral,
    is_member: members.has(viewerId),
    creator: creatorId,
    is_shared: false,
    is_org_shared: false,
    is_ext_shared: false,
    topic: said(topic),
    purpose: said(purpose),
    previous_names: [],
  }
}

export function messageOnWire(team: Team, message: Message, replies = 0): Json {
  const { ts, userId, botId, text, subtype, blocks, threadTs, editedTs, files } = message
  return {
    type: 'message',
    ts,
    user: userId,
    text,
    team: team.id,
    ...(subtype && { subtype }),
    ...(botId && { bot_id: botId, app_id: APP_ID }),
    ...(blocks.length > 0 && { blocks }),
    ...(threadTs && { thread_ts: threadTs }),
    ...(replies > 0 && { thread_ts: ts, reply_count: replies }),
    ...(editedTs && { edited: { user: userId, ts: editedTs } }),
    ...(files.length > 0 && { files: files.map(({ id, name }) => ({ id, name, mode: 'hosted' })) }),
  }
}

export function viewOnWire(team: Team, view: View): Json {
  const { given } = view
  return {
    id: view.id,
    team_id: view.teamId,
    type: view.type,
    blocks: view.blocks,
    private_metadata: given.private_metadata ?? '',
    callback_id: given.callback_id ?? '',
    external_id: given.external_id ?? '',
    hash: view.hash,
    title: given.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    submit: given.submit ?? null,
    close: given.close ?? null,
    clear_on_close: given.clear_on_close ?? false,
    notify_on_close: given.notify_on_close ?? false,
    submit_disabled: given.submit_disabled ?? false,
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    state: { values: view.values },
    app_id: APP_ID,
    app_installed_team_id: view.teamId,
    bot_id: team.install?.botId ?? '',
  }
}

export function groupOnWire(team: Team, group: Group, withUsers: boolean): Json {
  const { id, name, handle, description, users, isDisabled, at } = group
  return {
    id,
    team_id: team.id,
    is_usergroup: true,
    is_subteam: true,
    name,
    description,
    handle,
    is_external: false,
    date_create: at,
    date_update: at,
    date_delete: isDisabled ? at : 0,
    auto_provision: false,
    user_count: users.length,
    ...(withUsers && { users }),
    prefs: { channels: [], groups: [] },
  }
}

/** The one app there is. */
export const APP_ID = 'A0KINDRED00'
export const VERIFICATION = 'verification-of-old'

/** Where somebody's direct messages with the app are. */
export const dmId = (world: World, team: Team, userId: string) => dmWith(world, team, userId).id
