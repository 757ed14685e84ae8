import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { lines, say } from '../../src/core/say.ts'
import { smtpMailer } from '../../src/mail.ts'
import { type MailSink, openMailSink } from '../mail-sink.ts'
import { type Received, received } from '../received.ts'
import { joins, meets } from './meetup-scene.ts'
import { askedFor, opened } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

/** Debian's; .ci/run installs it. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
/** A folder for pictures of the letters, for people to look at. */
const { PICTURES } = process.env
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const EVE = 'eve@example.org'
const LONG = 'Fuehrungsnachbesprechungsteilnehmerversammlungsankuendigung'
/** What axe-core answers, as a line for each violation. */
const violations = z
  .object({ violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })) })
  .transform((found) => found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`))
/** The size of the smallest words of a page. */
const SMALLEST = `Math.min(...[...document.querySelectorAll('body *')].map((one) => parseFloat(getComputedStyle(one).fontSize)))`

let sink: MailSink
let stage: WebStage
let browser: Browser
let letters: Received[]

/** Letters of every shape: a link to press, a notice with a card, long words, parts under headings, and lists. */
beforeAll(async () => {
  sink = await openMailSink()
  const mailer = smtpMailer(sink.url, 'City Museum <museum@example.org>')
  stage = await openWebStage({ mailer, settings: { PUBLIC_URL: 'https://kindred.example', PROXIES: '1' } })
  const ana = await opened(stage)
  await askedFor(stage, 'ben@example.org')
  await joins(stage, EVE)
  await meets(stage, ana, { title: 'Print your own postcard', place: 'Workshop, ground floor', capacity: '12' })
  await meets(stage, ana, { title: LONG, place: `https://museum.example/${LONG}` })
  const letter = {
    to: EVE,
    subject: say`City Museum: what Parents United received in July`,
    text: lines(say`Here is what happened in ${{ link: '/c/parents-united', label: 'Parents United' }} in July.`),
    parts: [
      {
        heading: say`Open ballots`,
        lines: [
          say`${{ strong: 'What comes in August' }} is open until ${{ when: new Date('2026-08-03T18:00:00Z') }}. You have not voted yet.`,
          say`${{ link: '/do/vote', label: 'Vote now' }}`,
        ],
      },
      {
        heading: say`Topics`,
        isList: true,
        lines: [
          say`${{ link: '/do/topics', label: 'Concerts for babies' }}: ${{ count: 14, one: 'supporter', other: 'supporters' }}`,
          say`${{ link: '/do/topics', label: 'A quiet hour on Sundays' }}: ${{ count: 9, one: 'supporter', other: 'supporters' }}`,
          say`${{ link: `/c/${LONG}${LONG}`, label: LONG }}: ${{ count: 1, one: 'supporter', other: 'supporters' }}`,
        ],
      },
    ],
    foot: lines(
      say`You get this by mail because you chose so. Change it with ${{ typed: '/my notices' }}.`,
      say`To get no more of these by mail: ${{ link: '/unsubscribe/x', label: 'no more by mail' }}`,
    ),
  }
  await stage.read((store) => store.mails.want(null, letter, stage.now()))
  await stage.settle()
  letters = await Promise.all(sink.taken.map(received))
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
})
afterAll(async () => {
  await browser?.close()
  await stage?.close()
  await sink?.close()
  expect(stage.failures).toEqual([])
})

test('every letter can be read on a phone and on a screen, by day and by night, and by a screen reader', async () => {
  expect(letters.length).toBeGreaterThanOrEqual(4)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [320, 360, 1_000]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 740 }, deviceScaleFactor: 2 })
      const page = await context.newPage()
      const asked: string[] = []
      page.on('request', (request) => void asked.push(request.url()))
      for (const [n, { subject, html }] of letters.entries()) {
        const which = `${subject} (${colorScheme}, ${width})`
        await page.setContent(html)
        const wider = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'))
        expect(wider, `${which} is wider than the window`).toBeLessThanOrEqual(0)
        expect(Number(await page.evaluate(SMALLEST)), which).toBeGreaterThanOrEqual(16)
        if (PICTURES)
          await page.screenshot({ path: `${PICTURES}/letter-${n}-${colorScheme}-${width}.png`, fullPage: true })
        await page.evaluate(axe)
        expect(violations.parse(await page.evaluate('axe.run()')), which).toEqual([])
      }
      // Whoever reads a letter is not seen reading it.
      expect(asked).toEqual([])
      await context.close()
    }
})
