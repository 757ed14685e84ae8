import { z } from 'zod'
import { insideBallot } from '../src/ballots/access.ts'
import { awaitingCard } from '../src/ballots/awaiting.ts'
import { paperCard, showsStanding } from '../src/ballots/cards.ts'
import { castVote, changedVote, explainVote, refuseEarlier } from '../src/ballots/casting.ts'
import { exportFile } from '../src/ballots/export.ts'
import { outcomeCard, standingOf, stepsText } from '../src/ballots/outcome.ts'
import { shownVotes } from '../src/ballots/shown.ts'
import { type Context, command, press } from '../src/command.ts'
import { checkOptions, isAmong, labelOf, optionWords } from '../src/core/ballot-wish.ts'
import { takesOptions, tellsNumbers } from '../src/core/held-ballot.ts'
import { receiptOf } from '../src/core/receipt.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { text } from '../src/option.ts'
import { address, type Button, type Reply } from '../src/reply.ts'

const b = z.ulid()
/** What was chosen so far, a character for each option. */
const m = z.string().regex(/^([0-9a-j]{1,20}|[yin]{1,20}|-|agree|abstain|disagree|block)$/)
/** The receipt of an earlier vote that is changed. */
const x = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  .optional()
/** Which edition of the ballot was pressed. */
const e = z.coerce.number().int().min(0).max(999).default(0)
const page = z.coerce.number().int().min(0).max(10_000).optional()
const REASON_MAX = 500

export default command({
  name: 'vote',
  description: 'Vote on what waits for you',
  permission: 'guest',
  options: {},
  shows: [],
  run: async (context) => ({
    card: await awaitingCard(context, await context.store.ballots.awaiting(context.caller.id, context.now)),
  }),
  presses: {
    open: press({
      args: { b },
      async run(context, args) {
        const { ballot, own, found } = await insideBallot(context, args.b)
        return { card: paperCard(ballot, own, found, context.now) }
      },
    }),
    mark: press({
      args: { b, m, x, e },
      async run(context, { m: mark, x: receipt, ...args }) {
        const { ballot, own, found } = await insideBallot(context, args.b)
        refuseEarlier(ballot, args.e)
        const card = paperCard(ballot, own, found, context.now, { mark, receipt })
        return { update: { card }, ...(ballot.secret && { isSecret: true }) }
      },
    }),
    cast: press({ args: { b, m, x, e }, run: (context, args) => castVote(context, args) }),
    because: press({
      args: { b, m, x, e },
      title: 'Why?',
      fields: { reason: text('Your reason', { max: REASON_MAX, long: true }) },
      run: (context, args) => castVote(context, args),
    }),
    why: press({
      args: { b },
      title: 'Say why',
      fields: { reason: text('Your reason', { max: REASON_MAX, long: true }) },
      run: (context, args) => explainVote(context, args.b, args.reason),
    }),
    change: press({
      args: { b },
      title: 'Change my vote',
      fields: { receipt: text('The receipt you were given', { max: 60 }) },
      async run(context, { receipt, ...args }) {
        const inside = await insideBallot(context, args.b)
        const { ballot, own, found } = inside
        const given = receiptOf(receipt)
        const mark = await changedVote(context, inside, given)
        return { card: paperCard(ballot, own, found, context.now, { mark, receipt: given }), isSecret: true }
      },
    }),
    add: press({
      args: { b },
      title: 'Add an option',
      fields: { option: text('The option', { max: 200 }) },
      run: add,
    }),
    outcome: press({ args: { b }, run: outcome }),
    steps: press({
      args: { b },
      async run(context, args) {
        const { ballot, found } = await insideBallot(context, args.b)
        if (!ballot.result || !tellsNumbers(ballot, found) || ballot.kind !== 'ranked') throw new Refusal(NO_STEPS)
        return { card: { title: say`${ballot.question}`, body: stepsText(ballot, ballot.result) } }
      },
    }),
    who: press({
      args: { b, n: page },
      async run(context, { n = 0, ...args }) {
        const inside = await insideBallot(context, args.b)
        return { card: await shownVotes(context, inside, n) }
      },
    }),
    export: press({
      args: { b },
      async run(context, args) {
        const { ballot, found } = await insideBallot(context, args.b)
        const file = await exportFile(context.store, ballot, found)
        return {
          text: say`Every vote under a random key, and nobody's name. Anyone can count it again: npm run recount -- ${file.name} --seal ${ballot.seal ?? ''}`,
          file,
        }
      },
    }),
  },
})

const NO_STEPS = say`There are no steps to show of this one.`

async function add(context: Context, { option, ...args }: { b: string; option: string }): Promise<Reply> {
  const { store, caller, now, organization } = context
  const held = await store.ballots.toChange(args.b)
  const { ballot, own } = await insideBallot(context, args.b, held)
  if (!own.mayVote) throw new Refusal(say`Only those who may vote can add an option.`)
  if (!takesOptions(ballot, now)) throw new Refusal(say`Options can't be added to “${ballot.question}” any more.`)
  const [words = '', ...more] = optionWords(option)
  if (words === '' || more.length > 0) throw new Refusal(say`Add one option at a time, in a few words.`, 'option')
  const label = labelOf(words, ballot.kind, now, caller.zone ?? organization.zone)
  if (isAmong(ballot, label)) throw new Refusal(say`“${words}” is among the options already.`, 'option')
  checkOptions({ ...ballot, options: [...ballot.options, { label, topicId: null }] })
  await store.ballots.addOption(ballot, label, caller.id)
  return {
    text: say`Added: “${words}”. Whoever voted before may change their vote.`,
    redraw: [{ card: 'ballot', id: ballot.id }],
  }
}

async function outcome(context: Context, args: { b: string }): Promise<Reply> {
  const inside = await insideBallot(context, args.b)
  const { ballot, own, found } = inside
  const { id, state, kind, result, secret } = ballot
  if (!showsStanding(ballot, own, found)) throw new Refusal(say`Results of “${ballot.question}” are not shown yet.`)
  const shown = state === 'closed' ? ballot : await standingOf(context.store, ballot)
  const look = (label: Button['label'], target: string): Button => ({ label, press: address(target, { b: id }) })
  const isTold = !found.sensitive
  return {
    card: {
      ...outcomeCard(shown, found),
      buttons: [
        ...(tellsNumbers(ballot, found) && kind === 'ranked' && state === 'closed' && result
          ? [look(say`Step by step`, 'vote.steps')]
          : []),
        ...(isTold && !secret ? [look(say`Who voted for what`, 'vote.who')] : []),
        ...(state === 'closed' && tellsNumbers(ballot, found) ? [look(say`Export for a recount`, 'vote.export')] : []),
        ...(found.standing.organizer && state === 'closed'
          ? [look(say`Say what follows`, 'ballot.statement'), look(say`Set a review date`, 'ballot.review')]
          : []),
      ],
    },
  }
}
