import type { IncomingMessage, ServerResponse } from 'node:http'
import { webApi } from '@slack/bolt'
import { z } from 'zod'
import { type Keys, sameHash } from '../core/keys.ts'
import type { Access } from './access.ts'
import { clientOptions } from './api.ts'
import { pathOf } from './bot.ts'
import { INSTALL_PATH, REDIRECT_PATH } from './manifest.ts'
import { SCOPES } from './methods.ts'

/** The page by which Kindred is let into another workspace. */
export interface Install {
  /** Opened by whoever is to let it in. Whoever has it can: admins of a workspace with Kindred are its staff. */
  link: string
  /** Answers a request for it; false where it was sent for something else. */
  takes(request: IncomingMessage, response: ServerResponse): boolean
}

export interface InstallParts {
  clientId: string
  clientSecret: string
  publicUrl: string
  api?: string | undefined
  access: Access
  keys: Keys
  /** Something nobody can guess. */
  draw(): string
  now(): Date
  logFailure(where: string, error: unknown): void
  wake(): void
}

/** Between the two pages somebody reads what Slack asks them. */
const READ_MS = 600_000
const COOKIE = 'kindred_install'

const grant = z.object({
  access_token: z.string(),
  team: z.object({ id: z.string(), name: z.string().optional() }),
})

export function createInstall(parts: InstallParts): Install {
  const { clientId, clientSecret, publicUrl, api, access, keys, draw, now, logFailure, wake } = parts
  const redirect = new URL(REDIRECT_PATH, publicUrl).href
  const link = new URL(INSTALL_PATH, publicUrl)
  link.searchParams.set('key', keys.hash('install', 'link'))

  /** Sends the browser to Slack, with a state that only this browser can bring back. */
  function begin(asked: URL, response: ServerResponse): void {
    const key = asked.searchParams.get('key') ?? ''
    if (!keys.hashes('install', 'link').some((one) => sameHash(one, key))) {
      page(response, 404, 'Ask whoever runs Kindred for the link that brings it into a workspace.')
      return
    }
    const nonce = draw()
    const at = String(now().getTime())
    const to = new URL('/oauth/v2/authorize', api ?? 'https://slack.com')
    to.searchParams.set('client_id', clientId)
    to.searchParams.set('scope', SCOPES.join(','))
    to.searchParams.set('redirect_uri', redirect)
    to.searchParams.set('state', `${at}.${nonce}.${keys.hash('install', `${at}.${nonce}`)}`)
    const isSecure = redirect.startsWith('https:') ? '; Secure' : ''
    response.setHeader(
      'Set-Cookie',
      `${COOKIE}=${nonce}; Max-Age=${READ_MS / 1_000}; Path=/slack; HttpOnly; SameSite=Lax${isSecure}`,
    )
    response.writeHead(302, { ...HEADERS, Location: to.href })
    response.end()
  }

  /** Whether a state was given out here, to this browser, a short while ago. */
  function isOurs(state: string, cookie: string): boolean {
    const [at = '', nonce = '', mac = ''] = state.split('.')
    const isGenuine = keys.hashes('install', `${at}.${nonce}`).some((one) => sameHash(one, mac))
    const age = now().getTime() - Number(at)
    return isGenuine && age >= 0 && age <= READ_MS && cookie.split(/;\s*/).includes(`${COOKIE}=${nonce}`)
  }

  async function end(asked: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { searchParams } = asked
    if (!isOurs(searchParams.get('state') ?? '', request.headers.cookie ?? ''))
      return page(response, 400, 'That took too long, or was begun in another browser. Open the link once more.')
    const code = searchParams.get('code')
    if (!code) return page(response, 400, 'Slack was told no, so nothing was changed.')
    const answer = await new webApi.WebClient(undefined, clientOptions(api)).apiCall('oauth.v2.access', {
      client_id: clientId,
      client_secret: clientSecret,
      code,
      redirect_uri: redirect,
    })
    const { access_token, team } = grant.parse(answer)
    await access.installed({ workspace: team.id, name: team.name ?? team.id, token: access_token })
    wake()
    page(response, 200, `Kindred is in ${team.name ?? 'your workspace'} now. You can close this page.`)
  }

  return {
    link: link.href,
    takes(request, response) {
      const path = pathOf(request)
      if (request.method !== 'GET' || (path !== INSTALL_PATH && path !== REDIRECT_PATH)) return false
      const asked = new URL(request.url ?? '/', publicUrl)
      if (path === INSTALL_PATH) begin(asked, response)
      else
        end(asked, request, response).catch((error: unknown) => {
          logFailure('slack/install', error)
          page(response, 502, 'Slack did not let Kindred in. Open the link once more; nothing was changed.')
        })
      return true
    },
  }
}

/** Nothing of it is kept by anybody on the way, and the link is told to nobody. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

function page(response: ServerResponse, status: number, words: string): void {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="en"><title>Kindred</title><p>${escaped}</p></html>\n`)
}
