import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const FLAGS = ['--json', '--now', '2026-01-05T12:00:00Z', '--seed', '1']

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
    await play(untilComment(await scenario(), '# Eva would rather not'))
    const [header, ...people] = ((await readFiles())['parents-united.csv'] ?? '').trim().split('\n')
    expect(header).toBe('email,person,since,direction')
    expect(people.map((line) => line.split(',')[0])).toEqual(['dia@example.org'])
  })

  test('once Dia has taken her yes back and given it again, the files still hold exactly her', async () => {
    await play(untilComment(await scenario(), 'store files down'))
    const [, ...people] = ((await readFiles())['parents-united.csv'] ?? '').trim().split('\n')
    expect(people.map((line) => line.split(',')[0])).toEqual(['dia@example.org'])
    const changes = ((await readFiles())['changes-2026-01-05.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(changes.map(({ op, revision }) => `${op} ${revision}`)).toEqual(['in 1', 'out 2', 'in 3'])
  })
})

async function scenario(): Promise<string> {
  return readFile(`${root}test/rehearsals/foundation.txt`, 'utf8')
}

function untilComment(script: string, marker: string): string {
  expect(script).toContain(marker)
  return script.slice(0, script.indexOf(marker))
}

async function play(script: string): Promise<{ transcript: string; code: number | null }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'try', ...FLAGS], {
    cwd: root,
    env: { ...process.env, FILES_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(script)
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk)
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('close', resolve)))
  return { transcript: Buffer.concat(chunks).toString('utf8'), code }
}

async function readFiles(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(`${folder}/${name}`, 'utf8')])),
  )
}
