import { createHash } from 'node:crypto'
import { decodeTime, monotonicFactory } from 'ulid'

/**
 * Gives random bytes: the machine's in life, seeded ones in rehearsals. There each purpose has a stream of its own, so that
 * one more id somewhere does not change every code that follows.
 */
export type Bytes = (length: number, purpose?: string) => Uint8Array

/** The one place where ids, codes and chances come from. */
export interface Draws {
  /** A ULID of this moment: sorts by time, which is fine for everything whose time may be known. */
  id(now: Date): string
  /** 26 characters that tell nothing, for what must not show its time and for keys that leave the house. */
  key(): string
  /** The same for what people of a ballot read: receipts, keys of votes, the word a tie is drawn from. */
  ballotKey(): string
  /** A code people type from a mail: six digits. */
  digits(): string
  /** A code people pass on: eight letters and digits without those that look alike, in two halves. */
  word(): string
  /** 32 bytes in base64url that a program shows to be let in. */
  secret(): string
  /** A fraction from 0 up to, not including, 1. */
  fraction(): number
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CLEAR = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** Draws made from a source of bytes. */
export function drawsFrom(bytes: Bytes): Draws {
  const fractionOf = (purpose: string) => () => {
    const four = bytes(4, purpose)
    return new DataView(four.buffer, four.byteOffset, 4).getUint32(0) / 2 ** 32
  }
  const picker = (alphabet: string, purpose: string) => {
    const fraction = fractionOf(purpose)
    return (length: number) => Array.from({ length }, () => alphabet[Math.floor(fraction() * alphabet.length)]).join('')
  }
  const ulid = monotonicFactory(fractionOf('id'))
  const key = picker(ALPHABET, 'key')
  const ballotKey = picker(ALPHABET, 'ballot')
  const digits = picker('0123456789', 'digits')
  const word = picker(CLEAR, 'word')
  return {
    id: (now) => ulid(now.getTime()),
    key: () => key(26),
    ballotKey: () => ballotKey(26),
    digits: () => digits(6),
    word: () => `${word(4)}-${word(4)}`,
    secret: () => Buffer.from(bytes(32, 'secret')).toString('base64url'),
    fraction: fractionOf('fraction'),
  }
}

/** The same bytes for the same seed, every time: SHA-256 of the seed, the purpose and a counter. */
export function seededBytes(seed: string): Bytes {
  const streams = new Map<string, { counter: number; pool: Buffer }>()
  return (length, purpose = '') => {
    const stream = streams.get(purpose) ?? { counter: 0, pool: Buffer.alloc(0) }
    streams.set(purpose, stream)
    while (stream.pool.length < length) {
      const next = createHash('sha256')
        .update(`${seed}/${purpose}/${stream.counter++}`)
        .digest()
      stream.pool = Buffer.concat([stream.pool, next])
    }
    const out = stream.pool.subarray(0, length)
    stream.pool = stream.pool.subarray(length)
    return Uint8Array.from(out)
  }
}

/** When an id was drawn, to a millisecond. */
export function timeOf(id: string): Date {
  return new Date(decodeTime(id))
}
