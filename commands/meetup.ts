import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { MEETUP_LIMITS, MEETUP_TURNS } from '../src/core/meetup.ts'
import { OCCURRENCES_MAX } from '../src/core/recurrence.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { insideMeetup } from '../src/meetups/access.ts'
import { attendanceCard, codeCard, guestsCard, keepNotes, tick } from '../src/meetups/day.ts'
import { answerPartner } from '../src/meetups/joint.ts'
import { manageCard, sureToCancel } from '../src/meetups/manage.ts'
import { announceIt, cancelIt, change, decline, setTurns, write } from '../src/meetups/planning.ts'
import { type MeetupWords, photosOf } from '../src/meetups/writing.ts'
import { choice, community, integer, text, yesNo } from '../src/option.ts'
import type { Reply } from '../src/reply.ts'

const REASON_MAX = 500
const WORDS_MAX = 1_000
const keyOnly = { keyOnly: true }

const what = {
  title: text('What it is', { max: 100, hasOwnLimit: true }),
  when: text('When, such as: next Friday 18:30; several between semicolons for members to choose', { max: 500 }),
  place: text('Where: a place or a link', { max: 100, keyOnly: true }).optional(),
  capacity: text('How many seats there are; left out, any number may come', { max: 10, keyOnly: true }).optional(),
  description: text('More about it', { max: WORDS_MAX, long: true, keyOnly: true }).optional(),
}
const seats = {
  guests: integer('How many guests each may bring', 0, MEETUP_LIMITS.guests.max, keyOnly).optional(),
  offer: text('How long a free seat is offered to one, usually 12 hours', { max: 40, keyOnly: true }).optional(),
}
const more = {
  length: text('How long it takes, usually 2 hours', { max: 40, keyOnly: true }).optional(),
  'hide-place': yesNo('Show the place only to who says yes?', keyOnly).optional(),
  access: text('Accessibility: steps, toilets, noise', { max: 500, long: true, keyOnly: true }).optional(),
  host: text('Who receives people, if not you', { max: 100, keyOnly: true }).optional(),
}
const repeating = {
  repeat: choice('weekly, fortnightly or monthly', ['no', 'weekly', 'fortnightly', 'monthly'], keyOnly).optional(),
  until: text('The last day it repeats', { max: 60, keyOnly: true }).optional(),
  times: integer('How many times in all', 2, OCCURRENCES_MAX, keyOnly).optional(),
  with: text('Another community that meets with yours', { max: 80, keyOnly: true }).optional(),
}

const m = z.ulid()
const a = z.enum(['one', 'all'])
const n = z.coerce.number().int().min(0).max(10_000)

/** Every field may be left blank in a form: then it stays as it is. */
const edited = <F extends z.ZodRawShape>(title: string, fields: F) =>
  press({
    args: { m, a },
    title,
    fields,
    // The fields are some of those above, whose values `MeetupWords` names.
    run: (context, { m: id, a: which, ...typed }) =>
      change(context, String(id), which === 'all' ? 'all' : 'one', typed as MeetupWords),
  })

export default command({
  name: 'meetup',
  description: 'Plan a meetup',
  permission: 'guest',
  options: {
    ...what,
    community: community('The community'),
    ...more,
    ...seats,
    ...repeating,
  },
  form: ['title', 'when', 'place', 'capacity', 'description'],
  run: (context, { community: found, ...typed }) => write(context, found, typed),
  presses: {
    manage: press({
      args: { m },
      run: async (context, args) => ({ update: { card: await managed(context, args.m) } }),
    }),
    announce: press({ args: { m }, run: (context, args) => announceIt(context, args.m) }),
    when: press({
      args: { m },
      title: 'When it is',
      fields: { when: text('When, such as: next Friday 18:30', { max: 500 }), length: more.length },
      run: (context, { m: id, ...typed }) => change(context, id, 'one', typed),
    }),
    what: edited('What it is', { ...what, title: what.title.optional(), when: what.when.optional() }),
    seats: edited('Seats and guests', { capacity: what.capacity, ...seats }),
    more: edited('More about it', more),
    repeat: edited('Repeat, or with others', repeating),
    discard: press({ args: { m }, run: discard }),
    decline: press({
      args: { m },
      title: 'Decline a meetup',
      fields: { reason: text('Reason, for whoever proposed it', { max: REASON_MAX, long: true }) },
      run: (context, args) => decline(context, args.m, args.reason),
    }),
    cancel: press({ args: { m }, run: (context, args) => sureToCancel(context, args.m) }),
    'cancel-now': press({ args: { m, a }, run: (context, args) => cancelIt(context, args.m, args.a) }),
    join: press({ args: { m }, run: (context, args) => answerPartner(context, args.m, true) }),
    apart: press({ args: { m }, run: (context, args) => answerPartner(context, args.m, false) }),
    guests: press({ args: { m, n }, run: (context, args) => guestsCard(context, args.m, args.n) }),
    list: press({
      args: { m, n },
      run: async (context, args) => ({ update: { card: await attendanceCard(context, args.m, args.n) } }),
    }),
    tick: press({
      args: { m, p: z.ulid(), y: z.enum(['0', '1']), n },
      run: (context, args) => tick(context, args.m, { personId: args.p, isThere: args.y === '1', page: args.n }),
    }),
    code: press({ args: { m }, run: (context, args) => codeCard(context, args.m) }),
    notes: press({
      args: { m },
      title: 'How it was',
      fields: {
        notes: text('A few words about it', { max: WORDS_MAX, long: true }).optional(),
        photos: text('A link to pictures', { max: 300 }).optional(),
      },
      run: (context, { m: id, notes, photos }) =>
        keepNotes(context, id, { notes: notes?.trim(), photos: photos === undefined ? undefined : photosOf(photos) }),
    }),
    turns: press({
      args: { m, k: z.enum(MEETUP_TURNS) },
      run: (context, args) => setTurns(context, args.m, args.k),
    }),
  },
})

async function managed(context: Context, id: string) {
  const inside = await insideMeetup(context, id)
  const isTheirs = inside.isOrganizer || inside.meetup.authorId === context.caller.id
  if (!isTheirs) throw new Refusal(say`Only organizers of ${inside.found.name} can do that.`)
  return manageCard(context, inside)
}

async function discard(context: Context, args: { m: string }): Promise<Reply> {
  const { meetup } = await insideMeetup(context, args.m)
  const isTheirs = meetup.authorId === context.caller.id && (meetup.state === 'draft' || meetup.state === 'proposed')
  if (!isTheirs) throw new Refusal(say`Only organizers can do that, and only by cancelling or declining it.`)
  await context.store.meetups.discard(meetup.id)
  // Nobody looks for its time any more.
  if (meetup.ballotId !== null) await context.store.ballots.discard(meetup.ballotId)
  return { update: { text: say`Thrown away: “${meetup.title}”.` } }
}
