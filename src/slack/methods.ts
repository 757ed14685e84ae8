import { z } from 'zod'

const nothing = z.object({})
const cursor = z.object({ next_cursor: z.string().optional() }).optional()

/** What is used of a message; its metadata is what it is known again by. */
const messages = z.array(
  z.object({
    ts: z.string(),
    metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
  }),
)

const channel = z.object({
  id: z.string(),
  name: z.string().optional(),
  creator: z.string().optional(),
  created: z.number().optional(),
  is_archived: z.boolean().optional(),
  is_private: z.boolean().optional(),
})

/**
 * Every method of Slack's that is called here, with the scopes the bot needs for it, its tier, and what of the answer is
 * used. The manifest asks for exactly these scopes.
 */
export const METHODS = {
  'auth.test': {
    tier: 4,
    scopes: [],
    answer: z.object({
      team_id: z.string(),
      team: z.string().optional(),
      user_id: z.string(),
      response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
    }),
  },
  'users.info': {
    tier: 4,
    scopes: ['users:read'],
    answer: z.object({
      user: z.object({
        name: z.string().optional(),
        real_name: z.string().optional(),
        deleted: z.boolean().optional(),
        is_admin: z.boolean().optional(),
        is_owner: z.boolean().optional(),
        locale: z.string().optional(),
        profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
      }),
    }),
  },
  'users.conversations': {
    tier: 3,
    scopes: ['channels:read', 'groups:read'],
    answer: z.object({ channels: z.array(channel), response_metadata: cursor }),
  },
  'conversations.create': {
    tier: 2,
    scopes: ['channels:manage', 'groups:write'],
    answer: z.object({ channel }),
  },
  'conversations.setTopic': { tier: 2, scopes: ['channels:manage', 'groups:write'], answer: nothing },
  'conversations.info': {
    tier: 3,
    scopes: ['channels:read', 'groups:read'],
    answer: z.object({ channel }),
  },
  'conversations.join': { tier: 3, scopes: ['channels:join'], answer: nothing },
  'conversations.invite': { tier: 3, scopes: ['channels:manage', 'groups:write'], answer: nothing },
  'conversations.kick': { tier: 3, scopes: ['channels:manage', 'groups:write'], answer: nothing },
  'conversations.members': {
    tier: 4,
    scopes: ['channels:read', 'groups:read'],
    answer: z.object({ members: z.array(z.string()), response_metadata: cursor }),
  },
  'conversations.history': {
    tier: 3,
    scopes: ['channels:history', 'groups:history', 'im:history'],
    answer: z.object({ messages, response_metadata: cursor }),
  },
  'conversations.replies': {
    tier: 3,
    scopes: ['channels:history', 'groups:history'],
    answer: z.object({ messages, response_metadata: cursor }),
  },
  'conversations.open': {
    tier: 3,
    scopes: ['im:write'],
    answer: z.object({ channel: z.object({ id: z.string() }) }),
  },
  'chat.postMessage': { tier: 'channel', scopes: ['chat:write'], answer: z.object({ ts: z.string() }) },
  'chat.update': { tier: 3, scopes: ['chat:write'], answer: z.object({ ts: z.string() }) },
  // Its trigger lives three seconds: whoever waits for a turn has lost it.
  'views.open': { tier: 'now', scopes: [], answer: z.object({ view: z.object({ id: z.string() }) }) },
  'views.update': { tier: 4, scopes: [], answer: nothing },
  'views.publish': { tier: 4, scopes: [], answer: nothing },
  'files.getUploadURLExternal': {
    tier: 4,
    scopes: ['files:write'],
    answer: z.object({ upload_url: z.url(), file_id: z.string() }),
  },
  'files.completeUploadExternal': { tier: 4, scopes: ['files:write'], answer: nothing },
} as const satisfies Record<
  string,
  { tier: 2 | 3 | 4 | 'channel' | 'now'; scopes: readonly string[]; answer: z.ZodType }
>

export type Method = keyof typeof METHODS

/** What is used of a method's answer. */
export type AnswerTo<M extends Method> = z.output<(typeof METHODS)[M]['answer']>

/** What the bot may do by other ways than methods: having a command and shortcuts. */
const BESIDES = ['commands']

/** The scopes the bot needs, and no others. */
export const SCOPES: string[] = [
  ...new Set([...BESIDES, ...Object.values(METHODS).flatMap(({ scopes }): readonly string[] => scopes)]),
].sort()
