import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDestinations } from '../../src/segments/connectors.ts'
import { Forged, type HookRequest, type SegmentStore } from '../../src/segments/segment-store.ts'
import type { Browser } from './browser.ts'
import { openWebStage, type WebStage } from './stage.ts'

const SECRET = `whsec_${Buffer.from('a secret that both of them know..').toString('base64')}`
const OLDER = `whsec_${Buffer.from('one that is about to be replaced..').toString('base64')}`

const store: SegmentStore = {
  batch: 10,
  check: async () => undefined,
  put: async (_, entries) => entries.map(() => ({ result: 'applied' })),
  take: async (_, entries) => entries.map(() => ({ result: 'applied' })),
  forget: async () => ({ result: 'applied' }),
}

let stage: WebStage
let ana: Browser
const requests: HookRequest[] = []
beforeAll(async () => {
  const hearing: SegmentStore = {
    ...store,
    hear(request) {
      requests.push(request)
      if (request.headers['x-key'] !== 'right') throw new Forged('It has another key.')
      return JSON.parse(request.body)
    },
  }
  const folder = `${process.cwd()}/node_modules/.cache/kindred-hooks-${process.pid}`
  const [crm] = openDestinations(
    [{ name: 'crm', connector: 'csv', settings: { DIR: folder, HOOK_SECRET: `${SECRET}, ${OLDER}` } }],
    () => stage.now(),
  )
  if (!crm) throw new Error('it was not opened')
  const of = (name: string, made: SegmentStore) => ({
    name,
    connector: 'memory',
    purpose: 'letters' as const,
    store: made,
  })
  stage = await openWebStage({ destinations: [of('crm', crm.store), of('mute', store), of('own', hearing)] })
  const fay = await stage.person('fay@example.org')
  await fay.opens('/do/start-community')
  await fay.sends({ name: 'Parents', need: 'people who would like to meet, so that we can', pledges: '1' })
  ana = await stage.person('ana@example.org')
  await ana.opens('/c/parents')
})
afterAll(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

const post = async (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL(path, stage.at), { method: 'POST', body, headers })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
let messages = 0
const signed = (body: string, { secret = SECRET, id = `msg_${messages++}`, at = stage.now() } = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': `v2,nonsense ${new Webhook(secret).sign(id, at, body)}`,
})
const tell = (event: object, how?: Parameters<typeof signed>[1]) => {
  const body = JSON.stringify(event)
  return post('/hooks/crm', body, signed(body, how))
}
const sent = (id: string) => ({ type: 'campaign.sent', data: { campaign: { id, title: 'A letter' } } })
const totals = async () =>
  Object.fromEntries((await stage.read((inside) => inside.campaigns.all())).map((one) => [one.externalId, one.sent]))

test('who uses nothing but the web sees under their notices that they are told of no more', async () => {
  const eve = await stage.person('eve@example.org')
  await stage.sql(
    `update people p set email = 'eve@example.org', email_proven_at = '${stage.now().toISOString()}' from accounts a
     where a.person_id = p.id and a.external_id = 'eve@example.org'`,
  )
  await eve.opens('/c/parents')
  await eve.presses('Join')
  await eve.presses('Yes')
  await stage.pass('1m')
  const told = await tell({ type: 'person.unsubscribed', data: { email: 'eve@example.org' } })
  expect(told.text).toBe('{}')
  await stage.pass('1m')
  const page = await eve.opens('/notices')
  expect(page.text).toContain('says that you unsubscribed there, so it is told of you no more')
  expect(page.text).not.toContain('crm')
})

test('what is signed is taken, once, however often and by however many at once it comes', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => tell(sent('once'), { id: 'same' })))
  expect(answers.map(({ status, text }) => [status, text])).toEqual([1, 2, 3].map(() => [200, '{}']))
  expect((await tell(sent('once'), { secret: OLDER })).status).toBe(200)
  const events = [sent('several'), sent('several'), { type: 'something.else', data: {} }]
  expect((await tell({ type: 'all', data: { events } })).status).toBe(200)
  expect(await totals()).toEqual({ once: 2, several: 2 })
})

test('what is not signed, or not by whom, or not now, is refused and does nothing', async () => {
  const before = await totals()
  const body = JSON.stringify(sent('forged'))
  const other = `whsec_${Buffer.from('a secret of somebody else, who tries').toString('base64')}`
  const refused = [
    await post('/hooks/crm', body),
    await tell(sent('forged'), { secret: other }),
    await tell(sent('forged'), { at: new Date(stage.now().getTime() - 301_000) }),
    await tell(sent('forged'), { at: new Date(stage.now().getTime() + 301_000) }),
    await post('/hooks/crm', body, signed(`${body} `)),
    await post('/hooks/crm', body, { ...signed(body), 'webhook-id': 'another' }),
    await post('/hooks/crm', body, { ...signed(body), 'webhook-timestamp': 'soon' }),
    await post('/hooks/own', '[]', { 'x-key': 'wrong' }),
  ]
  for (const { status, text } of refused) {
    expect(status).toBe(401)
    expect(text).toContain('look at the address and the secret')
  }
  expect((await tell(sent('in time'), { at: new Date(stage.now().getTime() - 299_000) })).status).toBe(200)
  expect(await totals()).toEqual({ ...before, 'in time': 1 })
})

test('where nothing is heard nobody learns which destinations there are', async () => {
  const [none, mute] = [await post('/hooks/none', '{}'), await post('/hooks/mute', '{}')]
  const forged = await post('/hooks/own', '{}')
  expect(none.status).toBe(401)
  for (const one of [mute, forged]) expect([one.status, one.text]).toEqual([none.status, none.text])
  const looked = await Promise.all(['none', 'own'].map((name) => fetch(new URL(`/hooks/${name}`, stage.at))))
  expect(new Set(await Promise.all(looked.map(async (one) => `${one.status} ${await one.text()}`))).size).toBe(1)
})

test('a look at the address is answered, and does nothing', async () => {
  const seen = requests.length
  for (const method of ['GET', 'HEAD'])
    expect((await fetch(new URL('/hooks/own', stage.at), { method })).status).toBe(200)
  expect(requests).toHaveLength(seen)
})

test('what cannot be read is said so', async () => {
  for (const body of [
    '{',
    '{"type":1}',
    '[]',
    '',
    '{"type":"person.bounced","data":{}}',
    '{"type":"campaign.sent","data":{}}',
    '{"type":"a","data":{"events":[{"type":"x"}]}}',
  ])
    expect((await post('/hooks/crm', body, signed(body))).status, body).toBe(400)
  expect((await post('/hooks/own', 'no JSON', { 'x-key': 'right' })).status).toBe(400)
})

test('a connector is shown the request as its tool knows it', async () => {
  await post('/hooks/own?key=a%20b', '[]', { 'x-key': 'right', 'X-Tool': 'Yes' })
  expect(requests.at(-1)).toMatchObject({
    method: 'POST',
    url: `${stage.site}/hooks/own?key=a%20b`,
    headers: { 'x-tool': 'Yes' },
    body: '[]',
  })
})

test('a flood is slowed down, and told when to come again', async () => {
  const answers: Awaited<ReturnType<typeof post>>[] = []
  for (let round = 0; round < 14; round++)
    answers.push(...(await Promise.all(Array.from({ length: 100 }, () => post('/hooks/none', '{}')))))
  const slowed = answers.filter(({ status }) => status === 429)
  expect(slowed.length).toBeGreaterThan(0)
  expect(Number(slowed[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a secret that is none is said so at the start', () => {
  const open = (HOOK_SECRET: string) => () =>
    openDestinations([{ name: 'crm', connector: 'csv', settings: { DIR: '.', HOOK_SECRET } }], () => stage.now())
  expect(open('short')).toThrow('CRM_HOOK_SECRET: should be whsec_')
  expect(open('whsec_c2hvcnQ=')).toThrow('CRM_HOOK_SECRET')
})

test('what is far too long is not even read', async () => {
  await stage.pass('5m')
  const long = ' '.repeat(1_000_001)
  expect((await post('/hooks/crm', long, signed(long))).status).toBe(413)
})
