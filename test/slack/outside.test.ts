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
  expect(stage.failures).toEqual([])
})

const start = (channel: string) =>
  ana.types('/community start "Night Owls" need:"people who would like to stay up together"', { channel })
const shown = (channel: string) => ana.sees(channel).filter(({ text }) => text.includes('Wanted: Night Owls'))

test('Kindred goes back by itself into a public channel in which a community was started', async () => {
  const channel = stage.team.channel('open', { members: [ana] })
  await start('open')
  await stage.settle()
  expect(channel.members.has(stage.team.botUserId)).toBe(true)
  expect(shown('open')).toHaveLength(1)
})

test('who starts a community in a private channel is told to invite Kindred, and once it is there the community is shown', async () => {
  stage.team.channel('closed', { private: true, members: [ana] })
  await start('closed')
  await stage.settle()
  expect(shown('closed')).toHaveLength(0)
  expect((await staff.types('/community status')).text).toContain("A message on slack can't be shown")
  const told = ana.seesDm().map(({ text }) => text)
  expect(told.filter((text) => text.includes('Invite me there: type /invite @Kindred'))).toHaveLength(1)
  ana.invites('app', 'closed')
  await stage.until(async () => {
    await stage.settle()
    return shown('closed').length > 0
  })
  expect(shown('closed')).toHaveLength(1)
  expect((await staff.types('/community status')).text).toContain('Nothing needs you')
})

test('who starts a community where only admins may post is told so', async () => {
  stage.fake.faults.next('chat.postMessage', { error: 'restricted_action_read_only_channel' })
  await start('general')
  await stage.settle()
  const told = ana.seesDm().map(({ text }) => text.replaceAll('*', ''))
  expect(told.join()).toContain("Night Owls can't be shown where you started it")
  expect(told.join()).toContain('nobody but admins may post in that channel')
})
