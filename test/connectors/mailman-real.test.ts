import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSceneAt, type Scene } from './organization.ts'
import { hasMailman, openRealMailman, type RealMailman } from './real-mailman.ts'

const PARENTS = 'parents-united'

// .ci/run installs it; elsewhere it is played where it is at hand.
describe.runIf(process.env.SLOW && (await hasMailman()))('GNU Mailman itself', () => {
  let mailman: RealMailman
  let scene: Scene
  const members = (list = PARENTS) => mailman.members(list)
  const comes = async (who: string, community = PARENTS) => {
    await scene.joins(who, community)
    await scene.saysYes(who, community)
    await scene.proves(who, `${who}@example.org`)
    await scene.rests('2m')
  }
  beforeAll(async () => {
    mailman = await openRealMailman()
    scene = await openSceneAt('mailman', mailman.settings)
    await scene.found('Parents United')
    await scene.found('Cooks')
  }, 120_000)
  afterAll(async () => {
    expect(scene.stage.failures).toEqual([])
    await scene.close()
    await mailman.close()
  }, 60_000)

  test('has the list of a community from its first member on', async () => {
    await comes('eli')
    await comes('ida')
    await comes('eli', 'cooks')
    expect([await members(), await members('cooks')]).toEqual([
      ['eli@example.org', 'ida@example.org'],
      ['eli@example.org'],
    ])
  })

  test('lets go of whoever leaves one community, and keeps them in the others', async () => {
    await scene.leaves('eli', PARENTS)
    await scene.rests('2m')
    expect([await members(), await members('cooks')]).toEqual([['ida@example.org'], ['eli@example.org']])
    await comes('eli')
    expect(await members()).toEqual(['eli@example.org', 'ida@example.org'])
  })

  test('takes a new address for the old one, and odd ones as they are', async () => {
    await scene.proves('eli', "Eli.O'Neil+list@example.org")
    await scene.rests('2m')
    expect((await members()).map((email) => email.toLowerCase())).toEqual([
      "eli.o'neil+list@example.org",
      'ida@example.org',
    ])
    await scene.proves('eli', 'eli@example.org')
    await scene.rests('2m')
    expect(await members()).toEqual(['eli@example.org', 'ida@example.org'])
  })

  test('forgets somebody as a whole', async () => {
    await comes('jon')
    await scene.forgetsMe('jon')
    await scene.rests('2m')
    expect(await members()).toEqual(['eli@example.org', 'ida@example.org'])
    expect(await mailman.ask('GET', '/users/jon@example.org')).toBe(404)
  })

  test('leaves whom it made and who is on another list by now, looks after one, or has another address there', async () => {
    await mailman.ask('POST', '/lists', { fqdn_listname: 'choir@lists.example.org' })
    const choir = { list_id: 'choir.lists.example.org', pre_verified: true, pre_confirmed: true, pre_approved: true }
    for (const who of ['lou', 'may', 'ned']) await comes(who)
    await mailman.ask('POST', '/members', { ...choir, subscriber: 'lou@example.org' })
    await mailman.ask('POST', '/members', { ...choir, subscriber: 'may@example.org', role: 'owner' })
    await mailman.ask('POST', '/users/ned@example.org/addresses', { email: 'ned@work.example' })
    for (const who of ['lou', 'may', 'ned']) await scene.forgetsMe(who)
    await scene.rests('2m')
    expect([await members(), await members('choir')]).toEqual([
      ['eli@example.org', 'ida@example.org'],
      ['lou@example.org'],
    ])
    for (const who of ['lou', 'may', 'ned']) expect(await mailman.ask('GET', `/users/${who}@example.org`)).toBe(200)
  })

  test('leaves whom others put there, and leaves out who left by themselves, until they say yes anew', async () => {
    await scene.joins('kim', PARENTS)
    await scene.proves('kim', 'kim@example.org')
    const byHand = {
      list_id: `${PARENTS}.lists.example.org`,
      pre_verified: true,
      pre_confirmed: true,
      pre_approved: true,
    }
    await mailman.ask('POST', '/members', { ...byHand, subscriber: 'kim@example.org' })
    await mailman.ask('POST', '/members', { ...byHand, subscriber: 'stranger@example.org' })
    await mailman.ask('DELETE', `/lists/${PARENTS}.lists.example.org/member/ida@example.org`)
    await scene.looks()
    expect(await members()).toEqual(['eli@example.org', 'kim@example.org', 'stranger@example.org'])
    await scene.takesBack('ida', PARENTS)
    await scene.saysYes('ida', PARENTS)
    await scene.rests('2m')
    expect(await members()).toEqual(['eli', 'ida', 'kim', 'stranger'].map((name) => `${name}@example.org`))
  })

  test('asks each once more by mail where it is set to, and holds nobody who does not answer', async () => {
    const careful = await openSceneAt('mailman', { ...mailman.settings, OPT_IN: 'yes' }, 'careful')
    await careful.found('Careful')
    for (const who of ['una', 'vic']) {
      await careful.joins(who, 'careful')
      await careful.saysYes(who, 'careful')
      await careful.proves(who, `${who}@example.org`)
    }
    await careful.rests('2m')
    expect(await members('careful')).toEqual([])
    await expect.poll(() => confirmationFor('una'), { timeout: 30_000 }).toBeDefined()
    await mailman.answers('una@example.org', confirmationFor('una') ?? '')
    await expect.poll(() => members('careful'), { timeout: 30_000 }).toEqual(['una@example.org'])
    await careful.looks()
    await careful.rests('3d')
    await careful.looks()
    expect(await members('careful')).toEqual(['una@example.org'])
    expect(careful.stage.failures).toEqual([])
    await careful.close()
  }, 120_000)

  /** Where Mailman asked somebody to answer to. */
  function confirmationFor(who: string): string | undefined {
    const mail = mailman.mails.taken.find((one) => one.includes(`To: ${who}@example.org`) && one.includes('confirm'))
    return /careful-confirm\+[0-9a-f]+@lists\.example\.org/.exec(mail?.replaceAll('=\r\n', '') ?? '')?.[0]
  }
})
