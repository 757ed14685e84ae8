import { broke, Refused } from './errors.ts'
import { viewProblems } from './limits.ts'
import { initialValues, named } from './messages.ts'
import { isJson, type Json, listOf, type View, type World, words } from './world.ts'

const STACK_MAX = 3
const VIEW_BYTES_MAX = 250_000

/** The open modals of someone, the undermost first. */
export function stackOf(world: World, userId: string): View[] {
  return [...world.views.values()].filter((one) => one.userId === userId && one.type === 'modal')
}

export function homeOf(world: World, userId: string): View | undefined {
  return [...world.views.values()].find((one) => one.userId === userId && one.type === 'home')
}

/** Refuses a view Slack refuses. */
export function judgeView(view: unknown, kind: 'modal' | 'home'): Json {
  const problems = viewProblems(view, kind)
  if (problems.length > 0 || !isJson(view)) throw broke('invalid_arguments', ...problems)
  if (JSON.stringify(view).length > VIEW_BYTES_MAX) throw broke('view_too_large')
  return view
}

function judgeExternal(world: World, teamId: string, view: Json, except?: View): void {
  const id = words(view.external_id)
  const others = [...world.views.values()].filter((one) => one !== except && one.teamId === teamId)
  if (id && others.some((one) => one.given.external_id === id)) throw broke('duplicate_external_id')
}

function makeView(world: World, teamId: string, userId: string, given: Json, below?: View): View {
  judgeExternal(world, teamId, given)
  const id = world.draw('V')
  const blocks = named(listOf(given.blocks))
  const view: View = {
    id,
    teamId,
    userId,
    type: given.type === 'home' ? 'home' : 'modal',
    given,
    blocks,
    hash: freshHash(world),
    rootId: below?.rootId ?? id,
    previousId: below?.id ?? null,
    values: initialValues(blocks),
  }
  world.views.set(id, view)
  return view
}

const freshHash = (world: World) => `${world.ts().split('.')[0]}.${world.draw('h')}`

/** Opens a modal; one that is open makes way. */
export function openView(world: World, teamId: string, userId: string, given: Json): View {
  for (const old of stackOf(world, userId)) world.views.delete(old.id)
  const view = makeView(world, teamId, userId, given)
  world.show({ userId, place: 'view', thing: { kind: 'view', view } })
  return view
}

/** Lays a modal upon the open ones. */
export function pushView(world: World, teamId: string, userId: string, given: Json): View {
  const stack = stackOf(world, userId)
  if (stack.length === 0) throw new Refused('not_found')
  if (stack.length >= STACK_MAX) throw broke('push_limit_reached')
  const view = makeView(world, teamId, userId, given, stack.at(-1))
  world.show({ userId, place: 'view', thing: { kind: 'view', view } })
  return view
}

export function updateView(world: World, view: View, given: Json): View {
  judgeExternal(world, view.teamId, given, view)
  const before = view.values
  view.given = given
  view.blocks = named(listOf(given.blocks))
  view.values = kept(before, initialValues(view.blocks))
  view.hash = freshHash(world)
  world.show({ userId: view.userId, place: view.type === 'home' ? 'home' : 'view', thing: { kind: 'view', view } })
  return view
}

/** What was filled in stays where block and action keep their ids. */
function kept(before: View['values'], fresh: View['values']): View['values'] {
  const entries = Object.entries(fresh).map(([block, actions]) => {
    const inside = Object.entries(actions).map(([action, value]) => [action, before[block]?.[action] ?? value])
    return [block, Object.fromEntries(inside)]
  })
  return Object.fromEntries(entries)
}

/** Puts up somebody's home tab. */
export function publishView(world: World, teamId: string, userId: string, given: Json): View {
  const before = homeOf(world, userId)
  if (before) return updateView(world, before, given)
  const view = makeView(world, teamId, userId, given)
  world.show({ userId, place: 'home', thing: { kind: 'view', view } })
  return view
}

/** Closes the uppermost modal, or all of them. */
export function closeViews(world: World, userId: string, all: boolean): View[] {
  const stack = stackOf(world, userId)
  const closed = all ? stack : stack.slice(-1)
  for (const view of closed) world.views.delete(view.id)
  return closed
}

export function judgeHash(view: View, hash: unknown): void {
  if (hash !== undefined && hash !== '' && hash !== view.hash) throw new Refused('hash_conflict')
}
