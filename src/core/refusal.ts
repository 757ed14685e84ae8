import type { Text } from './say.ts'

/** A "no" for people: what happened and what to do next, shown to them word for word. Nothing is kept of the command. */
export class Refusal extends Error {
  readonly text: Text
  constructor(text: Text) {
    super('refused')
    this.text = text
  }
}
