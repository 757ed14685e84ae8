import { afterEach, beforeEach, expect, test } from 'vitest'
import { deadline } from '../../src/platform.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

let stage: SlackStage

beforeEach(async () => {
  stage = await openSlackStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

test('nobody is let in by a request that comes too late', async () => {
  const ben = stage.team.user('ben')
  const channel = stage.team.channel('night-owls')
  channel.members.add(stage.team.botUserId)
  const room = { id: channel.id, carrier: 'channel' as const, role: null, outgrown: null }
  const letIn = () => stage.platform.letIn(stage.team.id, room, ben.id)
  const invited = () => stage.fake.requests.filter(({ method }) => method === 'conversations.invite').length
  await expect(deadline.run(AbortSignal.abort(), letIn)).rejects.toThrow('abort')
  expect(invited()).toBe(0)
  // One that Slack does not answer is given up on, and none follows it.
  stage.fake.faults.next('conversations.invite', { error: 'not_in_channel', delayMs: 300 })
  await expect(deadline.run(AbortSignal.timeout(100), letIn)).rejects.toThrow()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(ben.isIn('night-owls')).toBe(false)
  expect(await letIn()).toBe('here')
})
