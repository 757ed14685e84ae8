import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { temporaryFolder } from './folder.ts'

const START_MS = 20_000

/** A PostgreSQL to measure on. */
export interface Server {
  /** What it is, for the heading of a table. */
  name: string
  /** Makes an empty database and tells its URL. */
  fresh(): Promise<string>
  /** Drops every database it made, and the server itself where it was started for this run. */
  stop(): Promise<void>
}

/** BENCH_DATABASE_URL's server, else one started for this run from Debian's binaries; a sentence where there is neither. */
export async function openServer(): Promise<Server | string> {
  const given = process.env.BENCH_DATABASE_URL
  if (given) return serverAt(given, async () => undefined)
  const binaries = await debianBinaries()
  return binaries ? startCluster(binaries) : 'no BENCH_DATABASE_URL and no /usr/lib/postgresql/*/bin: left out'
}

async function debianBinaries(): Promise<string | undefined> {
  const majors = await readdir('/usr/lib/postgresql').catch(() => [])
  const [newest] = majors.sort((a, b) => Number(b) - Number(a))
  return newest && `/usr/lib/postgresql/${newest}/bin`
}

/** A cluster with PostgreSQL's own settings: fsync is on, so a commit waits for the disk, as in production. */
async function startCluster(binaries: string): Promise<Server> {
  const folder = temporaryFolder()
  const data = `${folder}/data`
  const port = await freePort()
  // PostgreSQL refuses to run as root; Debian's package brings the user it should run as.
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'))
  const as = (program: string, ...words: string[]): [string, string[]] =>
    isRoot
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', `${binaries}/${program}`, ...words]]
      : [`${binaries}/${program}`, words]
  const initdb = as('initdb', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8', '-D', data)
  execFileSync(...initdb, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder })
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=Europe/Berlin']
  const postgres = as('postgres', '-D', data, ...settings.flatMap((setting) => ['-c', setting]))
  const child = spawn(...postgres, { stdio: 'ignore', cwd: folder })
  // SIGQUIT ends it at once; nobody will read this data again. Before the folder is removed, which was asked for earlier.
  process.prependListener('exit', () => child.kill('SIGQUIT'))
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  await answering(url)
  return serverAt(url, async () => {
    child.kill('SIGQUIT')
    await once(child, 'exit')
  })
}

/** Waits until the server takes connections. */
async function answering(url: string): Promise<void> {
  const until = Date.now() + START_MS
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(50)
    }
  }
}

async function serverAt(url: string, close: () => Promise<void>): Promise<Server> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`)
  const made: string[] = []
  return {
    name: `PostgreSQL ${rows[0]?.version}`,
    async fresh() {
      const name = `kindred_bench_${process.pid}_${made.length}`
      made.push(name)
      await client.query(`drop database if exists ${name} with (force)`)
      await client.query(`create database ${name}`)
      return Object.assign(new URL(url), { pathname: `/${name}` }).href
    },
    async stop() {
      for (const name of made) await client.query(`drop database if exists ${name} with (force)`)
      await client.end()
      await close()
    },
  }
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const listening = createServer().listen(0, '127.0.0.1', () => {
      const address = listening.address()
      listening.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
