import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadCommands } from '../src/load-commands.ts'
import { EVENTS, MESSAGE_SHORTCUTS, manifest, SHORTCUTS } from '../src/slack/manifest.ts'
import { METHODS, SCOPES } from '../src/slack/methods.ts'
import { folders } from './stage.ts'

const folder = fileURLToPath(new URL('../src/slack/', import.meta.url))

/** The code, without the table itself. */
async function code(): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file !== 'methods.ts')
  return (await Promise.all(files.map((file) => readFile(`${folder}${file}`, 'utf8')))).join('\n')
}

test('the table of methods holds what the code calls, and nothing else', async () => {
  const called = [...(await code()).matchAll(/\.call\(\s*[\w.]+,\s*'([\w.]+)'/g)].map(([, method]) => method)
  expect([...new Set(called)].sort()).toEqual(Object.keys(METHODS).sort())
})

test('every call goes through the one door, but for the few that have no workspace yet', async () => {
  const past = [...(await code()).matchAll(/\.apiCall\('?([\w.]+)'?/g)].map(([, method]) => method)
  expect(past.sort()).toEqual(['auth.test', 'method', 'oauth.v2.access'])
})

test('the scopes are those the methods need, with the one for the command', () => {
  const needed = Object.values(METHODS).flatMap(({ scopes }): readonly string[] => scopes)
  expect(SCOPES).toEqual([...new Set(['commands', ...needed])].sort())
})

test('what the manifest promises is heard', async () => {
  const words = await code()
  const heard = EVENTS.filter(
    (event) => words.includes(`'${event}', (`) || /^(channel|group)_(archive|unarchive|deleted)$/.test(event),
  )
  expect(heard).toEqual(EVENTS)
  const commands = await loadCommands(folders.commands)
  for (const { callback_id } of SHORTCUTS) expect(commands.map(({ name }) => name)).toContain(callback_id)
  expect(MESSAGE_SHORTCUTS.map(({ name, callback_id }) => [callback_id, name])).toEqual(
    commands.flatMap(({ name, fromMessage }) => (fromMessage ? [[name, fromMessage.label]] : [])),
  )
})

test('addresses stand in it only where Slack sends something to them', () => {
  const whole = (isSocket: boolean, publicUrl?: string) =>
    JSON.stringify(manifest({ command: '/community', publicUrl, isSocket }))
  expect(whole(true)).not.toContain('http')
  expect(whole(true, 'https://kindred.example')).toContain('https://kindred.example/slack/oauth_redirect')
  expect(whole(true, 'https://kindred.example')).not.toContain('/slack/events')
  expect(whole(false, 'https://kindred.example').match(/\/slack\/events/g)).toHaveLength(3)
})
