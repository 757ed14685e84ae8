import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { lock } from 'proper-lockfile'
import { z } from 'zod'

/** The folder of an embedded database, held by this process until it is released. */
export interface HeldFolder {
  postgres: string
  /** Writes down which PostgreSQL the files belong to, once they exist. */
  markVersion(): Promise<void>
  release(): Promise<void>
}

/** The PostgreSQL that PGlite is; files of another major cannot be opened by it. */
const POSTGRES_MAJOR = '18'
const STALE_MS = 30_000
const UPDATE_MS = 5_000

const holderFile = z.object({ pid: z.number(), host: z.string(), since: z.string() })

/** Something in the way of a start that the person who started it can mend; its message tells how. */
export class CannotStart extends Error {}

/** Another process holds the embedded database. */
export class InUse extends CannotStart {}

/** Takes the folder for this process alone: PGlite itself would let two processes ruin it. */
export async function holdFolder(folder: string, now: Date): Promise<HeldFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await checkVersion(folder)
  const holder = `${folder}/holder.json`
  const release = await take(folder, holder)
  await writeFile(holder, JSON.stringify({ pid: process.pid, host: hostname(), since: now.toISOString() }))
  return {
    postgres: `${folder}/postgres`,
    markVersion: () => writeFile(`${folder}/VERSION`, `${POSTGRES_MAJOR}\n`),
    release,
  }
}

async function take(folder: string, holder: string): Promise<() => Promise<void>> {
  const options = { stale: STALE_MS, update: UPDATE_MS, lockfilePath: `${folder}/lock` }
  try {
    return await lock(folder, options)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error
    const by = holderFile.safeParse(
      await readFile(holder, 'utf8')
        .then(JSON.parse)
        .catch(() => undefined),
    )
    if (by.success && isGone(by.data)) {
      // Its process was killed without a chance to let go; waiting for the lock to grow stale would help nobody.
      // `unlock` is only for one's own locks.
      await rm(options.lockfilePath, { recursive: true, force: true })
      return await lock(folder, options)
    }
    const who = by.success ? `process ${by.data.pid} on ${by.data.host}, since ${by.data.since}` : 'another process'
    throw new InUse(
      `The data in ${folder} is in use by ${who}. Stop that one first, or choose another folder. ` +
        `If that machine is gone, wait ${STALE_MS / 1000} seconds and start again.`,
    )
  }
}

function isGone(by: z.infer<typeof holderFile>): boolean {
  if (by.host !== hostname()) return false
  // In a container the next process often gets the number of the one before.
  if (by.pid === process.pid) return true
  try {
    process.kill(by.pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

async function checkVersion(folder: string): Promise<void> {
  const version = (await readFile(`${folder}/VERSION`, 'utf8').catch(() => POSTGRES_MAJOR)).trim()
  if (version === POSTGRES_MAJOR) return
  throw new CannotStart(
    `The data in ${folder} was written by PostgreSQL ${version}; this Kindred holds PostgreSQL ${POSTGRES_MAJOR} and touched nothing. ` +
      'Start the Kindred that wrote it, or move the data to a PostgreSQL server and set DATABASE_URL.',
  )
}

/** The key kept beside embedded data, made at the first start; only its owner may read the file. */
export async function keyOfFolder(folder: string, fresh: () => Uint8Array): Promise<Uint8Array> {
  await checkVersion(folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // `wx` fails where there is a key already, which is the one to keep.
  await writeFile(`${folder}/key`, Buffer.from(fresh()).toString('base64'), { mode: 0o600, flag: 'wx' }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    },
  )
  return Buffer.from(await readFile(`${folder}/key`, 'utf8'), 'base64')
}
