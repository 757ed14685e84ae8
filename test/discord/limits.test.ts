import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GuildHandle } from './hand.ts'
import { type Fake, openFake } from './server.ts'

let fake: Fake
let guild: GuildHandle

beforeEach(async () => {
  fake = await openFake()
  guild = fake.guild('Museum')
})
afterEach(() => fake.close())

const headers = () => ({ authorization: `Bot ${fake.token}`, 'content-type': 'application/json' })
const send = (method: string, path: string, body?: unknown) =>
  fetch(`${fake.api}/v10${path}`, {
    method,
    headers: headers(),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

test('haste is slowed by bucket, and over 50 a second in all', async () => {
  const post = () => send('POST', `/channels/${guild.general.id}/messages`, { content: 'x' })
  expect((await post()).headers.get('x-ratelimit-remaining')).toBe('4')
  for (let times = 0; times < 4; times += 1) await post()
  const slowed = await post()
  expect([slowed.status, slowed.headers.get('x-ratelimit-scope')]).toEqual([429, 'user'])
  fake.pass(5_000)
  expect((await post()).status).toBe(200)
  const all = await Promise.all(Array.from({ length: 60 }, () => send('GET', '/users/@me')))
  expect(all.filter((one) => one.headers.get('x-ratelimit-global') === 'true').length).toBeGreaterThanOrEqual(9)
  expect(fake.violations).toEqual([])
})

test('a category takes 50 channels, and says so as the real one does', async () => {
  const category = guild.category('Rooms')
  for (let count = 0; count < 50; count += 1) guild.channel(`room-${count}`, { parentId: category.id })
  const refused = await send('POST', `/guilds/${guild.id}/channels`, { name: 'one-more', parent_id: category.id })
  expect(await refused.json()).toMatchObject({
    code: 50035,
    errors: { parent_id: { _errors: [{ code: 'CHANNEL_PARENT_MAX_CHANNELS' }] } },
  })
  expect(fake.violations).toEqual([])
})

test('what the fake itself says is judged too', () => {
  fake.world.emit('CHANNEL_CREATE', { id: 'x' }, guild.id)
  expect(fake.violations.join()).toContain("the fake's own CHANNEL_CREATE: id:")
})

test('ten thousand refused requests ban the address, which breaks a rule', async () => {
  for (let count = 0; count < 10_000; count += 1) fake.rates.refuse(403)
  await fetch(`${fake.api}/v10/users/@me`)
  expect(fake.violations.join()).toContain('the address is banned')
})

test('a fault strikes where and when it is told to, and nowhere else', async () => {
  expect(() => fake.faults.next('POST /nowhere', { status: 500 })).toThrow('no route contains')
  const [tea, coffee] = [guild.channel('tea'), guild.channel('coffee')]
  fake.faults.next(`GET /channels/${tea.id}`, { status: 500, after: 1 })
  const read = async (id: string) => (await send('GET', `/channels/${id}`)).status
  expect([await read(tea.id), await read(coffee.id), await read(tea.id), await read(tea.id)]).toEqual([
    200, 200, 500, 200,
  ])
  expect(fake.faults.waiting()).toEqual([])
})

test('the audit holds every request, with what became of it', async () => {
  await send('POST', `/channels/${guild.general.id}/messages`, { content: 'x' })
  await send('GET', '/channels/1')
  expect(fake.requests).toMatchObject([
    { method: 'POST', route: 'POST /channels/:channel/messages', body: { content: 'x' }, status: 200 },
    { path: '/channels/1', status: 404, code: 10003 },
  ])
  expect(fake.refusals()).toEqual([{ route: 'GET /channels/:channel', status: 404, code: 10003 }])
})
