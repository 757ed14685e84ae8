import type { Context } from '../command.ts'
import { headWords, stateWords } from '../core/ballot-words.ts'
import type { HeldBallot } from '../core/held-ballot.ts'
import { lines, say } from '../core/say.ts'
import type { Found } from '../option.ts'
import { address, type Button, type Card, type Reply } from '../reply.ts'
import { asOrganizer, isAboutContent } from './access.ts'
import { aboutField, optionsField, rulesField } from './cards.ts'

/** A ballot as who looks after it sees it: all that voters will read, and what can still be changed. */
export async function manageCard({ store, now }: Context, ballot: HeldBallot, found: Found): Promise<Card> {
  const { id: b, state, question } = ballot
  const isDraft = state === 'draft'
  const bindsByItself = await isAboutContent(store, b)
  const canEdit = isDraft || (state === 'open' && !bindsByItself && !(await store.votes.any(b)))
  const to = (label: Button['label'], target: string): Button => ({ label, press: address(target, { b }) })
  return {
    title: say`${question}`,
    body: isDraft
      ? lines(say`Not open yet. This is what members of ${{ strong: found.name }} will read:`, headWords(ballot))
      : lines(stateWords(ballot, now), state === 'open' && headWords(ballot)),
    fields: [...aboutField(ballot), ...optionsField(ballot), rulesField(ballot, found)],
    buttons: [
      ...(isDraft ? [to(say`Open it`, 'ballot.open')] : []),
      ...(canEdit
        ? [
            to(say`Change question and options`, 'ballot.what'),
            to(say`More rules: counting`, 'ballot.counting'),
            to(say`More rules: who votes`, 'ballot.voting'),
            to(say`More rules: results`, 'ballot.showing'),
          ]
        : []),
      ...(isDraft ? [to(say`Throw away`, 'ballot.discard')] : []),
      ...(state === 'open' && !bindsByItself ? [to(say`Close early`, 'ballot.close')] : []),
      ...(state === 'open' ? [to(say`Withdraw`, 'ballot.withdraw')] : []),
    ],
  }
}

/** Asks once more, since neither can be undone. */
export async function sure(context: Context, b: string, isClose: boolean): Promise<Reply> {
  const { ballot } = await asOrganizer(context, b)
  const { question } = ballot
  return {
    update: {
      card: {
        title: isClose ? say`Close “${question}” now?` : say`Withdraw “${question}”?`,
        body: isClose
          ? say`It is counted as it stands, and everybody is told that it was closed early.`
          : say`Nothing is counted, the votes are deleted, and everybody is told that it was withdrawn.`,
        buttons: [
          isClose
            ? { label: say`Close it now`, press: address('ballot.close-now', { b }) }
            : { label: say`Withdraw it now`, press: address('ballot.withdraw-now', { b }) },
          { label: say`Leave it open`, press: address('ballot.manage', { b }) },
        ],
      },
    },
  }
}
