import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { destinationPresses } from '../src/destination-acts.ts'
import { destinationButtons, destinationState, eachDestination } from '../src/destination-state.ts'
import { address, type Button, type Card, type Reply } from '../src/reply.ts'
import type { EffectKind, StuckEffects } from '../src/store/effects.ts'

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
    ...destinationPresses(show),
    'retry-stuck': press({ args: { k: kind }, permission: 'staff', run: (context, { k }) => retryStuck(context, k) }),
    'ignore-stuck': press({ args: { k: kind }, permission: 'staff', run: (context, { k }) => ignoreStuck(context, k) }),
  },
})

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

async function show(context: Context): Promise<Card> {
  const { store, now } = context
  await store.staffNotes.resolveMended(now)
  const notes = await store.staffNotes.open()
  const stuck = await store.effects.stuck()
  const owed = await store.destinations.owed()
  const each = await eachDestination(context)
  return {
    title: say`Status`,
    body:
      notes.length === 0
        ? say`Nothing needs you.`
        : say`${notes.map((note) => say`Since ${{ when: note.firstAt }}: ${note.text}`)}`,
    fields: [
      ...each.map((each) => ({
        label: say`${each.one.name}: ${each.one.purpose} for ${each.one.recipient}`,
        value: destinationState(each, now),
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
    buttons: [...stuck.flatMap(stuckButtons), ...each.flatMap((one) => destinationButtons(one, 'status'))].slice(
      0,
      BUTTONS_MAX,
    ),
  }
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
