import type { Share } from './ballot.ts'

/** The smallest whole number that is at least this share. */
export const atLeast = ({ parts, of }: Share, whole: number): number => Math.ceil((whole * parts) / of)

/** Whether so many votes are at least this share; without one, any are. */
export const reaches = (votes: number, share: Share | null, whole: number): boolean =>
  share === null || votes * share.of >= whole * share.parts
