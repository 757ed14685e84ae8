import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Organization } from '../../src/core/organization.ts'
import { csv } from '../../src/segments/csv.ts'
import { FAULTS, rehearsed } from '../../src/segments/rehearsal.ts'
import { readLine } from '../../src/terminal/line.ts'
import { MAIN, type Output } from '../../src/terminal/print.ts'
import { inOneLine } from '../discord/plain.ts'
import { MUSEUM, openStage, textOf } from '../stage.ts'
import { NOT_SENT, WORDS } from './differences.ts'
import { createPlayer } from './player.ts'
import { openWebStage } from './stage.ts'

const NOW = '2026-01-05T12:00:00Z'
/** Two houses play some hundred lines each, which takes seconds on a machine with nothing else to do. */
const PLAYING_MS = 400_000
const { staffRoom: _, ...ORGANIZATION }: Organization = {
  ...MUSEUM,
  contact: 'hello@museum.example',
  zone: 'Europe/Berlin',
}
/** Everybody's notices are looked at after so many lines; else those of whom the terminal tells something. */
const LOOK_AT_ALL = 10

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-web-rehearsal-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('as forms and links in a browser, what the terminal shows,', () => {
  test.each(['foundation', 'trust', 'deciding', 'meetups', 'content'] as const)(
    'in the rehearsal %s',
    async (name) => {
      const { differences, notSent } = await play(name)
      expect(differences).toEqual([])
      expect(notSent).toEqual(name === 'foundation' ? Object.keys(NOT_SENT) : [])
      expect(await told('web')).toEqual(await told('terminal'))
      expect(Object.keys(await told('web')).length > 0).toBe(name === 'foundation' || name === 'trust')
    },
    PLAYING_MS,
  )
})

function destinationsIn(dir: string, withDesk: boolean, now: () => Date) {
  const open = (name: string) => rehearsed(csv.open({ DIR: `${dir}/${name}` }, now))
  const [letters, service] = [{ purpose: 'letters' as const }, { purpose: 'service' as const }]
  const files = { name: 'files', connector: 'csv', ...letters, recipient: undefined, ...open('files') }
  const desk = { name: 'desk', connector: 'csv', ...service, recipient: 'the Front Desk', ...open('desk') }
  return withDesk ? [files, desk] : [files]
}

/** Who reads what: `ana` in private, `:parents-united` in a room, `mail ana@example.org` in a mailbox. */
interface Read {
  to: string
  words: string
  key?: string
}

/** Plays a rehearsal in the terminal and in browsers; gives what somebody reads in one of them only. */
async function play(name: keyof typeof WORDS) {
  const withDesk = name === 'trust'
  const script = await readFile(new URL(`../rehearsals/${name}.txt`, import.meta.url), 'utf8')
  const terminal = await openStage({
    ...{ now: NOW, chance: 0.5, organization: ORGANIZATION },
    destinations: destinationsIn(`${folder}/terminal`, withDesk, () => terminal.now()),
  })
  const there = destinationsIn(`${folder}/web`, withDesk, () => stage.now())
  const stage = await openWebStage({ now: NOW, chance: 0.5, organization: ORGANIZATION, destinations: there })
  onTestFinished(async () => {
    await terminal.close()
    await stage.close()
  })
  const player = createPlayer(stage, terminal.commands)
  const drawn = createDrawn()
  const met = new Set<string>()
  const notSent: string[] = []
  const differences: { line: string; terminal: string[]; web: string[] }[] = []
  const known = new Map<string, string>()
  const stood = new Map<string, Set<string>>()
  const cards = new Map<string, string>()
  let [mails, lines] = [0, 0]

  /** What stands now and did not before where somebody of these reads. */
  async function news(readers: Iterable<string>): Promise<Read[]> {
    const [fresh, notices]: [Read[], (Read & { key: string })[]] = [[], []]
    for (const to of new Set(readers)) {
      if (to.startsWith(':')) {
        // The page of a community shows its last messages, so those of long ago leave it.
        const said = await player.room(drawn.onWeb(to.slice(1)))
        const before = stood.get(to) ?? new Set()
        stood.set(to, new Set(said.map(({ key, words }) => `${key} ${words}`)))
        fresh.push(...said.flatMap(({ key, words }) => (before.has(`${key} ${words}`) ? [] : [{ to, words }])))
      } else for (const one of await player.notices(to)) notices.push({ to, ...one })
    }
    fresh.push(...notices.filter(({ key, words }) => known.get(key) !== words))
    for (const { key, words } of notices) known.set(key, words)
    const mailed = stage.mails.slice(mails).map(({ to, text }) => ({ to: `mail ${to}`, words: inOneLine(text) }))
    mails = stage.mails.length
    return [...fresh, ...mailed]
  }

  for (const text of script.split('\n')) {
    const line = readLine(text)
    if (line.kind === 'nothing' || line.kind === 'comment') continue
    await terminal.sleep('1s')
    const outputs = await terminal.play(text)
    await stage.pass('1s')
    const here = readLine(drawn.onWeb(text))
    const read: Read[] = []
    if (here.kind === 'store') {
      const fault = FAULTS.find((one) => one === here.fault)
      if (fault) there.find((one) => one.name === here.name)?.suffer(fault)
    } else if (here.kind === 'advance') await stage.pass(here.duration)
    else if ('speaker' in here)
      read.push({ to: seatName(here.speaker.name, here.speaker.workspace), words: await player.play(here) })
    await stage.settle()
    const why = Object.entries(NOT_SENT).findLast(([start]) => text.startsWith(start))?.[1]
    if (why) notSent.push(text)
    const wanted = outputs
      .filter(isNews)
      .flatMap((one) => saidBy(one) ?? [])
      .map((one) => expected(one, why))
    // There is no lobby on the web: what is shown to everyone there stands in the directory, or not any more.
    for (const shown of inLobby(outputs)) {
      const directory = await player.directory(shown.name)
      if (directory.includes(`${shown.name}: ${shown.need}`) !== shown.isThere)
        differences.push({ line: text.slice(0, 90), terminal: [JSON.stringify(shown)], web: [directory] })
    }
    // Nobody but who is named has news: looked at now and then, since it takes many pages.
    const all = lines++ % LOOK_AT_ALL === 0 ? player.names() : []
    drawn.learn(wanted, read)
    // Whoever changes their clock reads what they were told before by it.
    if (text.includes('/my zone')) await news(read.map(({ to }) => to))
    read.push(...(await news([...wanted.map(({ to }) => to).filter((to) => !to.startsWith('mail ')), ...all])))
    drawn.learn(wanted, read)
    const { onTerminal, onWeb } = compared(
      wanted,
      read.map(({ words, ...rest }) => ({
        ...rest,
        words: drawn.onTerminal(words.replaceAll(stage.site, 'http://kindred')),
      })),
    )
    if (onTerminal.length + onWeb.length > 0)
      differences.push({ line: text.slice(0, 90), terminal: onTerminal, web: onWeb })
  }

  /** The terminal shows a card at each drawing, also of one that changes no word. */
  function isNews(output: Output): boolean {
    if (!('shown' in output) || !('room' in output)) return true
    const [card, words] = [`${output.room} ${output.shown.card?.title}`, textOf(output)]
    const isSame = output.replaces === true && cards.get(card) === words
    cards.set(card, words)
    return !isSame
  }

  function expected({ to, words }: Read, unsent: string | undefined): Read {
    if (unsent) return { to, words: `not sent: ${unsent}` }
    const changed = WORDS[name].reduce((before, { terminal, web, why }) => {
      const after = before.replace(terminal, web)
      if (after !== before) met.add(why)
      return after
    }, `${to} | ${words}`)
    const bar = changed.indexOf(' | ')
    return { to: changed.slice(0, bar), words: changed.slice(bar + 3) }
  }

  expect(stage.failures).toEqual([])
  expect([...met].sort()).toEqual(WORDS[name].map(({ why }) => why).sort())
  return { differences, notSent: notSent.map((text) => Object.keys(NOT_SENT).findLast((one) => text.startsWith(one))) }
}

/** What everybody in the terminal's lobby is shown of a community. */
function inLobby(outputs: Output[]): { name: string; need: string; isThere: boolean }[] {
  const cards = outputs.flatMap((one) => ('shown' in one && one.room === 'lobby' ? [one.shown.card] : []))
  return cards.map(({ title = '', body = '' } = {}) => ({
    name: title.replace(/^Wanted: /, ''),
    need: body.replace(/\. It is open\.$/, ''),
    isThere: body !== 'It did not open.',
  }))
}

/** What only one of them shows. One message that two accounts of a person see is one. */
function compared(wanted: Read[], read: Read[]): { onTerminal: string[]; onWeb: string[] } {
  const left = [...read]
  const taken = new Set<string>()
  const missing = wanted.filter(({ to, words }) => {
    const i = left.findIndex((one) => one.to === to && one.words === words)
    const [found] = i < 0 ? [] : left.splice(i, 1)
    if (found?.key) taken.add(found.key)
    return !found
  })
  const others = left.filter(({ key }) => key === undefined || !taken.has(key))
  const told = ({ to, words }: Read) => `${to}: ${words}`
  return { onTerminal: missing.map(told), onWeb: others.map(told) }
}

const seatName = (name: string, workspace = MAIN) => (workspace === MAIN ? name : `${name}.${workspace}`)

function saidBy(output: Output): Read | undefined {
  if ('mail' in output) return { to: `mail ${output.mail.to}`, words: inOneLine(output.mail.text) }
  if (!('shown' in output) && !('form' in output)) return undefined
  if ('room' in output && output.room === 'lobby') return undefined
  const room = 'room' in output ? `:${output.room}` : ''
  return {
    to: output.to === undefined ? room : seatName(output.to, output.workspace),
    words: inOneLine(textOf(output)),
  }
}

/** Codes and numbers that are drawn, which differ from house to house. */
const DRAWN =
  /\b(?:(?:terminal\/|web\/|calendar\/)[\w./?=&-]{17,120}|\d{6}|[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9A-HJKMNP-TV-Z]{26}|(?<=-)[0-9a-hjkmnp-tv-z]{4})\b|(?<=\/unsubscribe\/)[\w-]+/g

function createDrawn() {
  const [there, here] = [new Map<string, string>(), new Map<string, string>()]
  return {
    onWeb: (words: string) => words.replace(DRAWN, (one) => there.get(one) ?? one),
    onTerminal: (words: string) => words.replace(DRAWN, (one) => here.get(one) ?? one),
    learn(terminal: Read[], web: Read[]): void {
      for (const { to, words } of terminal) {
        const theirs = words.match(DRAWN) ?? []
        const ours = web.find((one) => one.to === to && one.words.match(DRAWN)?.length === theirs.length)
        for (const [i, other] of (ours?.words.match(DRAWN) ?? []).entries()) {
          const one = theirs[i]
          if (one === undefined || there.has(one) || here.has(other)) continue
          there.set(one, other)
          here.set(other, one)
        }
      }
    },
  }
}

/** Who is held by which destination in the end, by their addresses. */
async function told(platform: string): Promise<Record<string, string[]>> {
  const files = (await readdir(`${folder}/${platform}`, { recursive: true })).filter((file) => file.endsWith('.csv'))
  const people = files.sort().map(async (file) => {
    const [, ...rows] = (await readFile(`${folder}/${platform}/${file}`, 'utf8')).trim().split('\n')
    return [file, rows.map((row) => row.split(',')[0] ?? '').sort()] as const
  })
  return Object.fromEntries(await Promise.all(people))
}
