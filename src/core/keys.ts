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
  /**
   * Words as a part of a web address that only we can read or make: the sealing key's id, then the words encrypted
   * (AES-256-GCM), all in base64url. `name` keeps what was made for one use from being taken for another.
   */
  token(name: TokenName, words: string): string
  /** The words of such a part; undefined for anything no key in use made for this use. */
  readToken(name: TokenName, token: string): string | undefined
}

/** What a key is for: a hash made for one purpose can never stand in for another. */
export type KeyName =
  | 'code'
  | 'address'
  | 'invitation'
  | 'install'
  | 'session'
  | 'link'
  | 'form'
  | 'network'
  | 'news'
  | 'api'

/** What a part of a web address was made for. */
export type TokenName = 'personal link' | 'unsubscribe' | 'answer' | 'calendar'

const KEY_ID_BYTES = 4
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
    session: secrets.map((secret) => derive(secret, 'session')),
    link: secrets.map((secret) => derive(secret, 'link')),
    form: secrets.map((secret) => derive(secret, 'form')),
    network: secrets.map((secret) => derive(secret, 'network')),
    news: secrets.map((secret) => derive(secret, 'news')),
    api: secrets.map((secret) => derive(secret, 'api')),
  }
  const addressing = secrets.map((secret) => {
    const key = derive(secret, 'token')
    return { key, id: createHmac('sha256', key).update('id').digest().subarray(0, KEY_ID_BYTES) }
  })
  const hashes = (name: KeyName, words: string) =>
    hashing[name].map((key) => createHmac('sha256', key).update(words).digest('base64url'))
  const [newest] = sealing
  const [addressingNow] = addressing
  const oldest = secrets.at(-1)
  if (!newest || !addressingNow || !oldest) throw new Error('no key given')
  const burying = derive(oldest, 'tombstone')
  return {
    hashes,
    hash: (name, words) => hashes(name, words)[0] ?? '',
    tombstone: (words) => createHmac('sha256', burying).update(words).digest('base64url'),
    seal: (words) => new Uint8Array(encrypt(newest, bytes(NONCE_BYTES), words)),
    open(sealed) {
      for (const key of sealing) {
        const words = decrypt(key, Buffer.from(sealed))
        if (words !== undefined) return words
      }
      return undefined
    },
    token(name, words) {
      const { key, id } = addressingNow
      return Buffer.concat([id, encrypt(key, bytes(NONCE_BYTES), words, name)]).toString('base64url')
    },
    readToken(name, token) {
      const sealed = Buffer.from(token, 'base64url')
      // Another spelling of the same bytes is no token of ours.
      if (sealed.toString('base64url') !== token) return undefined
      const used = addressing.find(({ id }) => id.equals(sealed.subarray(0, KEY_ID_BYTES)))
      return used && decrypt(used.key, sealed.subarray(KEY_ID_BYTES), name)
    },
  }
}

/** Nonce, tag and ciphertext; `use` has to be the same when it is opened. */
function encrypt(key: Uint8Array, nonce: Uint8Array, words: string, use = ''): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(use))
  const body = Buffer.concat([cipher.update(words, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** The words; undefined where they were encrypted with another key or a byte was changed, which GCM tells by failing. */
function decrypt(key: Uint8Array, sealed: Buffer, use = ''): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(use))
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    const body = sealed.subarray(NONCE_BYTES + TAG_BYTES)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** Whether two hashes are equal, in a time that does not tell how far they agree. */
export function sameHash(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  // By their bytes: what somebody sends in place of a hash may have letters of several.
  return one.length === other.length && timingSafeEqual(one, other)
}
