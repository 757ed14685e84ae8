import { describe, expect, test } from 'vitest'
import { communityCalled, NEED, opened, personCalled } from './lookup.ts'
import { server } from './postgres.ts'
import { MUSEUM, onStage, type Stage } from './stage.ts'

let stage: Stage
onStage((opened) => {
  stage = opened
})

test('the store is tested on the database it was asked to be tested on', () => {
  expect(stage.database.kind).toBe(server ? 'postgresql' : 'embedded')
})

describe('people', () => {
  const account = { platform: 'terminal', workspace: 'main', externalId: 'ana' }

  test('first seen twice at the same moment, somebody is one person', async () => {
    const meet = () => stage.read((store) => store.people.meet(account, 'ana', stage.now()))
    const [first, second, third] = await Promise.all([meet(), meet(), meet()])
    expect(second.id).toBe(first.id)
    expect(third.id).toBe(first.id)
  })

  test('who changes their name is called by the new one, in each workspace by the name used there', async () => {
    const ana = await personCalled(stage, 'ana')
    await stage.read((store) => store.people.rename(ana, 'Ana B.'))
    const here = await stage.read((store) => store.people.names([ana.id, 'nobody'], 'terminal', 'main'))
    expect(here).toEqual({ [ana.id]: { name: 'Ana B.', externalId: 'ana' } })
    const elsewhere = await stage.read((store) => store.people.names([ana.id], 'terminal', 'den'))
    expect(elsewhere).toEqual({ [ana.id]: { name: 'Ana B.' } })
  })
})

describe('memberships', () => {
  test('joining twice is one membership, and leaving twice one leaving', async () => {
    const community = await opened(stage)
    const dia = await personCalled(stage, 'dia')
    const entrance = { personId: dia.id, platform: 'terminal', workspace: 'main' }
    const join = () => stage.read((store) => store.memberships.join(community, entrance, 'command', stage.now()))
    const leave = () => stage.read((store) => store.memberships.leave(community, dia.id, stage.now()))
    expect([await join(), await join()]).toEqual([true, false])
    expect(await stage.read((store) => store.memberships.count(community.id, 'member'))).toBe(2)
    expect([await leave(), await leave()]).toEqual(['left', 'was not in it'])
    const left = await stage.read((store) => store.communities.get(community.id, dia.id))
    expect(left?.standing).toEqual({ state: 'left', organizer: false, leftAt: stage.now() })
    expect(await join()).toBe(true)
  })

  test('two last pledges at once open a community once, with both in it', async () => {
    await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:2`)
    const { id } = await communityCalled(stage, 'Parents United')
    const pledge = (name: string) =>
      stage.router.press(
        {
          id: `terminal/${name}`,
          account: { platform: 'terminal', workspace: 'main', externalId: name, name, isStaff: false },
          where: { platform: 'terminal', workspace: 'main', place: 'lobby' },
          now: stage.now(),
        },
        `join.pledge?c=${id}`,
      )
    await Promise.all(['ben', 'cem', 'dia'].map(pledge))
    expect(await stage.read((store) => store.memberships.count(id, 'member'))).toBe(4)
    await stage.runner.runDue()
    const welcomes = stage.outputs.filter((output) => 'room' in output && output.shown.text.startsWith('Welcome'))
    expect(welcomes).toHaveLength(1)
  })

  test('who asks to be let in waits with their reason, and may ask again once declined', async () => {
    await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:1 visibility:request`)
    const community = await communityCalled(stage, 'Parents United')
    const dia = await personCalled(stage, 'dia')
    const ask = (reason: string) =>
      stage.read((store) =>
        store.memberships.request(
          community.id,
          { personId: dia.id, platform: 'terminal', workspace: 'main' },
          { reason, told: null },
          stage.now(),
        ),
      )
    const waiting = () => stage.read((store) => store.memberships.list(community.id, 'requested', 10))
    await ask('two toddlers')
    expect(await waiting()).toEqual([{ personId: dia.id, name: 'dia', reason: 'two toddlers', since: stage.now() }])
    expect(await stage.read((store) => store.memberships.decline(community.id, dia.id))).toBe(true)
    expect(await waiting()).toEqual([])
    await ask('three toddlers')
    expect(await waiting()).toMatchObject([{ reason: 'three toddlers' }])
  })

  test('of a membership in a sensitive community nothing is left after leaving', async () => {
    await stage.actor('ana').types(`/start-community "Quiet Circle" ${NEED} pledges:1 sensitive:yes`)
    const dia = stage.actor('dia')
    await dia.types('/join quiet-circle')
    await dia.presses('Yes, join')
    await dia.types('/leave quiet-circle')
    const person = await personCalled(stage, 'dia')
    const found = await stage.read(async (store) => store.communities.find('Quiet Circle', '', person.id))
    expect(found?.standing.state).toBe('none')
  })
})

describe('communities', () => {
  test('a name is found however it is written, and free again after its seed sank', async () => {
    await stage.actor('ana').types(`/start-community "Käse & Brot" ${NEED} pledges:3 days:2`)
    const find = (words: string) => stage.read((store) => store.communities.find(words, words, ''))
    const { id } = await communityCalled(stage, 'Käse & Brot')
    expect((await find('KASE brot'))?.id).toBe(id)
    expect((await find('kaese-and-brot'))?.id).toBe(id)
    await stage.pass('3d')
    expect(await find('Käse & Brot')).toBeUndefined()
    expect(await stage.read((store) => store.communities.slugIsTaken('kaese-and-brot'))).toBe(false)
  })

  test('outside, a size is told from five people on, rounded to five, and as it was last night', async () => {
    const { id } = await opened(stage)
    const joins = async (from: number, to: number) => {
      for (let n = from; n <= to; n++) await stage.actor(`p${n}`).types('/join parents-united')
    }
    const told = async () => (await stage.read((store) => store.communities.get(id)))?.toldSize
    await joins(1, 3)
    await stage.pass('1d')
    expect(await told()).toBeNull()
    await joins(4, 6)
    expect(await told()).toBeNull()
    await stage.pass('1d')
    expect(await told()).toBe(5)
    await joins(7, 7)
    await stage.pass('1d')
    expect(await told()).toBe(10)
  })

  test('made sensitive, a community is in no list', async () => {
    const { id } = await opened(stage)
    await stage.read((store) => store.communities.makeSensitive(id, stage.now()))
    const all = { personId: '', which: 'all', skip: 0, take: 10 } as const
    expect(await stage.read((store) => store.communities.list(all))).toEqual([])
    expect(await stage.read((store) => store.communities.names())).toEqual([])
  })

  test('a search finds words of the name and of the need, as people write them', async () => {
    await stage.actor('ana').types('/start-community Backstube need:"people who bake Käsekuchen, together" pledges:1')
    const search = async (words: string) =>
      (
        await stage.read((store) =>
          store.communities.list({ personId: '', search: words, which: 'all', skip: 0, take: 9 }),
        )
      ).map((found) => found.name)
    expect(await search('backstube')).toEqual(['Backstube'])
    expect(await search('Käsekuchen')).toEqual(['Backstube'])
    expect(await search('100%')).toEqual([])
  })

  test('a tag finds a community in capitals and with accents too', async () => {
    await stage.actor('ana').types(`/start-community Backstube ${NEED} pledges:1 tags:"Käse, music"`)
    expect(await stage.actor('ben').types('/communities tag:music')).toContain('Backstube')
    expect(await stage.actor('ben').types('/communities tag:Music')).toContain('Backstube')
    expect(await stage.actor('ben').types('/communities tag:käse')).toContain('Backstube')
  })
})

describe('the organization and its destinations', () => {
  test('what staff set up is read back as it was written', async () => {
    const full = {
      ...MUSEUM,
      blockList: ['spam', "o'clock"],
      staffIds: ['terminal:eva'],
      staffEmail: 'staff@museum.example',
    }
    await stage.read((store) => store.organization.save(full))
    expect(await stage.read((store) => store.organization.get())).toEqual(full)
    const { staffRoom: _, staffEmail: __, privacyNotice: ___, ...bare } = full
    await stage.read((store) => store.organization.save(bare))
    expect(await stage.read((store) => store.organization.get())).toEqual(bare)
  })

  test('a destination without a recipient of its own follows the organization to another name', async () => {
    const own = { name: 'desk', connector: 'csv', purpose: 'service', recipient: 'the service desk' } as const
    const plain = { name: 'files', connector: 'csv', purpose: 'letters' } as const
    await stage.read((store) => store.destinations.connect([own, plain], 'the Museum', stage.now()))
    await stage.read((store) => store.destinations.rename('the Gallery'))
    const recipients = (await stage.read((store) => store.destinations.list())).map((one) => one.recipient)
    expect(recipients).toEqual(['the service desk', 'the Gallery'])
    await stage.read((store) => store.destinations.connect([plain], 'the Gallery', stage.now()))
    expect((await stage.read((store) => store.destinations.list())).map((one) => one.name)).toEqual(['files'])
  })
})

describe('staff notes', () => {
  test('staff are told of one matter once a day while it lasts, and no more once it is over', async () => {
    const tell = () =>
      stage.read((store) => store.staffNotes.tell('no-mail', { key: 'Mails wait.', values: [] }, stage.now()))
    const lines = () => stage.outputs.filter((output) => 'room' in output && output.room === 'staff').length
    await tell()
    await stage.pass('1m')
    await tell()
    await stage.pass('20h')
    expect(lines()).toBe(1)
    await tell()
    await stage.pass('5h')
    expect(lines()).toBe(2)
    await stage.read((store) => store.staffNotes.resolve('no-mail', stage.now()))
    await stage.pass('3d')
    expect(lines()).toBe(2)
    expect(await stage.read((store) => store.staffNotes.open())).toEqual([])
  })
})

describe('once-only work', () => {
  test('a daily job runs once a day, by one process at a time', async () => {
    const last = () => stage.read((store) => store.jobRuns.last('sizes', stage.now()))
    await last()
    await stage.pass('2d')
    expect(await last()).toEqual(new Date('2026-01-07T03:00:00Z'))
    if (!server) return
    const alone = await stage.read(async (store) => [
      await store.jobRuns.alone('count'),
      await stage.read((other) => other.jobRuns.alone('count')),
      await stage.read((other) => other.jobRuns.alone('another')),
    ])
    expect(alone).toEqual([true, false, true])
  })
})
