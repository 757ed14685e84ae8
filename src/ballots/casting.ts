import type { Context } from '../command.ts'
import { readVote, type Vote } from '../core/count.ts'
import { type HeldBallot, takesVotes } from '../core/held-ballot.ts'
import { keyOfReceipt } from '../core/receipt.ts'
import { Refusal } from '../core/refusal.ts'
import { lines, say } from '../core/say.ts'
import { address, type Reply } from '../reply.ts'
import { type InsideBallot, insideBallot } from './access.ts'
import { labelled } from './outcome.ts'
import { PAPERS } from './papers.ts'

/** What a press votes: the ballot, the finished mark, and what may go with it. */
interface Casting {
  b: string
  m: string
  x?: string | undefined
  e: number
  reason?: string
}

/** What was pressed under an earlier edition may name another option by now. */
export function refuseEarlier({ edition, question }: HeldBallot, pressed: number): void {
  if (edition !== pressed)
    throw new Refusal(say`“${question}” was changed since you saw it. Look at it again with ${{ typed: '/vote' }}.`)
}

/** Casts or changes the caller's vote. */
export async function castVote(context: Context, { b, m, x, e, reason }: Casting): Promise<Reply> {
  const { store, caller, now } = context
  const held = await store.ballots.toVoteOn(b)
  const inside = await insideBallot(context, b, held)
  const { ballot, own } = inside
  if (ballot.state === 'open' && !takesVotes(ballot, now))
    throw new Refusal(say`“${ballot.question}” has closed. Your vote came too late and does not count.`)
  if (ballot.state !== 'open') throw new Refusal(say`“${ballot.question}” is not open, so nobody can vote on it.`)
  if (!own.mayVote)
    throw new Refusal(
      say`You are not among those who may vote on “${ballot.question}”: who may was settled when it opened, ${{ when: ballot.openedAt ?? ballot.createdAt }}.`,
    )
  refuseEarlier(ballot, e)
  const vote = readVote(labelled(ballot), PAPERS[ballot.kind].read(m))
  if (!vote) throw new Refusal(say`That paper is out of date. Vote again with ${{ typed: '/vote' }}.`)
  if (ballot.secret) return inSecret(context, inside, vote, x)
  if (ballot.reasons === 'asked' && reason === undefined)
    throw new Refusal(say`Each vote on “${ballot.question}” is asked for a reason. Vote with ${{ typed: '/vote' }}.`)
  await store.votes.cast(ballot, caller.id, { vote, reason: reason ?? own.reason }, now)
  const words = PAPERS[ballot.kind].words(vote, ballot)
  const { delegateId } = own
  const instead = delegateId && !own.hasVoted ? say` It counts instead of that of ${{ person: delegateId }}.` : say``
  if (delegateId && !own.hasVoted) await tellDelegate(context, inside, delegateId)
  return {
    text: say`${own.hasVoted ? say`Changed` : say`Counted`}: ${words}.${instead} Change it until ${{ when: ballot.closesAt }}.`,
    ...(ballot.reasons === 'optional' && {
      card: { buttons: [{ label: say`Say why`, press: address('vote.why', { b }) }] },
    }),
    redraw: [{ card: 'ballot', id: b }],
  }
}

/** Whoever votes for somebody hears where that one has voted themselves. */
async function tellDelegate(
  { store, caller, where, now }: Context,
  { ballot, found }: InsideBallot,
  delegateId: string,
): Promise<void> {
  const text = say`${{ person: caller.id }} voted on “${ballot.question}” themselves, so your vote does not count for them there.`
  await store.notices.tell([delegateId], 'delegate', { text }, now, where, found)
}

/** The answer is the only place where the receipt ever stands; so it is kept nowhere. */
async function inSecret(
  { store, caller }: Context,
  { ballot, own }: InsideBallot,
  vote: Vote,
  receipt: string | undefined,
): Promise<Reply> {
  const { id, closesAt } = ballot
  if (receipt !== undefined) {
    if (!own.hasVoted) throw new Refusal(NO_RECEIPT)
    if (!(await store.votes.changeInSecret(id, keyOfReceipt(receipt), vote))) throw new Refusal(NO_RECEIPT)
    return { update: { text: say`Changed. Your receipt stays the same: ${receipt}` }, isSecret: true }
  }
  const given = store.newReceipt()
  if (own.hasVoted || !(await store.votes.castInSecret(ballot, caller.id, keyOfReceipt(given), vote))) {
    return {
      text: say`You have voted on “${ballot.question}” already, in secret. To change it, give your receipt.`,
      card: { buttons: [{ label: say`Change my vote`, press: address('vote.change', { b: id }) }] },
    }
  }
  return {
    text: lines(
      say`Counted, in secret. Your receipt: ${{ strong: given }}`,
      say`Keep it: nobody can show it to you again. With it you can change your vote until ${{ when: closesAt }}, and find it in the export afterwards, under the key ${keyOfReceipt(given)}. Until then whoever has it can change your vote, and always see it: show it afterwards, if at all.`,
    ),
    isSecret: true,
  }
}

const NO_RECEIPT = say`No vote on this ballot has that receipt. Look at it again: it has 26 letters and digits.`

/** The mark to start from when a secret vote is changed; refused for a receipt that is none. */
export async function changedVote(
  { store, now }: Context,
  { ballot, own }: InsideBallot,
  receipt: string,
): Promise<string> {
  if (!ballot.secret || !own.hasVoted)
    throw new Refusal(say`You have no secret vote on “${ballot.question}” to change.`)
  if (!takesVotes(ballot, now)) throw new Refusal(say`“${ballot.question}” is not open any more.`)
  if ((await store.votes.underKey(ballot.id, keyOfReceipt(receipt))) === undefined) throw new Refusal(NO_RECEIPT)
  return '-'
}

/** Adds a reason to the caller's vote. */
export async function explainVote(context: Context, b: string, reason: string): Promise<Reply> {
  const { store, caller, now } = context
  const held = await store.ballots.toVoteOn(b)
  const { ballot, own } = await insideBallot(context, b, held)
  if (ballot.secret || ballot.reasons === 'none') throw new Refusal(say`Votes on “${ballot.question}” have no reasons.`)
  if (!takesVotes(ballot, now) || !own.hasVoted)
    throw new Refusal(say`A reason goes with a vote, while the ballot is open.`)
  await store.votes.explain(ballot, caller.id, reason)
  return { text: say`Your reason stands beside your vote.` }
}
