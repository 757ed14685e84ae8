import { z } from 'zod'
import type { Keys } from './keys.ts'

/** What a link in a mail about a meetup says: who answers to which one by it. It signs nobody in. */
export interface AnswerLink {
  personId: string
  meetupId: string
  endsAt: Date
}

/** Person, meetup, and in seconds when it ends. */
const wordsSchema = z.tuple([z.string(), z.string(), z.int()])

const SECOND_MS = 1_000

/** The link's part of a web address, which only we can read or make. */
export function writeAnswer(keys: Pick<Keys, 'token'>, { personId, meetupId, endsAt }: AnswerLink): string {
  return keys.token('answer', JSON.stringify([personId, meetupId, Math.floor(endsAt.getTime() / SECOND_MS)]))
}

/** What such a part says; undefined for what is none of ours. */
export function readAnswer(keys: Pick<Keys, 'readToken'>, token: string): AnswerLink | undefined {
  const words = keys.readToken('answer', token)
  const read = words === undefined ? undefined : wordsSchema.safeParse(JSON.parse(words)).data
  return read && { personId: read[0], meetupId: read[1], endsAt: new Date(read[2] * SECOND_MS) }
}
