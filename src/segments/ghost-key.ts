import { createHmac, timingSafeEqual } from 'node:crypto'
import { Forged, type HookRequest } from './segment-store.ts'

/** How long a token of ours holds: the most that Ghost takes. */
const TOKEN_SECONDS = 300
/** How old a signed message may be, as with Standard Webhooks. */
const SIGNED_MS = 300_000

/** Ghost's Admin API key: an id, and a secret in hexadecimal. */
export const GHOST_KEY = /^[0-9a-f]{24}:[0-9a-f]{64}$/i

/** A token made of a key for the next few minutes: a JSON Web Token (RFC 7519), signed with HMAC SHA-256. */
export function ghostToken(key: string, now: Date): string {
  const [kid = '', secret = ''] = key.split(':')
  const iat = Math.floor(now.getTime() / 1000)
  const signed = [
    { alg: 'HS256', typ: 'JWT', kid },
    { iat, exp: iat + TOKEN_SECONDS, aud: '/admin/' },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = createHmac('sha256', Buffer.from(secret, 'hex')).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

/**
 * When Ghost sent a message, the same however often it tries; throws `Forged` unless it signed its body and that time. Versions
 * before July 2024 signed the body alone, so that whoever saw one could send it again at any time.
 */
export function sentByGhost({ headers, body }: HookRequest, secret: string, now: Date): Date {
  const [, hex = '', at = ''] = /^sha256=([0-9a-f]{64}), ?t=(\d+)$/.exec(headers['x-ghost-signature'] ?? '') ?? []
  if (hex === '') throw new Forged('It is not signed as Ghost signs.')
  if (Math.abs(now.getTime() - Number(at)) > SIGNED_MS) throw new Forged('It was signed too long ago.')
  const own = createHmac('sha256', secret).update(`${body}${at}`).digest()
  if (!timingSafeEqual(own, Buffer.from(hex, 'hex'))) throw new Forged('Its signature is of another secret.')
  return new Date(Number(at))
}
