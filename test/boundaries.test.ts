import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const LINES_MAX = 250
const FOLDERS_MAX = 2

/** What the files of one part of the house may import: folders (ending in a slash), files and packages. */
interface Rule {
  files: string
  may: string[]
  /** Here only what `import type` brings, which is gone once the program runs. */
  types?: string[]
}

const CONTRACT = ['zod', 'src/core/', 'src/reply.ts', 'src/option.ts', 'src/command.ts']
const STORE_TYPES = ['src/store/']
const EVERYTHING = ['src/', 'node:', 'zod']

const platform = (name: string, ...own: string[]): Rule => ({
  files: `src/${name}/`,
  may: [...CONTRACT, 'src/router.ts', 'src/platform.ts', `src/${name}/`, ...own],
  types: [...STORE_TYPES, 'src/mail.ts'],
})

/** Who may import whom: the table of the architecture. The first rule that names a file holds for it. */
const TABLE: Rule[] = [
  {
    files: 'src/core/',
    may: [
      'src/core/',
      'zod',
      'luxon',
      'rrule',
      'chrono-node',
      'ulid',
      'fastest-levenshtein',
      '@sindresorhus/slugify',
      'node:crypto',
    ],
  },
  { files: 'src/reply.ts', may: ['zod', 'src/core/'] },
  { files: 'src/calendar.ts', may: ['src/core/', 'ical-generator', 'luxon'] },
  { files: 'src/figures.ts', may: ['src/core/'], types: ['src/reply.ts'] },
  {
    files: 'src/chart.ts',
    may: ['src/core/', 'echarts', '@resvg/resvg-js', 'node:module'],
    types: ['src/reply.ts'],
  },
  { files: 'src/echarts.d.ts', may: ['echarts'] },
  { files: 'src/option.ts', may: ['zod', 'src/core/'] },
  { files: 'src/platform.ts', may: ['src/core/', 'node:async_hooks'], types: ['src/reply.ts'] },
  { files: 'src/command.ts', may: ['zod', 'src/core/', 'src/reply.ts', 'src/option.ts'], types: STORE_TYPES },
  {
    files: 'src/address-list.ts',
    // Cells are defused as the segment store's are.
    may: ['src/core/', 'src/segments/formula.ts', 'csv-parse', 'csv-stringify'],
  },
  { files: 'src/asking.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/answering.ts', may: [...CONTRACT, 'src/asking.ts', 'src/opening.ts'], types: STORE_TYPES },
  { files: 'src/forgetting.ts', may: [...CONTRACT, 'src/opening.ts'], types: STORE_TYPES },
  { files: 'src/letters.ts', may: ['src/forgetting.ts'], types: STORE_TYPES },
  { files: 'src/news.ts', may: ['src/core/'], types: [...STORE_TYPES, 'src/segments/segment-store.ts'] },
  { files: 'src/hooks.ts', may: EVERYTHING },
  { files: 'src/hearing.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/proving.ts', may: [...CONTRACT, 'src/uniting.ts'], types: STORE_TYPES },
  { files: 'src/ballots/', may: [...CONTRACT, 'src/ballots/'], types: STORE_TYPES },
  {
    files: 'src/meetups/',
    may: [...CONTRACT, 'src/meetups/', 'src/ballots/', 'src/calendar.ts'],
    types: STORE_TYPES,
  },
  { files: 'src/content/', may: [...CONTRACT, 'src/content/', 'src/ballots/'], types: STORE_TYPES },
  { files: 'src/setup-card.ts', may: CONTRACT },
  { files: 'src/destination-acts.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/destination-state.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/destination-vanished.ts', may: CONTRACT, types: STORE_TYPES },
  {
    files: 'src/destination-card.ts',
    may: [...CONTRACT, 'src/destination-state.ts', 'src/destination-vanished.ts'],
    types: STORE_TYPES,
  },
  { files: 'src/looking.ts', may: CONTRACT },
  { files: 'src/ledger.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/own.ts', may: [...CONTRACT, 'src/ledger.ts'], types: STORE_TYPES },
  { files: 'src/settling.ts', may: ['src/core/'], types: STORE_TYPES },
  { files: 'src/uniting.ts', may: CONTRACT, types: STORE_TYPES },
  {
    files: 'src/waiting.ts',
    may: [...CONTRACT, 'src/asking.ts', 'src/ballots/', 'src/content/', 'src/meetups/'],
    types: STORE_TYPES,
  },
  { files: 'src/arriving.ts', may: ['src/core/'], types: STORE_TYPES },
  { files: 'src/entering.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/room-lost.ts', may: ['src/core/'], types: [...STORE_TYPES, 'src/platform.ts'] },
  { files: 'src/room-barred.ts', may: ['src/core/'], types: [...STORE_TYPES, 'src/platform.ts'] },
  { files: 'src/servers.ts', may: ['src/core/'], types: STORE_TYPES },
  { files: 'src/room-outgrown.ts', may: ['src/core/', 'src/reply.ts'], types: STORE_TYPES },
  { files: 'src/opening.ts', may: [...CONTRACT, 'src/asking.ts'], types: STORE_TYPES },
  { files: 'src/resolve.ts', may: CONTRACT, types: STORE_TYPES },
  { files: 'src/permit.ts', may: CONTRACT, types: STORE_TYPES },
  {
    files: 'src/router.ts',
    may: [
      ...CONTRACT,
      'src/arriving.ts',
      'src/asking.ts',
      'src/form.ts',
      'src/permit.ts',
      'src/resolve.ts',
      'src/mistakes.ts',
    ],
    types: [...STORE_TYPES, 'src/platform.ts'],
  },
  { files: 'src/form.ts', may: CONTRACT },
  { files: 'src/mistakes.ts', may: [...CONTRACT, 'fastest-levenshtein'] },
  {
    files: 'commands/',
    may: [
      ...CONTRACT,
      'src/address-list.ts',
      'src/answering.ts',
      'src/asking.ts',
      'src/ballots/',
      'src/content/',
      'src/destination-acts.ts',
      'src/destination-card.ts',
      'src/destination-state.ts',
      'src/destination-vanished.ts',
      'src/meetups/',
      'src/entering.ts',
      'src/forgetting.ts',
      'src/hearing.ts',
      'src/ledger.ts',
      'src/looking.ts',
      'src/opening.ts',
      'src/own.ts',
      'src/proving.ts',
      'src/settling.ts',
      'src/setup-card.ts',
      'src/uniting.ts',
      'src/waiting.ts',
    ],
    types: STORE_TYPES,
  },
  {
    files: 'src/store/',
    may: [
      'src/core/',
      'src/store/',
      'zod',
      '@electric-sql/pglite',
      '@prisma/adapter-pg',
      'pg',
      'pglite-prisma-adapter',
      'proper-lockfile',
      'node:',
    ],
    types: ['src/reply.ts'],
  },
  // Both take one line of text, and read it alike.
  platform('terminal', 'src/figures.ts', 'luxon', 'node:readline/promises', 'src/slack/parse.ts'),
  platform('discord', 'src/chart.ts', 'src/figures.ts', 'discord.js', 'luxon'),
  platform('slack', 'src/chart.ts', 'src/figures.ts', '@slack/bolt', 'luxon', 'node:http'),
  platform('web', 'src/chart.ts', 'hono', '@hono/node-server', 'feed', 'prom-client', 'luxon', 'node:crypto'),
  {
    files: 'src/segments/',
    may: ['src/segments/', 'zod', 'csv-parse', 'csv-stringify', 'pg', 'proper-lockfile', 'standardwebhooks', 'node:'],
  },
  {
    files: 'src/jobs/',
    // Of the segment stores only their contract: its errors say what is to be tried again.
    may: [
      ...CONTRACT,
      'src/jobs/',
      'src/ballots/',
      'src/content/',
      'src/meetups/',
      'src/destination-vanished.ts',
      'src/news.ts',
      'src/opening.ts',
      'src/room-barred.ts',
      'src/room-lost.ts',
      'src/room-outgrown.ts',
      'src/platform.ts',
      'src/mail.ts',
      'src/segments/segment-store.ts',
      'node-cron',
    ],
    types: [...STORE_TYPES, 'src/backup-folder.ts'],
  },
  { files: 'src/mail.ts', may: ['nodemailer'] },
  { files: 'src/recount-file.ts', may: ['src/core/', 'node:fs/promises'] },
  { files: 'src/log.ts', may: ['zod', 'pino'], types: ['src/config.ts', 'src/house.ts'] },
  { files: 'src/config.ts', may: ['zod', 'node:fs'] },
  { files: 'src/load-commands.ts', may: ['node:'], types: ['src/command.ts'] },
  { files: 'src/restored.ts', may: ['src/forgetting.ts'], types: STORE_TYPES },
  { files: 'src/backup-folder.ts', may: ['src/marks-file.ts', 'node:'], types: STORE_TYPES },
  { files: 'src/marks-file.ts', may: ['src/core/', 'zod', 'proper-lockfile', 'node:'], types: STORE_TYPES },
  { files: 'src/known.ts', may: ['src/core/'], types: [...STORE_TYPES, 'src/marks-file.ts'] },
  // These put the house together, so they know everybody.
  { files: 'src/open.ts', may: EVERYTHING },
  { files: 'src/backup.ts', may: EVERYTHING },
  { files: 'src/house.ts', may: EVERYTHING },
  { files: 'src/start-web.ts', may: [...EVERYTHING, '@hono/node-server'] },
  { files: 'src/books.ts', may: EVERYTHING },
  { files: 'src/start-slack.ts', may: EVERYTHING },
  { files: 'src/try.ts', may: EVERYTHING },
  { files: 'src/main.ts', may: [...EVERYTHING, 'discord.js'] },
]

/** What only those who start the program may touch: everything else is told the time, and draws from what it is given. */
const OUTSIDE = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b|\brandom(Bytes|UUID|Int)\b/
const MAY_TOUCH_OUTSIDE = ['src/main.ts', 'src/try.ts', 'src/config.ts']

interface Import {
  of: string
  typeOnly: boolean
}

/** The imports of a file, those of our own as paths from the root. */
function importsOf(file: string, source: string): Import[] {
  const found = source.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)
  return [...found].map(([, type, of = '']) => ({
    of: of.startsWith('.') ? new URL(of, `file:///${file}`).pathname.slice(1) : of,
    typeOnly: type !== undefined,
  }))
}

const names = (allowed: string, of: string) =>
  allowed === of || of.startsWith(/[/:]$/.test(allowed) ? allowed : `${allowed}/`)

/** What a file imports and may not, in words. */
function trespasses(file: string, source: string): string[] {
  const rule = TABLE.find(({ files }) => names(files, file))
  if (!rule) return [`${file} is in no row of the table`]
  const { may, types = [] } = rule
  return importsOf(file, source)
    .filter(({ of, typeOnly }) => ![...may, ...(typeOnly ? types : [])].some((allowed) => names(allowed, of)))
    .map(({ of }) => `${file} imports ${of}`)
}

async function sources(): Promise<[file: string, source: string][]> {
  const files = (await Promise.all(['src', 'commands'].map((folder) => filesIn(folder)))).flat()
  return Promise.all(files.map(async (file) => [file, await readFile(`${root}/${file}`, 'utf8')]))
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(`${root}/${folder}`, { withFileTypes: true })
  const inside = entries
    .filter((entry) => `${folder}/${entry.name}` !== 'src/store/generated')
    .map((entry) => (entry.isDirectory() ? filesIn(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
  return (await Promise.all(inside)).flat()
}

describe('the house', () => {
  test('every file imports only what the table lets it', async () => {
    const all = await sources()
    expect(all.length).toBeGreaterThan(50)
    expect(all.flatMap(([file, source]) => trespasses(file, source))).toEqual([])
  })

  test('the table refuses what it should', () => {
    const refused = (file: string, source: string) => trespasses(file, source).length > 0
    expect(refused('commands/join.ts', `import leave from './leave.ts'`)).toBe(true)
    expect(refused('commands/join.ts', `import {\n  Client,\n} from 'discord.js'`)).toBe(true)
    expect(refused('commands/join.ts', `import { storeOn } from '../src/store/store.ts'`)).toBe(true)
    expect(refused('commands/join.ts', `import type { Store } from '../src/store/store.ts'`)).toBe(false)
    expect(refused('src/core/say.ts', `import { readFile } from 'node:fs/promises'`)).toBe(true)
    expect(refused('src/core/say.ts', `export { now } from '../jobs/job.ts'`)).toBe(true)
    expect(refused('src/terminal/bot.ts', `import { csv } from '../segments/csv.ts'`)).toBe(true)
    expect(refused('src/unheard-of.ts', '')).toBe(true)
  })

  test('commands are the only files found while the program runs', async () => {
    const finders = (await sources()).filter(([, source]) => /\bimport\(/.test(source)).map(([file]) => file)
    expect(finders).toEqual(['src/load-commands.ts'])
  })

  test('only the start knows the clock, chance and the environment', async () => {
    const elsewhere = (await sources()).filter(([file]) => !MAY_TOUCH_OUTSIDE.includes(file))
    const touching = elsewhere.filter(([, source]) => OUTSIDE.test(source)).map(([file]) => file)
    expect(touching).toEqual([])
  })

  test(`no file is longer than ${LINES_MAX} lines, and no folder lies deeper than two`, async () => {
    const all = await sources()
    const long = all.filter(([, source]) => source.trimEnd().split('\n').length > LINES_MAX).map(([file]) => file)
    const deep = all.map(([file]) => file).filter((file) => file.split('/').length > FOLDERS_MAX + 1)
    expect([...long, ...deep]).toEqual([])
  })

  test('no file only passes on what others export, and none is named for what it is not about', async () => {
    const named = (await sources()).map(([file]) => file)
    expect(named.filter((file) => /(^|\/)(index|utils?|helpers?|lib|services?|managers?)[./]/.test(file))).toEqual([])
  })
})
