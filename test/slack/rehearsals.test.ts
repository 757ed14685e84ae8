import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Organization } from '../../src/core/organization.ts'
import { durationMs } from '../../src/core/schedule.ts'
import { csv } from '../../src/segments/csv.ts'
import { FAULTS, rehearsed } from '../../src/segments/rehearsal.ts'
import { type Line, readLine, type Speaker } from '../../src/terminal/line.ts'
import { MAIN } from '../../src/terminal/print.ts'
import { inOneLine } from '../discord/plain.ts'
import { MUSEUM, openStage, textOf } from '../stage.ts'
import { WORDS } from './differences.ts'
import type { Person, TeamHandle } from './hand.ts'
import { plain } from './plain.ts'
import { NOTHING, type Shown } from './shown.ts'
import { type Mode, openSlackStage } from './stage.ts'

const NOW = '2026-01-05T12:00:00Z'
/** Two houses play some hundred lines each, which takes seconds on a machine with nothing else to do. */
const PLAYING_MS = 400_000
const { staffRoom: _, ...ORGANIZATION }: Organization = {
  ...MUSEUM,
  contact: 'hello@museum.example',
  zone: 'Europe/Berlin',
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-slack-rehearsal-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function destinationsIn(dir: string, withDesk: boolean, now: () => Date) {
  const open = (name: string) => rehearsed(csv.open({ DIR: `${dir}/${name}` }, now))
  const files = { name: 'files', connector: 'csv', purpose: 'letters' as const, ...open('files') }
  const desk = {
    name: 'desk',
    connector: 'csv',
    purpose: 'service' as const,
    recipient: 'the Front Desk',
    ...open('desk'),
  }
  return withDesk ? [files, desk] : [files]
}

/** Words without what is only drawn differently: marks that are none in a heading, and what stands after a label. */
const canonical = (words: string) => words.replaceAll(/[*`<>]/g, '').replaceAll(/:(?= )/g, '')

/** Codes and numbers that are drawn, which differ from house to house. */
const DRAWN =
  /\b(?:(?:terminal\/|slack\/|calendar\/)[\w./-]{17,120}|\d{6}|[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9A-HJKMNP-TV-Z]{26})\b|(?<=\/unsubscribe\/)[\w-]+/g

async function play(name: 'foundation' | 'trust' | 'deciding' | 'meetups' | 'content', mode: Mode) {
  const withDesk = name === 'trust'
  const script = await readFile(new URL(`../rehearsals/${name}.txt`, import.meta.url), 'utf8')
  const terminal = await openStage({
    now: NOW,
    chance: 0.5,
    organization: ORGANIZATION,
    destinations: destinationsIn(`${folder}/terminal`, withDesk, () => terminal.now()),
  })
  const start = new Date(NOW)
  const there = destinationsIn(`${folder}/slack`, withDesk, () => stage.fake.now())
  const stage = await openSlackStage({
    ...{ mode, now: () => start, chance: 0.5, limited: false, destinations: there, organization: ORGANIZATION },
  })
  onTestFinished(async () => {
    await terminal.close()
    await stage.close()
  })
  const teams = new Map<string, TeamHandle>([[MAIN, stage.team]])
  const people = new Map<string, Person>()
  const [drawnThere, drawnHere] = [new Map<string, string>(), new Map<string, string>()]

  async function teamOf(workspace: string): Promise<TeamHandle> {
    const known = teams.get(workspace)
    if (known) return known
    const team = stage.fake.team(workspace, { installed: true })
    const installation = { workspace: team.id, name: workspace, token: team.token ?? '' }
    await stage.read((store) => store.installations.put('slack', installation, stage.fake.now()))
    teams.set(workspace, team)
    return team
  }

  async function personOf({ name: called, isStaff, workspace = MAIN }: Speaker): Promise<Person> {
    const key = `${called}#${workspace}`
    const person = people.get(key) ?? (await teamOf(workspace)).user(called, { staff: isStaff })
    people.set(key, person)
    return person
  }

  /** Before somebody enters a room they read who will see them there, and press once more; the terminal has no such rooms. */
  async function goesOn(person: Person, shown: Shown): Promise<Shown> {
    const [label = '', outside] = shown.buttons
    return outside === `${label} without the room` ? person.presses(label, shown.text.split('\n')[0] ?? '') : shown
  }

  /** What the terminal shows as buttons may be an option of a list, in the newest message or in an earlier one. */
  function presses(person: Person, label: string, containing?: string): Promise<Shown> {
    const seen = person.sees().reverse()
    const waiting = seen.filter(({ message }) => message?.onlyFor !== undefined && !message.pressed)
    const newest = [...waiting, ...seen].find(
      (one) => one.text.includes(containing ?? '') && [...one.buttons, ...one.options].includes(label),
    )
    return newest?.options.includes(label) ? person.selects(label, containing) : person.presses(label, containing)
  }

  async function act(line: Extract<Line, { speaker: Speaker }>): Promise<Shown> {
    const person = await personOf(line.speaker)
    const { room } = line.speaker
    if (line.kind === 'command') return person.types(`/community ${line.text}`, room ? { channel: room } : {})
    if (line.kind === 'press') return presses(person, line.labels[0] ?? '', line.containing)
    if (line.kind === 'fields') return person.fills(line.fields)
    throw new Error('nobody looks in these')
  }

  const wordsOf = ({ text, options, buttons, form }: Shown) =>
    form && form.fields.length > 0
      ? `form: ${form.fields.map((field) => field.name).join(', ')}`
      : plain([text, [...options, ...buttons].map((one) => `[${one}]`).join(' ')].join('\n'), stage.fake.world)

  const differences: { line: string; terminal: string; slack: string }[] = []
  for (const text of script.split('\n')) {
    const line = readLine(text)
    if (line.kind === 'nothing' || line.kind === 'comment') continue
    await terminal.sleep('1s')
    const outputs = await terminal.play(text)
    stage.fake.pass(1_000)
    const here = readLine(text.replace(DRAWN, (one) => drawnThere.get(one) ?? one))
    let shown: Shown | undefined
    if (here.kind === 'store') {
      const fault = FAULTS.find((one) => one === here.fault)
      if (fault) there.find((one) => one.name === here.name)?.suffer(fault)
    } else if (here.kind === 'advance') {
      // What came in private beside the answer may have been taken for it; weeks later it would be too late for the answer.
      await stage.until(stage.fake.interactions.isAllHeard)
      await stage.running.answered()
      const until = new Date(stage.fake.now().getTime() + (durationMs(here.duration) ?? 0))
      await stage.runner.advance(until, (time) => stage.fake.pass(time.getTime() - stage.fake.now().getTime()))
    } else if ('speaker' in here) {
      const acted = await act(here).catch(
        (error: Error): Shown => ({ ...NOTHING, text: `not sent: ${error.message.slice(0, 200)}` }),
      )
      shown = await goesOn(await personOf(here.speaker), acted)
    }
    await stage.settle()
    if (!('speaker' in line) || !shown) continue
    const to = line.speaker.name
    const first = outputs.find((one) => 'to' in one && one.to === to)
    const wanted = canonical(
      WORDS.reduce(
        (words, { terminal, slack }) => words.replace(terminal, slack),
        inOneLine(first ? textOf(first) : ''),
      ),
    )
    const words = canonical(wordsOf(shown))
    learn(wanted, words)
    const mails = outputs.flatMap((one) => ('mail' in one ? [one.mail] : []))
    for (const [i, mail] of mails.entries()) learn(mail.text, stage.mails.at(i - mails.length)?.text ?? '')
    const read = words.replace(DRAWN, (one) => drawnHere.get(one) ?? one)
    if (read !== wanted) differences.push({ line: text.slice(0, 90), terminal: wanted, slack: read })
  }

  function learn(terminals: string, slacks: string): void {
    const [theirs, ours] = [terminals.match(DRAWN) ?? [], slacks.match(DRAWN) ?? []]
    if (theirs.length !== ours.length) return
    for (const [i, one] of theirs.entries()) {
      const other = ours[i]
      if (other === undefined || drawnThere.has(one) || drawnHere.has(other)) continue
      drawnThere.set(one, other)
      drawnHere.set(other, one)
    }
  }
  expect(stage.failures).toEqual([])
  expect(stage.fake.violations).toEqual([])
  const threads = [...stage.team.state.channels.values()].flatMap((channel) => threadsIn(stage.team, channel.name))
  const files = [...people.values()].flatMap((one) => one.seesDm().flatMap((shown) => shown.files))
  return { differences, threads, files }
}

const OPENING = 'Here those who come can talk. Whoever is in the room can see who is in this thread.'

/** What was said under messages of a channel, and under which. */
function threadsIn(team: TeamHandle, channel: string): string[] {
  const all = team.messages(channel)
  return all.flatMap((one) => {
    const answers = all.filter(({ ts, threadTs }) => threadTs === one.ts && ts !== one.ts)
    if (answers.length === 0) return []
    return `${channel}, ${one.text.split('\n')[0]}: ${answers.map(({ text }) => text.replace(OPENING, 'begun')).join(' ')}`
  })
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

/** Under each card for as long as people come together; a sensitive community has none. */
const THREADS = [
  'parents-united, It took place: Breakfast with dinosaurs: begun It is over, so this thread is closed.',
  'parents-united, Cancelled: Storytime: begun It is cancelled, so this thread is closed.',
  'parents-united, It took place: Storytime: begun It is over, so this thread is closed.',
  'parents-united, It took place: Storytime: begun It is over, so this thread is closed.',
  'parents-united, Storytime: begun',
  'parents-united, Seeds and songs: begun',
  'parents-united, Behind the scenes: begun',
  'parents-united, Spring walk: begun',
  'garden-friends, Seeds and songs: begun',
]

describe.each<Mode>(['socket', 'http'])('through real Bolt, by %s, what the terminal shows,', (mode) => {
  test.each(['foundation', 'trust', 'deciding', 'meetups', 'content'] as const)(
    'in the rehearsal %s',
    async (name) => {
      const { differences, threads, files } = await play(name, mode)
      expect(differences).toEqual([])
      expect(threads).toEqual(name === 'meetups' ? THREADS : [])
      // A program opens them, so they are handed over whole.
      const calendars = files.filter((one) => one.name.endsWith('.ics'))
      expect(calendars.length > 0).toBe(name === 'meetups')
      for (const { text } of calendars) expect(text).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\r\n$/)
      expect(await told('slack')).toEqual(await told('terminal'))
      expect(Object.keys(await told('slack')).length > 0).toBe(name === 'foundation' || name === 'trust')
    },
    PLAYING_MS,
  )
})
