import { z } from 'zod'
import type { Keys } from './keys.ts'

/** What a personal link says: to whom it was written, and into which community it leads. It signs nobody in. */
export interface PersonalLink {
  communityId: string
  /** As it stood on the list. */
  email: string
  madeAt: Date
  endsAt: Date
}

/** How long a personal link can be pressed. */
export const PERSONAL_LINK_LIVES_MS = 90 * 86_400_000

/** Community, address, and in seconds when it was made and when it ends: short, since it goes into an address. */
const wordsSchema = z.tuple([z.string(), z.string(), z.int(), z.int()])

const SECOND_MS = 1_000

/** When a link that is made now ends. */
export function endOfPersonal(madeAt: Date): Date {
  return new Date(madeAt.getTime() + PERSONAL_LINK_LIVES_MS)
}

/** The link's part of a web address, which only we can read or make. */
export function writePersonal(
  keys: Pick<Keys, 'token'>,
  { communityId, email, madeAt }: Omit<PersonalLink, 'endsAt'>,
): string {
  return keys.token(
    'personal link',
    JSON.stringify([communityId, email, seconds(madeAt), seconds(endOfPersonal(madeAt))]),
  )
}

/** What such a part says; undefined for what is none of ours. */
export function readPersonal(
  keys: Pick<Keys, 'readToken'>,
  token: string,
  now: Date,
): PersonalLink | 'ended' | undefined {
  const words = keys.readToken('personal link', token)
  if (words === undefined) return undefined
  const [communityId, email, made, ends] = wordsSchema.parse(JSON.parse(words))
  const endsAt = new Date(ends * SECOND_MS)
  return endsAt <= now ? 'ended' : { communityId, email, madeAt: new Date(made * SECOND_MS), endsAt }
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / SECOND_MS)
}
