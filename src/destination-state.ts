import type { Context } from './command.ts'
import { say, type Text } from './core/say.ts'
import { roughly } from './core/small-numbers.ts'
import { address, type Button } from './reply.ts'
import type { DestinationState } from './store/destinations.ts'
import type { ReportCounts } from './store/reports.ts'

/** A destination with all that is known of its work. */
export interface Each {
  one: DestinationState
  count: ReportCounts | undefined
  /** Removals that wait for staff. */
  held: number
  /** People it has still to forget. */
  forgetting: number
}

/** Every connected destination, as staff see it. */
export async function eachDestination({ store }: Pick<Context, 'store'>): Promise<Each[]> {
  const counts = await store.reports.counts()
  const held = await store.reports.held()
  const forgetting = await store.erasures.waiting()
  return (await store.destinations.list()).map((one) => {
    const of = <T extends { destination: string }>(all: T[]) => all.find((each) => each.destination === one.name)
    return { one, count: of(counts), held: of(held)?.count ?? 0, forgetting: of(forgetting)?.count ?? 0 }
  })
}

/** How a destination is, in plain words. */
export function destinationState({ one, count, held, forgetting }: Each, now: Date): Text {
  const { waiting = 0, failed = 0, failure = null } = count ?? {}
  const why = failure ? say` (${failure})` : say``
  const only = one.mode === 'release' ? say` Release only.` : say``
  const rests = one.restsUntil && one.restsUntil > now ? say` Rests until ${{ when: one.restsUntil }}.` : say``
  // Why one report waits would tell whether there is one; that it answers nobody is told of the service alone.
  const silent = one.failures > 0 ? say` It does not answer.` : say``
  const stopped = one.pausedReason ? say` Paused: ${one.pausedReason}.` : say``
  const holds = held > 0 ? say` ${roughly(held)} held back until you let them go.` : say``
  const forgets = forgetting > 0 ? say` Somebody is still to be forgotten there.` : say``
  // Before its start, what waits there is how many have said yes: told in the note, and only roughly.
  if (!one.started) return say`Not started yet.${only}${stopped}${forgets}`
  return say`${roughly(waiting)} waiting, ${roughly(failed)} failed${why}.${only}${silent}${rests}${stopped}${holds}${forgets}`
}

/** What staff can do about a destination, as buttons of a command that has `destinationPresses`. */
export function destinationButtons({ one, count, held }: Each, target: 'status' | 'destinations'): Button[] {
  const args = { d: one.name }
  const paused = one.pausedReason !== null
  const failing = (count?.failed ?? 0) > 0
  const to = (press: string) => address(`${target}.${press}`, args)
  return [
    ...(one.started ? [] : [{ label: say`Start ${one.name}`, press: to('start') }]),
    ...(held > 0 ? [{ label: say`Let them go from ${one.name}`, press: to('release') }] : []),
    ...(paused ? [{ label: say`Resume ${one.name}`, press: to('retry') }] : []),
    ...(failing && !paused ? [{ label: say`Retry ${one.name}`, press: to('retry') }] : []),
    ...(failing ? [{ label: say`Ignore ${one.name}`, press: to('ignore') }] : []),
    ...(paused ? [] : [{ label: say`Pause ${one.name}`, press: to('pause') }]),
  ]
}
