import { resultWords } from './count-words.ts'
import type { Recount } from './recount.ts'
import { say, type Text } from './say.ts'

/** What a recount found, in sentences, one a line; the first and the last one say what it proves. */
export function recountWords(found: Recount): Text[] {
  if (found.verdict === 'unreadable') return [say`${found.because}`]
  if (found.verdict === 'changed') {
    if (found.row === 0)
      return [say`Changed: the question, the options, the rules or the times are not those that were sealed.`]
    return [
      say`Changed: row ${found.row} (key ${found.key ?? ''}) is not what was sealed, or a row before it was taken out or put in.`,
    ]
  }
  if (found.verdict === 'resealed') {
    return [
      say`Resealed: the rows agree with each other, but their seal is ${found.seal}, not ${found.given}. Rows were changed, added or taken away, and the hashes made anew; or the seal belongs to another ballot.`,
    ]
  }
  const { file, result, seal, isAsWritten } = found
  const { question, options, opened, closed } = file.ballot
  const saved = say`Another program has saved this file since; its content is the same.`
  const verdict =
    found.verdict === 'as sealed'
      ? say`Counted as sealed: nothing was changed since the seal ${seal}.`
      : say`Counted as shown; not proven unaltered. This file's own seal is ${seal}: compare it with the one published with the outcome, or give that one with --seal.`
  return [
    // A long file must not hide it above the screen, nor anything in it pose as it below.
    verdict,
    say`${{ strong: question }}`,
    say`Open from ${{ when: new Date(opened) }} to ${{ when: new Date(closed) }}.`,
    ...resultWords(result, options),
    ...(isAsWritten ? [] : [saved]),
    verdict,
  ]
}
