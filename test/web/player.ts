import { type CheerioAPI, load } from 'cheerio'
import type { Command } from '../../src/command.ts'
import { SESSION_LIVES_MS, STAFF_LIVES_MS } from '../../src/core/person.ts'
import { parseCommand } from '../../src/slack/parse.ts'
import type { Line, Speaker } from '../../src/terminal/line.ts'
import { MAIN } from '../../src/terminal/print.ts'
import { inOneLine } from '../discord/plain.ts'
import type { Browser, Page } from './browser.ts'
import type { WebStage } from './stage.ts'

/** A message that stands somewhere on the web, for one reader. */
export interface Stands {
  key: string
  words: string
}

/** Somebody with a browser: what it showed them so far they can go back to. */
interface Seat {
  name: string
  browser: Browser
  signedInAt: number
  earlier: Page[]
}

/** Plays the terminal's lines in browsers: a command is its page filled in and sent, a press the button of the newest page. */
export function createPlayer(stage: WebStage, commands: Command[]) {
  const seats = new Map<string, Seat>()
  const shapesOf = (name: string) => commands.find((command) => command.name === name)?.shapes

  async function seatOf({ name, isStaff, workspace = MAIN }: Speaker): Promise<Seat> {
    // The web has one workspace: who is in another one is there with another account.
    const account = workspace === MAIN ? name : `${name}.${workspace}`
    const known = seats.get(account)
    const lives = isStaff ? STAFF_LIVES_MS : SESSION_LIVES_MS
    if (known && stage.now().getTime() - known.signedInAt < lives) return known
    const browser = await stage.person(account, { isStaff, called: name })
    const seat = { name, browser, signedInAt: stage.now().getTime(), earlier: known?.earlier ?? [] }
    seats.set(account, seat)
    return seat
  }

  /** Everybody who has been here; who has not come for long signs in anew. */
  async function everybody(): Promise<Map<string, Seat>> {
    for (const [account, { name }] of seats)
      await seatOf({ name, isStaff: false, ...(account !== name && { workspace: account.slice(name.length + 1) }) })
    return seats
  }

  /** Whoever was forgotten comes back as somebody new. */
  async function again({ name }: Seat): Promise<Seat> {
    seats.delete(name)
    return seatOf({ name, isStaff: false })
  }

  async function types(seat: Seat, text: string, room: string | undefined): Promise<Page> {
    const { command, raw } = parseCommand(text, shapesOf)
    const found = commands.find(({ name }) => name === command)
    const named = room && found?.shapes.some(({ kind }) => kind === 'community') ? { community: room, ...raw } : raw
    const isLink = found?.shows !== undefined && Object.keys(named).every((name) => found.shows?.includes(name))
    const page = await seat.browser.opens(`/do/${command}${isLink ? `?${new URLSearchParams(named)}` : ''}`)
    if (!found) return refused(page, 'there is no such page')
    if (page.path === '/sign-in' || isLink || found.shapes.length === 0) return page
    const refuses = typable(page.$, named)
    return refuses ? refused(page, refuses) : seat.browser.sends(named)
  }

  async function presses(seat: Seat, label: string, containing: string | undefined): Promise<Page> {
    const { browser } = seat
    const has = (page: Page | undefined) =>
      page
        ?.$('button, option')
        .toArray()
        .some((one) => page.$(one).text().trim() === label && around(page, one).includes(containing ?? ''))
    const press = () => browser.presses(label, containing)
    if (has(browser.page)) return press()
    if (has(await browser.opens('/notices'))) return press()
    for (const slug of await slugs()) if (has(await browser.opens(`/c/${slug}`))) return press()
    browser.page = seat.earlier.findLast(has)
    if (!browser.page) throw new Error(`${seat.name} sees no button [${label}]`)
    return press()
  }

  const slugs = () =>
    stage.read(async (store) => {
      const all = await store.communities.list({ personId: '', which: 'all', skip: 0, take: 50 })
      return all.flatMap(({ slug }) => slug ?? []).reverse()
    })

  return {
    names: () => [...seats.keys()],

    /** What anybody finds under these words. */
    async directory(search: string): Promise<string> {
      return readable(await stage.browser().opens(`/communities?${new URLSearchParams({ search })}`))
    },

    /** Does what a line says; gives what whoever did it reads then. */
    async play(line: Extract<Line, { speaker: Speaker }>): Promise<string> {
      let seat = await seatOf(line.speaker)
      const act = () => {
        if (line.kind === 'command') return types(seat, line.text, line.speaker.room)
        if (line.kind === 'press') return presses(seat, line.labels[0] ?? '', line.containing)
        if (line.kind === 'fields') return seat.browser.sends(line.fields)
        throw new Error('nobody looks in these')
      }
      const tried = () =>
        act().catch((error: unknown) => {
          // What they can't do there is found by whoever compares.
          const page = seat.earlier.at(-1)
          if (!page) throw error
          return refused(page, error instanceof Error ? error.message : String(error))
        })
      let page = await tried()
      if (page.$('h1').text() === 'Who are you?') {
        seat = await again(seat)
        page = await tried()
      }
      seat.earlier.push(page)
      return `${readable(page)}${await fileOf(seat, page)}`
    },

    /** What stands under Notices for somebody, the oldest first. */
    async notices(name: string): Promise<Stands[]> {
      const seat = (await everybody()).get(name)
      if (!seat) return []
      const { page } = seat.browser
      const notices = await seat.browser.opens('/notices')
      seat.browser.page = page
      return standing(notices, 'main > ul > li').reverse()
    },

    /** What was said in a community's room, as the first of its members reads it. */
    async room(slug: string): Promise<Stands[]> {
      for (const { browser } of (await everybody()).values()) {
        const { page } = browser
        const community = await browser.opens(`/c/${slug}`)
        browser.page = page
        if (community.$('section[aria-label="What was said here"]').length > 0)
          return standing(community, 'section[aria-label="What was said here"] li')
      }
      return []
    },
  }
}

/** A file that is handed over with a page, as the terminal shows it. */
async function fileOf({ browser }: Seat, page: Page): Promise<string> {
  const name = page.$('main a[download]').attr('download')
  if (!name) return ''
  const { body } = await browser.follows(`Take the file ${name}`)
  browser.page = page
  return ` ${inOneLine(`File ${name}: ${body}`)}`
}

/** What a browser itself would not send, and why. */
function typable($: CheerioAPI, raw: Record<string, string>): string | undefined {
  for (const one of $('form.fields [required]').toArray()) {
    const name = $(one).attr('name') ?? ''
    if (!raw[name]) return `${name} is required`
  }
  for (const [name, words] of Object.entries(raw)) {
    const field = $(`form.fields [name="${name}"]`)
    const [max, pattern] = [field.attr('maxlength'), field.attr('pattern')]
    if (max && words.length > Number(max)) return `${name} takes ${max} characters`
    if (pattern && !new RegExp(`^(?:${pattern})$`, 'v').test(words)) return `${name} is a number`
    const options = field.find('option').toArray()
    const offered = options.map((option) => $(option).attr('value'))
    if (options.length > 0 && !offered.includes(words)) return `${name} is one of:${offered.join(' ')}`
  }
  return undefined
}

/** A page that a browser shows in the place of one it did not ask for. */
function refused(page: Page, why: string): Page {
  return { ...page, $: load(`<main><p>not sent: ${why}</p></main>`) }
}

const around = ({ $ }: Page, one: Parameters<CheerioAPI>[0]) =>
  inOneLine(
    $(one as string)
      .closest('section, li, main')
      .text(),
  )

/** What stands on a page below its heading as the terminal would write it, in one line. */
export function readable({ $ }: Page): string {
  const alert = $('main [role=alert]').first().text()
  if (alert) return inOneLine(alert)
  const asked = $('main form.fields:has(input[name=press])')
  // After a refusal the form stands below it, so that nothing typed is lost.
  if (asked.length > 0 && $('main .said').length === 0) return `form: ${fieldsOf($, asked).join(', ')}`
  return wordsOf($.html('main'))
}

function fieldsOf($: CheerioAPI, form: ReturnType<CheerioAPI>): string[] {
  const visible = form.find('input:not([type=hidden]), textarea, select').toArray()
  return visible.map((one) => $(one).attr('name') ?? '')
}

function standing({ $ }: Page, selector: string): Stands[] {
  return $(selector)
    .toArray()
    .map((one) => {
      // What nobody can be done with is known by when it was said.
      const key = $(one).find('[name=kindred-message]').attr('value') ?? inOneLine($(one).find('p.said').first().text())
      const copy = load($.html(one))
      copy('p.said:first').remove()
      copy('form[action="/notices/done"]').remove()
      return { key, words: wordsOf(copy.html('body')) }
    })
}

function wordsOf(html: string): string {
  const $ = load(html)
  $('h1, form.fields, details, p:has(> a[download])').remove()
  $('.choice').each((_, one) => {
    const options = $(one).find('option').toArray()
    $(one).text(options.map((option) => ` [${$(option).text().trim()}] `).join(''))
  })
  // A picture of the same figures stands above it.
  $('caption').remove()
  $('th, td').append(' ')
  $('button').each((_, one) => void $(one).text(` [${$(one).text().trim()}] `))
  $('a[href^=http]').each((_, one) => void $(one).text($(one).attr('href') ?? ''))
  $('dt').append(': ')
  $('h2, h3, p, div, li, dd').append('\n')
  return inOneLine($('body').text())
}
