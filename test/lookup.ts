import type { Person } from '../src/core/person.ts'
import type { WithStanding } from '../src/store/communities.ts'
import type { Stage } from './stage.ts'

/** The need statement that the tests' communities share. */
export const NEED = 'need:"people with small children, so that we can enjoy culture"'

/** An open community of `founder`, by its one pledge. */
export async function opened(stage: Stage, name = 'Parents United', founder = 'ana'): Promise<WithStanding> {
  await stage.actor(founder).types(`/start-community "${name}" ${NEED} pledges:1`)
  return communityCalled(stage, name)
}

/** The community of that exact name, as nobody in particular sees it. */
export async function communityCalled(stage: Stage, name: string): Promise<WithStanding> {
  const found = await stage.read((store) => store.communities.find(name, '', ''))
  if (!found) throw new Error(`there is no community called ${name}`)
  return found
}

/** The person of that name at the terminal. */
export function personCalled(stage: Stage, name: string): Promise<Person> {
  const account = { platform: 'terminal', workspace: 'main', externalId: name }
  return stage.read((store) => store.people.meet(account, name, stage.now()))
}

/** A moment after the stage's own. */
export function later(stage: Stage, milliseconds: number): Date {
  return new Date(stage.now().getTime() + milliseconds)
}
