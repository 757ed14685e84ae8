import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Person } from './hand.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

let stage: SlackStage
let ana: Person
let ben: Person
let staff: Person

beforeEach(async () => {
  stage = await openSlackStage()
  ana = stage.team.user('ana')
  ben = stage.team.user('ben')
  staff = stage.team.user('clara', { staff: true })
  await ana.types('/community start "Sea Sitters" need:"people who would like to do it together" pledges:1')
  await stage.settle()
  await join(ben)
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toEqual([])
})

async function join(person: Person): Promise<void> {
  await person.types('/community join sea-sitters')
  await person.presses('Join', 'Before you join')
  await stage.settle()
}

/** What needs staff, without marks. */
const status = async () => (await staff.types('/community status')).text.replaceAll(/[*`]/g, '')

const rooms = () => stage.team.channels().filter(({ name }) => name.startsWith('sea-sitters'))

async function hoursPass(hours: number): Promise<void> {
  for (let n = 0; n < hours; n++) {
    stage.fake.pass(3_700_000)
    await stage.settle()
  }
}

const shut: Record<string, { close(): Promise<unknown>; open(): void }> = {
  'an archived channel': {
    close: async () => {
      ana.archives('sea-sitters')
      await stage.until(async () => (await status()).includes('The room of Sea Sitters was archived there'))
    },
    open: () => {
      ana.unarchives('sea-sitters')
      ana.invites('app', 'sea-sitters')
    },
  },
  'a private channel Kindred was taken out of': {
    close: async () => ana.removes('app', 'sea-sitters'),
    open: () => ana.invites('app', 'sea-sitters'),
  },
}

describe.each(Object.entries(shut))('%s', (_, { close, open }) => {
  test('is left by whoever left meanwhile as soon as it is back, and entered by whoever joined', async () => {
    const cem = stage.team.user('cem')
    await close()
    await ben.types('/community leave sea-sitters')
    await stage.settle()
    await join(cem)
    await hoursPass(2)
    expect(rooms()).toHaveLength(1)
    open()
    await stage.until(async () => {
      await stage.settle()
      return cem.isIn('sea-sitters') && !ben.isIn('sea-sitters')
    })
    expect(rooms()).toHaveLength(1)
    expect(ana.isIn('sea-sitters')).toBe(true)
    expect(await status()).toContain('Nothing needs you')
  })

  test('is left by whoever was forgotten meanwhile', async () => {
    await close()
    await ben.types('/community my')
    await ben.presses('Forget me')
    await ben.presses('Yes, forget me')
    await hoursPass(1)
    open()
    await hoursPass(2)
    expect(ben.isIn('sea-sitters')).toBe(false)
  })

  test('is not made again by Retry before it is back', async () => {
    await close()
    await ben.types('/community leave sea-sitters')
    await stage.settle()
    expect(await status()).toContain('and press Retry')
    await staff.presses('Retry rooms')
    await stage.settle()
    expect(await status()).toContain('and press Retry')
    expect(rooms()).toHaveLength(1)
    // Nobody tells that it is back.
    const [channel] = rooms()
    if (channel) channel.isArchived = false
    channel?.members.add(stage.team.botUserId)
    await staff.presses('Retry rooms')
    await stage.settle()
    expect(ben.isIn('sea-sitters')).toBe(false)
    expect(rooms()).toHaveLength(1)
  })
})

test('a channel that was deleted while nobody told is made again once staff press Retry', async () => {
  const channel = stage.team.find('sea-sitters')
  stage.team.state.channels.delete(channel?.id ?? '')
  const cem = stage.team.user('cem')
  await join(cem)
  expect(await status()).toContain('was deleted there, or Kindred was taken out of it')
  await staff.presses('Retry rooms')
  await stage.settle()
  expect(stage.team.find('sea-sitters')?.id).not.toBe(channel?.id)
  expect([ana, ben, cem].map((one) => one.isIn('sea-sitters'))).toEqual([true, true, true])
})

test('what is said in a channel that is archived waits until it is back', async () => {
  ana.archives('sea-sitters')
  await join(stage.team.user('cem'))
  const dan = stage.team.user('dan')
  await join(dan)
  await hoursPass(1)
  ana.unarchives('sea-sitters')
  ana.invites('app', 'sea-sitters')
  await stage.until(async () => {
    await stage.settle()
    return dan.isIn('sea-sitters')
  })
  expect(rooms()).toHaveLength(1)
  expect(await status()).toContain('Nothing needs you')
})

test('a public channel that is unarchived needs nobody to invite Kindred', async () => {
  await staff.types('/community rooms carrier:public')
  await ana.types('/community start "Night Owls" need:"people who would like to stay up together" pledges:1')
  await stage.settle()
  await ben.types('/community join night-owls')
  await ben.presses('Join', 'Before you join')
  await stage.settle()
  ana.archives('night-owls')
  await stage.until(async () => (await status()).includes('The room of Night Owls was archived there'))
  await ben.types('/community leave night-owls')
  await hoursPass(1)
  expect(ben.isIn('night-owls')).toBe(true)
  ana.unarchives('night-owls')
  await stage.until(async () => {
    await stage.settle()
    return !ben.isIn('night-owls')
  })
  expect(await status()).toContain('Nothing needs you')
})
