/**
 * The Web API's methods that Kindred may call, as facts: tier and scopes on the method's own line (or after `with`),
 * then the arguments (those with `!` are required) and the errors of its own. Any one of the scopes of the channel's kind will do.
 */
const TABLE = `
api.test 4
  takes error
apps.connections.open 3 connections:write
  fails forbidden_team insecure_request missing_args
auth.test 0
auth.revoke 3
  takes test
  fails not_bearer_token
chat.postMessage 0 chat:write
  takes channel! as_user attachments blocks current_draft_last_updated_ts icon_emoji icon_url link_names markdown_text
  metadata mrkdwn parse reply_broadcast text thread_ts unfurl_links unfurl_media username
  fails as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_not_found
  draft_already_deleted draft_already_sent draft_has_conflict draft_not_found duplicate_channel_not_found
  duplicate_message_not_found invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema
  is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app
  metadata_too_large missing_file_data msg_blocks_too_long no_text not_in_channel rate_limited restricted_action
  restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
  restricted_action_thread_only_channel team_not_found too_many_attachments too_many_contact_cards
chat.update 3 chat:write
  takes channel! ts! as_user attachments blocks file_ids link_names markdown_text metadata parse reply_broadcast text
  unfurled_attachments
  fails as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message
  channel_not_found edit_window_closed external_channel_migrating file_deleted file_is_deleted file_not_found
  file_share_limit_reached invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format
  invalid_metadata_schema is_inactive markdown_text_conflict max_file_sharing_exceeded message_limit_exceeded
  message_not_found metadata_must_be_sent_from_app metadata_too_large msg_too_long no_dual_broadcast_content_update
  no_text posting_to_channel_denied streaming_state_conflict team_not_found too_many_attachments unable_to_share_files
  update_failed
chat.delete 3 chat:write
  takes channel! ts! as_user
  fails cant_delete_message channel_not_found message_not_found
chat.postEphemeral 4 chat:write
  takes channel! user! as_user attachments blocks icon_emoji icon_url link_names markdown_text parse text thread_ts
  username
  fails cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks invalid_blocks_format is_archived
  markdown_text_conflict message_limit_exceeded messages_tab_disabled msg_too_long no_text not_in_channel
  restricted_action too_many_attachments user_not_in_channel
chat.getPermalink 0
  takes channel! message_ts!
  fails channel_not_found message_not_found
conversations.create 2 channels:manage groups:write im:write mpim:write
  takes name! is_private team_id
  fails cannot_create_channel canvas_disabled_user_team invalid_name invalid_name_maxlength invalid_name_punctuation
  invalid_name_required invalid_name_specials missing_argument name_taken no_channel restricted_action
conversations.join 3 channels:join
  takes channel!
  fails channel_is_limited_access channel_not_found is_archived method_not_supported_for_channel_type too_many_members
conversations.leave 3 channels:manage groups:write im:write mpim:write
  takes channel!
  fails cant_leave_general channel_not_found is_archived last_member method_not_supported_for_channel_type
  user_is_restricted
conversations.invite 3 channels:manage channels:write.invites groups:write groups:write.invites im:write mpim:write
  takes channel! users! force
  fails already_in_channel cant_invite cant_invite_self channel_not_found external_channel_migrating
  invitee_cant_see_channel is_archived method_not_supported_for_channel_type no_external_invite_permission no_user
  not_in_channel org_user_not_in_team ura_max_channels user_is_restricted user_not_found
conversations.kick 3 channels:manage groups:write im:write mpim:write
  takes channel! user
  fails cant_kick_from_general cant_kick_self channel_not_found method_not_supported_for_channel_type not_in_channel
  not_supported restricted_action user_not_found
conversations.archive 2 channels:manage groups:write im:write mpim:write
  takes channel!
  fails already_archived cant_archive_general cant_archive_required channel_not_found
  method_not_supported_for_channel_type not_in_channel restricted_action
conversations.unarchive 2 channels:manage groups:write im:write mpim:write
  takes channel!
  fails channel_not_found method_not_supported_for_channel_type not_archived
conversations.rename 2 channels:manage groups:write im:write mpim:write
  takes channel! name!
  fails channel_not_found invalid_name invalid_name_maxlength invalid_name_punctuation invalid_name_required
  invalid_name_specials is_archived method_not_supported_for_channel_type name_taken not_authorized not_in_channel
conversations.info 3 channels:read groups:read im:read mpim:read
  takes channel! include_locale include_num_members
  fails channel_is_limited_access channel_not_found
conversations.list 2 channels:read groups:read im:read mpim:read
  takes cursor exclude_archived limit team_id types
  fails invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument
conversations.members 4 channels:read groups:read im:read mpim:read
  takes channel! cursor limit
  fails channel_not_found fetch_members_failed invalid_cursor invalid_limit method_not_supported_for_channel_type
conversations.open 3 channels:manage groups:write im:write mpim:write
  takes channel prevent_creation return_im users
  fails channel_not_found invalid_user_combination method_not_supported_for_channel_type not_enough_users
  too_many_users user_disabled user_not_found user_not_visible users_list_not_supplied
conversations.history 3 channels:history groups:history im:history mpim:history
  takes channel! cursor include_all_metadata inclusive latest limit oldest
  fails channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest
  invalid_ts_oldest not_in_channel
conversations.replies 3 channels:history groups:history im:history mpim:history
  takes channel! ts! cursor include_all_metadata inclusive latest limit oldest
  fails channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest
  list_record_comment_fetch_failed method_not_supported_for_channel_type thread_not_found
conversations.setTopic 2
  with channels:manage channels:write.topic groups:write groups:write.topic im:write im:write.topic mpim:write mpim:write.topic
  takes channel! topic!
  fails channel_not_found is_archived method_not_supported_for_channel_type not_in_channel too_long user_is_restricted
conversations.setPurpose 2
  with channels:manage channels:write.topic groups:write groups:write.topic im:write im:write.topic mpim:write mpim:write.topic
  takes channel! purpose!
  fails channel_not_found is_archived method_not_supported_for_channel_type not_in_channel too_long user_is_restricted
users.info 4 users:read
  takes user! include_locale
  fails too_many_users user_not_found user_not_visible
users.list 2 users:read
  takes cursor include_locale limit team_id
  fails invalid_cursor limit_required missing_argument
users.conversations 3 channels:read groups:read im:read mpim:read
  takes cursor exclude_archived limit team_id types user
  fails invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument
views.open 4
  takes view! interactivity_pointer trigger_id
  fails duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large
views.update 4
  takes view! external_id hash view_id
  fails duplicate_external_id hash_conflict not_found view_too_large
views.push 4
  takes view! interactivity_pointer trigger_id
  fails duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found push_limit_reached
  view_too_large
views.publish 4
  takes user_id! view! hash
  fails duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented view_too_large
usergroups.create 2 usergroups:write
  takes name! additional_channels channels description enable_section handle include_count team_id
  fails bad_handle description_too_long forbidden_handle handle_already_exists invalid_channel_provided
  invalid_group_provided missing_argument missing_subteam_name name_already_exists name_too_long paid_teams_only
  permission_denied plan_upgrade_required target_team_must_be_specified_in_org_context target_team_not_on_org
usergroups.update 2 usergroups:write
  takes usergroup! additional_channels channels description enable_section handle include_count name team_id
  fails missing_argument paid_teams_only permission_denied too_many_linked_channels
usergroups.list 2 usergroups:read
  takes include_count include_disabled include_users team_id
  fails invalid_cursor invalid_team missing_argument plan_upgrade_required users_not_found
usergroups.enable 2 usergroups:write
  takes usergroup! include_count team_id
  fails missing_argument permission_denied plan_upgrade_required
usergroups.disable 2 usergroups:write
  takes usergroup! include_count team_id
  fails missing_argument permission_denied plan_upgrade_required target_team_must_be_specified_in_org_context
  target_team_not_on_org
usergroups.users.list 2 usergroups:read
  takes usergroup! include_disabled team_id
  fails invalid_cursor no_such_subteam plan_upgrade_required
usergroups.users.update 2 usergroups:write
  takes usergroup! users! additional_channels include_count is_shared team_id
  fails failed_for_some_users invalid_users missing_argument no_users_provided permission_denied plan_upgrade_required
  subteam_max_users_exceeded
oauth.v2.access 0
  takes client_id client_secret code code_verifier grant_type redirect_uri refresh_token
  fails bad_client_secret bad_redirect_uri cannot_install_an_org_installed_app invalid_client_id invalid_code
  invalid_code_verifier invalid_grant_type invalid_refresh_token no_scopes oauth_authorization_url_mismatch
  pkce_not_allowed preview_feature_not_available user_email_unverified
team.info 3 team:read
  takes domain team
  fails enterprise_not_found fail_to_get_teams_for_restricted_user missing_user org_not_found team_not_found
  team_not_on_enterprise user_not_found
files.getUploadURLExternal 4 files:write
  takes filename! length! alt_txt snippet_type
  fails alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled
  file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached unknown_snippet_type
  unknown_subtype
files.completeUploadExternal 4 files:write
  takes files! blocks channel_id channels initial_comment thread_ts
  fails channel_not_found channels_limit_exceeded file_not_found file_type_not_allowed file_update_failed
  file_uploads_except_images_disabled invalid_blocks invalid_channel not_in_channel posting_to_channel_denied
`

/** Errors that any method may answer with. */
const COMMON = `
access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted
fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset
invalid_form_data invalid_post_type method_deprecated missing_post_type missing_scope no_permission
not_allowed_token_type not_authed org_login_required ratelimited request_timeout service_unavailable
team_access_not_granted team_added_to_org token_expired token_revoked two_factor_setup_required
`

/** What the real servers answer besides, seen though not listed. */
const SEEN: Record<string, string> = {
  'chat.postMessage': 'msg_too_long',
  'chat.update': 'msg_blocks_too_long',
  'chat.postEphemeral': 'msg_blocks_too_long',
  'chat.delete': 'is_archived',
  'conversations.unarchive': 'not_in_channel',
  'conversations.archive': 'is_archived',
  'conversations.kick': 'is_archived not_authorized',
  'conversations.setTopic': 'too_long',
  'usergroups.users.update': 'no_such_subteam subteam_disabled',
  'usergroups.update': 'no_such_subteam plan_upgrade_required handle_already_exists name_already_exists',
  'usergroups.enable': 'no_such_subteam already_enabled',
  'usergroups.disable': 'no_such_subteam already_disabled',
}

export interface Method {
  name: string
  /** Calls a minute go by it: 1 of 1, 20, 50 or 100; 0 has rules of its own. */
  tier: number
  scopes: string[]
  required: string[]
  takes: string[]
  errors: string[]
}

const words = (line: string) => line.split(/\s+/).filter(Boolean)

/** The methods by name. */
export const METHODS: ReadonlyMap<string, Method> = read(TABLE)

function read(table: string): Map<string, Method> {
  const methods = new Map<string, Method>()
  let method: Method | undefined
  let list: 'scopes' | 'takes' | 'errors' = 'takes'
  for (const line of table.split('\n').filter(Boolean)) {
    if (!line.startsWith(' ')) {
      const [name = '', tier = '0', ...scopes] = words(line)
      method = { name, tier: Number(tier), scopes, required: [], takes: [], errors: [] }
      method.errors.push(...words(COMMON), ...words(SEEN[name] ?? ''))
      methods.set(name, method)
      continue
    }
    for (const word of words(line)) {
      if (word === 'takes') list = 'takes'
      else if (word === 'fails') list = 'errors'
      else if (word === 'with') list = 'scopes'
      else {
        const plain = word.replace('!', '')
        method?.[list].push(plain)
        if (word !== plain) method?.required.push(plain)
      }
    }
  }
  return methods
}
