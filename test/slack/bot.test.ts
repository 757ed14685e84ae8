import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Person } from './hand.ts'
import type { Shown } from './shown.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

const START =
  '/community start "Parents United" need:"people with small children, so that we can enjoy culture" pledges:2'

/** The words without Slack's marks. */
const wordsOf = ({ text }: Shown) => text.replaceAll(/[*`]/g, '')

describe.each(['socket', 'http'] as const)('Kindred in Slack, by %s', (mode) => {
  let stage: SlackStage
  let ana: Person
  let ben: Person

  beforeEach(async () => {
    stage = await openSlackStage({ mode })
    ana = stage.team.user('ana')
    ben = stage.team.user('ben')
  })
  afterEach(async () => {
    await stage.close()
    expect(stage.fake.violations).toEqual([])
    expect(stage.failures).toEqual([])
  })

  test('a community is started, opened and joined, and its room is a private channel', async () => {
    expect(wordsOf(await ana.types(START))).toContain('Parents United is wanted: it opens at 2 pledges')
    await stage.settle()
    const card = ben.sees('general').at(-1)
    expect(card?.text).toContain('Wanted: Parents United')
    expect(card?.buttons).toEqual(['Pledge', 'Take back'])
    const before = await ben.presses('Pledge')
    expect(before.text).toContain('Its members, and whoever administers the workspace, see who is in it.')
    expect(wordsOf(await ben.presses('Pledge', 'Before you join'))).toContain("Parents United is open, and you're in.")
    await stage.settle()
    const room = stage.team.find('parents-united')
    expect(room).toMatchObject({ kind: 'private' })
    expect(ana.isIn('parents-united')).toBe(true)
    expect(ben.isIn('parents-united')).toBe(true)
    expect(ana.sees('parents-united').map(wordsOf).join('\n')).toContain('Welcome to Parents United!')
    expect(ana.seesDm().map(wordsOf).join('\n')).toContain('Parents United has opened, and you are in.')
    expect((await ben.types('/community leave parents-united')).text).toContain('Parents United')
    await stage.settle()
    expect(ben.isIn('parents-united')).toBe(false)
  })

  test('the command alone opens a menu, from which everything else can be done', async () => {
    const menu = await ana.types('/community')
    expect(menu.isPrivate).toBe(true)
    expect(menu.buttons).toContain('Find communities')
    expect((await ana.presses('Find communities')).text).toContain('There is none yet')
    const form = await ana.presses('Start a community')
    expect(form.form?.fields.map(({ name }) => name)).toEqual(['name', 'need', 'tags', 'visibility', 'sensitive'])
  })

  test('a mistake in a form is said at its field, and the form stays open', async () => {
    await ana.types('/community start')
    const wrong = await ana.fills({ name: '!!', need: 'people who like to sit by the sea, so that we can do it' })
    expect(wrong).toMatchObject({ kind: 'errors', errors: { name: expect.stringContaining('two letters') } })
    const bad = await ana.fills({ name: 'Sea Sitters', visibility: 'maybe' })
    expect(bad.errors).toMatchObject({ visibility: expect.stringContaining('must be one of') })
    expect(wordsOf(await ana.fills({ visibility: 'open' }))).toContain('Sea Sitters is wanted')
  })

  test('their own page shows what they are in and what is wanted, and everything there can be pressed', async () => {
    const empty = await ana.opensHome()
    expect(wordsOf(empty)).toContain('Nothing waits for you.')
    expect(empty.buttons).toEqual(expect.arrayContaining(['Find communities', 'Start a community']))
    // Who only looked was not met.
    expect(await stage.read((store) => store.people.readerOf('slack', stage.team.id, ana.id))).toBeUndefined()
    await ana.types(START)
    const home = await ben.opensHome()
    expect(wordsOf(home)).toContain('Wanted communities')
    expect(home.buttons).toContain('Pledge for Parents United')
    const shown = await ben.presses('Pledge for Parents United')
    expect(shown.kind).toBe('form')
    expect(wordsOf(shown)).toContain('Before you join Parents United')
    expect(wordsOf(await ben.presses('Pledge', 'Before you join'))).toContain("Parents United is open, and you're in.")
    await ben.presses('Yes', 'May the Museum')
    await stage.until(() => ben.home()?.text.includes('You are a member.') ?? false)
    ben.closes()
  })

  test('a form from the page is answered in its place, and the page is drawn again', async () => {
    await ana.opensHome()
    await ana.presses('Start a community')
    const wrong = await ana.fills({ name: '!!', need: 'people who like to sit by the sea' })
    expect(wrong.kind).toBe('errors')
    const done = await ana.fills({ name: 'Sea Sitters', need: 'people who like to sit by the sea' })
    expect(done.kind).toBe('form')
    expect(wordsOf(done)).toContain('Sea Sitters is wanted')
    await stage.until(() => ana.home()?.text.includes('Sea Sitters') ?? false)
  })

  test('shortcuts start and find a community', async () => {
    await ana.shortcut('start-community')
    expect(wordsOf(await ana.fills({ name: 'Sea Sitters', need: 'people who like to sit by the sea' }))).toContain(
      'Sea Sitters is wanted',
    )
    const found = await ben.shortcut('communities')
    expect(wordsOf(found)).toContain('people who like to sit by the sea')
    expect(wordsOf(await ben.presses('Pledge for Sea Sitters'))).toContain('Before you join Sea Sitters')
  })

  test('a request is asked for in a form, and answered in private messages', async () => {
    await ana.types(
      '/community start "Night Owls" need:"people who stay up late together" pledges:1 visibility:request',
    )
    await ben.types('/community join night-owls')
    const form = await ben.presses('Say why')
    expect(form.form?.title).toBe('Ask to join')
    expect(wordsOf(await ben.fills({ reason: 'I *never* sleep <!here>' }))).toContain('Your request went to')
    await stage.settle()
    const asked = ana.seesDm().at(-1)
    expect(asked?.text).toContain('@ben asks to join Night Owls')
    expect(asked?.text).toContain('I ∗never∗ sleep &lt;!here&gt;')
    expect(wordsOf(await ana.presses('Accept'))).toContain('is in Night Owls now')
    await stage.settle()
    expect(ben.seesDm().map(wordsOf).join()).toContain("you're in Night Owls")
    expect(ben.isIn('night-owls')).toBe(true)
  })

  test('staff are the admins of the workspace, and nobody else', async () => {
    const clara = stage.team.user('clara', { staff: true })
    expect(wordsOf(await ana.types('/community status'))).toContain('Only staff of the organization can do that.')
    expect(wordsOf(await clara.types('/community staff status'))).not.toContain('Only staff')
    const rooms = await clara.types('/community rooms')
    expect(rooms.options).toEqual(['Channel', 'Public channel', 'No room'])
    expect(wordsOf(rooms)).toContain('What Kindred lacks here\nNothing.')
    expect(wordsOf(await clara.selects('Public channel'))).toContain('Saved')
    await ana.types('/community start "Night Owls" need:"people who stay up late together" pledges:1')
    await stage.settle()
    expect(stage.team.find('night-owls')).toMatchObject({ kind: 'public' })
    expect(wordsOf(await ben.types('/community join night-owls'))).toContain('Everyone there sees who is in it.')
  })

  test('everything about oneself is handed over as a file, in the private conversation', async () => {
    await ana.types(START)
    await ana.types('/community my')
    const told = await ana.presses('Everything as a file')
    expect(wordsOf(told)).toContain('This is everything stored about you.')
    await stage.until(() => [told, ...ana.seesDm()].some((one) => one.files.length > 0 || one.text.includes('```')))
  })

  test('the same delivery twice is answered once', async () => {
    stage.fake.faults.duplicateNext(2)
    await ana.types(START)
    await stage.settle()
    expect(ana.sees('general').filter(({ isPrivate }) => isPrivate)).toHaveLength(1)
    expect((await ana.types('/community list')).text).toContain('Parents United')
  })
})
