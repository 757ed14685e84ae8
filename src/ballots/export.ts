import type { Context } from '../command.ts'
import type { Ballot } from '../core/ballot.ts'
import { type BallotExport, exportOf, writeExport } from '../core/export-ballot.ts'
import { type HeldBallot, tellsNumbers } from '../core/held-ballot.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import type { Found } from '../option.ts'
import { address, type Reply, type TextFile } from '../reply.ts'
import type { Store } from '../store/store.ts'
import { castsOf, labelled } from './outcome.ts'
import { pick } from './paper.ts'

/** A closed ballot with its votes under their keys. */
export async function exported(store: Store, ballot: HeldBallot, closedAt: Date): Promise<BallotExport> {
  const { kind, options, rules, electorate, openedAt, about } = { ...labelled(ballot) }
  const question = about ? `${ballot.question} ${about}` : ballot.question
  const counted: Ballot = {
    ...{ kind, options, rules, electorate, question },
    opened: (openedAt ?? ballot.createdAt).toISOString(),
    closed: closedAt.toISOString(),
  }
  return exportOf(counted, await castsOf(store, ballot))
}

/** The same as a file for whoever wants to count again: never people, nor a vote whose voter could be guessed. */
export async function exportFile(
  store: Store,
  ballot: HeldBallot,
  found: { sensitive: boolean; slug: string | null },
): Promise<TextFile> {
  if (ballot.state !== 'closed' || !ballot.closedAt) throw new Refusal(say`A ballot can be exported once it is closed.`)
  if (found.sensitive) throw new Refusal(say`Nothing of a sensitive community is exported.`)
  if (!tellsNumbers(ballot, found))
    throw new Refusal(say`Too few voted in secret: with so few votes somebody could tell whose each is.`)
  const text = writeExport(await exported(store, ballot, ballot.closedAt))
  const day = ballot.closedAt.toISOString().slice(0, 10)
  return { name: `ballot-${found.slug ?? 'community'}-${day}.json`, type: 'application/json', text }
}

/** So many can be picked from. */
const EXPORTS_SHOWN = 25

/** Closed ballots whose votes can be taken along to be counted again. */
export async function exportable({ store, caller }: Context, found: Found): Promise<Reply> {
  const page = { skip: 0, take: EXPORTS_SHOWN }
  const decided = await store.ballots.decided(caller.id, { communityId: found.id, words: '' }, page)
  const closed = decided.filter((one) => tellsNumbers(one, found))
  if (closed.length === 0) return { text: say`There is nothing to export in ${{ strong: found.name }} yet.` }
  return {
    card: {
      title: say`Which ballot?`,
      body: say`The file holds every vote under a random key, and nobody's name.`,
      ...pick(
        say`Ballot`,
        closed.map((one) => ({ label: say`${one.question}`, press: address('vote.export', { b: one.id }) })),
      ),
    },
  }
}
