import { createHash } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const KEY_LENGTH = 26

/**
 * The key of a secret vote, from the receipt that only its voter has: the first 26 times 5 bits of SHA-256 in Crockford's
 * alphabet. Anybody who is shown a receipt finds the vote in the export by it; from the key nobody finds the receipt.
 */
export function keyOfReceipt(receipt: string): string {
  const hash = createHash('sha256').update(`kindred receipt ${receipt}`).digest()
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return Array.from({ length: KEY_LENGTH }, (_, i) => ALPHABET[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)]).join(
    '',
  )
}

/** A receipt as it was given, from how somebody types it: people leave out lines, and mistake O for 0. */
export function receiptOf(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}
