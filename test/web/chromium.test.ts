import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { freePort } from '../free-port.ts'
import { type MailSink, openMailSink } from '../mail-sink.ts'

/** Debian's; .ci/run installs it. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const root = fileURLToPath(new URL('../..', import.meta.url))
const pictures = `${root}/docs/pictures`
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const READY_MS = 30_000
/** Some sixty pages are looked at. */
const PATIENCE_MS = 240_000
const NEED = 'people with small children, so that we can enjoy culture with them'
/** What axe-core answers, as a line for each violation. */
const violations = z
  .object({ violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })) })
  .transform((found) => found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`))
const PHONE = { width: 360, height: 740 }
/** A profile of its own, and no script: the pages bring none. */
const PLAIN: BrowserContextOptions = { javaScriptEnabled: false }

let folder: string
let site: string
let sink: MailSink
let kindred: ChildProcess
let said = ''
let browser: Browser
let staff: Page
let link = ''

/** The Kindred that `npm run build` made, on a fresh folder, as whoever cloned it starts it. */
beforeAll(async () => {
  expect(existsSync(`${root}/dist/src/main.js`), 'npm run build makes it').toBe(true)
  folder = await mkdtemp(`${tmpdir()}/kindred-chromium-`)
  sink = await openMailSink()
  const port = await freePort()
  site = `http://localhost:${port}`
  const { PATH = '' } = process.env
  kindred = spawn(process.execPath, ['--enable-source-maps', `${root}/dist/src/main.js`], {
    cwd: folder,
    env: {
      ...{ PATH, PORT: String(port), SMTP_URL: sink.url, MAIL_FROM: 'Museum <community@museum.example>' },
      FILES_DIR: `${folder}/segments`,
    },
  })
  for (const stream of [kindred.stdout, kindred.stderr]) {
    stream?.on('data', (words) => {
      said += String(words)
    })
  }
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  staff = await (await browser.newContext(PLAIN)).newPage()
})
afterAll(async () => {
  await browser?.close()
  kindred?.kill('SIGKILL')
  await sink?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('in a real browser with no script', () => {
  test('staff come in by the link that was printed, and describe the organization', async () => {
    await expect.poll(() => said, { timeout: READY_MS }).toContain('/enter/')
    await staff.goto(/http\S+\/enter\/\S+/.exec(said)?.[0] ?? '')
    await staff.getByRole('button', { name: 'Sign in as staff' }).click()
    await staff.goto(`${site}/do/setup`)
    await staff.getByText('More to choose').click()
    await staff.getByLabel('Name of the organization').fill('City Museum')
    await staff.getByLabel('Who would write to people').fill('the Museum')
    await staff.getByLabel('Link to the privacy notice').fill('https://museum.example/privacy')
    await staff.getByRole('button', { name: 'Describe the organization' }).click()
    await expect.poll(() => staff.getByRole('main').innerText()).toContain('City Museum')
  })

  test('a community is started with the keyboard alone', async () => {
    await staff.goto(`${site}/`)
    await tabTo(staff, 'Start one')
    await staff.keyboard.press('Enter')
    await staff.waitForURL('**/do/start-community')
    await tabTo(staff, 'Its name')
    await staff.keyboard.type('Parents United')
    await staff.keyboard.press('Tab')
    await staff.keyboard.type(NEED)
    await tabTo(staff, 'How many people it takes')
    await staff.keyboard.type('2')
    await tabTo(staff, 'Start a community')
    await staff.keyboard.press('Enter')
    await expect.poll(() => staff.getByRole('main').innerText()).toContain('Parents United is wanted')
  })

  test('staff make a personal link for each address on a list', async () => {
    await staff.goto(`${site}/do/invite-list`)
    await staff.getByLabel('The community').fill('Parents United')
    await staff
      .getByLabel('The list')
      .setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('email\neve@example.org\n') })
    await staff.getByRole('button', { name: 'A personal link for each' }).click()
    const download = staff.waitForEvent('download')
    await staff.getByText('Take the file').click()
    const list = await readFile(await (await download).path(), 'utf8')
    link = /http\S+\/i\/\S+/.exec(list)?.[0] ?? ''
    expect(list).toContain('eve@example.org')
    expect(link).not.toBe('')
  })

  test('somebody joins from a personal link in another profile, says yes, and the file changes', async () => {
    const eve = await (await browser.newContext({ ...PLAIN, viewport: PHONE })).newPage()
    await eve.goto(link)
    await eve.getByRole('button', { name: 'Pledge' }).click()
    await expect.poll(() => eve.getByRole('main').innerText()).toContain('e...@example.org has pledged')
    await eve.getByRole('button', { name: 'Yes' }).click()
    await expect.poll(() => eve.getByRole('main').innerText()).toContain('A mail is on its way')
    await expect.poll(() => mailed('eve@example.org'), { timeout: READY_MS }).toContain('/enter/')
    await eve.goto(/http\S+\/enter\/\S+/.exec(mailed('eve@example.org'))?.[0] ?? '')
    await eve.getByRole('button', { name: 'Yes' }).click()
    await expect.poll(() => eve.getByRole('main').innerText()).toContain('Thank you')
    await expect
      .poll(() => readFile(`${folder}/segments/parents-united.csv`, 'utf8').catch(() => ''), { timeout: READY_MS })
      .toContain('eve@example.org')
  })

  test('no page has an accessibility violation, in light and dark, wide and narrow', {
    timeout: PATIENCE_MS,
  }, async () => {
    const state = await staff.context().storageState()
    const ways = ['light', 'dark'] as const
    for (const [i, colorScheme] of ways.entries()) {
      const context = await browser.newContext({
        ...{ storageState: state, colorScheme, bypassCSP: true },
        viewport: i === 0 ? { width: 1280, height: 900 } : PHONE,
      })
      const page = await context.newPage()
      for (const path of await pagesOf(page)) {
        await page.goto(`${site}${path}`)
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        await page.evaluate(axe)
        const found = violations.parse(await page.evaluate('axe.run()'))
        expect(found, `${path} (${colorScheme})`).toEqual([])
        const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'))
        expect(overflow, `${path} is wider than the window`).toBeLessThanOrEqual(0)
      }
      await context.close()
    }
  })

  test('pictures of it can be taken', async () => {
    const wide = await (await browser.newContext({ ...PLAIN, viewport: { width: 900, height: 640 } })).newPage()
    await wide.goto(`${site}/c/parents-united`)
    const narrow = await (
      await browser.newContext({ ...PLAIN, viewport: PHONE, colorScheme: 'dark', deviceScaleFactor: 2 })
    ).newPage()
    await narrow.goto(link)
    const shots = [await wide.screenshot(), await narrow.screenshot()]
    expect(shots.every((shot) => shot.length > 5_000)).toBe(true)
    if (!process.env.UPDATE_DOCS) return
    await mkdir(pictures, { recursive: true })
    await wide.screenshot({ path: `${pictures}/community.png` })
    await narrow.screenshot({ path: `${pictures}/invitation.png` })
  })
})

/** Every page that can be reached by a link from the start, and those that only links in mails lead to. */
async function pagesOf(page: Page): Promise<string[]> {
  const seen = new Set<string>(['/', '/sign-in', '/nowhere', new URL(link).pathname, '/unsubscribe/nothing'])
  for (const path of seen) {
    await page.goto(`${site}${path}`)
    const links = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    // A calendar is a file, which a browser takes away instead of showing it.
    for (const href of links) if (href && !href.includes('#') && !href.endsWith('.ics')) seen.add(href)
  }
  return [...seen]
}

/** Goes on with the tabulator until what has the focus is called so, as somebody without a mouse would. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    const label = (await focused.getAttribute('id')) ?? ''
    const words = label ? await page.locator(`label[for="${label}"]`).allInnerTexts() : []
    if ([...words, await focused.innerText()].some((one) => one.trim().startsWith(name))) return
  }
  throw new Error(`the keyboard never reached “${name}”`)
}

function mailed(address: string): string {
  const mail = sink.taken.filter((one) => one.toLowerCase().includes(`to: ${address}`)).at(-1) ?? ''
  return mail.replaceAll('=\r\n', '').replaceAll('=3D', '=')
}
