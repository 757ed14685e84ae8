import { say, type Text } from './say.ts'

/** Numbers about members are told to who is not one of them only from this many on, and in steps of it (product.md, law 8). */
const STEP = 5
/** A part of a small number that is more than this is nearly all of it. */
const MOST = 0.7

/** A number as it may be told outside. Whether a small one is nought is not told either. */
export function roughly(count: number): Text {
  return count < STEP ? say`a few or none` : say`about ${Math.round(count / STEP) * STEP}`
}

/**
 * A part of a number, as it may be told outside. With few on one side it is told in words, since “all of about 5” names each,
 * and a share of so few counts them.
 */
export function roughShare(part: number, all: number): Text {
  const share = part / all
  const tenths = Math.round(10 * share)
  if (Math.min(part, all - part) >= STEP && tenths > 0 && tenths < 10) return say`about ${10 * tenths} %`
  if (share > MOST) return say`nearly all`
  return share < 1 - MOST ? say`nearly none` : say`about half`
}

/** People, as they may be told outside. */
export function somePeople(count: number): Text {
  return count < STEP ? say`a few people or nobody` : say`${roughly(count)} people`
}
