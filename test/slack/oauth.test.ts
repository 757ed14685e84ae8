import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, type Installation } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import type { TeamHandle } from './hand.ts'
import { quiet } from './quiet.ts'
import { type Fake, openFake } from './server.ts'

/** Lets a server listen on a loopback port, and gives its address. */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const SCOPES = ['commands', 'chat:write', 'channels:read']

describe('an app that is installed in several workspaces', () => {
  let fake: Fake
  let museum: TeamHandle
  let zoo: TeamHandle
  let server: Server
  let url: string
  const kept = new Map<string, Installation>()
  const heard: string[] = []

  beforeEach(async () => {
    fake = await openFake()
    museum = fake.team('Museum', { installed: false })
    zoo = fake.team('Zoo')
    // The address it gives itself has to be known before it is made.
    server = createServer((request, response) => receiver.requestListener(request, response))
    url = await listen(server)
    const receiver = new HTTPReceiver({
      signingSecret: fake.signingSecret,
      clientId: fake.clientId,
      clientSecret: fake.clientSecret,
      stateSecret: 'state',
      scopes: SCOPES,
      redirectUri: `${url}/slack/oauth_redirect`,
      logger: quiet,
      installationStore: {
        storeInstallation: async (installation) => void kept.set(installation.team?.id ?? '', installation),
        fetchInstallation: async ({ teamId }) => {
          const found = kept.get(teamId ?? '')
          if (!found) throw new Error(`not installed in ${teamId}`)
          return found
        },
      },
      installerOptions: {
        authorizationUrl: fake.authorizationUrl,
        redirectUriPath: '/slack/oauth_redirect',
        clientOptions: { slackApiUrl: fake.api },
      },
    })
    const app = new App({ receiver, clientOptions: { slackApiUrl: fake.api }, logger: quiet })
    app.command('/community', async ({ ack, client, respond }) => {
      await ack()
      const { team } = await client.auth.test()
      await respond({ text: `In ${team}` })
    })
    app.event(
      /app_uninstalled|tokens_revoked/,
      async ({ event, body }) => void heard.push(`${event.type} ${body.team_id}`),
    )
    fake.http.to(`${url}/slack/events`)
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await fake.close()
    expect(fake.violations).toEqual([])
    kept.clear()
    heard.length = 0
  })

  test('has a token of its own in each, with the scopes granted, and goes from one alone', async () => {
    const [ana, zoe] = [museum.user('ana'), zoo.user('zoe')]
    await expect(ana.types('/community x')).rejects.toThrow('not offered')
    expect((await ana.installs(`${url}/slack/install`)).status).toBe(200)
    expect((await zoe.installs(`${url}/slack/install`)).status).toBe(200)
    expect((await ana.types('/community x')).text).toBe('In Museum')
    expect((await zoe.types('/community x')).text).toBe('In Zoo')
    expect(museum.token).not.toBe(zoo.token)
    expect(kept.get(zoo.id)?.bot?.scopes).toEqual(SCOPES)
    const { got } = asking(fake)
    expect(await got('users.info', { user: zoe.id }, zoo.token)).toBe('missing_scope!')
    expect(await got('conversations.info', { channel: museum.general.id }, zoo.token)).toBe('channel_not_found')

    const old = zoo.token
    zoo.uninstall()
    await expect.poll(() => [...heard].sort()).toEqual([`app_uninstalled ${zoo.id}`, `tokens_revoked ${zoo.id}`])
    expect(await got('auth.test', {}, old)).toBe('account_inactive')
    await expect(zoe.types('/community x')).rejects.toThrow('not offered')
    expect((await ana.types('/community x')).text).toBe('In Museum')
    await zoe.installs(`${url}/slack/install`)
    expect(zoo.token).not.toBe(old)
    expect((await zoe.types('/community x')).text).toBe('In Zoo')
  })

  test('is not installed by who presses Cancel, nor by a code twice or a wrong secret', async () => {
    const ana = museum.user('ana')
    const page = await ana.installs(`${url}/slack/install`, false)
    expect(page.status).toBe(500)
    expect(kept.size).toBe(0)

    const { got, ask } = asking(fake)
    const codes: string[] = []
    const back = createServer((request, response) => {
      codes.push(new URL(request.url ?? '', 'http://x').searchParams.get('code') ?? '')
      response.end()
    })
    const redirect_uri = `${await listen(back)}/back`
    const link = (scope: string) =>
      `${fake.authorizationUrl}?${new URLSearchParams({ client_id: fake.clientId, scope, state: 's', redirect_uri })}`
    await ana.installs(link('commands'))
    await expect(ana.installs(link('admin'))).rejects.toThrow('invalid_scope')
    const own = { client_id: fake.clientId, client_secret: fake.clientSecret, redirect_uri }
    const access = (args: object) => got('oauth.v2.access', { ...own, ...args }, '')
    expect(await access({ client_secret: 'x', code: codes[0] })).toBe('bad_client_secret!')
    expect(await access({ client_id: 'x', code: codes[0] })).toBe('invalid_client_id!')
    const { answer } = await ask('oauth.v2.access', { ...own, code: codes[0] }, '')
    expect(answer).toMatchObject({ ok: true, token_type: 'bot', scope: 'commands', team: { id: museum.id } })
    expect(await access({ code: codes[0] })).toBe('invalid_code')
    await ana.installs(link('commands'))
    expect(await access({ code: codes[1], redirect_uri: 'http://other' })).toBe('bad_redirect_uri!')
    await ana.installs(link('commands'))
    fake.pass(600_001)
    expect(await access({ code: codes[2] })).toBe('invalid_code')
    back.closeAllConnections()
    back.close()
  })
})
