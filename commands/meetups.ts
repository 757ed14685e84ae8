import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { isTimed } from '../src/core/meetup.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say } from '../src/core/say.ts'
import { insideMeetup } from '../src/meetups/access.ts'
import { answerOtherwise, answerYes, askGuests, passSeat, remindOf, takeSeat } from '../src/meetups/answering.ts'
import { drawMeetup, mayKnowPlace, personalCard } from '../src/meetups/cards.ts'
import { hostNext, howToCheckIn, sayWorth } from '../src/meetups/day.ts'
import { invitation } from '../src/meetups/files.ts'
import { type Listed, listCard } from '../src/meetups/lists.ts'
import { drawEvent, drawThread } from '../src/meetups/mirrors.ts'
import { choice, community } from '../src/option.ts'
import { address, type Reply } from '../src/reply.ts'

const m = z.ulid()
const y = z.enum(['0', '1'])
const WHICH = ['coming', 'past'] as const
/** So many guests one may bring at most. */
const g = z.coerce.number().int().min(0).max(20).optional()

export default command({
  name: 'meetups',
  description: 'When communities meet, and who comes',
  permission: 'guest',
  options: {
    show: choice('coming or past', WHICH).default('coming'),
    community: community('Only one community, or all', 'named').optional(),
  },
  shows: ['show', 'community'],
  run: async (context, { show, community: found }) => ({
    card: await listCard(context, { which: show, found, page: 0 } satisfies Listed),
  }),
  presses: {
    page: press({
      args: {
        k: z.enum(WHICH),
        c: community('Community').optional(),
        n: z.coerce.number().int().min(0).max(10_000),
      },
      run: async (context, { k, c, n }) => ({
        update: { card: await listCard(context, { which: k, found: c, page: n }) },
      }),
    }),
    open: press({
      args: { m },
      run: async (context, args) => ({ card: await personalCard(context, await insideMeetup(context, args.m)) }),
    }),
    yes: press({ args: { m, g }, run: (context, args) => answerYes(context, args.m, args.g) }),
    maybe: press({ args: { m }, run: (context, args) => answerOtherwise(context, args.m, 'maybe') }),
    no: press({ args: { m }, run: (context, args) => answerOtherwise(context, args.m, 'no') }),
    take: press({ args: { m }, run: (context, args) => takeSeat(context, args.m) }),
    pass: press({ args: { m }, run: (context, args) => passSeat(context, args.m) }),
    wait: press({
      args: { m },
      run: async () => ({ text: say`You keep your place, and hear when there are seats for all of you.` }),
    }),
    guests: press({ args: { m }, run: (context, args) => askGuests(context, args.m) }),
    remind: press({ args: { m, y }, run: (context, args) => remindOf(context, args.m, args.y === '1') }),
    file: press({ args: { m }, run: file }),
    here: press({ args: { m }, run: (context, args) => howToCheckIn(context, args.m) }),
    worth: press({ args: { m, y }, run: (context, args) => sayWorth(context, args.m, args.y === '1') }),
    next: press({ args: { m }, run: (context, args) => hostNext(context, args.m) }),
    calendar: press({ args: {}, run: (context) => calendar(context, false) }),
    renew: press({ args: {}, run: (context) => calendar(context, true) }),
  },
  cards: { meetup: drawMeetup, 'meetup-event': drawEvent, 'meetup-thread': drawThread },
})

/** The meetup for one's own calendar, with its place for who may know it. */
async function file(context: Context, args: { m: string }): Promise<Reply> {
  const { store, caller } = context
  const { meetup, found, isOrganizer } = await insideMeetup(context, args.m)
  if (!isTimed(meetup)) throw new Refusal(say`“${meetup.title}” has no time yet.`)
  const own = await store.rsvps.own(meetup, caller.id)
  const made = invitation(context, meetup, found, mayKnowPlace(meetup, own, isOrganizer))
  return { text: say`Open it with your calendar. What changes later is in a new one.`, file: made }
}

/** The address of one's own calendar. */
async function calendar({ store, caller, site }: Context, isNew: boolean): Promise<Reply> {
  if (isNew) await store.calendars.renew(caller.id)
  const link = `${site}/calendar/${await store.calendars.token(caller.id)}.ics`
  return {
    card: {
      title: isNew ? say`Your calendar has a new address` : say`Your own calendar`,
      body: lines(
        say`${{ link, label: link }}`,
        say`Subscribe to it in your calendar program: it shows what you said yes or maybe to, with the places. Whoever has this address can read it.`,
        isNew && say`The one before is read by nobody any more.`,
      ),
      buttons: [{ label: say`Another address, and end this one`, press: address('meetups.renew') }],
    },
  }
}
