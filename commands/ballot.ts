import { z } from 'zod'
import { asOrganizer, insideBallot, isAboutContent } from '../src/ballots/access.ts'
import { drawBallot } from '../src/ballots/cards.ts'
import { exportable } from '../src/ballots/export.ts'
import { manageCard, sure } from '../src/ballots/manage.ts'
import { closeBallot, openBallot, withdrawBallot } from '../src/ballots/running.ts'
import { type BallotWords, writtenOf } from '../src/ballots/writing.ts'
import { type Context, command, press } from '../src/command.ts'
import { holdContent, settleContent } from '../src/content/settling.ts'
import { BALLOT_KINDS } from '../src/core/ballot.ts'
import {
  ELECTORATES,
  type HeldBallot,
  OPENS_FOR_MS,
  OPTIONS_MAX,
  REASONS,
  takesVotes,
} from '../src/core/held-ballot.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { timeIn } from '../src/core/when.ts'
import { settleTime } from '../src/meetups/finding.ts'
import { choice, community, type Found, integer, text, yesNo } from '../src/option.ts'
import type { Reply } from '../src/reply.ts'

const STATEMENT_MAX = 1_000
const DAYS_MAX = 3_650
/** Typed in the place of a question: shows what can be exported. */
const EXPORT = 'export'

const keyOnly = { keyOnly: true }
const what = {
  question: text('What is asked', { max: 300, hasOwnLimit: true }),
  options: text('What can be chosen, between semicolons or on lines; left out, the topics with enough support', {
    max: 2_500,
    long: true,
  }).optional(),
  kind: choice('single, approval, ranked, consent or time', BALLOT_KINDS).optional(),
  closes: text('When it closes, such as: 3 days, or Friday 18:00; usually 7 days', { max: 60 }).optional(),
}
const counting = {
  seats: integer('How many are chosen', 1, OPTIONS_MAX, keyOnly).optional(),
  quorum: text('How many must vote: 5, 40%, 2/3 or none', { max: 20, keyOnly: true }).optional(),
  pass: text('Share an option needs: 50%, 2/3 or none', { max: 20, keyOnly: true }).optional(),
  tie: choice('In a tie: earliest, drawn or none', ['earliest', 'drawn', 'none'], keyOnly).optional(),
  extend: yesNo('A day longer, once, if the quorum is missed by little?', keyOnly).optional(),
}
const voting = {
  voters: choice('Who may vote: members or organizers', ELECTORATES, keyOnly).optional(),
  tenure: integer('For how many days they must be in it', 0, DAYS_MAX, keyOnly).optional(),
  address: yesNo('Only with a proven address?', keyOnly).optional(),
  secret: yesNo('Secret?', keyOnly).optional(),
  reasons: choice('A reason with each vote: none, optional or asked', REASONS, keyOnly).optional(),
}
const showing = {
  results: choice(
    'Results after one’s own vote, or at the close: vote or close',
    ['close', 'vote'],
    keyOnly,
  ).optional(),
  'add-until': text('Until when voters may add options, such as: 2 days; or none', {
    max: 60,
    keyOnly: true,
  }).optional(),
}

const b = z.ulid()

/** Every field may be left blank in a form: then it stays as it is. */
const edited = <F extends z.ZodRawShape>(title: string, fields: F) =>
  press({
    args: { b },
    title,
    fields,
    // The fields are some of those above, whose values `BallotWords` names.
    run: (context, { b: id, ...typed }) => edit(context, String(id), typed as BallotWords),
  })

export default command({
  name: 'ballot',
  description: 'Ask the community',
  permission: 'organizer',
  group: 'organize',
  options: { ...what, community: community('The community'), ...counting, ...voting, ...showing },
  form: ['question', 'options', 'kind', 'closes'],
  run: (context, { community: found, ...typed }) =>
    typed.question.trim().toLowerCase() === EXPORT ? exportable(context, found) : write(context, found, typed),
  presses: {
    manage: press({
      args: { b },
      async run(context, args) {
        const inside = await insideBallot(context, args.b)
        if (!inside.found.standing.organizer)
          throw new Refusal(say`Only organizers of ${inside.found.name} can do that.`)
        return { card: await manageCard(context, inside.ballot, inside.found) }
      },
    }),
    open: press({ args: { b }, run: open }),
    what: edited('The question', { ...what, question: what.question.optional() }),
    counting: edited('How it is counted', counting),
    voting: edited('Who votes, and how', voting),
    showing: edited('Results and options', showing),
    discard: press({
      args: { b },
      async run(context, args) {
        const { ballot } = await asOrganizer(context, args.b)
        if (ballot.state !== 'draft') throw new Refusal(say`It is open by now. Withdraw it instead.`)
        await context.store.ballots.discard(ballot.id)
        return { update: { text: say`Thrown away: “${ballot.question}”.` } }
      },
    }),
    close: press({ args: { b }, run: (context, args) => sure(context, args.b, true) }),
    'close-now': press({ args: { b }, run: (context, args) => end(context, args.b, 'close') }),
    withdraw: press({ args: { b }, run: (context, args) => sure(context, args.b, false) }),
    'withdraw-now': press({ args: { b }, run: (context, args) => end(context, args.b, 'withdraw') }),
    statement: press({
      args: { b },
      title: 'What follows from it',
      fields: { statement: text('What will be done', { max: STATEMENT_MAX, long: true }) },
      run: state,
    }),
    review: press({
      args: { b },
      title: 'Look at it again',
      fields: { at: text('When, such as: 3 months, or 1 September', { max: 60 }) },
      run: review,
    }),
  },
  cards: { ballot: drawBallot },
})

/** Writes a ballot down, for its author to look at before it opens. */
async function write(context: Context, found: Found, typed: BallotWords): Promise<Reply> {
  const { store, caller, now } = context
  if (found.state !== 'open')
    throw new Refusal(say`${{ strong: found.name }} is not open, so nothing can be decided there.`)
  const id = await store.ballots.write(found.id, caller.id, await writtenOf(context, found.id, typed), now)
  const ballot = await store.ballots.get(id)
  if (!ballot) throw new Error('a ballot that was just written is there')
  return { card: await manageCard(context, ballot, found) }
}

/** Changes what stands there, as long as nobody has voted. */
async function edit(context: Context, id: string, typed: BallotWords): Promise<Reply> {
  const { store, now, caller } = context
  const { ballot, found } = await asOrganizer(context, id)
  await refuseOnceVoted(context, ballot)
  if (await isAboutContent(store, id))
    throw new Refusal(
      say`Its question is what is decided, word for word. Withdraw it, and ask anew in ${{ typed: '/agreement' }}.`,
    )
  const written = await writtenOf(context, found.id, typed, ballot)
  const topics = (options: HeldBallot['options']) => options.map(({ topicId }) => topicId ?? '').join()
  if (ballot.state === 'open' && topics(ballot.options) !== topics(written.options))
    throw new Refusal(say`Its topics are on the ballot already. Withdraw it, and ask anew.`, 'options')
  await store.ballots.rewrite(ballot, written)
  const again = (await store.ballots.get(id)) ?? ballot
  if (ballot.state === 'open') {
    await openBallot(store, again, found, now)
    await store.audit.note(caller, 'organizer', 'ballot changed', now, { community: found })
  }
  return { update: { text: say`Changed.`, card: await manageCard(context, again, found) } }
}

async function refuseOnceVoted({ store, now }: Context, { id, state, question, closesAt }: HeldBallot) {
  if (state !== 'draft' && !takesVotes({ state, closesAt }, now)) throw new Refusal(say`“${question}” is over.`)
  if (state === 'open' && (await store.votes.any(id)))
    throw new Refusal(
      say`Somebody has voted on “${question}”, so its rules stand. You can close it early or withdraw it.`,
    )
}

async function open(context: Context, args: { b: string }): Promise<Reply> {
  const { store, caller, now, organization } = context
  const { ballot, found } = await asOrganizer(context, args.b)
  if (ballot.state !== 'draft') return { update: { text: say`“${ballot.question}” was opened before.` } }
  // What was written some time ago must still hold.
  if (ballot.closesAt.getTime() - now.getTime() < OPENS_FOR_MS.min)
    throw new Refusal(say`It would close ${{ when: ballot.closesAt }}, within the hour. Set a later time first.`)
  if (ballot.optionsUntil && ballot.optionsUntil <= now)
    throw new Refusal(
      say`Options could be added until ${{ when: ballot.optionsUntil }}, which is over. Set a later time, or none.`,
    )
  await openBallot(store, ballot, found, now)
  await store.audit.note(caller, 'organizer', 'ballot opened', now, { community: found })
  const opened = (await store.ballots.get(ballot.id)) ?? ballot
  const zone = caller.zone ?? organization.zone
  return {
    update: {
      text: found.sensitive
        ? say`It is open until ${{ when: opened.closesAt }} (${zone}).`
        : say`It is open until ${{ when: opened.closesAt }}, and ${{ count: opened.electorate, one: 'member', other: 'members' }} may vote.`,
      card: await manageCard(context, opened, found),
    },
  }
}

async function end(context: Context, id: string, how: 'close' | 'withdraw'): Promise<Reply> {
  const { store, caller, now } = context
  await holdContent(store, id)
  const { ballot, found } = await asOrganizer(context, id)
  if (!takesVotes(ballot, now)) return { update: { text: say`“${ballot.question}” is not open any more.` } }
  if (how === 'close' && (await isAboutContent(store, id)))
    throw new Refusal(
      say`What it decides binds everybody by itself, so it stays open until ${{ when: ballot.closesAt }}. You can withdraw it.`,
    )
  if (how === 'close') await closeBallot(store, ballot, found, now, true)
  else await withdrawBallot(store, ballot, found, now)
  // What it looked for a time for is announced, or looked after again.
  await settleTime(context, id)
  await settleContent(store, id, now)
  const act = how === 'close' ? 'ballot closed early' : 'ballot withdrawn'
  await store.audit.note(caller, 'organizer', act, now, { community: found })
  return { update: { text: how === 'close' ? say`Closed and counted.` : say`Withdrawn.` } }
}

async function state(context: Context, { b: id, statement }: { b: string; statement: string }): Promise<Reply> {
  const { store, caller, now } = context
  const { ballot, found } = await asOrganizer(context, id)
  if (ballot.state !== 'closed') throw new Refusal(say`It is not decided yet.`)
  await store.ballots.comment(id, { statement: statement.trim() })
  await store.audit.note(caller, 'organizer', 'outcome stated', now, { community: found })
  await store.posts.sayInRooms(
    found.id,
    { text: say`What follows from “${ballot.question}”: ${statement.trim()}` },
    now,
  )
  return { text: say`Everybody in the room reads it, and it stands under ${{ typed: '/decisions' }}.` }
}

async function review(context: Context, { b: id, at }: { b: string; at: string }): Promise<Reply> {
  const { store, caller, now, organization } = context
  const { ballot } = await asOrganizer(context, id)
  if (ballot.state !== 'closed') throw new Refusal(say`It is not decided yet.`)
  const reviewAt = timeIn(at, now, caller.zone ?? organization.zone)
  if (!reviewAt || reviewAt <= now)
    throw new Refusal(say`“${at}” is no time to come. It looks like: 90 days, or 1 September.`, 'at')
  await store.ballots.comment(id, { reviewAt })
  return { text: say`It comes back ${{ when: reviewAt }}: the room and its organizers are reminded.` }
}
