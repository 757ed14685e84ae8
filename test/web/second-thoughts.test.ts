import { afterEach, beforeEach, expect, test } from 'vitest'
import { askedFor, invited, opened, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

const personOf = (address: string) => stage.read((store) => store.people.byWeb(address, undefined, stage.now()))

test('what a personal link shows counts as read by nobody: its person is shown the question themselves', async () => {
  await opened(stage)
  const [link = ''] = await invited(stage, ['eve@example.org'])
  const anybody = stage.browser()
  for (const label of ['Join', 'Join']) {
    await anybody.opens(link)
    await anybody.presses(label)
  }
  const eve = await signedIn(stage, 'eve@example.org')
  await eve.opens('/do/sharing')
  const shown = await eve.sends({ community: 'Parents United', answer: 'on' })
  expect(shown.text).toContain('May the Museum write to you about Parents United?')
  expect(shown.text).toContain('[Yes]')
})

test('signing in by one address does not change the address that somebody uses', async () => {
  await signedIn(stage, 'ana@example.org')
  const { id } = await personOf('ana@example.org')
  await stage.read((store) => store.people.proveEmail(id, 'ana@work.example', stage.now()))
  const again = stage.browser()
  await askedFor(stage, 'ana@example.org', again)
  await again.opens(stage.linkTo('ana@example.org'))
  await again.presses('Sign in')
  expect((await personOf('ana@example.org')).email).toBe('ana@work.example')
})

test('a button in a mail that is tapped twice does what it says once, and the same browser is let in both times', async () => {
  await opened(stage)
  const cleo = stage.browser()
  await cleo.opens('/c/parents-united')
  await cleo.presses('Join')
  await cleo.sends({ address: 'cleo@example.org' })
  await stage.settle()
  await cleo.opens(stage.linkTo('cleo@example.org'))
  const before = new Map(cleo.cookies)
  const page = cleo.page
  const first = await cleo.presses('Join')
  // The answer never came: the browser has its old cookie and the old page.
  cleo.cookies.clear()
  for (const [name, value] of before) cleo.cookies.set(name, value)
  cleo.page = page
  const second = await cleo.presses('Join')
  expect(first.text).toContain("You're in: Parents United.")
  expect(second.text).toBe(first.text)
  const other = stage.browser()
  expect((await other.opens(stage.linkTo('cleo@example.org'))).text).toContain('That link is over')
  await stage.pass('2m')
  cleo.cookies.clear()
  for (const [name, value] of before) cleo.cookies.set(name, value)
  cleo.page = page
  expect((await cleo.presses('Join')).text).toContain('That link is over')
})

test('a personal link says that nothing was done where nothing was done', async () => {
  const ana = await stage.person('ana@example.org')
  await ana.opens('/do/start-community')
  await ana.sends({
    name: 'Sketchers',
    need: 'people who draw, so that we can draw',
    pledges: '1',
    visibility: 'request',
  })
  await ana.opens('/do/start-community')
  await ana.sends({ name: 'Owls', need: 'people who stay up, so that we can', pledges: '3', days: '1' })
  const asking = stage.browser()
  await asking.opens((await invited(stage, ['eve@example.org'], 'Sketchers'))[0] ?? '')
  const refused = await asking.sends({ reason: '   ' })
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('Say in a few words why.')
  const [wanted = ''] = await invited(stage, ['eve@example.org'], 'Owls')
  const pledging = stage.browser()
  await pledging.opens(wanted)
  const page = pledging.page
  await stage.pass('23h')
  expect((await pledging.opens(wanted)).text).toContain('[Pledge]')
  pledging.page = page
  await stage.pass('2h')
  expect((await pledging.presses('Pledge')).text).toContain('That invitation is over')
})

test('nobody reads a part of an address as a name, and people are asked what they want to be called', async () => {
  const cleo = await signedIn(stage, 'cleo@example.org')
  const start = await cleo.opens('/')
  expect(start.text).toMatch(/Others read you as Guest \w{4}\. Say what they are to call you/)
  await cleo.opens('/do/my')
  await cleo.opens('/do/my?part=name')
  await cleo.sends({ part: 'name', value: 'Cleo' })
  expect((await cleo.opens('/')).text).not.toContain('Others read you as')
})

test('a form that was changed on a page the browser kept is another thing than before', async () => {
  const ana = await opened(stage)
  await ana.opens('/do/propose')
  const page = ana.page
  expect((await ana.sends({ title: 'Storytime' })).text).toContain('Proposed')
  ana.page = page
  expect((await ana.sends({ title: 'Storytime' })).text).toContain('“Storytime”')
  ana.page = page
  expect((await ana.sends({ title: 'Dinosaur bones' })).text).toContain('“Dinosaur bones”')
  expect((await ana.opens('/do/topics')).text.match(/member supports it/g)).toHaveLength(2)
})

test('the mail about a yes asks the question itself, and a question that is none is mailed to nobody', async () => {
  await opened(stage)
  const [link = ''] = await invited(stage, ['eve@example.org'])
  const anybody = stage.browser()
  await anybody.opens(link)
  await anybody.presses('Join')
  const seal = anybody.page?.$('input[name=kindred-form]').attr('value') ?? ''
  const made = await anybody.posts(new URL(link).pathname, { 'kindred-form': seal, yes: 'AAAAAAAAAAAA' })
  expect(made.text).toContain('That question is over')
  await anybody.opens(link)
  await anybody.presses('Join')
  await anybody.presses('Yes')
  await stage.settle()
  const mails = stage.mails.filter(({ to }) => to === 'eve@example.org')
  expect(mails).toHaveLength(1)
  expect(mails[0]?.text).toContain('May the Museum write to you about Parents United?')
  expect((await stage.browser().opens(stage.linkTo('eve@example.org'))).text).toContain('also signs you in here')
})

test('what somebody typed before they signed in stands in the form afterwards', async () => {
  await opened(stage)
  const cleo = stage.browser()
  await cleo.opens('/do/email?address=other@example.org')
  await cleo.sends({ address: 'other@example.org' })
  await cleo.sends({ address: 'cleo@example.org' })
  await stage.settle()
  await cleo.opens(stage.linkTo('cleo@example.org'))
  const page = await cleo.presses('Sign in')
  expect(page.text).toContain('Here is what you were about to send')
  expect(page.$('input[name=address]').val()).toBe('other@example.org')
})

test('staff who are named by their address are staff on the web, however it was spelt', async () => {
  const dora = await stage.person('dora@example.org', { isStaff: true })
  await dora.opens('/do/setup')
  await dora.sends({ staff: 'web:Ana@Example.org' })
  const ana = await signedIn(stage, 'ana@example.org')
  expect((await ana.opens('/do/status')).text).not.toContain('Only staff')
  expect(ana.page?.$('nav').text()).toContain('Staff')
})
