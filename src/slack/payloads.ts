import { z } from 'zod'
import type { ReplyAddress } from './answers.ts'

/** What Slack delivers, as far as it is used; anything else about it is left unread. */
const named = z.object({ id: z.string(), name: z.string().optional() })

const user = z.object({ id: z.string(), name: z.string().optional(), username: z.string().optional() })

export const commandBody = z.object({
  team_id: z.string(),
  user_id: z.string(),
  user_name: z.string().default(''),
  channel_id: z.string(),
  channel_name: z.string().default(''),
  text: z.string().default(''),
  trigger_id: z.string(),
  response_url: z.string(),
})

const action = z.object({
  action_id: z.string(),
  value: z.string().optional(),
  selected_option: z.object({ value: z.string() }).nullish(),
})

export const pressBody = z.object({
  team: named.nullish(),
  user,
  trigger_id: z.string(),
  response_url: z.string().optional(),
  channel: named.optional(),
  container: z
    .object({
      type: z.string(),
      is_ephemeral: z.boolean().optional(),
      thread_ts: z.string().optional(),
    })
    .optional(),
  view: z.object({ id: z.string(), type: z.string(), private_metadata: z.string().optional() }).nullish(),
  actions: z.array(action).min(1),
})

export const submissionBody = z.object({
  team: named.nullish(),
  user,
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    hash: z.string().optional(),
    private_metadata: z.string().default(''),
    state: z.object({
      values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))),
    }),
  }),
})

export const shortcutBody = z.object({
  team: named.nullish(),
  user,
  trigger_id: z.string(),
  callback_id: z.string(),
})

export const messageActionBody = shortcutBody.extend({
  channel: named,
  message: z.object({ text: z.string().nullish() }),
  response_url: z.string(),
})

export const eventBody = z.object({
  team_id: z.string(),
  event_id: z.string(),
  /** When it came about, in seconds. */
  event_time: z.number().optional(),
  /** Who Kindred is there. */
  authorizations: z.array(z.object({ user_id: z.string().nullish() })).nullish(),
  event: z.object({
    type: z.string(),
    user: z.string().optional(),
    tab: z.string().optional(),
    channel: z.string().optional(),
    /** Of tokens that were revoked: the users whose they were, the bot among them. */
    tokens: z.object({ bot: z.array(z.string()).nullish() }).optional(),
  }),
})

/** The address behind what was pressed. Where one of several is chosen, each is an address of its own. */
export function addressOf({ value, selected_option, action_id }: z.infer<typeof action>): string {
  return selected_option?.value ?? value ?? action_id
}

/** Where a pressed message's answer goes. */
export function replyTo({ container, channel }: z.infer<typeof pressBody>, url: string, at: number): ReplyAddress {
  const isEphemeral = container?.is_ephemeral ?? false
  // What stands in a conversation of two and is seen by both was said by Kindred there.
  const isConversation = !isEphemeral && (channel?.id.startsWith('D') ?? false)
  return { url, at, isPrivate: isEphemeral || isConversation, isConversation, thread: container?.thread_ts }
}
