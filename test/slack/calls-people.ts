import { type Act, type Asked, flag, ids, paged, text } from './call.ts'
import { broke, known, Refused } from './errors.ts'
import { groupOnWire, userOnWire } from './wire.ts'
import type { Group, Json, User } from './world.ts'

const HANDLE_MAX = 21

/** People, their groups and their workspace. */
export function peopleCalls(): Record<string, Act> {
  const seesEmail = ({ install }: Asked) => install.scopes.includes('users:read.email')
  const whole = (asked: Asked, user: User) => userOnWire(user, seesEmail(asked), flag(asked.args, 'include_locale'))
  return {
    'users.info': (asked) => {
      const user = known(asked.team.users.get(text(asked.args, 'user')), 'user_not_found')
      return { user: whole(asked, user) }
    },
    'users.list': (asked) => {
      const { page, response_metadata } = paged(asked.args, [...asked.team.users.values()])
      return { members: page.map((user) => whole(asked, user)), response_metadata }
    },
    'team.info': ({ team, args }) => {
      const id = text(args, 'team')
      if (id && id !== team.id) throw new Refused('team_not_found')
      const { name, domain } = team
      return { team: { id: team.id, name, domain, email_domain: '', icon: {}, enterprise_id: null } }
    },
    'usergroups.create': (asked) => {
      const { world, team, args } = asked
      const name = text(args, 'name')
      const handle = text(args, 'handle') || name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
      paid(asked)
      judgeHandle(asked, name, handle)
      const [id, at] = [world.draw('S'), world.seconds()]
      const group: Group = {
        id,
        name,
        handle,
        description: text(args, 'description'),
        users: [],
        isDisabled: false,
        at,
      }
      team.groups.set(id, group)
      return shown(asked, group)
    },
    'usergroups.update': (asked) => {
      const group = found(asked)
      const { args } = asked
      const [name, handle] = [text(args, 'name') || group.name, text(args, 'handle') || group.handle]
      judgeHandle(asked, name, handle, group)
      Object.assign(group, { name, handle, description: text(args, 'description') || group.description })
      return shown(asked, group)
    },
    'usergroups.list': (asked) => {
      paid(asked)
      const { team, args } = asked
      const all = [...team.groups.values()].filter(({ isDisabled }) => flag(args, 'include_disabled') || !isDisabled)
      return { usergroups: all.map((group) => groupOnWire(team, group, flag(args, 'include_users'))) }
    },
    'usergroups.enable': (asked) => {
      const group = found(asked)
      if (!group.isDisabled) throw new Refused('already_enabled')
      group.isDisabled = false
      return shown(asked, group)
    },
    'usergroups.disable': (asked) => {
      const group = found(asked)
      if (group.isDisabled) throw new Refused('already_disabled')
      group.isDisabled = true
      return shown(asked, group)
    },
    'usergroups.users.list': (asked) => ({ users: found(asked).users }),
    'usergroups.users.update': (asked) => {
      const group = found(asked)
      const { team, args } = asked
      const users = Array.isArray(args.users) ? args.users.map(String) : ids(args, 'users')
      // A group is never empty: what has nobody left is disabled instead.
      if (users.length === 0) throw broke('no_users_provided')
      if (group.isDisabled) throw new Refused('subteam_disabled')
      const isHere = (id: string) => team.users.get(id)?.isDeleted === false
      if (!users.every(isHere)) throw new Refused('invalid_users')
      group.users = [...new Set(users)]
      return shown(asked, group)
    },
  }
}

/** User groups come with paid plans; which word it is refused with differs by method. */
function paid({ team, method }: Asked): void {
  if (team.plan !== 'free') return
  throw new Refused(
    /create|update$/.test(method) && !method.includes('users') ? 'paid_teams_only' : 'plan_upgrade_required',
  )
}

function found(asked: Asked): Group {
  paid(asked)
  return known(asked.team.groups.get(text(asked.args, 'usergroup')), 'no_such_subteam')
}

function judgeHandle({ team, method }: Asked, name: string, handle: string, except?: Group): void {
  if (!/^[a-z0-9._-]+$/.test(handle) || handle.length > HANDLE_MAX) {
    if (method === 'usergroups.create') throw broke('bad_handle', `handle "${handle}"`)
    throw broke('invalid_arguments', `handle "${handle}"`)
  }
  const others = [...team.groups.values()].filter((one) => one !== except)
  const isHandleTaken =
    others.some((one) => one.handle === handle) || [...team.users.values()].some((one) => one.name === handle)
  if (isHandleTaken) throw new Refused('handle_already_exists')
  if (others.some((one) => one.name === name)) throw new Refused('name_already_exists')
}

const shown = ({ team, args }: Asked, group: Group): Json => {
  const whole = groupOnWire(team, group, false)
  return { usergroup: { ...whole, ...(!flag(args, 'include_count') && { user_count: undefined }) } }
}
