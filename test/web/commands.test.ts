import type { CheerioAPI } from 'cheerio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Command } from '../../src/command.ts'
import { ON_THE_WEB } from '../../src/core/person.ts'
import { say } from '../../src/core/say.ts'
import { loadCommands } from '../../src/load-commands.ts'
import { address, readAddress } from '../../src/reply.ts'
import { folders } from '../stage.ts'
import type { Browser, Page } from './browser.ts'
import { openWebStage, type WebStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'
const ULID = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'
/** So many pages are looked at by one person before it counts as going round in circles. */
const PAGES_MAX = 150
const WALK_MS = 180_000

let stage: WebStage
let commands: Command[]
/** Organizer of some communities, and staff. */
let sam: Browser
/** The id of an open community. */
let community: string

beforeAll(async () => {
  commands = await loadCommands(folders.commands)
  stage = await openWebStage()
  sam = await stage.person('sam@example.org', { isStaff: true })
  for (const [name, more] of [
    ['Parents United', {}],
    ['Night Sketchers', { visibility: 'request' }],
    ['Late Hours', { pledges: '3' }],
    ['Quiet Recovery', { sensitive: 'yes' }],
  ] as const) {
    await sam.opens('/do/start-community')
    await sam.sends({ name, need: NEED, pledges: '1', ...more })
  }
  const found = await stage.read((store) => store.communities.find('parents-united', '', ''))
  community = found?.id ?? ''
  const eve = await stage.person('eve@example.org')
  await eve.opens('/c/night-sketchers')
  await eve.presses('Join')
  await eve.presses('Say why')
  await eve.sends({ reason: 'I draw' })
  await stage.settle()
}, WALK_MS)
afterAll(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

test('every command has a page, with a field for each of its options that says what it is for', async () => {
  for (const { name, shapes } of commands) {
    const page = await sam.opens(`/do/${name}`)
    expect(page.$('h1').text(), name).not.toBe('There is no such page')
    expect(page.$('main').text().trim(), name).not.toBe('')
    // What can't be chosen here says so, in the place of its form.
    if (page.text.includes('there is nothing to choose')) continue
    for (const shape of shapes) {
      const { $ } = page
      expect(labelOf($, $(`main form.fields [name="${shape.name}"]`)), `${name}: ${shape.name}`).toContain(
        shape.description,
      )
    }
    if (shapes.length > 0) expect(page.$('main form.fields button.main').text(), name).not.toBe('')
  }
})

test('every form behind a button is asked and sent as a page', async () => {
  for (const command of commands)
    for (const [name, press] of Object.entries(command.presses)) {
      if (press.fields.length === 0) continue
      const pressed = address(`${command.name}.${name}`, argsOf(Object.keys(press.args.shape), press.fields))
      await sam.opens('/')
      const form = await asks(sam, pressed)
      for (const field of press.fields)
        expect(labelOf(form.$, form.$(`main [name="${field.name}"]`)), `${pressed}: ${field.name}`).toContain(
          field.label,
        )
      const answer = await sam.sends(Object.fromEntries(press.fields.map((field) => [field.name, '12'])))
      expect([200, 422], pressed).toContain(answer.status)
      expect(isAnswer(answer), `${pressed}: ${answer.text}`).toBe(true)
    }
})

test('a message that comes by itself can be answered where it stands, by its buttons and from its list', async () => {
  const [gus, content] = [
    await stage.person('gus@example.org'),
    {
      card: {
        title: say`Which of them?`,
        choice: {
          label: say`A community`,
          options: [{ label: say`This one`, press: address('about', { community }) }],
        },
        buttons: [{ label: say`None`, press: address('my.keep') }],
      },
    },
  ]
  const says = async () => {
    await stage.read(async ({ posts, people }) => {
      const { accountId } = await people.byWeb('gus@example.org', '', stage.now())
      await posts.say({ accountId, ...ON_THE_WEB }, content, stage.now())
      await posts.sayInRooms(community, content, stage.now())
    })
    await stage.settle()
  }
  await says()
  await gus.opens('/do/join?community=Parents United')
  await gus.sends({})
  for (const place of ['/notices', '/c/parents-united']) {
    for (const [label, told] of [
      ['This one', 'Open since'],
      ['None', 'Everything stays as it is.'],
    ] as const) {
      await gus.opens(place)
      expect(gus.page?.$('main li select').closest('label').text(), place).toContain('A community')
      expect((await gus.presses(label, 'Which of them?')).text, `${place} ${label}`).toContain(told)
      if (place === '/notices') {
        expect((await gus.opens(place)).text, 'what was answered waits no more').not.toContain('Which of them?')
        await says()
      }
    }
  }
})

// It presses some hundred buttons.
test.runIf(process.env.SLOW)(
  'every button and list that anybody is shown can be pressed, wherever it stands',
  async () => {
    const own = commands.filter(({ shows }) => shows).map(({ name }) => `/do/${name}`)
    const parts = ['communities', 'waiting', 'data', 'notices', 'zone', 'name'].map((part) => `/do/my?part=${part}`)
    const places = ['/', '/communities', '/c/parents-united', '/c/late-hours', '/notices', ...parts, ...own]
    for (const slug of ['parents-united', 'night-sketchers'])
      for (const name of ['join', 'leave', 'sharing', 'invite']) places.push(`/do/${name}?community=${slug}`)
    const all = new Set<string>()
    for (const browser of [stage.browser(), await stage.person('fay@example.org'), sam])
      for (const target of await walk(browser, places)) all.add(target)
    expect(all.size).toBeGreaterThan(25)
  },
  WALK_MS,
)

/** Presses every button of a kind once on every kind of page it stands on; gives the kinds. */
async function walk(browser: Browser, places: string[]): Promise<Set<string>> {
  const pressed = new Set<string>()
  const waiting: Page[] = []
  for (const place of places) waiting.push(await browser.opens(place))
  for (let n = 0; n < PAGES_MAX; n++) {
    const page = waiting.shift()
    if (!page) break
    for (const { value, label, target } of buttonsOf(page.$)) {
      const way = `${target} on ${page.path.split('?')[0]}`
      // Who is forgotten can press nothing more.
      if (pressed.has(way) || target === 'my.forget-now') continue
      pressed.add(way)
      browser.page = page
      const answer = await browser.presses(label)
      expect([200, 422], `${way} (${value}): ${answer.text}`).toContain(answer.status)
      expect(isAnswer(answer), `${way} (${value}): ${answer.text}`).toBe(true)
      waiting.push(answer)
      await stage.pass('2s')
    }
  }
  return new Set([...pressed].map((way) => way.split(' ')[0] ?? ''))
}

function buttonsOf($: CheerioAPI): { value: string; label: string; target: string }[] {
  const all = $('main button[name=press], main select[name=press] option').toArray()
  return all.map((one) => {
    const value = $(one).attr('value') ?? ''
    const { command = '', press } = readAddress(value) ?? {}
    return { value, label: $(one).text().trim(), target: press ? `${command}.${press}` : command }
  })
}

/** Presses a button that is on no page, as it would be drawn. */
async function asks(browser: Browser, pressed: string): Promise<Page> {
  const { page } = browser
  const form = page?.$('form').first()
  if (!form) throw new Error('there is no form on the page')
  return browser.posts('/press', { ...browser.fieldsOf(form), press: pressed })
}

function argsOf(names: string[], fields: { name: string }[]): Record<string, string> {
  const args = names.filter((name) => !fields.some((field) => field.name === name))
  return Object.fromEntries(
    args.filter((name) => 'cp'.includes(name)).map((name) => [name, name === 'c' ? community : ULID]),
  )
}

/** Whether the page is one that a command gives, or asks who somebody is first. */
function isAnswer({ $, headers }: Page): boolean {
  if (headers.has('content-disposition')) return true
  return !/no such page|too old|went wrong|a lot at once/i.test($('h1').text()) && $('main').text().trim() !== ''
}

function labelOf($: CheerioAPI, field: ReturnType<CheerioAPI>): string {
  const id = field.attr('id')
  return id ? $(`label[for="${id}"]`).text() : ''
}
