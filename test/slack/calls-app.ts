import { randomBytes } from 'node:crypto'
import { install, revoke } from './apps.ts'
import { type Act, text } from './call.ts'
import { broke, Refused } from './errors.ts'
import type { Settings } from './settings.ts'
import { APP_ID } from './wire.ts'
import type { Json, Team, User, World } from './world.ts'

const CODE_MS = 600_000

/** What is between the app and Slack itself: connecting, who it is, and being installed. */
export interface AppParts {
  world: World
  settings: Settings
  ticket: () => string
  clientId: string
  clientSecret: string
}

export function appCalls({ world, settings, ticket, clientId, clientSecret }: AppParts) {
  const codes = new Map<
    string,
    { team: Team; user: User; scopes: string[]; redirectUri: string | undefined; at: number }
  >()

  const acts: Record<string, Act> = {
    'apps.connections.open': () => ({ url: ticket() }),
    'auth.test': ({ team, install: { botId, botUserId } }) => ({
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      user: settings.name,
      team_id: team.id,
      user_id: botUserId,
      bot_id: botId,
      is_enterprise_install: false,
    }),
    'auth.revoke': ({ team, args }) => {
      const isTrial = text(args, 'test') === '1' || text(args, 'test') === 'true'
      if (!isTrial) revoke(world, team, false)
      return { revoked: !isTrial }
    },
  }

  /** Exchanges a code for a token; who asks is told by the client's own id and secret, in the body or as Basic. */
  function access(args: Json, basic: string | undefined): Json {
    const [id, secret] = basic
      ? Buffer.from(basic, 'base64').toString().split(':')
      : [text(args, 'client_id'), text(args, 'client_secret')]
    if (id !== clientId) throw broke('invalid_client_id')
    if (secret !== clientSecret) throw broke('bad_client_secret')
    const code = text(args, 'code')
    const given = codes.get(code)
    // Once, and for ten minutes.
    codes.delete(code)
    if (!given || world.clock.now() - given.at > CODE_MS) throw new Refused('invalid_code')
    const redirectUri = text(args, 'redirect_uri') || undefined
    if (redirectUri !== given.redirectUri) throw broke('bad_redirect_uri')
    const { team, user, scopes } = given
    const { token, botUserId, scopes: all } = install(world, team, settings.name, scopes)
    return {
      access_token: token,
      token_type: 'bot',
      scope: all.join(','),
      bot_user_id: botUserId,
      app_id: APP_ID,
      team: { id: team.id, name: team.name },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: user.id },
    }
  }

  return {
    acts,
    access,

    /** Somebody presses Allow, or does not, on the page an install link leads to: where their browser goes then. */
    allow(link: string, team: Team, user: User, isAllowed: boolean): string {
      const asked = new URL(link).searchParams
      if (asked.get('client_id') !== clientId) throw broke('invalid_client_id')
      const scopes = (asked.get('scope') ?? '').split(/[, ]/).filter(Boolean)
      if (scopes.length === 0) throw broke('no_scopes')
      const odd = scopes.filter((scope) => !settings.scopes.includes(scope))
      if (odd.length > 0) throw broke('invalid_scope', `scopes the app does not declare: ${odd.join(', ')}`)
      const redirectUri = asked.get('redirect_uri') ?? undefined
      if (!redirectUri) throw broke('bad_redirect_uri', 'the fake knows no other address to go to')
      const back = new URL(redirectUri)
      const state = asked.get('state')
      if (state) back.searchParams.set('state', state)
      if (!isAllowed) {
        back.searchParams.set('error', 'access_denied')
        return back.toString()
      }
      const code = randomBytes(16).toString('hex')
      codes.set(code, { team, user, scopes, redirectUri, at: world.clock.now() })
      back.searchParams.set('code', code)
      return back.toString()
    },
  }
}
