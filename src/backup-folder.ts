import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { pipeline as piped, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import type { Tombstone } from './store/tombstones.ts'

/** The folder of the backups, and of the marks of who was forgotten since them. Only its owner may read what is in it. */
export interface BackupFolder {
  path: string
  /** The name of the backup of a night, by its day in the organization's zone. */
  nightlyName(now: Date, zone: string): string
  /** The name of a backup somebody asked for. */
  momentName(now: Date): string
  /** Writes a backup under a name that is only there once the file is whole; gives its path. */
  write(name: string, text: AsyncIterable<string>): Promise<string>
  /** Removes all but the newest nightly ones, and what a crash left half written. What was made by hand stays. */
  keepNightly(count: number, now: Date): Promise<void>
  /** Adds those marks that are not there yet. */
  addMarks(marks: Tombstone[]): Promise<void>
  marks(): Promise<Tombstone[]>
  /** Asks the Kindred that holds the database for a backup, or takes that back. */
  want(isWanted: boolean): Promise<void>
  isWanted(): Promise<boolean>
  /** Whole backups, the newest last. */
  names(): Promise<string[]>
}

const NIGHTLY = /^kindred-\d{4}-\d\d-\d\d\.jsonl\.gz$/
const TORN_MS = 86_400_000
const WHOLE = /^kindred-.*\.jsonl\.gz$/
const markSchema = z.object({ hash: z.string(), kind: z.enum(['person', 'address']), at: z.coerce.date() })

/** The backups below a data folder. */
export function backupFolder(data: string): BackupFolder {
  const path = `${data}/backups`
  const marksFile = `${path}/tombstones.jsonl`
  const wanted = `${path}/wanted`
  const make = () => mkdir(path, { recursive: true, mode: 0o700 })
  const names = async () => (await readdir(path).catch(ifMissing([]))).sort()

  const marks = async (): Promise<Tombstone[]> => {
    const text = await readFile(marksFile, 'utf8').catch(ifMissing(''))
    // A line that a crash has torn is written again, since it is not among these.
    return text.split('\n').flatMap((line) => {
      const mark = markSchema.safeParse(parsed(line))
      return mark.success ? [mark.data] : []
    })
  }

  return {
    path,
    marks,
    // Sweden writes days as ISO 8601 does.
    nightlyName: (now, zone) =>
      `kindred-${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now)}.jsonl.gz`,
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
    async keepNightly(count, now) {
      const nightly = (await names()).filter((name) => NIGHTLY.test(name))
      for (const name of nightly.slice(0, -count)) await rm(`${path}/${name}`)
      for (const name of (await names()).filter((one) => one.endsWith('.tmp'))) {
        // A younger one may be another process's that is still being written.
        const { mtime } = await stat(`${path}/${name}`)
        if (now.getTime() - mtime.getTime() > TORN_MS) await rm(`${path}/${name}`, { force: true })
      }
    },
    async addMarks(added) {
      const there = new Set((await marks()).map(lineOf))
      const lines = added.map(lineOf).filter((line) => !there.has(line))
      if (lines.length === 0) return
      await make()
      const file = await open(marksFile, 'a', 0o600)
      try {
        // In front, in case the last line was torn.
        await file.write(`\n${lines.join('\n')}\n`)
        await file.sync()
      } finally {
        await file.close()
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

const lineOf = ({ hash, kind, at }: Tombstone) => JSON.stringify({ hash, kind, at: at.toISOString() })

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead
    throw error
  }
}
