import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Platform } from '../../src/platform.ts'
import type { Browser } from './browser.ts'
import { openWebStage, type WebStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'

/** What is said in a chat beside the web, and to whom. */
const said: string[] = []
const chat: Platform = {
  name: 'terminal',
  drawEveryMs: 0,
  makeRoom: async (_, { name }) => ({ id: name }),
  letIn: async () => 'here',
  letOut: async () => undefined,
  post: async ({ account }) => void said.push(account ?? 'a room'),
  draw: async (_, __, ___, key) => key,
}

let stage: WebStage
beforeEach(async () => {
  said.length = 0
  stage = await openWebStage({ platforms: [chat] })
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

async function starts(browser: Browser, name: string, more: Record<string, string> = {}) {
  await browser.opens('/do/start-community')
  const page = await browser.sends({ name, need: NEED, pledges: '1', ...more })
  await stage.settle()
  return page
}

const links = (browser: Browser) =>
  browser.page
    ?.$('main details a')
    .toArray()
    .map((one) => browser.page?.$(one).text())

describe('whoever looks after a community', () => {
  test('finds without a chat what they can do, who waits for them, and answers there', async () => {
    const ana = await stage.person('ana@example.org')
    const started = await starts(ana, 'Night Sketchers', { visibility: 'request' })
    expect(started.text).toContain(`Others come with ${stage.site}/c/night-sketchers`)
    const eve = await stage.person('eve@example.org')
    await eve.opens('/c/night-sketchers')
    await eve.presses('Join')
    await eve.presses('Say why')
    await eve.sends({ reason: 'I bring <b>pencils</b>' })
    await stage.settle()
    const start = await ana.opens('/')
    expect(start.$('header').text()).toContain('Notices (1)')
    expect(start.text).toContain('They ask to join Night Sketchers')
    expect(start.text).toContain('I bring <b>pencils</b>')
    expect((await ana.presses('Accept eve@example.org')).text).toContain('is in Night Sketchers now')
    await stage.settle()
    expect((await eve.opens('/notices')).text).toContain("Your request was accepted: you're in Night Sketchers.")
    const fay = await stage.person('fay@example.org')
    await fay.opens('/c/night-sketchers')
    await fay.presses('Join')
    await fay.presses('Say why')
    await fay.sends({ reason: 'Me too' })
    await stage.settle()
    await ana.opens('/notices')
    await ana.presses('Decline', 'Me too')
    await ana.sends({ reason: 'Only twelve of us fit.' })
    expect((await ana.opens('/notices')).text, 'what was answered waits no more').not.toContain('Me too')
    await ana.opens('/')
    await ana.follows('Night Sketchers')
    expect(links(ana)).toContain('Make a code that lets people in')
    await eve.opens('/c/night-sketchers')
    expect(links(eve)).toContain('Leave a community')
    expect(links(eve)).not.toContain('Make a code that lets people in')
    const visitor = stage.browser()
    await visitor.opens('/c/night-sketchers')
    expect(links(visitor)).toEqual([])
  })

  test('lets people into a secret one by a link that is passed on', async () => {
    const ana = await stage.person('ana@example.org')
    await starts(ana, 'Surprise for Mo', { visibility: 'secret' })
    await ana.opens('/do/invite?community=surprise for mo')
    const [link = ''] = /https?:\S+\/do\/join\?community=[\w-]+/.exec((await ana.sends({ people: '1' })).text) ?? []
    const eve = await stage.person('eve@example.org')
    await eve.opens(link)
    expect((await eve.sends({})).text).toContain("You're in: Surprise for Mo.")
    const fay = await stage.person('fay@example.org')
    await fay.opens(link)
    expect((await fay.sends({})).text).not.toContain("You're in")
  })

  test('hears in their chat where they have one, whoever asks on the web', async () => {
    const token = await stage.read(async (store) => {
      const account = { platform: 'terminal', workspace: 'main', externalId: 'ana' }
      const { id, name } = await store.people.meet(account, 'ana', stage.now())
      return store.webLinks.make({ kind: 'chat', personId: id, name, isStaff: false }, stage.now())
    })
    const ana = stage.browser()
    await ana.opens(`/enter/${token}`)
    await ana.presses('Sign in')
    await starts(ana, 'Night Sketchers', { visibility: 'request' })
    const eve = await stage.person('eve@example.org')
    await eve.opens('/c/night-sketchers')
    await eve.presses('Join')
    await eve.presses('Say why')
    await eve.sends({ reason: 'I draw' })
    await stage.settle()
    expect(said).toEqual(['a room', 'ana'])
    expect((await ana.opens('/')).text).toContain('They ask to join Night Sketchers')
  })
})

describe('staff in a browser', () => {
  test('see how the organization is described, and change it by short forms', async () => {
    const sam = await stage.person('sam@example.org', { isStaff: true })
    expect((await sam.opens('/do/setup')).text).toContain('Privacy notice')
    await sam.presses('What holds')
    expect((await sam.sends({ 'pledges-from': '2', 'pledges-to': '1' })).text).toContain('must not be more')
    await sam.opens('/do/setup')
    await sam.presses('What holds')
    expect((await sam.sends({ approve: 'yes' })).text).toContain('Staff look at new communities first: yes')
    await sam.presses('Where and who')
    const refused = await sam.sends({ 'staff-room': 'staff' })
    expect(refused.text).toContain('Staff have no room on the web.')
    expect((await sam.sends({ 'staff-room': '', staff: 'web:gus@example.org' })).text).toContain('web:gus@example.org')
    const gus = await stage.person('gus@example.org')
    expect((await gus.opens('/do/status')).text).toContain('files')
  })

  test('look at new communities, at what runs, and at what was done', async () => {
    const sam = await stage.person('sam@example.org', { isStaff: true })
    await sam.opens('/do/setup')
    await sam.presses('What holds')
    await sam.sends({ approve: 'yes' })
    const ana = await stage.person('ana@example.org')
    expect((await starts(ana, 'Parents United')).text).toContain('look at new communities first')
    expect((await starts(ana, 'Night Sketchers')).text).toContain('look at new communities first')
    expect((await sam.opens('/do/status')).text).toContain('A new community waits for you')
    expect((await sam.opens('/do/review')).text).toContain('1 more waits')
    await sam.presses('Approve Parents United')
    await sam.opens('/do/review')
    await sam.presses('Decline Night Sketchers')
    await sam.sends({ reason: 'There is one already.' })
    await stage.settle()
    const notices = (await ana.opens('/notices')).text
    expect(notices).toContain(`Staff approved Parents United.\nOthers come with ${stage.site}/c/parents-united`)
    expect(notices).toContain('Staff declined Night Sketchers: There is one already.')
    expect((await sam.opens('/do/audit')).text).toContain('sam@example.org approved Parents United')
    expect((await sam.opens('/do/servers')).status).toBe(200)
    expect((await sam.opens('/do/rooms')).text).toContain('there is nothing to choose')
    await sam.opens('/do/sensitive?community=parents-united')
    await sam.sends({})
    expect((await sam.presses('Make it sensitive')).text).toContain('is sensitive from now on')
    expect((await stage.browser().opens('/c/parents-united')).status).toBe(404)
  })

  test('are no more than others once they are not signed in as such', async () => {
    const eve = await stage.person('eve@example.org')
    for (const name of ['setup', 'status', 'audit', 'review', 'servers', 'rooms'])
      expect((await eve.opens(`/do/${name}`)).text).toContain('Only staff')
    expect(eve.page?.$('header').text()).not.toContain('Staff')
  })
})
