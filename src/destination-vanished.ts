import { z } from 'zod'
import type { Context } from './command.ts'
import { Refusal } from './core/refusal.ts'
import { say, type Text } from './core/say.ts'
import { somePeople } from './core/small-numbers.ts'
import { address, type Button } from './reply.ts'
import type { DestinationState } from './store/destinations.ts'

/** How many at once can be gone from a destination: off its lists, or on them and not written to any more. */
export const VANISHED = ['vanished', 'muted'] as const
type Vanished = (typeof VANISHED)[number]

/** What staff can say about them. */
export const absentees = z.enum(['left', 'back'])
type Absentees = z.output<typeof absentees>

/** The name of the note that tells staff of them. */
export const vanishedNote = (kind: Vanished, destination: string): string => `${kind}/${destination}`

/** What staff are told of them. */
export function vanishedText(kind: Vanished, d: string, count: number): Text {
  const there = { typed: `/destinations ${d}` }
  return kind === 'vanished'
    ? say`${d} does not hold ${somePeople(count)} any more whom it held. So many at once have hardly left by themselves, so nothing is done about it until you say whether they have, or are to be put back: ${there}.`
    : say`${d} does not write to ${somePeople(count)} any more to whom it wrote. So many at once have hardly unsubscribed, so nothing is done about it. If it was a slip, set it right there; if not, say so here: ${there}.`
}

/** Of which kinds many are gone from a destination, and wait for a word of staff. */
export async function vanishedFrom({ store }: Pick<Context, 'store'>, destination: string): Promise<Vanished[]> {
  const open = new Set((await store.staffNotes.open()).map(({ key }) => key))
  return VANISHED.filter((kind) => open.has(vanishedNote(kind, destination)))
}

/** What each button means, before it is pressed, or what was pressed. */
export function vanishedWords({ name: d, absentees: said }: DestinationState, kinds: Vanished[]): Text | undefined {
  if (said === 'left') return say`${d} is asked once more; whoever is gone then is told of no more, and hears why.`
  if (said === 'back') return say`${d} is asked once more; whoever is off its lists then is put back.`
  if (kinds.length === 0) return undefined
  const back = kinds.includes('vanished')
    ? say` Put them back, if it was a slip there: everybody who is off its lists is put on them again, so also who did leave meanwhile.`
    : say``
  return say`They wait for you. They have left: each hears that they are told of no more, and how to say yes again.${back}`
}

/** The buttons by which staff say it. */
export function vanishedButtons({ name: d, absentees: said }: DestinationState, kinds: Vanished[]): Button[] {
  if (said !== null || kinds.length === 0) return []
  const to = (a: Absentees) => address('destinations.gone', { d, a })
  return [
    { label: say`They have left ${d}`, press: to('left') },
    ...(kinds.includes('vanished') ? [{ label: say`Put them back in ${d}`, press: to('back') }] : []),
  ]
}

/** The next look does what staff say, and comes at once: whom exactly it meant is not kept. */
export async function sayOfVanished(context: Context, one: DestinationState, said: Absentees): Promise<void> {
  const { store, caller, now } = context
  const kinds = await vanishedFrom(context, one.name)
  if (one.absentees !== null || !(said === 'back' ? kinds.includes('vanished') : kinds.length > 0))
    throw new Refusal(say`Nobody who is gone from ${one.name} waits for you any more.`)
  await store.reconciling.answer(one.name, said)
  await store.reconciling.lookNow(one.name, now)
  const act = said === 'left' ? 'absentees let go' : 'absentees put back'
  await store.audit.note(caller, 'staff', act, now, { detail: one.name })
}
