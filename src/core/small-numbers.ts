import { say, type Text } from './say.ts'

/** Numbers about members are told to who is not one of them only from this many on, and in steps of it (product.md, law 8). */
const STEP = 5

/** A number as it may be told outside. Whether a small one is nought is not told either. */
export function roughly(count: number): Text {
  return count < STEP ? say`a few or none` : say`about ${Math.round(count / STEP) * STEP}`
}

/** People, as they may be told outside. */
export function somePeople(count: number): Text {
  return count < STEP ? say`a few people or nobody` : say`${roughly(count)} people`
}
