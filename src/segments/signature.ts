import { createHmac, timingSafeEqual } from 'node:crypto'
import { Forged } from './segment-store.ts'

/** What proves that a request is a store's: words signed with a secret both know, and when that was. */
export interface Signature {
  /** As it was sent; undefined where there was none. */
  given: string | undefined
  encoding: 'hex' | 'base64'
  secret: string
  words: string
  /** When the store says that it was signed; NaN where it says so in no way we understand. */
  at: number
  now: Date
  /** What is older, or newer, is no proof: somebody may have kept it. */
  withinMs: number
}

/** Throws `Forged` unless the words were signed with the secret by HMAC SHA-256, and lately. */
export function assertSigned({ given = '', encoding, secret, words, at, now, withinMs }: Signature): void {
  const due = Buffer.from(createHmac('sha256', secret).update(words, 'utf8').digest(encoding))
  const got = Buffer.from(given)
  const isSigned = due.length === got.length && timingSafeEqual(due, got)
  if (!isSigned) throw new Forged('It is not signed with the secret that was set.')
  // NaN is within nothing.
  if (!(Math.abs(now.getTime() - at) <= withinMs)) throw new Forged('It was signed too long ago.')
}
