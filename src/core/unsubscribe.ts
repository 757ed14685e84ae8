import { z } from 'zod'
import type { Keys } from './keys.ts'
import { NOTICE_KINDS, type NoticeKind } from './notice.ts'

/** What an unsubscribe address says: who gets no more notices of which kind by mail. It never ends. */
export interface Unsubscribe {
  personId: string
  kind: NoticeKind
}

const wordsSchema = z.tuple([z.string(), z.enum(NOTICE_KINDS)])

/** Its part of a web address, which only we can read or make. */
export function writeUnsubscribe(keys: Pick<Keys, 'token'>, { personId, kind }: Unsubscribe): string {
  return keys.token('unsubscribe', JSON.stringify([personId, kind]))
}

/** What such a part says; undefined for what is none of ours, or of a kind that is no more. */
export function readUnsubscribe(keys: Pick<Keys, 'readToken'>, token: string): Unsubscribe | undefined {
  const words = keys.readToken('unsubscribe', token)
  const read = words === undefined ? undefined : wordsSchema.safeParse(JSON.parse(words)).data
  return read && { personId: read[0], kind: read[1] }
}
