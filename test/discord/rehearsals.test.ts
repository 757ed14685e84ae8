import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { csv } from '../../src/segments/csv.ts'
import { MAIN } from '../../src/terminal/print.ts'
import type { StageOptions } from '../stage.ts'
import { areSame, openBoth, type Played } from './both.ts'
import { BEFORE_A_ROOM, NOT_SENT, WORDS } from './differences.ts'
import { eventsOf, STATUS } from './events.ts'
import { type Channel, type Message, messagesIn } from './world.ts'

const NOW = '2026-01-05T12:00:00Z'
/** Two houses play some hundred lines each, which takes a minute or two. */
const PLAYING_MS = 400_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-both-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('through real discord.js, and word for word what the terminal shows,', () => {
  test(
    'a community forms, and the organization is told of exactly those who said so',
    async () => {
      const { differences, notSent } = await play('foundation', destinationsOf(false), {
        '# Eva would rather not': async () => {
          expect(await peopleIn('files', 'parents-united')).toEqual(['dia@example.org'])
        },
        'store files down': async () => {
          expect(await peopleIn('files', 'parents-united')).toEqual(['dia@example.org'])
          expect(await changesIn('files')).toEqual(['in dia 1', 'out dia 2', 'in dia 3'])
        },
      })
      expect(differences).toEqual([])
      expect(notSent).toEqual(Object.keys(NOT_SENT.foundation))
      expect(await peopleIn('files', 'parents-united')).toEqual([])
      expect(await readdir(`${folder}/discord/files`)).toEqual([
        'changes-2026-01-05.jsonl',
        'manifest.json',
        'parents-united.csv',
      ])
      expect(JSON.stringify(await filesIn('files'))).not.toMatch(/surprise|quiet|mo\b/i)
    },
    PLAYING_MS,
  )

  test(
    'nothing is lost and nothing told unasked, whatever fails while people come, go, pause and are forgotten',
    async () => {
      const { differences, fay } = await play('trust', destinationsOf(true), {
        '# Too many requests': async () => {
          // What waits is tried again at times of its own, so in any order.
          const told = ['in ana 1', 'in ben 1', 'out ben 2', 'in ana 3', 'in cem 1']
          const changes = await changesIn('files')
          const ofEli = changes.filter((one) => one.includes(' eli '))
          expect(changes.filter((one) => !ofEli.includes(one)).sort()).toEqual(told.sort())
          // He came and went meanwhile: whoever was tried while the files did not answer is told of as out, and nobody else is.
          expect([[], ['out eli 2']]).toContainEqual(ofEli)
        },
      })
      expect(differences).toEqual([])
      const letters = ['ana', 'ben', 'eli', 'home', 'home', 'ivo'].map((name) => `${name}@example.org`)
      expect((await peopleIn('files', 'parents-united')).sort()).toEqual(letters)
      expect(await peopleIn('desk', 'parents-united')).toEqual(['ben@example.org'])
      expect(await peopleIn('files', 'late-hours')).toEqual(['ivo@example.org'])
      const all = [await filesIn('files'), await filesIn('desk')].flatMap(Object.values<string>)
      expect(JSON.stringify(all)).not.toContain('fay@example.org')
      const changes = all.flatMap((file) => file.split('\n').filter((line) => line.includes(fay)))
      expect(changes.map((line) => JSON.parse(line))).toMatchObject([
        { op: 'erased', person: fay, email: null },
        { op: 'erased', person: fay, email: null },
      ])
    },
    PLAYING_MS,
  )

  test(
    'three months are decided by rules that everybody reads',
    async () => {
      const { differences, notSent } = await play('deciding', destinationsOf(false), {})
      expect(differences).toEqual([])
      expect(notSent).toEqual(Object.keys(NOT_SENT.deciding))
    },
    PLAYING_MS,
  )

  test(
    'half a year of content keeps to what was agreed',
    async () => {
      const { differences, notSent } = await play('content', destinationsOf(false), {})
      expect(differences).toEqual([])
      expect(notSent).toEqual([])
    },
    PLAYING_MS,
  )

  test(
    'a spring of meetups: seats are given fairly, and the place is told only to who comes',
    async () => {
      const { differences, notSent, both } = await play('meetups', destinationsOf(false), {})
      expect(differences).toEqual([])
      expect(notSent).toEqual([])
      // Each meetup that was shown and that everybody may know of; times are an hour or two behind Berlin's.
      expect(eventsOn(both)).toEqual([
        'Breakfast with dinosaurs (Parents United\nNo steps; it can be loud), 01-18 09:30 to 01-18 11:00, Place after you say yes: completed',
        'Storytime (Parents United), 03-08 14:00 to 03-08 16:00, The foyer: canceled',
        'Storytime (Parents United), 03-15 14:00 to 03-15 16:00, The small hall: completed',
        'Storytime (Parents United), 03-29 14:00 to 03-29 16:00, The small hall: completed',
        'Storytime (Parents United), 04-05 14:00 to 04-05 16:00, The small hall: scheduled',
        'Seeds and songs (Parents United and Garden Friends), 04-18 12:00 to 04-18 15:00, The garden: scheduled',
        'Behind the scenes (Parents United), 05-02 09:00 to 05-02 11:00, See the community’s room: scheduled',
        'Spring walk (Parents United), 05-03 08:00 to 05-03 10:00, At the gate: scheduled',
      ])
      // Who comes and is in the room, and nobody else; a sensitive community has no such list of people.
      expect(threadsOn(both)).toEqual([
        'parents-united, Breakfast with dinosaurs: dia eli fay closed. It is over, so this thread is closed.',
        'parents-united, Storytime: ben closed. It is cancelled, so this thread is closed.',
        'parents-united, Storytime: ben closed. It is over, so this thread is closed.',
        'parents-united, Storytime: closed. It is over, so this thread is closed.',
        'parents-united, Storytime: open.',
        'parents-united, Seeds and songs: hal open.',
        'garden-friends, Seeds and songs: hal ivo open.',
        'parents-united, Behind the scenes: open.',
        'parents-united, Spring walk: fay open.',
      ])
      const forAll = messagesOf(both).filter(
        ({ onlyFor, channelId }) =>
          onlyFor === undefined && !both.stage.fake.world.channels.get(channelId)?.recipientId,
      )
      expect(JSON.stringify(forAll.map(({ content, embeds, files }) => [content, embeds, files]))).not.toContain(
        'Hall 3',
      )
    },
    PLAYING_MS,
  )
})

type Destinations = NonNullable<StageOptions['destinations']>

function destinationsOf(withDesk: boolean): (dir: string, now: () => Date) => Destinations {
  const open = (dir: string, now: () => Date) => csv.open({ DIR: dir }, now)
  return (dir, now) => [
    { name: 'files', connector: 'csv', purpose: 'letters', store: open(`${dir}/files`, now) },
    ...(withDesk
      ? [
          {
            name: 'desk',
            connector: 'csv',
            purpose: 'service' as const,
            recipient: 'the Front Desk',
            store: open(`${dir}/desk`, now),
          },
        ]
      : []),
  ]
}

/** For rates the client waits in real time; everybody in a room is looked at each day, which is minutes of waiting in months. */
const MONTHS: (keyof typeof WORDS)[] = ['deciding', 'meetups', 'content']

/** Plays a rehearsal on both platforms, with a look at the files before some of its lines. */
async function play(
  name: keyof typeof WORDS,
  destinations: ReturnType<typeof destinationsOf>,
  looks: Record<string, () => Promise<void>>,
) {
  const script = await readFile(new URL(`../rehearsals/${name}.txt`, import.meta.url), 'utf8')
  const met = { words: new Set<string>(), notSent: new Set<string>() }
  const expected = (words: string) =>
    WORDS[name].reduce((before, { terminal, discord, why }) => {
      const after = before.replace(terminal, discord)
      if (after !== before) met.words.add(why)
      return after
    }, words)
  const folders = { terminal: `${folder}/terminal`, discord: `${folder}/discord` }
  const both = await openBoth(NOW, folders, destinations, expected, !MONTHS.includes(name))
  onTestFinished(() => both.close())
  const differences: (Played & { line: string })[] = []
  let fay = 'nobody'
  for (const line of script.split('\n')) {
    const look = Object.keys(looks).find((start) => line.startsWith(start))
    if (look) await looks[look]?.()
    const played = await both.play(line)
    // The file she takes along before she is forgotten.
    const number = /"number": "([0-9A-Z]{26})/.exec(played.discord.fay ?? '')?.[1]
    if (number) fay = both.drawnFor(number)
    const notSent = Object.keys(NOT_SENT[name]).find((start) => line.startsWith(start))
    if (notSent) met.notSent.add(notSent)
    const speaker = /^@(\w+)/.exec(line)?.[1] ?? ''
    for (const thread of threadsIn(both)) delete played.discord[`:${thread.name}`]
    const wanted = notSent ? { [speaker]: `not sent: ${NOT_SENT[name][notSent]}` } : played.terminal
    if (!areSame(played.discord, wanted))
      differences.push({ line: line.slice(0, 100), terminal: wanted, discord: played.discord })
  }
  expect(both.failures()).toEqual([])
  expect(both.stage.fake.violations).toEqual([])
  expect(both.stage.fake.refusals()).toEqual([])
  for (const warning of both.warnings()) expect(warning).toMatch(BEFORE_A_ROOM)
  expect(both.warnings()).not.toEqual([])
  expect([...met.words]).toEqual(WORDS[name].map(({ why }) => why))
  return { differences, notSent: [...met.notSent], fay, both }
}

const OPENING = 'Here those who come can talk. Whoever is in the room can see who is in this thread.'

type Both = Awaited<ReturnType<typeof openBoth>>

/** Threads under cards, which only Discord has. */
function threadsIn({ stage: { fake } }: Both): Channel[] {
  const all = [...fake.world.channels.values()]
  return all.filter(({ id, thread, parentId }) => thread && messagesIn(fake.world, parentId ?? '').has(id))
}

function messagesOf({ stage: { fake } }: Both): Message[] {
  return [...fake.world.messages.values()].flatMap((all) => [...all.values()])
}

/** What stands among the server's own events in the end. */
function eventsOn({ stage: { fake } }: Both): string[] {
  const museum = [...fake.world.guilds.values()].filter(({ name }) => name === MAIN)
  const all = museum.flatMap((guild) => eventsOf(fake.world, guild))
  return all.map(({ name, startsAt, endsAt, location, description, status }) => {
    const [state] = Object.entries(STATUS).find(([, one]) => one === status) ?? []
    const [start, end] = [startsAt, endsAt].map((at) => at.slice(5, 16).replace('T', ' '))
    return `${name} (${description}), ${start} to ${end}, ${location}: ${state}`
  })
}

/** Under which room's card a thread is, whom it holds besides the bot, whether it is closed, and what was said there. */
function threadsOn(both: Both): string[] {
  const { world } = both.stage.fake
  return threadsIn(both).map((one) => {
    const { members, archived, locked } = one.thread ?? {}
    const people = [...(members?.keys() ?? [])].filter((id) => id !== world.bot.id)
    const said = [...messagesIn(world, one.id).values()].filter(({ system }) => !system)
    const words = said.map(({ content }) => content).join(' ')
    const room = world.channels.get(one.parentId ?? '')?.name
    const names = people.map((id) => world.users.get(id)?.username).sort()
    const state = archived && locked ? 'closed' : 'open'
    return `${room}, ${one.name}: ${[...names, state].join(' ')}. ${words.replace(OPENING, '').trim()}`.trim()
  })
}

async function filesIn(destination: string): Promise<Record<string, string>> {
  const dir = `${folder}/discord/${destination}`
  const names = (await readdir(dir)).filter((name) => /^[^.].*\.(csv|json|jsonl)$/.test(name)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(`${dir}/${name}`, 'utf8')])),
  )
}

async function peopleIn(destination: string, slug: string): Promise<string[]> {
  const [, ...rows] = ((await filesIn(destination))[`${slug}.csv`] ?? '').trim().split('\n')
  return rows.map((row) => row.split(',')[0] ?? '')
}

async function changesIn(destination: string): Promise<string[]> {
  const lines = ((await filesIn(destination))['changes-2026-01-05.jsonl'] ?? '').trim().split('\n')
  return lines
    .map((line) => JSON.parse(line))
    .map(({ op, email, revision }) => `${op} ${email.split('@')[0]} ${revision}`)
}
