import { createHash } from 'node:crypto'
import { monotonicFactory } from 'ulid'

/** Fills a buffer with random bytes: the machine's in life, a seeded stream in rehearsals. */
export type Bytes = (length: number) => Uint8Array

/** The one place where ids, codes and chances come from. */
export interface Draws {
  /** A ULID of this moment: sorts by time, which is fine for everything whose time may be known. */
  id(now: Date): string
  /** 26 characters that tell nothing, for what must not show its time and for keys that leave the house. */
  key(): string
  /** A code people type from a mail: six digits. */
  digits(): string
  /** A code people pass on: eight letters and digits without those that look alike, in two halves. */
  word(): string
  /** A fraction from 0 up to, not including, 1. */
  fraction(): number
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CLEAR = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** Draws made from a source of bytes. */
export function drawsFrom(bytes: Bytes): Draws {
  const fraction = () => {
    const four = bytes(4)
    return new DataView(four.buffer, four.byteOffset, 4).getUint32(0) / 2 ** 32
  }
  const pick = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(fraction() * alphabet.length)]).join('')
  const ulid = monotonicFactory(fraction)
  return {
    id: (now) => ulid(now.getTime()),
    key: () => pick(ALPHABET, 26),
    digits: () => pick('0123456789', 6),
    word: () => `${pick(CLEAR, 4)}-${pick(CLEAR, 4)}`,
    fraction,
  }
}

/** The same bytes for the same seed, every time: SHA-256 of the seed and a counter. */
export function seededBytes(seed: string): Bytes {
  let counter = 0
  let pool = Buffer.alloc(0)
  return (length) => {
    while (pool.length < length) {
      pool = Buffer.concat([pool, createHash('sha256').update(`${seed}:${counter++}`).digest()])
    }
    const out = pool.subarray(0, length)
    pool = pool.subarray(length)
    return Uint8Array.from(out)
  }
}
