import type { Text } from './say.ts'

/** What was wrong with one field of a form, in words that stand at it. */
export interface Mistake {
  field: string
  text: Text
}

/** A "no" for people: what happened and what to do next, shown to them word for word. Nothing is kept of the command. */
export class Refusal extends Error {
  readonly text: Text
  readonly mistake: Mistake | undefined
  /** `field` is the one option it is about, if it is about one; there it may be said in words of its own. */
  constructor(text: Text, field?: string, atField = text) {
    super('refused')
    this.text = text
    this.mistake = field === undefined ? undefined : { field, text: atField }
  }
}
