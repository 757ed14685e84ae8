import { webApi } from '@slack/bolt'
import { say } from '../core/say.ts'
import { NotThere, RoomShut, Stuck } from '../platform.ts'

/** Whether Slack answered with one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  const code = codeOf(error)
  return code !== undefined && codes.includes(code)
}

/** Slack's own word for what went wrong. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined
}

/** Whatever of these Slack answers, Kindred is not in that workspace any more. */
export const GONE = [
  'token_revoked',
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'token_expired',
  'team_access_not_granted',
]

/** What is said where Kindred is not in a workspace any more. */
export const NOT_INSTALLED = 'Kindred is not in that workspace any more. Bring it back with its install link.'

/** Does something on Slack; a failure says in words what staff can do, or asks to try again. */
export async function effect<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translated(error)
  }
}

function translated(error: unknown): unknown {
  // Given up on by us: whether it came about is open, which the job knows by this error's own name.
  if (error instanceof webApi.WebAPIRequestError) return error.original
  if (error instanceof webApi.WebAPIHTTPError) return new Error(`Slack answered with ${error.statusCode}`)
  const code = codeOf(error)
  if (code === undefined) return error
  if (code === 'is_archived') return archived()
  if (code === 'channel_not_found') return unseen()
  const sentence = SENTENCES[code]
  if (sentence) return new Stuck(sentence)
  return PASSING.includes(code) ? new Error(`Slack failed: ${code}`) : new Stuck(`Slack does not allow it: ${code}`)
}

/** A private channel that Kindred is not in, where somebody wanted something shown. */
export function outside(): NotThere {
  return new NotThere(
    'Kindred is not in that channel. Somebody inside has to invite it: /invite and its name.',
    say`Invite me there: type /invite @Kindred in that channel.`,
  )
}

/** A channel that was archived, which somebody may undo: nobody can be brought into it or out of it meanwhile. Slack puts every app out of it. */
export function archived(): RoomShut {
  const how = say`was archived there, so nobody comes in or out. Unarchive it, invite Kindred into it again, and press Retry in ${{ typed: '/status' }}.`
  return new RoomShut('the channel was archived', how)
}

/** Slack says the same of a channel that is gone as of a private one Kindred is not in. */
export function unseen(): RoomShut {
  const how = say`was deleted there, or Kindred was taken out of it, so nobody comes in or out. Invite Kindred into it again, and press Retry in ${{ typed: '/status' }}. If it was deleted, Retry makes another, and Ignore goes on without a room.`
  return new RoomShut('the channel was deleted, or Kindred was taken out of it', how, 'unseen')
}

/** A hidden community's channel that somebody made public: who is in it is seen, and nobody else is to be. */
export function exposed(): RoomShut {
  const how = say`was made public there, so everyone there sees who is in it, and nobody else is let in. Make it private again, and press Retry in ${{ typed: '/status' }}; those in it can leave it themselves.`
  return new RoomShut('the channel was made public', how, 'exposed')
}

/** Slack's own bad moments, which pass. */
const PASSING = [
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'fetch_members_failed',
  'update_failed',
  'team_added_to_org',
  'org_login_required',
  'external_channel_migrating',
]

/** Guests of a workspace, whom no app lets in. */
export const GUESTS = {
  user_is_restricted: 'this person is a guest, and guests are let into channels by an admin only.',
  ura_max_channels: 'this person is a guest of one channel, and has it already.',
}

const CHANNEL_SETTINGS = 'Workspace settings, Permissions, Channel management'

/** What staff can do about what no repetition mends. */
const SENTENCES: Record<string, string> = {
  missing_scope:
    'Kindred lacks a permission there. Install it again with the manifest of this version (npm run slack:manifest).',
  not_in_channel: 'Kindred is not in that channel. Somebody inside has to invite it: /invite and its name.',
  restricted_action: `the workspace does not let Kindred do that. Allow it in ${CHANNEL_SETTINGS}.`,
  restricted_action_read_only_channel: 'nobody but admins may post in that channel. Allow Kindred to.',
  restricted_action_thread_only_channel: 'in that channel only answers in threads are allowed.',
  cannot_create_channel: `the workspace does not let Kindred make channels. Allow it in ${CHANNEL_SETTINGS}.`,
  ...GUESTS,
  cant_invite: 'this person can not be invited into that channel. An admin may know why.',
  no_external_invite_permission: 'this person is of another organization, and only an admin can invite them.',
  cant_kick_from_general: 'nobody can be taken out of the channel everybody is in.',
  cant_kick_self: 'Kindred can not take itself out of a channel.',
  not_supported: 'this person can not be taken out of that channel by an app.',
  user_not_found: 'this person is not in the workspace any more.',
  user_disabled: 'this person is not in the workspace any more.',
  user_not_visible: 'Kindred can not see this person there.',
  messages_tab_disabled: 'private messages to Kindred are switched off. Switch on the Messages tab of its App Home.',
  method_not_supported_for_channel_type: 'that place is no channel.',
  account_inactive: NOT_INSTALLED,
}
