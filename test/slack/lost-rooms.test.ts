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
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toEqual([])
})

async function start(name: string, more = ''): Promise<void> {
  await ana.types(`/community start "${name}" need:"people who would like to stay up together" pledges:1 ${more}`)
  await stage.settle()
}

async function join(person: Person): Promise<void> {
  await person.types('/community join night-owls')
  await person.presses('Join', 'Before you join')
}

/** What needs staff, without marks. */
const status = async () => (await staff.types('/community status')).text.replaceAll(/[*`]/g, '')

const owls = () => stage.team.channels().filter(({ name }) => name.startsWith('night-owls'))

async function dayPasses(): Promise<void> {
  stage.fake.pass(86_400_000)
  await stage.settle()
}

test('no community takes the channel that was made for another a moment ago', async () => {
  stage.team.channel('parents')
  await ana.types('/community start "Parents" need:"people with children at home" pledges:1')
  await ben.types('/community start "Parents 2" need:"collectors of very old train tickets" pledges:1')
  await ben.presses('Start it anyway')
  await stage.settle()
  const topics = stage.team.channels().map(({ name, topic }) => `${name}: ${topic}`)
  expect(topics).toEqual(expect.arrayContaining(['parents-2: Parents', 'parents-2-2: Parents 2']))
  expect([ana.isIn('parents-2'), ben.isIn('parents-2'), ben.isIn('parents-2-2')]).toEqual([true, false, true])
})

test('a room that can not be kept holds up nobody behind it', async () => {
  await start('Night Owls')
  const taken = stage.team.find('night-owls')?.id ?? ''
  await ana.types('/community start "Sea Sitters" need:"people who would like to do it together" pledges:1')
  await join(ben)
  // Another process was faster with a channel that this one found, too.
  const makeRoom = stage.platform.makeRoom
  stage.platform.makeRoom = async () => ({ id: taken, carrier: 'channel' })
  await stage.settle()
  stage.platform.makeRoom = makeRoom
  expect(ben.isIn('night-owls')).toBe(true)
  stage.fake.pass(60_000)
  await stage.settle()
  expect(ana.isIn('sea-sitters')).toBe(true)
})

test('whose first account is a guest is let in by the other, and only the guest is told whom to ask', async () => {
  await start('Night Owls')
  const guest = stage.team.user('guest', { guest: 'multi' })
  const code = () => /\d{6}/.exec(stage.mails.at(-1)?.text ?? '')?.[0] ?? ''
  for (const one of [guest, ben]) {
    stage.team.general.members.add(one.id)
    await one.types('/community email ben@example.org')
    await stage.settle()
    await one.types(`/community email ${code()}`)
    await stage.settle()
  }
  for (const one of [guest, ben]) await one.presses('Yes, one person')
  await join(ben)
  await stage.settle()
  expect([guest, ben].map((one) => one.isIn('night-owls'))).toEqual([false, true])
  stage.team.find('night-owls')?.members.delete(ben.id)
  ben.state.guest = 'multi'
  await ben.types('/community leave night-owls')
  await stage.settle()
  await join(ben)
  await stage.settle()
  expect(guest.seesDm().at(-1)?.text).toContain('ask one to add you to #night-owls')
  expect(ben.seesDm().some(({ text }) => text.includes('ask one to add you'))).toBe(false)
})

describe('a channel that others had the name of first', () => {
  beforeEach(async () => {
    stage.team.channel('night-owls')
    await start('Night Owls')
    expect(ana.isIn('night-owls-2')).toBe(true)
  })

  async function isUnseen(): Promise<void> {
    await join(ben)
    await stage.settle()
    expect(await status()).toContain('was deleted there, or Kindred was taken out of it')
  }

  test('is made again under its own name once staff press Retry', async () => {
    stage.team.state.channels.delete(stage.team.find('night-owls-2')?.id ?? '')
    await isUnseen()
    await staff.presses('Retry rooms')
    await stage.settle()
    expect([ana, ben].map((one) => one.isIn('night-owls-2'))).toEqual([true, true])
  })

  test('is let go by Ignore, so that the community can have another', async () => {
    ana.removes('app', 'night-owls-2')
    await isUnseen()
    await staff.presses('Ignore rooms')
    await stage.settle()
    expect(await status()).toContain('Nothing needs you')
    stage.team.channel('families', { members: [ana, staff] })
    staff.invites('app', 'families')
    await staff.types('/community rooms', { channel: 'families' })
    await staff.presses('Use this channel')
    expect((await staff.selects('Night Owls')).text).toContain('is the room of')
    await ben.types('/community join night-owls')
    await ben.presses('Enter the room')
    await stage.settle()
    expect(ben.isIn('families')).toBe(true)
  })
})

test('a channel that was renamed is not made beside itself', async () => {
  await start('Night Owls')
  ana.renames('night-owls', 'the-owls')
  await dayPasses()
  ana.removes('app', 'the-owls')
  await join(ben)
  await stage.settle()
  await staff.types('/community status')
  await staff.presses('Retry rooms')
  await stage.settle()
  expect(stage.team.find('night-owls')).toBeUndefined()
  expect(await status()).toContain('was deleted there, or Kindred was taken out of it')
})

test('a channel that was there before is not made beside itself', async () => {
  await staff.types('/community rooms carrier:none')
  await start('Night Owls')
  stage.team.channel('families', { private: true, members: [ana, staff] })
  staff.invites('app', 'families')
  await staff.types('/community rooms', { channel: 'families' })
  await staff.presses('Use this channel')
  await staff.selects('Night Owls')
  staff.removes('app', 'families')
  await stage.settle()
  expect(await status()).toContain('was deleted there, or Kindred was taken out of it')
  await staff.presses('Retry rooms')
  await stage.settle()
  expect(stage.team.find('night-owls')).toBeUndefined()
})

describe('a private channel that was made public', () => {
  test('is entered by nobody before they read that everyone sees them there', async () => {
    await start('Night Owls')
    const [channel] = owls()
    if (channel) channel.kind = 'public'
    await dayPasses()
    expect(await status()).toContain('The room of Night Owls was made public there')
    const before = await ben.types('/community join night-owls')
    expect(before.text).toContain('Everyone there sees who is in it')
    expect([ana, ben].map((one) => one.isIn('night-owls'))).toEqual([true, false])
  })

  test('is entered by nobody where its community is hidden, before it is private again', async () => {
    await start('Night Owls', 'visibility:request')
    const channel = stage.team.find('night-owls')
    if (channel) channel.kind = 'public'
    await dayPasses()
    expect(await status()).toContain('The room of Night Owls was made public there')
    await staff.presses('Retry rooms')
    await stage.settle()
    expect(await status()).toContain('The room of Night Owls was made public there')
    await staff.presses('Ignore rooms')
    await ben.types('/community join night-owls')
    await ben.presses('Say why', 'Before you join')
    await ben.fills({ reason: 'I never sleep' })
    await stage.settle()
    await ana.presses('Accept')
    await stage.settle()
    expect(ben.isIn('night-owls')).toBe(false)
    await dayPasses()
    if (channel) channel.kind = 'private'
    await status()
    await staff.presses('Retry rooms')
    await stage.settle()
    expect(await status()).toContain('Nothing needs you')
    expect(ben.isIn('night-owls')).toBe(true)
  })
})
