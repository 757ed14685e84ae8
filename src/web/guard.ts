import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import { sameHash } from '../core/keys.ts'
import { limiter } from '../core/rate.ts'
import type { WebParts } from './parts.ts'

/** A form is short; a file of addresses may be long. */
export const FORM_MAX_BYTES = 64_000
export const FILE_MAX_BYTES = 12_000_000

/** What browsers are told to allow on our pages: nothing that we do not use. */
export function headers(site: string): MiddlewareHandler {
  const isSealed = site.startsWith('https:')
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      // Charts are drawn into the page itself.
      imgSrc: ["'self'", 'data:'],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    strictTransportSecurity: isSealed ? 'max-age=31536000; includeSubDomains' : false,
    xContentTypeOptions: true,
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [] },
    xXssProtection: false,
    xDownloadOptions: false,
    xDnsPrefetchControl: false,
    originAgentCluster: false,
    xPermittedCrossDomainPolicies: false,
  })
}

/** Refuses bodies that are too long before they are read. */
export function bodies(maxSize: number): MiddlewareHandler {
  return bodyLimit({ maxSize, onError: (c) => c.text('That is too much to be sent at once.', 413) })
}

/** How much one network address may send: as many at once, and so many a second after that. */
const SENDING = { burst: 120, perSecond: 1 }
/** Pages that one network address may open. */
const LOOKING = { burst: 600, perSecond: 10 }
/** What the tools of an organization may post from one network address: of a letter to many, they tell of each. */
const HEARING = { burst: 1_200, perSecond: 20 }
/** Mails that one network address may ask for, behind which a whole house or a phone company may be. */
const MAILING = { burst: 60, perSecond: 1 / 60 }
/** Mails that all together may ask for, so that nobody floods strangers from many places. */
const MAILING_IN_ALL = { burst: 600, perSecond: 600 / 3600 }

/** Reads over the API by one key. */
const READING = { burst: 60, perSecond: 1 }

/** What keeps one from asking for too much. */
export function paces() {
  return {
    looking: limiter(LOOKING),
    sending: limiter(SENDING),
    hearing: limiter(HEARING),
    reading: limiter(READING),
    mailing: limiter(MAILING),
    mailingInAll: limiter(MAILING_IN_ALL),
  }
}

/** How long to wait, as a sentence begins. */
export const waitWords = (seconds: number) => (seconds === 1 ? 'Wait a second' : `Wait ${seconds} seconds`)

/** The network a request comes from; of the addresses a proxy adds only as many are believed as there are proxies. */
export function cameFrom(c: Context, proxies: number): string {
  const added = (c.req.header('x-forwarded-for') ?? '').split(',').map((one) => one.trim())
  const named = proxies > 0 ? added.at(-proxies) : undefined
  if (named) return networkOf(named)
  try {
    return networkOf(getConnInfo(c).remote.address ?? '')
  } catch {
    // There is no connection where a test hands a request over directly.
    return ''
  }
}

const version6 = z.ipv6()

/** Whoever has an address of version 6 has all of its /64 (RFC 4291), so they count as one; of version 4 each is one. */
function networkOf(address: string): string {
  const [, older] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (older) return older
  if (!version6.safeParse(address).success) return address
  const [front = [], back = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const left = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
  const groups = [...front, ...left, ...back].slice(0, 4)
  return `${groups.map((one) => Number.parseInt(one, 16).toString(16)).join(':')}::/64`
}

/** The cookie of a browser. Over https its name makes browsers take it from this very site alone. */
export interface Cookie {
  read(c: Context): string | undefined
  write(c: Context, words: string, seconds: number): void
  clear(c: Context): void
}

export function cookieOf(site: string): Cookie {
  const isSealed = site.startsWith('https:')
  const name = isSealed ? '__Host-kindred' : 'kindred'
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSealed } as const
  return {
    read: (c) => getCookie(c, name),
    write: (c, words, seconds) => setCookie(c, name, words, { ...options, maxAge: seconds }),
    clear: (c) => void deleteCookie(c, name, options),
  }
}

/** Whether a form was sent from one of our own pages, drawn for this very browser. */
export function isOurs(c: Context, sent: string, cookie: string, formHashes: WebParts['formHashes']): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return formHashes(cookie).some((hash) => sameHash(hash, sent))
}
