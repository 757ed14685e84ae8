import { isIn } from './channels.ts'
import { broke, Refused } from './errors.ts'
import { METHODS, type Method } from './methods.ts'
import type { ChannelKind, Json, Team, Token, World } from './world.ts'

/** Arguments any call may carry: Bolt sends `team_id` along with every one. */
const ANYWHERE = ['token', 'team_id']
/** Calls that need no token, or say who they are in another way. */
const OPEN = ['api.test', 'oauth.v2.access']
const FAMILIES = { public: 'channels:', private: 'groups:', im: 'im:', mpim: 'mpim:' } as const
/** How long calls under way may still carry a token whose end the app was told, and after how long it may be tried again. */
const GRACE_MS = 3_000
const ASK_AGAIN_MS = 300_000

export type Judge = ReturnType<typeof createJudge>

/** Slack's rules for calls, held against every one; what breaks them is refused and noted. */
export function createJudge() {
  const violations: string[] = []
  const note = (what: string, problems: string[]) =>
    void violations.push(...problems.map((problem) => `${what}: ${problem}`))
  return {
    /** Every rule broken so far; a test ends with none. */
    violations,
    note,

    /** The refusal as it goes out, noted where a rule was broken, and where it is none of the method's. */
    refuse(method: string, refused: Refused): Json {
      if (refused.broken.length > 0)
        note(
          method,
          refused.broken.map((one) => (one === refused.code ? one : `${refused.code}: ${one}`)),
        )
      const listed = METHODS.get(method)?.errors
      if (listed && !listed.includes(refused.code)) note(`the fake's own ${method}`, [`error ${refused.code}`])
      return refused.body()
    },
  }
}

export const isOpen = ({ name }: Method) => OPEN.includes(name)

/** Whose token it is; refuses one that is none, or none any more. */
export function tokenOf(world: World, method: Method, secret: string | undefined): Token {
  if (!secret) throw broke('not_authed')
  const token = world.tokens.get(secret)
  if (!token) throw broke('invalid_auth')
  if (token.state !== 'live') {
    const now = world.clock.ticks()
    // Calls that were under way when the app was told are no mistake, nor is asking now and then whether it is still so.
    if (token.toldAt === undefined || now - token.toldAt > ASK_AGAIN_MS) token.toldAt = now
    const isLate = now - token.toldAt > GRACE_MS && method.name !== 'auth.test'
    throw new Refused(token.state, isLate ? { broken: ['a call long after the app was told'] } : {})
  }
  const wanted = method.name === 'apps.connections.open' ? 'app' : 'bot'
  if (token.kind !== wanted) throw broke('not_allowed_token_type', `${method.name} takes a token of the ${wanted}`)
  return token
}

/** Refuses arguments the method does not know, and those that are missing. */
export function judgeArguments(method: Method, args: Json): void {
  const known = [...method.takes, ...ANYWHERE]
  const problems = Object.keys(args)
    .filter((name) => !known.includes(name))
    .map((name) => `unknown argument ${name}`)
  const isMissing = (name: string) => args[name] === undefined || args[name] === null || args[name] === ''
  // A user group without users is refused with words of its own.
  const missing = method.required.filter((name) => isMissing(name) && !(name === 'users' && args[name] === ''))
  problems.push(...missing.map((name) => `missing required field: ${name}`))
  if (problems.length > 0) throw broke('invalid_arguments', ...problems)
}

/** Refuses a token that lacks the scope this call needs. */
export function judgeScopes(method: Method, token: Token, team: Team | undefined, args: Json): void {
  for (const anyOf of neededScopes(method, team, args)) {
    if (anyOf.some((scope) => token.scopes.includes(scope))) continue
    const more = { needed: anyOf.join(','), provided: token.scopes.join(',') }
    throw new Refused('missing_scope', { broken: [`${method.name} needs ${anyOf.join(' or ')}`], more })
  }
}

/** For every kind of channel the call touches, the scopes of which one will do. */
export function neededScopes(method: Method, team: Team | undefined, args: Json): string[][] {
  const families = Object.values(FAMILIES)
  const isByKind = method.scopes.length > 0 && method.scopes.every((one) => families.some((fam) => one.startsWith(fam)))
  if (!isByKind) return method.scopes.length > 0 ? [method.scopes] : []
  const kinds = kindsOf(method, team, args)
  if (kinds.length === 0) return [method.scopes]
  return kinds.map((kind) => {
    const own = method.scopes.filter((one) => one.startsWith(FAMILIES[kind]))
    return own.length > 0 ? own : method.scopes
  })
}

const TYPES: Record<string, ChannelKind> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
}

function kindsOf({ name }: Method, team: Team | undefined, args: Json): ChannelKind[] {
  if (name === 'conversations.create') return [String(args.is_private) === 'true' ? 'private' : 'public']
  if (name === 'conversations.open') return [String(args.users ?? '').includes(',') ? 'mpim' : 'im']
  if (name === 'conversations.list' || name === 'users.conversations') {
    const types = String(args.types ?? 'public_channel').split(',')
    return types.map((type) => {
      const kind = TYPES[type.trim()]
      if (!kind) throw broke('invalid_types', `types ${type}`)
      return kind
    })
  }
  if (!team) return []
  const channel = team.channels.get(String(args.channel))
  // What the app does not see it is told nothing of, not even its kind.
  const isSeen = channel && (channel.kind === 'public' || isIn(channel, team.install?.botUserId ?? ''))
  return channel && isSeen ? [channel.kind] : []
}
