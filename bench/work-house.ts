import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { backupFolder } from '../src/backup-folder.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { build, type House } from '../src/house.ts'
import { loadCommands } from '../src/load-commands.ts'
import type { Platform } from '../src/platform.ts'
import { openDestinations } from '../src/segments/connectors.ts'
import { openDatabase } from '../src/store/database.ts'
import { folders, WHERE } from './museum.ts'

/** What the child is to do: how many commands, by how many people, on which database; files go into its folder. */
export const taskSchema = z.object({
  url: z.string(),
  folder: z.string(),
  commands: z.number(),
  people: z.number(),
  communities: z.number(),
})
export type Task = z.infer<typeof taskSchema>

/** Resident memory in MB: once started, at its highest during the commands and during the night, and in the end. */
export interface Memory {
  started: number
  day: number
  night: number
  after: number
  /** Commands that were not carried out, and jobs that failed. */
  failures: string[]
}

const AT_ONCE = 8
/** Every job that runs once a night, and when a backup was begun (src/jobs). */
const NIGHTLY = ['sizes', 'sweep', 'retention', 'backup', 'backup/begun']
/** From any time of day it is past all that is done once a night, and not yet the next. */
const NIGHT_MS = 26 * 3_600_000

/**
 * A house in a process of its own: a day of commands by random people with the jobs that follow them, then a night with its
 * backup and all its sweeping. The same draws for every database, so that only what is stored makes a difference.
 */
async function work({ url, folder, commands, people, communities }: Task): Promise<Memory> {
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const draws = drawsFrom((length) => randomBytes(length))
  const keys = keysFrom([randomBytes(32)], (length) => randomBytes(length))
  const database = await openDatabase({ kind: 'postgresql', url }, folders.migrations, now(), { draws, keys })
  const failures: string[] = []
  const backups = backupFolder(folder)
  const house = await build({
    database,
    commands: await loadCommands(folders.commands),
    platforms: [obliging],
    destinations: openDestinations(
      [{ name: 'files', connector: 'csv', purpose: 'letters' as const, settings: { DIR: `${folder}/segments` } }],
      now,
    ),
    mailer: undefined,
    draws,
    site: 'https://kindred.example',
    log: { failure: (where, _, error) => failures.push(`${where}: ${error instanceof Error ? error.message : error}`) },
    backups,
    now,
  })
  // A night of an earlier run, which was ahead of its time, is not this one's.
  await database.transaction(async (store) => {
    for (const job of NIGHTLY) {
      await store.jobRuns.last(job, now())
      await store.jobRuns.ran(job, now())
    }
  })
  const started = memory().now
  await day(house, { commands, people, communities }, now)
  await house.runner.runDue()
  const { highest: ofDay } = memory()
  await house.runner.advance(new Date(now().getTime() + NIGHT_MS), (at) => {
    ahead = at.getTime() - Date.now()
  })
  const { highest: ofNight, now: after } = memory()
  if ((await backups.names()).length === 0) failures.push('no backup was made')
  await database.close()
  return { started, day: ofDay, night: ofNight, after, failures }
}

/** A platform that does whatever it is asked. */
const obliging: Platform = {
  name: WHERE.platform,
  drawEveryMs: 1_000,
  makeRoom: async (_, room) => ({ id: `room-${room.name}` }),
  letIn: async () => 'here',
  letOut: async () => undefined,
  post: async () => undefined,
  draw: async (_, __, ___, key) => key,
}

async function day(
  { router }: House,
  { commands, people, communities }: Pick<Task, 'commands' | 'people' | 'communities'>,
  now: () => Date,
): Promise<void> {
  const { fraction } = drawsFrom(seededBytes('the same day everywhere'))
  const any = (count: number) => 1 + Math.floor(fraction() * count)
  let left = commands
  const one = async () => {
    const id = `work/${process.pid}/${left}`
    const name = `person-${any(people)}`
    const account = { ...WHERE, externalId: name, name, isStaff: false }
    // On an empty database there are the museum's own only.
    const community = `community-${any(communities)}`
    const given = (more: string) => ({ id: `${id}${more}`, account, where: WHERE, now: now() })
    const what: [string, Record<string, string>][] = [
      ['join', { community }],
      ['join', { community }],
      ['communities', {}],
      ['communities', { search: 'community' }],
      ['my', {}],
      ['my', { part: 'communities' }],
      ['my', { part: 'data' }],
      ['about', { community }],
      ['sharing', { community }],
      ['leave', { community }],
    ]
    const [command, options] = what[any(what.length) - 1] ?? ['my', {}]
    const answer = await router.run(given(''), command, options)
    const press = answer.content.card?.buttons?.[0]?.press
    if (command === 'join' && press) await router.press(given('/yes'), press)
  }
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await one()
    }),
  )
}

/** This process's memory now, and at its highest since it was asked last (Linux). */
function memory(): { now: number; highest: number } {
  const status = readFileSync('/proc/self/status', 'utf8')
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
  // 5 sets VmHWM back to what it is now (man proc, clear_refs).
  writeFileSync('/proc/self/clear_refs', '5')
  return { now: of('VmRSS'), highest: of('VmHWM') }
}

if (process.send) process.send(await work(taskSchema.parse(JSON.parse(process.argv[2] ?? ''))))
process.disconnect?.()
