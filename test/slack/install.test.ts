import { afterEach, describe, expect, test } from 'vitest'
import { openSlackStage, type SlackStage } from './stage.ts'

let stage: SlackStage
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

const link = () => /http\S+\/slack\/install\S+/.exec(stage.printed.join('\n'))?.[0] ?? ''

describe.each(['socket', 'http'] as const)('several workspaces, by %s', (mode) => {
  test('each is let in by its own people, and one that is left stands still alone', async () => {
    stage = await openSlackStage({ mode, isInstalledByPage: true })
    const second = stage.fake.team('Zoo')
    const ana = stage.team.user('ana')
    const zoe = second.user('zoe')
    expect(await ana.installs(link())).toMatchObject({
      status: 200,
      text: expect.stringContaining('Kindred is in Museum'),
    })
    expect(await zoe.installs(link())).toMatchObject({ status: 200 })
    const start = (name: string) => `/community start "${name}" need:"people who would like to do it" pledges:1`
    await ana.types(start('Sea Sitters'))
    await zoe.types(start('Night Owls'))
    await stage.settle()
    expect(ana.isIn('sea-sitters')).toBe(true)
    expect(zoe.isIn('night-owls')).toBe(true)
    const [row] = await stage.read((store) => store.installations.get('slack', second.id)).then((one) => [one])
    expect(row).toMatchObject({ name: 'Zoo', token: second.token })

    second.uninstall()
    await stage.until(async () => !(await stage.read((store) => store.installations.get('slack', second.id))))
    const clara = stage.team.user('clara', { staff: true })
    expect((await clara.types('/community status')).text).toContain(`taken out of the Slack workspace ${second.id}`)
    expect((await ana.types('/community list')).text).toContain('Sea Sitters')

    expect((await zoe.installs(link())).status).toBe(200)
    expect((await clara.types('/community status')).text).not.toContain('taken out of the Slack workspace')
    expect((await zoe.types('/community list')).text).toContain('Night Owls')
    expect(stage.failures).toEqual([])
  })

  test('nobody gets in without the link, with another browser’s state, or by pressing Cancel', async () => {
    stage = await openSlackStage({ mode, isInstalledByPage: true })
    const ana = stage.team.user('ana')
    const open = new URL(link())
    open.searchParams.set('key', 'guessed')
    expect((await fetch(open, { redirect: 'manual' })).status).toBe(404)
    expect(await ana.installs(link(), false)).toMatchObject({ status: 400, text: expect.stringContaining('told no') })
    const begun = await fetch(link(), { redirect: 'manual' })
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const back = new URL('/slack/oauth_redirect', link())
    back.searchParams.set('code', 'x')
    back.searchParams.set('state', state)
    expect((await fetch(back)).status).toBe(400)
    expect(await stage.read((store) => store.installations.get('slack', stage.team.id))).toBeUndefined()
  })
})

test('a token that Slack takes back stops its workspace, and staff read what to do', async () => {
  stage = await openSlackStage()
  const ana = stage.team.user('ana')
  await ana.types('/community start "Sea Sitters" need:"people who would like to do it" pledges:1')
  stage.team.revoke(false)
  await stage.settle()
  await stage.settle()
  const notes = await stage.read(({ staffNotes }) => staffNotes.open())
  expect(JSON.stringify(notes)).toContain('taken out of the Slack workspace')
})

const START = '/community start "Sea Sitters" need:"people who would like to do it together" pledges:1'
const acknowledged = () => new Promise((resolve) => setTimeout(resolve, 300))

test('that it was taken out is believed only where it was not let in since, and Slack refuses its token', async () => {
  stage = await openSlackStage({ isInstalledByPage: true })
  const ana = stage.team.user('ana')
  await ana.installs(link())
  stage.team.tellUninstalled(0)
  await acknowledged()
  stage.fake.faults.next('auth.test', { error: 'account_inactive' })
  stage.team.tellUninstalled(3_600)
  await acknowledged()
  expect(stage.fake.faults.waiting()).toHaveLength(1)
  stage.fake.faults.clear()
  expect(await stage.read((store) => store.installations.get('slack', stage.team.id))).toBeDefined()
  expect((await ana.types('/community list')).text).toContain('There is none yet')
})

test('a token that Slack refused for a while is taken up again, and staff read of it no more', async () => {
  stage = await openSlackStage({ isInstalledByPage: true })
  const ana = stage.team.user('ana')
  await ana.installs(link())
  await ana.types(START)
  stage.fake.faults.next('conversations.create', { error: 'token_expired' })
  await stage.settle()
  const noted = async () => JSON.stringify(await stage.read(({ staffNotes }) => staffNotes.open()))
  expect(await noted()).toContain('does not take Kindred')
  stage.fake.pass(11 * 60_000)
  await ana.types('/community list')
  expect(await noted()).not.toContain('does not take Kindred')
  await stage.settle()
  expect(ana.isIn('sea-sitters')).toBe(true)
})

test('whom the settings name as staff is staff in the organization’s own workspaces alone', async () => {
  stage = await openSlackStage({ isInstalledByPage: true })
  const second = stage.fake.team('Zoo')
  const [ana, zoe] = [stage.team.user('ana', { staff: true }), second.user('zoe')]
  for (const one of [ana, zoe]) await one.installs(link())
  await ana.types('/community rooms carrier:channel')
  await stage.read(async (store) => {
    await store.organization.save({ ...(await store.organization.get()), staffIds: [`slack:${zoe.id}`] })
    await store.workspaces.acceptFirst({ platform: 'slack', workspace: stage.team.id })
  })
  expect((await zoe.types('/community status')).text).toContain('Only staff of the organization can do that')
})

test('let in again by one process, it is back in all of them', async () => {
  stage = await openSlackStage({ isInstalledByPage: true })
  const owner = stage.team.user('ana')
  await owner.installs(link())
  stage.another()
  await stage.until(() => stage.fake.socket.connections().length === 2)
  stage.fake.faults.next('users.info', { error: 'token_revoked', times: 4 })
  for (const name of ['ben', 'cem', 'dan', 'eva']) await stage.team.user(name).types('/community list')
  stage.team.uninstall()
  await stage.until(async () => !(await stage.read((store) => store.installations.get('slack', stage.team.id))))
  await acknowledged()
  stage.fake.faults.clear()
  expect((await owner.installs(link())).status).toBe(200)
  for (const name of ['fay', 'gil', 'hal', 'ida'])
    expect((await stage.team.user(name).types('/community list')).text).toContain('There is none yet')
})

test('what waited while it was taken out is done once it is back', async () => {
  stage = await openSlackStage({ isInstalledByPage: true })
  const ana = stage.team.user('ana')
  const ben = stage.team.user('ben')
  await ana.installs(link())
  await ana.types(START)
  await stage.settle()
  await ben.types('/community join sea-sitters')
  await ben.presses('Join', 'Before you join')
  stage.team.uninstall()
  await stage.until(async () => !(await stage.read((store) => store.installations.get('slack', stage.team.id))))
  for (let n = 0; n < 3; n++) {
    stage.fake.pass(3_700_000)
    await stage.settle()
  }
  const stuck = await stage.read((store) => store.effects.stuck())
  expect(stuck).toEqual([])
  await ana.installs(link())
  ana.invites('app', 'sea-sitters')
  await stage.until(async () => {
    await stage.settle()
    return ben.isIn('sea-sitters')
  })
})
