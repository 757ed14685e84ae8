import { createHmac, randomBytes } from 'node:crypto'
import { ACK_MS, type Carried, type Carrier, type Envelope } from './delivery.ts'
import type { Waits } from './waits.ts'
import { APP_ID, VERIFICATION } from './wire.ts'
import { isJson, type Json, type World } from './world.ts'

/** What is wrong with the next requests, as an attacker would send them. */
export interface Forgery {
  /** Signs with another secret. */
  isForged?: boolean
  /** Signed this long ago. */
  ageMs?: number
}

interface Sent {
  type: string
  status: number
}

export type Signed = ReturnType<typeof createSigned>

/** HTTP mode: payloads as signed requests. Their time is the machine's, since that is what they are checked against. */
export function createSigned(world: World, waits: Waits, secret: string) {
  let to: string | undefined
  let forgery: Forgery = {}
  const sent: Sent[] = []

  async function post(
    type: string,
    body: string,
    contentType: string,
    more: Record<string, string>,
    end?: AbortSignal,
  ) {
    const at = String(Math.floor((Date.now() - (forgery.ageMs ?? 0)) / 1000))
    const key = forgery.isForged ? 'another-secret' : secret
    const signature = createHmac('sha256', key).update(`v0:${at}:${body}`).digest('hex')
    const response = await fetch(to ?? '', {
      method: 'POST',
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': at,
        'x-slack-signature': `v0=${signature}`,
        ...more,
      },
      body,
      redirect: 'manual',
      ...(end && { signal: end }),
    })
    const text = await response.text()
    sent.push({ type, status: response.status })
    return { status: response.status, headers: response.headers, text }
  }

  async function once(envelope: Envelope, end: AbortSignal): Promise<Carried> {
    const { type, retry } = envelope
    const more: Record<string, string> = retry
      ? { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }
      : {}
    try {
      const [body, contentType] = encoded(envelope)
      const { status, headers, text } = await post(type, body, contentType, more, end)
      if (status !== 200) {
        const isFinal = headers.get('x-slack-no-retry') === '1'
        return { isAcked: false, why: 'http_error', isFinal }
      }
      return { isAcked: true, body: answerIn(text, headers.get('content-type') ?? '') }
    } catch {
      return { isAcked: false, why: end.aborted ? 'http_timeout' : 'connection_failed' }
    }
  }

  const carrier: Carrier = {
    async carry(envelope, copies) {
      const end = new AbortController()
      const first = once(envelope, end.signal)
      for (let copy = 0; copy < copies; copy += 1) void once(envelope, end.signal)
      const late = waits
        .until(world.clock.now() + ACK_MS, end.signal)
        .then((): Carried => ({ isAcked: false, why: 'http_timeout' }))
      const carried = await Promise.race([first, late])
      if (!carried.isAcked || copies === 0) end.abort()
      return carried
    },
  }

  return {
    carrier,
    isUsed: () => to !== undefined,

    /** Payloads go to this address from now on, instead of through sockets. */
    to(url: string | undefined): void {
      to = url
    },

    /** The requests from now on are forged like this; none of it again when called with nothing. */
    forge(given: Forgery = {}): void {
      forgery = given
    },

    /** Every request so far. */
    sent,

    /** Asks the address whether it is the app's; true if it gives the challenge back. */
    async verify(): Promise<boolean> {
      const challenge = randomBytes(16).toString('hex')
      const body = JSON.stringify({ token: VERIFICATION, challenge, type: 'url_verification', api_app_id: APP_ID })
      const { status, text } = await post('url_verification', body, 'application/json', {})
      return status === 200 && text.includes(challenge)
    },
  }
}

const FORM = 'application/x-www-form-urlencoded'

function encoded({ type, payload }: Envelope): [body: string, contentType: string] {
  if (type === 'events_api') return [JSON.stringify(payload), 'application/json']
  const fields = type === 'interactive' ? { payload: JSON.stringify(payload) } : asText(payload)
  return [new URLSearchParams(fields).toString(), FORM]
}

const asText = (payload: Json) =>
  Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value ?? '')]))

/** What an acknowledgement says: JSON, or words. */
function answerIn(text: string, contentType: string): unknown {
  if (!contentType.includes('json')) return text
  const answer: unknown = JSON.parse(text)
  return isJson(answer) ? answer : undefined
}
