import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Person } from './hand.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

let stage: SlackStage
let ana: Person
let staff: Person

beforeEach(async () => {
  stage = await openSlackStage()
  ana = stage.team.user('ana')
  staff = stage.team.user('clara', { staff: true })
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

const MINUTES_MS = 60_000

test('who runs the workspace no more is no staff, also while Slack does not say so', async () => {
  expect((await staff.types('/community status')).text).toContain('Nothing needs you')
  staff.state.isAdmin = false
  stage.fake.pass(6 * MINUTES_MS)
  stage.fake.faults.next('users.info', { error: 'internal_error' })
  expect((await staff.types('/community status')).text).toContain('Only staff of the organization can do that')
  expect(stage.failures.map(({ where }) => where)).toEqual(['slack/profile'])
})

test('who is known by name keeps it while Slack does not say who they are', async () => {
  await ana.types('/community start "Night Owls" need:"people who would like to stay up together" pledges:1')
  await stage.settle()
  const called = async () => {
    const [one] = await stage.read(async (store) => {
      const found = await store.communities.find('night-owls', 'night-owls', '')
      return store.memberships.list(found?.id ?? '', 'member', 1)
    })
    return one?.name
  }
  expect(await called()).toBe('ana')
  // A process that has not met her yet gets no answer, and knows her handle alone.
  ana.state.name = 'alovelace7'
  await stage.running.stop()
  stage.another()
  await stage.until(() => stage.fake.socket.connections().length === 1)
  stage.fake.faults.next('users.info', { error: 'internal_error', times: 2 })
  expect((await ana.types('/community list')).text).toContain('Night Owls')
  expect(await called()).toBe('ana')
  expect((await ana.types('/community my')).text).not.toContain('alovelace7')
})
