import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Bytes } from './ids.ts'

/** Everything secret, derived by name (HKDF, RFC 5869) from KINDRED_KEY; several keys, newest first, may be in use. */
export interface Keys {
  /** A keyed hash of words, under the newest key. */
  hash(name: KeyName, words: string): string
  /** The keyed hashes of words under every key in use, newest first, to find what an older key made. */
  hashes(name: KeyName, words: string): string[]
  /**
   * The keyed hash by which somebody forgotten is known again, under the oldest key: newer ones come and go, and it must
   * stay the same for as long as there are backups and imports that hold them.
   */
  tombstone(words: string): string
  /** Encrypts (AES-256-GCM), so that a copy of the database does not tell it. */
  seal(words: string): Uint8Array<ArrayBuffer>
  /** Opens what any key in use sealed; undefined when none did or a byte was changed. */
  open(sealed: Uint8Array): string | undefined
}

/** What a key is for: a hash made for one purpose can never stand in for another. */
export type KeyName = 'code' | 'address' | 'invitation' | 'install'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The keys derived from the secrets of KINDRED_KEY (32 bytes each, newest first). */
export function keysFrom(secrets: Uint8Array[], bytes: Bytes): Keys {
  const derive = (secret: Uint8Array, name: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `kindred ${name}`, 32))
  const sealing = secrets.map((secret) => derive(secret, 'seal'))
  const hashing = {
    code: secrets.map((secret) => derive(secret, 'code')),
    address: secrets.map((secret) => derive(secret, 'address')),
    invitation: secrets.map((secret) => derive(secret, 'invitation')),
    install: secrets.map((secret) => derive(secret, 'install')),
  }
  const hashes = (name: KeyName, words: string) =>
    hashing[name].map((key) => createHmac('sha256', key).update(words).digest('base64url'))
  const [newest] = sealing
  const oldest = secrets.at(-1)
  if (!newest || !oldest) throw new Error('no key given')
  const burying = derive(oldest, 'tombstone')
  return {
    hashes,
    hash: (name, words) => hashes(name, words)[0] ?? '',
    tombstone: (words) => createHmac('sha256', burying).update(words).digest('base64url'),
    seal(words) {
      const nonce = bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', newest, nonce)
      const body = Buffer.concat([cipher.update(words, 'utf8'), cipher.final()])
      return new Uint8Array([...nonce, ...cipher.getAuthTag(), ...body])
    },
    open(sealed) {
      for (const key of sealing) {
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
          decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
          const body = sealed.subarray(NONCE_BYTES + TAG_BYTES)
          return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
        } catch {
          // Sealed by another of the keys: GCM says so by failing. The next one is tried.
        }
      }
      return undefined
    },
  }
}

/** Whether two hashes are equal, in a time that does not tell how far they agree. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
