import { describe, expect, test } from 'vitest'
import { MAY } from './permissions.ts'
import { ana, fake, guild, HOUR_MS, onPlatform } from './platform-stage.ts'
import type { Json } from './world.ts'

onPlatform()

const list = () => `/guilds/${guild.id}/scheduled-events`
const inHours = (hours: number) => new Date(fake.now().getTime() + hours * HOUR_MS).toISOString()
const event = (more: Json = {}): Json => ({
  name: 'Sea sitting',
  privacy_level: 2,
  entity_type: 3,
  entity_metadata: { location: 'At the pier' },
  scheduled_start_time: inHours(1),
  scheduled_end_time: inHours(2),
  ...more,
})

/** The code of the refusal, else the status; broken rules are taken off the list. */
async function ask(method: string, path: string, body?: Json) {
  const response = await fetch(`${fake.api}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${fake.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  // Every answer is an object, a list or nothing.
  const answer = (text ? JSON.parse(text) : {}) as Json
  const broken = fake.violations.splice(0)
  expect(broken.filter((one) => one.includes("fake's own"))).toEqual([])
  return { answer, broken: broken.join(), got: response.status < 400 ? response.status : Number(answer.code) }
}
const make = (more?: Json) => ask('POST', list(), event(more))

describe('the fake refuses', () => {
  test('events that break a schema, or a rule the schemas miss', async () => {
    expect((await make({ name: 'x'.repeat(101) })).broken).toContain('name')
    expect((await make({ description: 'x'.repeat(1_001) })).broken).toContain('description')
    expect((await make({ entity_metadata: { location: 'x'.repeat(101) } })).broken).toContain(
      'entity_metadata.location',
    )
    expect((await make({ entity_metadata: undefined })).broken).toContain('entity_metadata')
    expect((await make({ entity_metadata: { location: ' ' } })).broken).toContain('entity_metadata.location is empty')
    expect((await make({ name: ' ' })).broken).toContain('name is empty')
    expect((await make({ scheduled_end_time: undefined })).broken).toContain('scheduled_end_time is empty')
    expect((await make({ privacy_level: 1 })).broken).toContain('privacy_level')
    expect(guild.events()).toEqual([])
  })

  test('events at times that can’t be, which breaks no rule', async () => {
    for (const more of [{ scheduled_start_time: inHours(-1) }, { scheduled_end_time: inHours(0.5) }])
      expect(await make(more)).toMatchObject({ got: 50035, broken: '' })
    const { answer } = await make()
    const one = `${list()}/${answer.id}`
    expect((await ask('PATCH', one, { scheduled_end_time: inHours(0.5) })).got).toBe(50035)
    fake.pass(1.5 * HOUR_MS)
    expect((await ask('GET', one)).answer).toMatchObject({ status: 2 })
    const again = await ask('PATCH', one, { scheduled_start_time: answer.scheduled_start_time })
    expect(JSON.stringify(again.answer)).toContain('INVALID_START_BY_STATUS')
    expect((await ask('PATCH', one, { scheduled_end_time: inHours(3), name: 'Longer' })).got).toBe(200)
    fake.pass(4 * HOUR_MS)
    expect((await ask('GET', one)).answer).toMatchObject({ status: 3, name: 'Longer' })
    expect((await ask('PATCH', one, { name: 'Over' })).got).toBe(180000)
    expect((await ask('GET', list())).answer).toEqual([])
  })

  test('steps an event can’t take', async () => {
    const [one, two] = [(await make()).answer, (await make()).answer]
    const step = async ({ id }: Json, status: number) => (await ask('PATCH', `${list()}/${id}`, { status })).got
    expect(await step(one, 3)).toBe(50035)
    expect([await step(one, 2), await step(one, 4), await step(one, 1), await step(one, 3)]).toEqual([
      ...[200, 50035, 50035, 200],
    ])
    expect([await step(two, 4), await step(two, 1)]).toEqual([200, 180000])
  })

  test('events of whoever may not, of others, that are gone, and more than a hundred', async () => {
    const { answer } = await make()
    guild.deny(MAY.CreateEvents)
    expect([(await make()).got, (await ask('DELETE', `${list()}/${answer.id}`)).got]).toEqual([50013, 50013])
    guild.grant(MAY.CreateEvents)
    guild.fillEvents(100)
    expect((await make()).got).toBe(30038)
    const other = guild.events().find(({ name }) => name.startsWith('filler'))
    expect((await ask('PATCH', `${list()}/${other?.id}`, { name: 'Mine' })).got).toBe(50013)
    guild.grant(MAY.ManageEvents)
    expect((await ask('DELETE', `${list()}/${other?.id}`)).got).toBe(204)
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect((await ask(method, `${list()}/${other?.id}`, method === 'PATCH' ? {} : undefined)).got).toBe(10070)
    expect((await make()).got).toBe(200)
  })

  test('a second thread under a message, one inside a thread, and a name that is too long', async () => {
    ana.says('Hello')
    const [message = ''] = [...(fake.world.messages.get(guild.general.id)?.keys() ?? [])]
    const threads = `/channels/${guild.general.id}/messages/${message}/threads`
    expect((await ask('POST', threads, { name: 'x'.repeat(101) })).broken).toContain('name')
    guild.deny(MAY.CreatePublicThreads)
    const everyone = guild.state.roles.get(guild.id)
    if (everyone) everyone.permissions &= ~MAY.CreatePublicThreads
    expect((await ask('POST', threads, { name: 'T' })).got).toBe(50013)
    guild.grant(MAY.CreatePublicThreads)
    const { answer } = await ask('POST', threads, { name: 'T' })
    expect(answer).toMatchObject({ id: message, type: 11, parent_id: guild.general.id })
    expect((await ask('POST', threads, { name: 'T' })).got).toBe(160004)
    const { answer: inside } = await ask('POST', `/channels/${message}/messages`, { content: 'Inside' })
    expect((await ask('POST', `/channels/${message}/messages/${inside.id}/threads`, { name: 'T' })).got).toBe(50024)
  })
})
