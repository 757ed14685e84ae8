import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recount } from '../src/core/recount.ts'
import { csv } from '../src/segments/csv.ts'
import { freePort } from './free-port.ts'
import { openStage, type StageOptions } from './stage.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const NOW = '2026-01-05T12:00:00Z'
const FLAGS = ['--json', '--now', NOW, '--seed', '1']
const clock = () => new Date(NOW)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-rehearsal-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the foundation rehearsal', () => {
  test('reads like a product, and at its end the files hold nobody and tell nothing of what is hidden', async () => {
    const { transcript, code } = await play(await scenario())
    expect(code).toBe(0)
    await expect(transcript).toMatchFileSnapshot('./rehearsals/foundation.jsonl')
    const files = await readFiles()
    expect(files['parents-united.csv']).toBe('email,person,since,direction\n')
    expect(Object.keys(files)).toEqual(['changes-2026-01-05.jsonl', 'manifest.json', 'parents-united.csv'])
    expect(JSON.stringify(files)).not.toMatch(/surprise|quiet|mo\b/i)
  })

  test('once Dia has said yes and proven her address, the files hold exactly her', async () => {
    const files = await filesAt('foundation', '# Eva would rather not')
    const [header, ...people] = (files['parents-united.csv'] ?? '').trim().split('\n')
    expect(header).toBe('email,person,since,direction')
    expect(people.map((line) => line.split(',')[0])).toEqual(['dia@example.org'])
  })

  test('once Dia has taken her yes back and given it again, the files still hold exactly her', async () => {
    const files = await filesAt('foundation', 'store files down')
    const [, ...people] = (files['parents-united.csv'] ?? '').trim().split('\n')
    expect(people.map((line) => line.split(',')[0])).toEqual(['dia@example.org'])
    const changes = (files['changes-2026-01-05.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(changes.map(({ op, revision }) => `${op} ${revision}`)).toEqual(['in 1', 'out 2', 'in 3'])
  })
})

describe('the trust rehearsal', () => {
  // The gate plays it anyway.
  test.runIf(process.env.SLOW)(
    'loses nothing and tells nothing unasked, whatever fails while people come, go, pause and are forgotten',
    async () => {
      const { transcript, code } = await play(await scenario('trust'), await settingsOf('trust'))
      expect(code).toBe(0)
      await expect(transcript).toMatchFileSnapshot('./rehearsals/trust.jsonl')
      const [letters, desk] = [
        await peopleIn(folder, 'parents-united'),
        await peopleIn(`${folder}/desk`, 'parents-united'),
      ]
      expect(letters.sort()).toEqual(['ana', 'ben', 'eli', 'home', 'home', 'ivo'].map((name) => `${name}@example.org`))
      expect(desk).toEqual(['ben@example.org'])
      expect(await peopleIn(folder, 'late-hours')).toEqual(['ivo@example.org'])
      // Whoever was forgotten stands in no file; who reads the changes is told to forget them too. The file she took along is
      // in the transcript, as JSON within JSON.
      const number = /number\\": \\"([0-9A-Z]{26})/.exec(transcript)?.[1] ?? 'none'
      const all = (await Promise.all([folder, `${folder}/desk`].map((dir) => readFiles(dir)))).flatMap(
        Object.values<string>,
      )
      expect(JSON.stringify(all)).toContain('ben@example.org')
      expect(JSON.stringify(all)).not.toContain('fay@example.org')
      const changes = all.flatMap((file) => file.split('\n').filter((line) => line.includes(number)))
      expect(changes.map((line) => JSON.parse(line))).toMatchObject([
        { op: 'erased', person: number, email: null },
        { op: 'erased', person: number, email: null },
      ])
    },
  )

  test('while the files are down the desk is told, and what waits is told once, in its last state', async () => {
    const files = await filesAt('trust', '# Too many requests', [
      { name: 'files', connector: 'csv', purpose: 'letters', store: csv.open({ DIR: folder }, clock) },
      {
        name: 'desk',
        connector: 'csv',
        purpose: 'service',
        recipient: 'the Front Desk',
        store: csv.open({ DIR: `${folder}/desk` }, clock),
      },
    ])
    const changes = (files['changes-2026-01-05.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const told = changes.map(({ op, email, revision }) => `${op} ${email.split('@')[0]} ${revision}`)
    // Eli came and went while nothing was sent, so nothing is told of him.
    expect(told).toEqual(['in ana 1', 'in ben 1', 'out ben 2', 'in ana 3', 'in cem 1'])
  })
})

describe('the deciding rehearsal', () => {
  test.runIf(process.env.SLOW)('decides by rules that everybody reads, and tells no more than they allow', async () => {
    const { transcript, code } = await play(await scenario('deciding'))
    expect(code).toBe(0)
    await expect(transcript).toMatchFileSnapshot('./rehearsals/deciding.jsonl')
    const outputs: { to?: string; room?: string; text?: string; file?: { text: string } }[] = transcript
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const told = (words: RegExp) => outputs.filter((one) => words.test(JSON.stringify(one)))

    // Whoever takes an export along counts what was said, under the seal that was told to the room.
    const exports = outputs.filter(({ file }) => file)
    const counted = exports.map(({ text = '', file }) => {
      const [, seal = 'none'] = /--seal ([0-9a-f]{64})/.exec(text) ?? []
      expect(told(new RegExp(seal)).some(({ room }) => room === 'parents-united')).toBe(true)
      return recount(file?.text ?? '', seal)
    })
    expect(counted).toMatchObject([
      { verdict: 'as sealed', isAsWritten: true, file: { ballot: { question: 'Who speaks for us?' } } },
      { verdict: 'as sealed', isAsWritten: true, file: { ballot: { question: 'Which two books?' } } },
    ])

    // A receipt is told to its voter as they vote or change their vote, and stands in no other line.
    const receipts = outputs.flatMap(({ to, text = '' }) => {
      const receipt = /^Counted, in secret\. Your receipt: (\w{26})$/m.exec(text)?.[1]
      return receipt ? [{ to, receipt }] : []
    })
    expect(receipts.map(({ to }) => to)).toEqual(['ana', 'ben', 'cem', 'dia', 'eli', 'fay', 'ana', 'dia'])
    for (const { to, receipt } of receipts) {
      const lines = told(new RegExp(receipt))
      expect(lines.every((one) => one.to === to && /^(Counted, in secret|Changed)\./.test(one.text ?? ''))).toBe(true)
      expect(lines).toHaveLength(to === 'fay' ? 2 : 1)
    }

    // With so few votes any figure would tell whose each is.
    const small = told(/Decided: Shall we move/)
    expect(small.length).toBeGreaterThan(1)
    for (const one of small)
      expect(JSON.stringify(one)).not.toMatch(/table|ballots? (was|were) cast|could vote|[Ss]eal/)

    // Fay lives by New York's clock, and nobody else.
    const times = told(/10:00 \(GMT|05:00 \(EDT/).filter(({ to }) => to !== undefined)
    for (const one of times) expect(/\((EST|EDT)\)/.test(JSON.stringify(one))).toBe(one.to === 'fay')
    expect(times.some(({ to }) => to === 'fay')).toBe(true)

    const [reminders, minutes] = [told(/Time to look at it again: Do we meet/), told(/"now":"2026-04-14/)]
    expect(reminders.map(({ to, room }) => to ?? `:${room}`)).toEqual([':parents-united', 'ana'])
    expect(minutes).toHaveLength(1)
  })
})

describe('the destinations rehearsal', () => {
  test.runIf(process.env.SLOW)(
    'connects a tool late, heeds who unsubscribed there, and tells a desk of nobody but who said yes to it',
    async () => {
      const data = ['--data', `${folder}/data`]
      const later = ['--now', '2026-01-05T13:00:00Z', ...data]
      const settings = { ...(await settingsOf('destinations')), CRM_DIR: `${folder}/crm` }
      const before = await play(await scenario('destinations-before'), {}, data)
      expect(before.code).toBe(0)
      expect(await peopleIn(folder, 'parents-united')).toHaveLength(4)
      const { transcript, code } = await play(await scenario('destinations'), settings, later)
      expect(code).toBe(0)
      await expect(transcript).toMatchFileSnapshot('./rehearsals/destinations.jsonl')
      const ours = ['ana', 'ben', 'cem', 'fay'].map((name) => `${name}@example.org`)
      expect((await peopleIn(folder, 'parents-united')).sort()).toEqual(ours)
      expect((await peopleIn(`${folder}/crm`, 'parents-united')).sort()).toEqual(ours)

      // Dia left while it was down, and that was told once more when all was; of Eva it never heard.
      const changes = Object.entries(await readFiles(`${folder}/crm`)).filter(([name]) => name.endsWith('.jsonl'))
      const told = changes.flatMap(([, text]) => text.trim().split('\n')).map((line) => JSON.parse(line))
      const of = (name: string) => told.filter(({ email }) => email === `${name}@example.org`).map(({ op }) => op)
      expect([of('dia'), of('eva')]).toEqual([['in', 'out', 'out'], []])
      // Cem unsubscribed and said yes anew, and all were taken out and told of again by release only.
      expect(of('cem').slice(0, 3)).toEqual(['in', 'out', 'in'])

      const key = /(kindred_[\w-]+)/.exec(transcript)?.[1] ?? 'no key'
      const answers = await whileItRuns({ ...settings, DATA_DIR: `${folder}/data` }, async (site) => {
        const read = async (who: string) => {
          const headers = { authorization: `Bearer ${key}` }
          const answer = await fetch(`${site}/api/people/${who}%40example.org/communities`, { headers })
          return { status: answer.status, said: await answer.text() }
        }
        return { ben: await read('ben'), ana: await read('ana'), eva: await read('eva'), nobody: await read('nobody') }
      })
      expect(answers.ben.status).toBe(200)
      expect(JSON.parse(answers.ben.said).communities).toMatchObject([{ slug: 'parents-united' }])
      expect([answers.ana, answers.eva]).toEqual([answers.nobody, answers.nobody])
      expect(answers.nobody.status).toBe(404)

      // Who was looked up sees it, and nobody else has anything to see.
      const after = await play('@ben /my data\n@ana /my data\n', settings, data)
      const [ben, ana] = after.transcript.trim().split('\n')
      expect(ben).toContain('Read over the API')
      expect(ana).not.toContain('Read over the API')
    },
    120_000,
  )
})

describe('the meetups rehearsal', () => {
  test.runIf(process.env.SLOW)(
    'gives seats fairly, tells the place only to who comes, and no number of what is sensitive',
    async () => {
      const { transcript, code } = await play(await scenario('meetups'))
      expect(code).toBe(0)
      await expect(transcript).toMatchFileSnapshot('./rehearsals/meetups.jsonl')
      const outputs: Output[] = transcript
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(outputs.filter(({ error }) => error)).toEqual([])
      const said = (one: Output) => JSON.stringify({ ...one, to: undefined })

      // The hall is told in private alone: to Ana, who plans it, and to whoever had a seat at some time.
      const knowing = outputs.filter((one) => /Hall 3/.test(said(one)))
      expect([...new Set(knowing.map(({ to }) => to))].sort()).toEqual([
        'ana',
        'ben',
        'cem',
        'dia',
        'eli',
        'fay',
        'gil',
      ])

      // Numbers are given once each, in the order of those who said yes to the breakfast.
      const numbers = outputs
        .filter(({ card }) => card?.title === 'Breakfast with dinosaurs')
        .flatMap(({ to, card }) => {
          const number = /number (\d+)/.exec(card?.body ?? '')?.[1]
          return number ? [`${number} ${to}`] : []
        })
      const given = [...new Set(numbers)].map((one) => Number(one.split(' ')[0]))
      expect(given).toEqual(Array.from({ length: given.length }, (_, i) => i + 1))

      // A seat is offered to one after the other, and Fay's wait for three.
      const offers = outputs.filter(({ card }) => /free for you: Breakfast/.test(card?.title ?? ''))
      expect(offers.map(({ to }) => to)).toEqual(['gil', 'dia', 'fay', 'gil', 'dia'])

      // What is sensitive has a room that tells no number.
      const quiet = outputs.filter(({ room }) => room?.startsWith('quiet-hours'))
      expect(quiet.length).toBeGreaterThan(1)
      for (const one of quiet) expect(JSON.stringify(one)).not.toMatch(/taken|waitlist, |number/)

      // By the clock on the wall Storytime stays at three, in summer too.
      const starts = outputs.flatMap(({ room, card }) =>
        room && card?.title === 'Storytime' ? (card.fields?.find(({ label }) => label === 'When')?.value ?? []) : [],
      )
      expect([...new Set(starts)].map((when) => when.replace(', for 2 hours', ''))).toEqual([
        'Sun 8 Mar 2026, 15:00 (GMT+1)',
        'Sun 15 Mar 2026, 15:00 (GMT+1)',
        'Sun 22 Mar 2026, 15:00 (GMT+1)',
        'Sun 29 Mar 2026, 16:00 (GMT+2)',
        'Sun 5 Apr 2026, 16:00 (GMT+2)',
      ])
    },
  )
})

describe('the content rehearsal', () => {
  test.runIf(process.env.SLOW)('keeps to what was agreed for half a year', async () => {
    const { transcript, code } = await play(await scenario('content'))
    expect(code).toBe(0)
    await expect(transcript).toMatchFileSnapshot('./rehearsals/content.jsonl')
    const outputs: Output[] = transcript
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(outputs.filter(({ error }) => error)).toEqual([])

    // What was sent to Parents United, each once: two in January, the third once February and its first Sunday had gone by.
    const sent = (room: string) =>
      outputs.flatMap((one) =>
        one.room === room && one.buttons?.some((label) => label === 'Worth it') ? (one.card?.title ?? []) : [],
      )
    expect(sent('parents-united')).toEqual([
      'Storytime in Turkish',
      'Dinosaurs at night',
      'Dinosaurs are back',
      'You asked, we did: A place for prams',
      'Which hall is too loud?',
      'Advisers for the new hall',
    ])
    expect(sent('night-owls')).toEqual(['A year for the price of half', 'Open until midnight'])

    // Who answered is told to staff alone.
    const answers = outputs.filter((one) => /Hall 3, by the big one/.test(JSON.stringify(one)))
    expect([...new Set(answers.map(({ to }) => to))]).toEqual(['sam'])

    // What is late is said once, and the digest says each thing once.
    const late = outputs.filter((one) => one.room && /It is late/.test(one.text ?? ''))
    expect(late).toHaveLength(3)
    const news = outputs.filter((one) => one.room === 'parents-united' && one.card?.title === 'News of Parents United')
    const received = news.flatMap(({ card }) => card?.fields?.find(({ label }) => label === 'Received')?.value ?? [])
    for (const title of sent('parents-united'))
      expect(received.join('\n').split(title.replace('You asked, we did: ', ''))).toHaveLength(2)
  })
})

/** A line of a transcript. */
interface Output {
  to?: string
  room?: string
  error?: string
  text?: string
  buttons?: string[]
  card?: { title?: string; body?: string; fields?: { label: string; value: string }[] }
}

async function scenario(name = 'foundation'): Promise<string> {
  return readFile(`${root}test/rehearsals/${name}.txt`, 'utf8')
}

/** The settings a rehearsal is played with, besides where files go. */
async function settingsOf(name: string): Promise<NodeJS.Dict<string>> {
  return { ...parseEnv(await readFile(`${root}test/rehearsals/${name}.env`, 'utf8')), DESK_DIR: `${folder}/desk` }
}

async function peopleIn(dir: string, slug: string): Promise<string[]> {
  const [, ...rows] = ((await readFiles(dir))[`${slug}.csv`] ?? '').trim().split('\n')
  return rows.map((row) => row.split(',')[0] ?? '')
}

/** The files of the first destination as they are at a place in a scenario, up to which it is played in this process. */
async function filesAt(
  name: string,
  marker: string,
  destinations: NonNullable<StageOptions['destinations']> = [
    { name: 'files', connector: 'csv', purpose: 'letters', store: csv.open({ DIR: folder }, clock) },
  ],
): Promise<Record<string, string>> {
  const stage = await openStage({ destinations, now: NOW })
  for (const line of untilComment(await scenario(name), marker).split('\n')) await stage.play(line)
  await stage.close()
  return readFiles()
}

function untilComment(script: string, marker: string): string {
  expect(script).toContain(marker)
  return script.slice(0, script.indexOf(marker))
}

/** Kindred itself on the data of a rehearsal, for as long as somebody asks it something over the web. */
async function whileItRuns<T>(settings: NodeJS.Dict<string>, ask: (site: string) => Promise<T>): Promise<T> {
  const port = await freePort()
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: root,
    env: { ...process.env, ...settings, FILES_DIR: folder, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  try {
    // Read to its end, or whatever it says later would end it.
    await new Promise<void>((isReady) => {
      child.stdout.on('data', (chunk) => String(chunk).includes('Kindred is ready') && isReady())
    })
    return await ask(`http://localhost:${port}`)
  } finally {
    child.kill('SIGTERM')
    await gone
  }
}

async function play(
  script: string,
  settings: NodeJS.Dict<string> = {},
  flags: string[] = [],
): Promise<{ transcript: string; code: number | null }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'try', ...FLAGS, ...flags], {
    cwd: root,
    env: { ...process.env, ...settings, FILES_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(script)
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk)
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('close', resolve)))
  return { transcript: Buffer.concat(chunks).toString('utf8'), code }
}

async function readFiles(dir = folder): Promise<Record<string, string>> {
  const names = (await readdir(dir)).filter((name) => /^[^.].*\.(csv|json|jsonl)$/.test(name)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(`${dir}/${name}`, 'utf8')])),
  )
}
