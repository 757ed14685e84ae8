import { describe, expect, test } from 'vitest'
import { onStage, type Stage, sharer, textOf } from './stage.ts'

let stage: Stage
onStage((opened) => {
  stage = opened
})

const secret =
  '/start-community "Surprise Party" need:"friends who plan a party, so that we can surprise him" pledges:1 visibility:secret'
const sensitive =
  '/start-community "Quiet Recovery" need:"people who recover, so that we can visit in calm hours" pledges:1 sensitive:yes'
const everything = () => stage.outputs.map(textOf).join('\n')

describe('a secret community', () => {
  test('does not exist for others, by any command and however close the words', async () => {
    await stage.actor('ivy').types(secret)
    const before = stage.outputs.length
    const jon = stage.actor('jon')
    for (const line of [
      '/join surprise-party',
      '/about "Surprise Party"',
      '/join "surprise part"',
      '/communities party',
      '/leave surprise-party',
      '/invite surprise-party',
      '/sharing surprise-party on',
    ]) {
      await jon.types(line)
    }
    const told = stage.outputs.slice(before).map(textOf).join('\n')
    expect(told).not.toContain('friends who plan a party')
    expect(told).not.toContain('surprise-party is')
    const eve = stage.actor('eve')
    const [unknown, hidden] = [await eve.types('/about no-such-thing'), await eve.types('/about surprise-part')]
    expect(hidden.replace('surprise-part', 'X')).toBe(unknown.replace('no-such-thing', 'X'))
    expect(
      await jon.types(
        '/start-community "Surprise Party" need:"friends who plan another one, so that we dance" pledges:9',
      ),
    ).toContain('/join surprise-party.')
  })

  test('lets in whoever has a code, as often as the code says', async () => {
    const ivy = stage.actor('ivy')
    await ivy.types(secret)
    const code =
      /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(await ivy.types('/organize invite "surprise party" people:1'))?.[0] ?? ''
    expect(await stage.actor('kim').types(`/join ${code.toLowerCase()}`)).toContain("You're in")
    expect(await stage.actor('lou').types(`/join ${code}`)).toContain('There is no community')
  })

  test('lets in nobody by a button that was forged or passed on', async () => {
    await stage.actor('ivy').types(secret)
    const id = await stage.read(async (store) => (await store.communities.find('surprise party', '', ''))?.id)
    const delivery = (n: number) => ({
      id: `forged/${n}`,
      account: { platform: 'terminal', workspace: 'main', externalId: 'mal', name: 'mal', isStaff: false },
      where: { platform: 'terminal', workspace: 'main', place: 'lobby' },
      now: stage.now(),
    })
    const addresses = [
      'join.pledge',
      'join.agree',
      'join.enter',
      'join.ask',
      'leave.undo',
      'leave.volunteer',
      'sharing.off',
      'sensitive.do',
      'review.approve',
    ]
    for (const [n, target] of addresses.entries())
      await stage.router.press(delivery(n), `${target}?c=${id}`, { reason: 'let me in' })
    const members = await stage.read((store) => store.memberships.list(id ?? '', 'member', 10))
    expect(members.map((one) => one.name)).toEqual(['ivy'])
    expect(await stage.read((store) => store.memberships.count(id ?? '', 'requested'))).toBe(0)
  })

  test('has a room that only its members are shown', async () => {
    await stage.actor('ivy').types(secret)
    expect(await stage.actor('jon').types('?')).not.toContain('Surprise')
  })
})

describe('a sensitive community', () => {
  test('is found by its exact name only, and asks before it stores anything', async () => {
    await stage.actor('lea').types(sensitive)
    const max = stage.actor('max')
    expect(await max.types('/communities recovery')).toContain('Nothing found')
    expect(await max.types('/join "quiet recover"')).toContain('There is no community')
    expect(await max.types('/join "Quiet Recovery"')).toContain('may tell something private about you')
    expect(await stage.read(async (store) => (await store.communities.find('quiet recovery', '', ''))?.id)).toBeTruthy()
    await max.presses('No')
    const found = await max.types('/about quiet-recovery')
    expect(found).toContain('You are not in it')
    expect(found).not.toMatch(/members/)
  })

  test('keeps the wording of the yes while one is in, and nothing after leaving', async () => {
    await stage.actor('lea').types(sensitive)
    const max = stage.actor('max')
    await max.types('/join quiet-recovery')
    expect(await max.presses('Yes, join')).toContain("You're in")
    const rows = () =>
      stage.read(async (store) => {
        const found = await store.communities.find('quiet recovery', '', '')
        return (await store.memberships.list(found?.id ?? '', 'member', 10)).map((one) => one.name)
      })
    expect(await rows()).toEqual(['lea', 'max'])
    expect(await max.types('/leave quiet-recovery')).toContain('has been deleted')
    expect(await rows()).toEqual(['lea'])
  })

  test('puts nobody into its room but who presses for it', async () => {
    await stage.actor('lea').types(sensitive)
    expect(await stage.actor('max').types('/join quiet-recovery')).toContain('Yes, join')
    await stage.actor('max').presses('Yes, join')
    const places = () => stage.read((store) => store.rooms.known('terminal'))
    expect(await places()).toEqual([])
    await stage.actor('max').presses('Enter the room')
    expect((await places()).map((place) => place.account)).toEqual(['max'])
  })

  test('asks for no direction and takes none', async () => {
    await stage.actor('lea').types(sensitive)
    const max = stage.actor('max')
    await max.types('/join quiet-recovery')
    await max.presses('Yes, join')
    expect(await max.types('/sharing quiet-recovery on')).toContain('nothing about it is passed on')
    expect(everything()).not.toContain('write to you about Quiet Recovery')
    expect(JSON.stringify(await stage.files())).not.toMatch(/quiet/i)
  })

  test('made so later, it leaves the files, the directory and the lobby in one go', async () => {
    await stage
      .actor('ana')
      .types('/start-community Healing need:"people who heal, so that we can help each other" pledges:2')
    await stage.actor('ben').presses('Pledge')
    await sharer(stage, 'ben', 'healing')
    expect((await stage.files())['healing.csv']).toContain('ben@example.org')
    expect(await stage.actor('sam!').types('/sensitive healing')).toContain("can't be undone")
    await stage.actor('sam!').presses('Make it sensitive')
    expect((await stage.files())['healing.csv']).toBe('email,person,since,direction\n')
    expect(await stage.actor('eve').types('/communities')).not.toContain('Healing')
    const drawn = stage.outputs.findLast((output) => 'shown' in output && output.room === 'lobby')
    expect(drawn && textOf(drawn)).toBe('This community is not shown here.')
  })
})
