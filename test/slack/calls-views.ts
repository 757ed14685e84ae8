import { type Act, type Asked, text } from './call.ts'
import { broke, known } from './errors.ts'
import type { Interactions } from './interactions.ts'
import type { Settings } from './settings.ts'
import { judgeHash, judgeView, openView, publishView, pushView, updateView } from './views.ts'
import { viewOnWire } from './wire.ts'
import type { Json, View } from './world.ts'

/** Forms and home tabs. */
export function viewCalls(interactions: Interactions, settings: Settings): Record<string, Act> {
  const shown = ({ team }: Asked, view: View): Json => ({ view: viewOnWire(team, view) })

  /** A view by a trigger: judged first, so that a bad one does not use the trigger up. */
  function byTrigger(asked: Asked, put: typeof openView): Json {
    const { world, team, args } = asked
    const given = judgeView(args.view, 'modal')
    if (!text(args, 'trigger_id')) throw broke('invalid_arguments', 'missing required field: trigger_id')
    const one = interactions.exchange(args.trigger_id, team)
    one.isExchanged = true
    return shown(asked, put(world, team.id, one.user.id, given))
  }

  return {
    'views.open': (asked) => byTrigger(asked, openView),
    'views.push': (asked) => byTrigger(asked, pushView),
    'views.update': (asked) => {
      const { world, team, args } = asked
      const [id, external] = [text(args, 'view_id'), text(args, 'external_id')]
      if (!id && !external) throw broke('invalid_arguments', 'view_id or external_id')
      const isIt = (one: View) => one.teamId === team.id && (id ? one.id === id : one.given.external_id === external)
      const view = known([...world.views.values()].find(isIt), 'not_found')
      const given = judgeView(args.view, view.type)
      judgeHash(view, args.hash)
      return shown(asked, updateView(world, view, given))
    },
    'views.publish': (asked) => {
      const { world, team, args } = asked
      const given = judgeView(args.view, 'home')
      if (!settings.hasHome) throw broke('not_enabled')
      const user = team.users.get(text(args, 'user_id'))
      if (!user || user.isDeleted) throw broke('invalid_arguments', 'user_id of nobody')
      const before = [...world.views.values()].find((one) => one.userId === user.id && one.type === 'home')
      if (before) judgeHash(before, args.hash)
      return shown(asked, publishView(world, team.id, user.id, given))
    },
  }
}
