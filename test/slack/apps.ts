import { randomBytes } from 'node:crypto'
import { closeViews } from './views.ts'
import type { Install, Team, World } from './world.ts'

/** The app in workspaces: installed, upgraded, taken out. */
export function install(world: World, team: Team, name: string, scopes: string[], given?: string): Install {
  const before = team.install
  // Installed again it keeps its token and is who it was.
  if (before) {
    before.scopes.splice(0, before.scopes.length, ...new Set([...before.scopes, ...scopes]))
    return before
  }
  const token = given ?? `xoxb-${team.id}-${randomBytes(12).toString('hex')}`
  const earlier = [...team.users.values()].find((one) => one.isBot && one.name === name)
  const botUserId = earlier?.id ?? world.draw('U')
  const fresh: Install = { token, botId: world.draw('B'), botUserId, scopes: [...scopes] }
  team.users.set(botUserId, {
    id: botUserId,
    teamId: team.id,
    name,
    realName: name,
    email: undefined,
    locale: 'en-US',
    tz: 'America/Los_Angeles',
    isBot: true,
    guest: undefined,
    isAdmin: false,
    isDeleted: false,
  })
  team.install = fresh
  world.tokens.set(token, { kind: 'bot', teamId: team.id, scopes: fresh.scopes, state: 'live' })
  return fresh
}

/** The app's token is taken back; with `leaves` the app goes from the workspace altogether. */
export function revoke(world: World, team: Team, leaves: boolean, isTold = true): void {
  const { install: gone } = team
  if (!gone) return
  const token = world.tokens.get(gone.token)
  if (token) token.state = leaves ? 'account_inactive' : 'token_revoked'
  if (isTold) world.tell({ team, event: { type: 'tokens_revoked', tokens: { oauth: [], bot: [gone.botUserId] } } })
  if (leaves && isTold) world.tell({ team, event: { type: 'app_uninstalled' } })
  for (const user of team.users.values()) closeViews(world, user.id, true)
  for (const view of [...world.views.values()]) if (view.teamId === team.id) world.views.delete(view.id)
  const bot = team.users.get(gone.botUserId)
  if (bot && leaves) bot.isDeleted = true
  if (leaves)
    for (const channel of team.channels.values()) if (channel.kind !== 'im') channel.members.delete(gone.botUserId)
  team.install = undefined
}
