import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach } from 'vitest'
import { backup, restore } from '../src/backup.ts'
import { backupFolder } from '../src/backup-folder.ts'
import { readConfig } from '../src/config.ts'
import { seededBytes } from '../src/core/ids.ts'
import type { DatabasePlace } from '../src/store/connection.ts'
import { NEED } from './lookup.ts'
import { ownDatabase, server } from './postgres.ts'
import { folders, openStage, type Stage, type StageOptions, sharer } from './stage.ts'

/** The stage's own key. */
const KEY = Buffer.from(seededBytes('key')(32)).toString('base64')

/** When the house began of which backups are made, and when its backup was. */
export const BEGAN = '2026-01-05T12:00:00Z'
export const BACKED_UP = '2026-01-05T13:00:00Z'

/** A machine on which Kindred runs: its data folder, and its database in that or on a server. */
export interface Site {
  data: string
  place: DatabasePlace
}

let root: string
let drops: (() => Promise<void>)[]

/** Every test of a file has sites of its own, that are cleared away after it. */
export function onSites(): void {
  beforeEach(async () => {
    root = await mkdtemp(`${tmpdir()}/kindred-sites-`)
    drops = []
  })
  afterEach(async () => {
    for (const drop of drops) await drop()
    await rm(root, { recursive: true, force: true })
  })
}

/** A new site, with nothing there yet. On the server of TEST_DATABASE_URL, since a database in a folder takes seconds to open. */
export async function newSite(name: string): Promise<Site> {
  const data = `${root}/${name}`
  if (!server) return { data, place: { kind: 'folder', folder: data } }
  const own = await ownDatabase(server)
  drops.push(own.drop)
  return { data, place: own.place }
}

/** The house on a site, as it is, or described anew. */
export const houseOn = ({ data, place }: Site, now: string, more: StageOptions = { organization: null }) =>
  openStage({ place, backups: backupFolder(data), now, seed: `house ${now}`, ...more })

/** `npm run backup` on a site; gives a copy of the file that nothing removes. */
export async function backUp(site: Site, at = BACKED_UP): Promise<string> {
  const said = await run((config, machine, _, say) => backup(config, machine, say), site, at, [])
  const file = /is in (\S+\.gz)\./.exec(said)?.[1] ?? said
  await mkdir(`${root}/elsewhere`, { recursive: true })
  const copy = `${root}/elsewhere/${file.split('/').at(-1)}`
  await cp(file, copy)
  return copy
}

/** `npm run restore` on a site; gives what it says. */
export const restoreOn = (site: Site, at: string, ...words: string[]) => run(restore, site, at, words)

async function run(command: typeof restore, { data, place }: Site, at: string, words: string[]): Promise<string> {
  const said: string[] = []
  const config = readConfig({
    KINDRED_KEY: KEY,
    DATA_DIR: data,
    ...(place.kind === 'postgresql' && { DATABASE_URL: place.url }),
  })
  const machine = { now: () => new Date(at), bytes: seededBytes(`machine ${at}`), folders }
  await command(config, machine, words, (line) => void said.push(line))
  return said.join('\n')
}

/** Takes the file of marks along to another site. */
export async function takeMarks(from: Site, to: Site): Promise<void> {
  await mkdir(`${to.data}/backups`, { recursive: true })
  await cp(`${from.data}/backups/marks.jsonl`, `${to.data}/backups/marks.jsonl`)
}

/** A site where ana and ben said yes to Cooks, and what else is played; at one o'clock there is a backup of it. */
export async function playedSite(play: (stage: Stage) => Promise<unknown> = async () => undefined): Promise<Site> {
  const site = await newSite('old')
  const stage = await houseOn(site, BEGAN, {})
  await stage.actor('fay').types(`/start-community Cooks ${NEED} pledges:1`)
  for (const name of ['ana', 'ben']) await sharer(stage, name, 'cooks')
  await play(stage)
  await stage.close()
  return site
}

/** Kindred runs on a site for a while, and people do something. */
export async function visit(site: Site, now: string, act: (stage: Stage) => Promise<unknown>): Promise<void> {
  const stage = await houseOn(site, now)
  await act(stage)
  await stage.runner.runDue()
  await stage.close()
}

/** Ben takes his yes back. */
export const benTakesBack = (stage: Stage) => stage.actor('ben').types('/sharing cooks off')

/** Somebody pauses, so that there is something new to mark. */
export async function somebodyPauses(stage: Stage, name = 'fay'): Promise<void> {
  await stage.actor(name).types('/my')
  await stage.actor(name).presses('Pause everything')
}

/**
 * Who the files of the destination name once Kindred has run on a site for an hour, and all they tell of; and what somebody
 * is shown of themselves. Once for a site, since the files are the house's own.
 */
export async function toldOn(
  site: Site,
  now: string,
  name = 'fay',
  words = '/my',
): Promise<{ in: string; changes: string; shown: string }> {
  const stage = await houseOn(site, now)
  const shown = await stage.actor(name).types(words)
  await stage.pass('1h')
  const files = await stage.files()
  await stage.close()
  const changes = Object.entries(files).flatMap(([name, text]) => (name.startsWith('changes') ? [text] : []))
  return { in: files['cooks.csv'] ?? '', changes: changes.join(''), shown }
}
