import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type BackupFolder, backupFolder, textOf } from './backup-folder.ts'
import { BadConfig, type Config } from './config.ts'
import type { Keys } from './core/keys.ts'
import { makeBackup } from './jobs/make-backup.ts'
import { askedSince, knownSince } from './known.ts'
import { isServer, keptKeysOf, type Machine, openConfigured, placeOf } from './open.ts'
import { type BackupHeader, BadBackup, opens, readBackup } from './store/backup.ts'
import { connect, connectServer, type DatabasePlace } from './store/connection.ts'
import { CannotStart, InUse } from './store/data-folder.ts'
import { type Migration, migrationsIn } from './store/migrations.ts'
import { HISTORY, replaced } from './store/replaced.ts'
import { migrationsOf, others, type Present, present, restore as restoreInto } from './store/restore.ts'

/** What is told to whoever started the program, a line at a time. */
type Say = (line: string) => void

/** `npm run backup`: a backup now, made by the Kindred that runs on the data if there is one. */
export async function backup(config: Config, machine: Machine, say: Say): Promise<void> {
  lasting(config)
  const place = placeOf(config)
  if (place.kind === 'folder' && !existsSync(`${place.folder}/VERSION`)) {
    throw new BadConfig(`There is nothing to back up in ${place.folder}.`)
  }
  const folder = backupFolder(config.DATA_DIR)
  const opened = await openConfigured(config, machine).catch((error: unknown) => {
    if (error instanceof InUse) return undefined
    throw error
  })
  if (!opened) return askHolder(folder, say)
  const { database } = opened
  try {
    const now = machine.now()
    const file = await makeBackup(database, folder, folder.momentName(now), now)
    say(`The backup is in ${file}. It holds everything but the key: keep that elsewhere (docs/backup.md).`)
  } finally {
    await database.close()
  }
}

const ASK_MS = 500
/** A minute until its clock ticks, and time to write. */
const PATIENCE_MS = 300_000

/** The embedded database cannot be opened twice, so whoever holds it is asked. */
async function askHolder(folder: BackupFolder, say: Say): Promise<void> {
  const before = await folder.names()
  await folder.want(true)
  say('Kindred is running on this data, so it makes the backup itself, within a minute or two ...')
  for (let waited = 0; waited < PATIENCE_MS; waited += ASK_MS) {
    await pause(ASK_MS)
    if (await folder.isWanted()) continue
    const made = (await folder.names()).find((name) => !before.includes(name))
    if (made === undefined) throw new CannotStart('It could not make the backup; /status says why.')
    return say(`The backup is in ${folder.path}/${made}.`)
  }
  await folder.want(false)
  throw new CannotStart(
    `The Kindred that runs on this data made no backup. Its nightly ones are in ${folder.path}; to make one now, stop it first.`,
  )
}

/** `npm run restore -- FILE`: puts a backup into an empty database, or with --replace in the place of what is there. */
export async function restore(config: Config, machine: Machine, words: string[], say: Say): Promise<void> {
  lasting(config)
  const { file, isReplacing } = restoreWords(words)
  const migrations = await migrationsIn(machine.folders.migrations)
  const place = placeOf(config)
  // All of it is read before anything is touched.
  const keys = await keptKeysOf(config, place, machine.bytes)
  const { header, history } = await check(file, migrations, keys)
  const { marks: kept } = backupFolder(config.DATA_DIR)
  const now = machine.now()
  const sql = await connect(place, now)
  let counts: Record<string, number>
  let isAllKnown: boolean
  try {
    const found = await present(sql, migrations)
    if (place.kind === 'postgresql' && (await others(sql)) > 0) {
      throw new CannotStart('Kindred is running on this database. Stop it everywhere first.')
    }
    refuseIfTaken(found, isReplacing, 'To put the backup in its place, add --replace.')
    say(`Restoring ${contents(found) ? `over ${contents(found)}` : 'into an empty database'} ...`)
    const { rows } = await readBackup(textOf(file))
    const made = { at: new Date(header.at), history }
    const known = await knownSince(made, await replaced(sql, keys, askedSince(made, now)), kept, now)
    isAllKnown = known.isAll
    counts = await restoreInto(sql, { header, rows, migrations, marks: known.marks, isAllKnown, now })
  } finally {
    await sql.close()
  }
  const { database, again } = await openConfigured(config, machine)
  await database.close()
  say(`Restored as it was on ${header.at}: ${contentsOf(counts)}.`)
  if (again.forgotten > 0) say(`Forgotten again, because they asked for it since: ${again.forgotten}.`)
  if (again.takenBack > 0) say(`Yeses taken back again, as they were since: ${again.takenBack}.`)
  if (again.heldBack > 0) say(`People held back again, as a destination said since, or staff: ${again.heldBack}.`)
  if (again.paused > 0) say(`Pauses set as they were since: ${again.paused}.`)
  if (again.parted > 0) say(`Accounts made two people's again, as they were since: ${again.parted}.`)
  if (again.sensitive) say('What became sensitive since is sensitive again.')
  say('Messages that waited then are not sent.')
  if (isAllKnown) return say('At the next start every destination is told everything again.')
  say(
    'Who took a yes back, left or paused since then is not all known here: neither was the database replaced that this ' +
      'backup is of, nor is there a file of its marks beside the backups that reaches from it up to now. So destinations ' +
      'are told who has left, and of nobody who is in, until staff have looked at it and pressed Start in /status.',
  )
}

const runSchema = z.object({ name: z.string(), ran_at: z.coerce.date() })

/** Reads a file to its end; throws where it cannot be restored here. Says of which history it is. */
async function check(
  file: string,
  migrations: Migration[],
  keys: Keys,
): Promise<{ header: BackupHeader; history: Date | undefined }> {
  if (!existsSync(file)) throw new BadConfig(`There is no file ${file}.`)
  try {
    const { header, rows } = await readBackup(textOf(file))
    migrationsOf(header, migrations)
    if (!opens(keys, header)) {
      throw new BadBackup(
        'This backup was made with another key. Set KINDRED_KEY (or DATA_DIR/key) to the one it was made with; nothing was touched.',
      )
    }
    let history: Date | undefined
    for await (const { table, row } of rows) {
      const run = table === 'job_runs' && runSchema.parse(JSON.parse(row))
      if (run && run.name === HISTORY) history = run.ran_at
    }
    return { header, history }
  } catch (error) {
    if (error instanceof BadBackup) throw error
    throw new BadBackup(`${file} cannot be read as a backup; it may be cut off. Nothing was touched.`)
  }
}

/** `npm run move -- postgresql://...`: copies the embedded database into an empty one on a server. */
export async function move(config: Config, machine: Machine, words: string[], say: Say): Promise<void> {
  const place = placeOf(config)
  const [url = ''] = words
  if (!isServer(url)) throw new BadConfig('npm run move -- postgresql://user:password@host/database')
  if (place.kind !== 'folder') {
    throw new BadConfig('A move starts from the embedded database; leave DATABASE_URL out until it is done.')
  }
  if (!existsSync(`${place.folder}/VERSION`)) throw new BadConfig(`There is nothing to move in ${place.folder}.`)
  const migrations = await migrationsIn(machine.folders.migrations)
  const { database } = await openConfigured(config, machine)
  try {
    const sql = await connectServer(url, 'you named')
    try {
      refuseIfTaken(await present(sql, migrations), false, 'A move needs an empty one.')
      const now = machine.now()
      const counts = await database.backup(now, 'everything', async (text) => {
        const { header, rows } = await readBackup(text)
        return restoreInto(sql, { header, rows, migrations, marks: [], isAllKnown: true, now })
      })
      say(`Moved: ${contentsOf(counts)}.`)
    } finally {
      await sql.close()
    }
  } finally {
    await database.close()
  }
  say('Now set these in .env, and start Kindred again:')
  say('  DATABASE_URL: the address you have just given')
  say(`  KINDRED_KEY: ${keyPlace(config, place)}`)
  say(
    `The old data is still in ${place.folder}/postgres. Never start Kindred on it again: it knows nothing of what follows.`,
  )
}

function keyPlace(config: Config, place: DatabasePlace & { kind: 'folder' }): string {
  return config.keys.length > 0 ? 'as it is' : `the one line in ${place.folder}/key`
}

function lasting(config: Config): void {
  if (placeOf(config).kind === 'memory') throw new BadConfig('DATABASE_URL is memory: there is nothing to keep.')
}

function restoreWords(words: string[]): { file: string; isReplacing: boolean } {
  const usage = new BadConfig('npm run restore -- FILE [--replace]')
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: { replace: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw usage
    return { file, isReplacing: values.replace }
  } catch {
    throw usage
  }
}

function refuseIfTaken(found: Present, isReplacing: boolean, advice: string): void {
  if (found.newer.length > 0) {
    throw new CannotStart(`This database is of a newer Kindred (${found.newer.join(', ')}); nothing was touched.`)
  }
  const held = contents(found)
  if (held && !isReplacing) throw new CannotStart(`This database is not empty: it holds ${held}. ${advice}`)
}

/** What a database holds, in words; nothing where it holds nothing. */
function contents({ people, communities, isSetUp }: Present): string {
  if (people === 0 && communities === 0) return isSetUp ? 'the description of an organization' : ''
  return `${people} people in ${communities} communities`
}

function contentsOf(counts: Record<string, number>): string {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return `${counts.people ?? 0} people in ${counts.communities ?? 0} communities, ${rows} rows in all`
}
