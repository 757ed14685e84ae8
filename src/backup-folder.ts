import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { pipeline as piped, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { type MarksFile, marksFile } from './marks-file.ts'

/** The folder of the backups, and of the marks of what people did since them. Only its owner may read what is in it. */
export interface BackupFolder {
  path: string
  /** The name of the backup of a night, by its day in the organization's zone. */
  nightlyName(now: Date, zone: string): string
  /** The name of a backup somebody asked for. */
  momentName(now: Date): string
  /** Writes a backup under a name that is only there once the file is whole; gives its path. */
  write(name: string, text: AsyncIterable<string>): Promise<string>
  /**
   * Removes every backup that would be older than seven days before the next night, by the date in its name, whoever made
   * it; and what a crash left half written.
   */
  dropOld(now: Date, zone: string): Promise<void>
  marks: MarksFile
  /** Asks the Kindred that holds the database for a backup, or takes that back. */
  want(isWanted: boolean): Promise<void>
  isWanted(): Promise<boolean>
  /** Whole backups, the newest last. */
  names(): Promise<string[]>
}

const NIGHTLY = /^kindred-(\d{4}-\d\d-\d\d)\.jsonl\.gz$/
const MOMENT = /^kindred-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.jsonl\.gz$/
const DAY_MS = 86_400_000
const KEPT_DAYS = 7
const WHOLE = /^kindred-.*\.jsonl\.gz$/

/** The backups below a data folder. */
export function backupFolder(data: string): BackupFolder {
  const path = `${data}/backups`
  const wanted = `${path}/wanted`
  const make = () => mkdir(path, { recursive: true, mode: 0o700 })
  const names = async () => (await readdir(path).catch(ifMissing([]))).sort()

  return {
    path,
    marks: marksFile(`${path}/marks.jsonl`),
    nightlyName: (now, zone) => `kindred-${dayOf(now, zone)}.jsonl.gz`,
    momentName: (now) => `kindred-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z.jsonl.gz`,
    async write(name, text) {
      await make()
      const temporary = `${path}/${name}.tmp`
      await rm(temporary, { force: true })
      try {
        const file = createWriteStream(temporary, { mode: 0o600, flush: true })
        await pipeline(Readable.from(text), createGzip(), file)
        await rename(temporary, `${path}/${name}`)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      await flush(path)
      return `${path}/${name}`
    },
    async dropOld(now, zone) {
      for (const name of await names()) {
        if (isOld(name, now, zone)) await rm(`${path}/${name}`, { force: true })
        // A younger one may be another process's that is still being written.
        if (!name.endsWith('.tmp')) continue
        const { mtime } = await stat(`${path}/${name}`)
        if (now.getTime() - mtime.getTime() > DAY_MS) await rm(`${path}/${name}`, { force: true })
      }
    },
    async want(isWanted) {
      if (!isWanted) return rm(wanted, { force: true })
      await make()
      await writeFile(wanted, '')
    },
    isWanted: () =>
      stat(wanted).then(
        () => true,
        () => false,
      ),
    names: async () => (await names()).filter((name) => WHOLE.test(name)),
  }
}

/** The text of a backup file, piece by piece. */
export function textOf(file: string): AsyncIterable<Buffer> {
  // The failure of either reaches whoever reads the second.
  return piped(createReadStream(file), createGunzip(), () => undefined)
}

/** Whether a backup would be older than seven days before the next night. */
function isOld(name: string, now: Date, zone: string): boolean {
  const [, night] = NIGHTLY.exec(name) ?? []
  // Last week's of tonight is as old as that now.
  if (night !== undefined) return night <= dayOf(new Date(now.getTime() - KEPT_DAYS * DAY_MS), zone)
  const [, day, hour, minute, second] = MOMENT.exec(name) ?? []
  const made = Date.parse(`${day}T${hour}:${minute}:${second}Z`)
  return made <= now.getTime() - (KEPT_DAYS - 1) * DAY_MS
}

// Sweden writes days as ISO 8601 does.
const dayOf = (now: Date, zone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now)

/** So that a new name outlasts a loss of power, too. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return instead
    throw error
  }
}
