import { existsSync } from 'node:fs'
import { BadConfig, type Config, HOW_TO_MAKE_A_KEY } from './config.ts'
import { type Bytes, type Draws, drawsFrom } from './core/ids.ts'
import { type Keys, keysFrom } from './core/keys.ts'
import { type DoneAgain, doAgain } from './restored.ts'
import { keyOfFolder } from './store/data-folder.ts'
import { type Database, type DatabasePlace, openDatabase } from './store/database.ts'

/** What only the machine gives: time, chance, and where the program's own files are. */
export interface Machine {
  now(): Date
  bytes: Bytes
  folders: { commands: string; migrations: string }
}

/** The configured database, open. */
export interface Opened {
  place: DatabasePlace
  database: Database
  draws: Draws
  keys: Keys
  /** What was done again, where a restore was finished by this. */
  again: DoneAgain
}

/** Opens the database the settings name, for whatever is to be done with it; a restore cut short is finished first. */
export async function openConfigured(config: Config, { now, bytes, folders }: Machine): Promise<Opened> {
  const place = placeOf(config)
  const draws = drawsFrom(bytes)
  const keys = await keysOf(config, place, bytes)
  const database = await openDatabase(place, folders.migrations, now(), { draws, keys })
  const again = await doAgain(database, now())
  return { place, database, draws, keys, again }
}

/** Where the settings say the data is. */
export function placeOf(config: Config): DatabasePlace {
  const url = config.DATABASE_URL
  if (!url) return { kind: 'folder', folder: config.DATA_DIR }
  if (url === 'memory:') return { kind: 'memory' }
  if (isServer(url)) return { kind: 'postgresql', url }
  throw new BadConfig('DATABASE_URL must be an address that begins with postgresql://, or memory:, or be left out.')
}

/** Whether an address is one of a PostgreSQL server. */
export function isServer(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url) && URL.canParse(url)
}

/** The keys of KINDRED_KEY; embedded, one is made at the first start and kept beside the data. */
export async function keysOf(config: Config, place: DatabasePlace, bytes: Bytes): Promise<Keys> {
  return keysFrom(await secretsOf(config, place, bytes), bytes)
}

async function secretsOf(config: Config, place: DatabasePlace, bytes: Bytes): Promise<Uint8Array[]> {
  if (config.keys.length > 0) return config.keys
  if (place.kind === 'memory') return [bytes(32)]
  if (place.kind === 'postgresql') {
    throw new BadConfig(
      `KINDRED_KEY is not set. With PostgreSQL it must be, and be kept. Make one: ${HOW_TO_MAKE_A_KEY}`,
    )
  }
  return [await keyOfFolder(place.folder, () => bytes(32))]
}

/** The keys there are, where none may be made: a fresh one opens nothing that was kept. */
export async function keptKeysOf(config: Config, place: DatabasePlace, bytes: Bytes): Promise<Keys> {
  if (config.keys.length === 0 && place.kind === 'folder' && !existsSync(`${place.folder}/key`)) {
    throw new BadConfig(
      `There is no key in ${place.folder}/key. Put the key of the Kindred that made the backup there, or into KINDRED_KEY.`,
    )
  }
  return keysOf(config, place, bytes)
}
