import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { say } from '../src/core/say.ts'
import { NEED } from './lookup.ts'
import { ask, ownDatabase, server } from './postgres.ts'
import { openStage, type Stage } from './stage.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-copy-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Plays on a database of its own and gives every row of it as text, as a thief would read it. */
async function copyAfter(scene: (stage: Stage) => Promise<void>): Promise<string> {
  const own = server ? await ownDatabase(server) : undefined
  const place = own?.place ?? { kind: 'folder' as const, folder }
  const played = await openStage({
    place,
    mailer: { send: () => Promise.reject(new Error('down')), close: () => undefined },
  })
  await scene(played)
  expect(played.failures).toEqual([])
  await played.close()
  const pglite = own ? undefined : await PGlite.create(`${folder}/postgres`)
  const query = async (sql: string) =>
    own ? ask(own.place.url, sql) : ((await pglite?.query<Record<string, unknown>>(sql))?.rows ?? [])
  const tables = await query(`select tablename from pg_tables where schemaname = 'public' order by tablename`)
  const rows = []
  for (const { tablename } of tables) rows.push(...(await query(`select t::text as row from "${tablename}" t`)))
  await pglite?.close()
  await own?.drop()
  return rows.map((row) => String(row.row)).join('\n')
}

test('a copy of the database tells no address that was not proven, no code, no invitation and no words of a mail that waits', async () => {
  const secrets: string[] = []
  const copy = await copyAfter(async (played) => {
    await played.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:1`)
    const invited = await played.actor('ana').types('/invite parents-united')
    const account = { platform: 'terminal', workspace: 'main', externalId: 'dia' }
    await played.actor('dia').types('/email dia@example.org')
    await played.read(async (store) => {
      const dia = await store.people.meet(account, 'dia', played.now())
      const made = await store.codes.make(dia.id, dia.accountId, 'd@secret.example', played.now())
      if (typeof made === 'object') secrets.push(made.code)
      const letter = { to: 'd@secret.example', subject: say`Greetings`, text: say`Come to the ${'orangery'}` }
      await store.mails.want(dia.id, letter, played.now())
    })
    secrets.push(/[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(invited)?.[0] ?? '')
  })
  const [code = '', invitation = ''] = secrets
  expect(code).toMatch(/^\d{6}$/)
  expect(invitation).toHaveLength(9)
  expect(copy).toContain('parents-united')
  for (const secret of ['dia@example.org', 'd@secret.example', 'orangery', 'Greetings']) {
    expect(copy).not.toContain(secret)
  }
  expect(copy).not.toMatch(new RegExp(`\\b${code}\\b`))
  expect(copy).not.toContain(invitation)
  expect(copy).not.toContain(invitation.replace('-', ''))
})

test('a copy of the database holds no trace of who was in a sensitive community and left it', async () => {
  const copy = await copyAfter(async (played) => {
    await played.actor('ana').types(`/start-community "Quiet Circle" ${NEED} pledges:1 sensitive:yes`)
    const dia = played.actor('dia')
    await dia.types('/join quiet-circle')
    await dia.presses('Yes, join')
    await dia.types('/leave quiet-circle reason:"moved away"')
  })
  const person = /\(([0-9A-Z]{26}),[0-9A-Z]{26},dia,/.exec(copy)?.[1] ?? 'dia is nowhere'
  const left = copy.split('\n').filter((row) => row.includes(person))
  // Who they are, and their account; nothing that joins them to the community.
  expect(left.map((row) => row.includes('dia'))).toEqual([true, true])
})
