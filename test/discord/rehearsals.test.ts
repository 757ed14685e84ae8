import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { csv } from '../../src/segments/csv.ts'
import type { StageOptions } from '../stage.ts'
import { areSame, openBoth, type Played } from './both.ts'

const NOW = '2026-01-05T12:00:00Z'
/** Two houses play some hundred lines each, which takes seconds on a machine with nothing else to do. */
const PLAYING_MS = 180_000

interface Difference {
  terminal: RegExp
  discord: string
  why: string
}

const FOUNDING: Difference = {
  terminal:
    /(yours included, by [^.]+\.|is open, and you look after it\.) ((?:Others come with|Nobody can find it).*)$/g,
  discord:
    "$1 You are in its room once there is one. Its members, and the server's administrators and moderators, see who is in it. A thread goes on saying who came and went. $2 [Stay out of the room]",
  why: 'whoever starts a community reads who sees them in its room, and may stay out of it',
}

/** Words that are rightly others on Discord, by rehearsal, in the order they are first met. */
const WORDS: Record<'foundation' | 'trust', Difference[]> = {
  foundation: [
    FOUNDING,
    {
      terminal: /You are in Parents United already\./g,
      discord:
        'You are in Parents United already. Parents United has a room. If you enter it, the others there will see you, ' +
        'and so will whoever runs the place. [Enter the room]',
      why: 'who is out of the room by whatever chance gets in again',
    },
    {
      terminal:
        /Night Sketchers lets people in on request\. Tell its organizers why you would like to join\. \[Say why\]/g,
      discord:
        "Before you join Night Sketchers It has a room. Its members, and the server's administrators and moderators, see who is in it. A thread goes on saying who came and went. " +
        'Its organizers let people in: tell them why you would like to join. [Say why] [Say why, without the room]',
      why: 'who sees a room there is said before anybody enters it',
    },
    {
      terminal: /\[How long things are kept\]/g,
      discord: '[How long things are kept] [Rooms here]',
      why: 'staff choose there what carries the rooms',
    },
    {
      terminal: /Staff room and e-mail: staff,/g,
      discord: 'Staff room and e-mail: #staff,',
      why: 'a channel is called by its name there',
    },
  ],
  trust: [
    FOUNDING,
    {
      terminal: /terminal \((?:main|den)\): /g,
      discord: 'discord: ',
      why: 'an account is the same in every server, so none is named with it',
    },
    {
      terminal: /terminal, workspace (main|den), lobby/g,
      discord: 'discord, workspace $1, lobby',
      why: 'a yes tells on which platform it was given',
    },
    {
      terminal: /"platform": "terminal", "workspace": "main", "id": "(\w+)", "name": "(\w+)", "alsoIn": \[\]/g,
      discord: '"platform": "discord", "workspace": "", "id": "$1", "name": "$2", "alsoIn": [ "main" ]',
      why: 'one account for all servers, and where it was met',
    },
    {
      terminal: /"platform": "terminal", "workspace": "main"/g,
      discord: '"platform": "discord", "workspace": "main"',
      why: 'where a yes was given',
    },
    { terminal: /"language": null/g, discord: '"language": "en-US"', why: 'Discord tells the language of its client' },
    {
      terminal: /an account on terminal/g,
      discord: 'an account on discord',
      why: 'who shares an address is told on which platform the other account is',
    },
  ],
}

/** What people read before they press once more, where the terminal lets them in at once; the player does so for them. */
const BEFORE_A_ROOM =
  /^(It has a room|Once it opens it has a room)\. Its members, and the server's administrators and moderators, see who is in it\. A thread goes on saying who came and went\.$/

/** Lines by their beginning that Discord's own client does not send, and why; the terminal answers them with a sentence. */
const NOT_SENT: Record<string, string> = {
  '@ola /start-community "WWW': 'name takes 0 to 60 characters',
  '@ola /start-community "Late Hours" need:"people who work late, so that we can come at night" pledges:many':
    'pledges is a number',
  '@pia /jion parents-united': 'pia is not offered /jion here',
  '@pia /join': '/join requires the option community',
  '@pia /sharing parents-united maybe': 'answer is one of: on, off',
  '@pia /status': 'pia is not offered /staff here',
}

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
      expect(notSent).toEqual(Object.keys(NOT_SENT))
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
          const told = ['in ana 1', 'in ben 1', 'out ben 2', 'out eli 2', 'in ana 3', 'in cem 1']
          expect((await changesIn('files')).sort()).toEqual(told.sort())
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
  const both = await openBoth(NOW, folders, destinations, expected)
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
    const notSent = Object.keys(NOT_SENT).find((start) => line.startsWith(start))
    if (notSent) met.notSent.add(notSent)
    const speaker = /^@(\w+)/.exec(line)?.[1] ?? ''
    const wanted = notSent ? { [speaker]: `not sent: ${NOT_SENT[notSent]}` } : played.terminal
    if (!areSame(played.discord, wanted))
      differences.push({ line: line.slice(0, 100), terminal: wanted, discord: played.discord })
  }
  expect(both.failures()).toEqual([])
  expect(both.stage.fake.violations).toEqual([])
  expect(both.stage.fake.refusals()).toEqual([])
  for (const warning of both.warnings()) expect(warning).toMatch(BEFORE_A_ROOM)
  expect(both.warnings()).not.toEqual([])
  expect([...met.words]).toEqual(WORDS[name].map(({ why }) => why))
  return { differences, notSent: [...met.notSent], fay }
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
