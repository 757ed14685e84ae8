import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether what came is the secret; how long it takes to say so tells nothing of how much of it was right. */
export function isSameSecret(came: string | null | undefined, secret: string): boolean {
  const hash = (words: string) => createHash('sha256').update(words).digest()
  return timingSafeEqual(hash(came ?? ''), hash(secret))
}
