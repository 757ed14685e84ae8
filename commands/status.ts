import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { say, type Text } from '../src/core/say.ts'
import { roughly } from '../src/core/small-numbers.ts'
import { address, type Button, type Card, type Reply } from '../src/reply.ts'
import type { DestinationState } from '../src/store/destinations.ts'
import type { EffectKind, StuckEffects } from '../src/store/effects.ts'
import type { ReportCounts } from '../src/store/reports.ts'

const name = z.string().regex(/^[a-z0-9]{1,20}$/)
const kind = z.enum(['rooms', 'room_places', 'cards', 'posts', 'mails'])
/** Discord takes 25 buttons; what is pressed makes room for the rest. */
const BUTTONS_MAX = 25

export default command({
  name: 'status',
  description: 'What runs, what waits and what needs you',
  permission: 'staff',
  group: 'staff',
  options: {},
  shows: [],
  run: async (context) => ({ card: await show(context) }),
  presses: {
    retry: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => tryAgain(context, d) }),
    ignore: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => ignore(context, d) }),
    start: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => start(context, d) }),
    release: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => release(context, d) }),
    pause: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => pause(context, d) }),
    'retry-stuck': press({ args: { k: kind }, permission: 'staff', run: (context, { k }) => retryStuck(context, k) }),
    'ignore-stuck': press({ args: { k: kind }, permission: 'staff', run: (context, { k }) => ignoreStuck(context, k) }),
  },
})

/** A destination that was paused, or gave up on somebody, is tried again with everything that waits for it. */
async function tryAgain(context: Context, destination: string): Promise<Reply> {
  const { store, now } = context
  await store.destinations.resume(destination)
  await store.reports.retry(destination, now)
  await store.staffNotes.resolve(`paused/${destination}`, now)
  return shownAfter(context, 'destination tried again', destination)
}

/** What it refused for good is let be. */
async function ignore(context: Context, destination: string): Promise<Reply> {
  await context.store.reports.ignore(destination)
  return shownAfter(context, 'failed reports ignored', destination)
}

async function pause(context: Context, destination: string): Promise<Reply> {
  const { store, now } = context
  await store.destinations.pause(destination, 'by staff', now)
  return shownAfter(context, 'destination paused', destination)
}

/** Staff have seen how many a new destination would be told of. */
async function start(context: Context, destination: string): Promise<Reply> {
  await context.store.destinations.start(destination)
  await context.store.staffNotes.resolve(`new/${destination}`, context.now)
  return shownAfter(context, 'destination started', destination)
}

/** People held back because a setting would have taken out many at once are let go. */
async function release(context: Context, destination: string): Promise<Reply> {
  const { store, now } = context
  await store.reports.releaseHeld(destination, now)
  await store.staffNotes.resolve(`held/${destination}`, now)
  return shownAfter(context, 'held removals let go', destination)
}

async function retryStuck(context: Context, stuck: EffectKind): Promise<Reply> {
  await context.store.effects.retry(stuck, context.now)
  return shownAfter(context, 'stuck effects tried again', EFFECT_WORDS[stuck])
}

async function ignoreStuck(context: Context, stuck: EffectKind): Promise<Reply> {
  await context.store.effects.ignore(stuck, context.now)
  return shownAfter(context, 'stuck effects ignored', EFFECT_WORDS[stuck])
}

async function shownAfter(context: Context, act: string, detail: string): Promise<Reply> {
  const { store, caller, now } = context
  await store.audit.note(caller, 'staff', act, now, { detail })
  return { update: { card: await show(context) } }
}

async function show({ store, now }: Context): Promise<Card> {
  await store.staffNotes.resolveMended(now)
  const notes = await store.staffNotes.open()
  const counts = await store.reports.counts()
  const destinations = await store.destinations.list()
  const stuck = await store.effects.stuck()
  const held = await store.reports.held()
  const owed = await store.destinations.owed()
  const forgetting = await store.erasures.waiting()
  const each = destinations.map((one) => {
    const of = <T extends { destination: string }>(all: T[]) => all.find((each) => each.destination === one.name)
    return { one, count: of(counts), held: of(held)?.count ?? 0, forgetting: of(forgetting)?.count ?? 0 }
  })
  return {
    title: say`Status`,
    body:
      notes.length === 0
        ? say`Nothing needs you.`
        : say`${notes.map((note) => say`Since ${{ when: note.firstAt }}: ${note.text}`)}`,
    fields: [
      ...each.map((each) => ({
        label: say`${each.one.name}: ${each.one.purpose} for ${each.one.recipient}`,
        value: destinationState(each),
      })),
      ...owed.map((one) => ({
        label: say`${one}: not connected any more`,
        value: say`It still holds people who left or want to be forgotten. Connect it again until it has heard, or see to it there by hand.`,
      })),
      ...stuck.map((one) => ({
        label: say`${EFFECT_WORDS[one.kind]} that can't be brought about`,
        value: say`${one.count}. The newest: ${one.failure}`,
      })),
    ],
    buttons: [...stuck.flatMap(stuckButtons), ...each.flatMap(destinationButtons)].slice(0, BUTTONS_MAX),
  }
}

/** A destination with all that is known of its work. */
interface Each {
  one: DestinationState
  count: ReportCounts | undefined
  /** Removals that wait for staff. */
  held: number
  /** People it has still to forget. */
  forgetting: number
}

function destinationState({ one, count, held, forgetting }: Each): Text {
  const { waiting = 0, failed = 0, failure = null } = count ?? {}
  const why = failure ? say` (${failure})` : say``
  const stopped = one.pausedReason ? say` Paused: ${one.pausedReason}.` : say``
  const holds = held > 0 ? say` ${roughly(held)} held back until you let them go.` : say``
  const forgets = forgetting > 0 ? say` Somebody is still to be forgotten there.` : say``
  // Before its start, what waits there is how many have said yes: told in the note, and only roughly.
  if (!one.started) return say`Not started yet.${stopped}${forgets}`
  return say`${waiting} waiting, ${failed} failed${why}.${stopped}${holds}${forgets}`
}

function destinationButtons({ one, count, held }: Each): Button[] {
  const args = { d: one.name }
  const paused = one.pausedReason !== null
  const failing = (count?.failed ?? 0) > 0
  return [
    ...(one.started ? [] : [{ label: say`Start ${one.name}`, press: address('status.start', args) }]),
    ...(held > 0 ? [{ label: say`Let them go from ${one.name}`, press: address('status.release', args) }] : []),
    ...(paused ? [{ label: say`Resume ${one.name}`, press: address('status.retry', args) }] : []),
    ...(failing && !paused ? [{ label: say`Retry ${one.name}`, press: address('status.retry', args) }] : []),
    ...(failing ? [{ label: say`Ignore ${one.name}`, press: address('status.ignore', args) }] : []),
    ...(paused ? [] : [{ label: say`Pause ${one.name}`, press: address('status.pause', args) }]),
  ]
}

/** What staff call each kind of effect. */
const EFFECT_WORDS: Record<EffectKind, string> = {
  rooms: 'rooms',
  room_places: 'entries to rooms',
  cards: 'cards',
  posts: 'messages',
  mails: 'mails',
}

function stuckButtons({ kind }: StuckEffects): Button[] {
  const words = EFFECT_WORDS[kind]
  return [
    { label: say`Retry ${words}`, press: address('status.retry-stuck', { k: kind }) },
    { label: say`Ignore ${words}`, press: address('status.ignore-stuck', { k: kind }) },
  ]
}
