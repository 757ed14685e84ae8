import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { keysFrom } from '../src/core/keys.ts'
import { atOnce, type People } from './answers.ts'
import { type BotProcess, started } from './bots.ts'
import { OUTSTANDING } from './compare-bots.ts'
import { fillDatabase } from './crowded-house.ts'
import { median, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import type { Server } from './postgres.ts'
import { kindred, main } from './start.ts'
import { statementsOfJoin, withPool } from './web-join.ts'
import type { Statements } from './web-peer.ts'

const FULL = { known: 10_000, people: 2_000, rounds: 5, burst: 2_000, warmUp: 200, start: 2_000 }
const SMOKE: typeof FULL = { known: 20, people: 60, rounds: 1, burst: 80, warmUp: 10, start: 0 }

/** A program that takes joins, and who sends them. */
interface Party {
  name: string
  bot: BotProcess
  people: People
  windows: Window[]
}

/** Joins a second, and what each cost the program. */
interface Window {
  rate: number
  cpuMs: number
}

/**
 * Joins a second by people who are signed in, over connections that are kept: the built Kindred beside bare Hono apps that
 * run the one statement by which Kindred's store joins, or all that its router sends. Each in a process and on a database of its own, on one server.
 */
export async function benchWeb(server: Server | string, isSmoke: boolean): Promise<void> {
  if (typeof server === 'string' || !existsSync(main)) {
    const reason = typeof server === 'string' ? server : 'dist/ is missing; npm run build makes it. Left out.'
    process.stdout.write(`\nWeb: ${reason}\n`)
    return
  }
  const size = isSmoke ? SMOKE : FULL
  const secret = randomBytes(32)
  const fresh = () => fillDatabase(server, size.known)
  const { alone, all } = await statementsOfJoin(await server.fresh())
  const parties = [
    await party('Kindred', async (url, port) => {
      const settings = { DATABASE_URL: url, KINDRED_KEY: secret.toString('base64'), PORT: String(port) }
      return started(kindred(settings, temporaryFolder()), /\bready\b/)
    }),
    await party('Hono, one statement', (url, port) => peerAt(port, url, alone)),
    await party('Hono, all of them', (url, port) => peerAt(port, url, all)),
  ]

  async function party(name: string, start: (url: string, port: number) => Promise<BotProcess>): Promise<Party> {
    const url = await fresh()
    const port = await freePort()
    const people = await joiners(url, port, secret, size.people)
    return { name, people, bot: await start(url, port), windows: [] }
  }

  for (const { bot, people } of parties) {
    await atOnce(people, OUTSTANDING, size.start)
    bot.freeze()
  }
  for (let round = 0; round < size.rounds; round++) {
    for (const { bot, people, windows } of [...parties.slice(round % 3), ...parties.slice(0, round % 3)]) {
      await bot.goOn()
      await atOnce(people, 4, size.warmUp)
      const before = await bot.cpuMs()
      const rate = await atOnce(people, OUTSTANDING, size.burst)
      windows.push({ rate, cpuMs: ((await bot.cpuMs()) - before) / size.burst })
      bot.freeze()
    }
  }
  const row = (of: (window: Window) => number, digits: number) => {
    const [own = [], ...peers] = parties.map(({ windows }) => windows.map(of))
    const ratios = peers.map((peer) => median(own.map((one, n) => one / (peer[n] ?? Number.NaN))).toFixed(2))
    return [median(own).toFixed(digits), ...peers.flatMap((peer, n) => [median(peer).toFixed(digits), ratios[n] ?? ''])]
  }
  printTable(
    `Web on ${server.name}: joins by people who are signed in, ${OUTSTANDING} waiting at any time`,
    ['', ...parties.flatMap(({ name }, n) => (n === 0 ? [name] : [name, 'ratio']))],
    [
      ['joins a second', ...row(({ rate }) => rate, 0)],
      ['CPU of the program for each, ms', ...row(({ cpuMs }) => cpuMs, 2)],
    ],
  )
  process.stdout.write(
    `Hono: a bare app that answers a constant, and sends the one statement that joins, or all ${all.length} that the router sends for it in a transaction.\n`,
  )
  for (const { bot, people } of parties) {
    if (people.lost() > 0) throw new Error(`${people.lost()} joins were not answered as joins`)
    await bot.stop()
  }
}

function peerAt(port: number, url: string, statements: Statements) {
  const program = fileURLToPath(new URL('./web-peer.ts', import.meta.url))
  const words = [...process.execArgv, program, String(port), url, JSON.stringify(statements)]
  return started({ words, cwd: fileURLToPath(new URL('..', import.meta.url)), environment: {} }, /ready/)
}

/** People of the web who are signed in, and join one community after the other, each once. */
async function joiners(url: string, port: number, secret: Buffer, count: number): Promise<People> {
  const keys = keysFrom([secret], (length) => randomBytes(length))
  const everybody = Array.from({ length: count }, (_, n) => {
    const token = randomBytes(20).toString('hex').toUpperCase()
    return { id: `web${String(n).padStart(23, '0')}`, token, seal: keys.hash('form', token) }
  })
  const communities = await withPool(url, async ({ query }) => {
    const ids = everybody.map(({ id }) => id)
    await query(
      `insert into people (id, key, name, created_at, last_seen_at) select id, md5(id), id, now(), now() from unnest($1::text[]) id`,
      [ids],
    )
    await query(
      `insert into accounts (id, person_id, platform, workspace, external_id, name)
       select left(md5(id), 26), id, 'web', 'web', id || '@example.org', id from unnest($1::text[]) id`,
      [ids],
    )
    await query(
      `insert into web_sessions (id, account_id, created_at, expires_at)
       select hash, left(md5(id), 26), now(), now() + interval '1 day' from unnest($1::text[], $2::text[]) as made (id, hash)`,
      [ids, everybody.map(({ token }) => keys.hash('session', token))],
    )
    return query(
      `select id from communities where state = 'open' and visibility = 'open' and not sensitive order by id`,
      [],
    )
  })
  const agent = new Agent({ keepAlive: true, maxSockets: OUTSTANDING })
  let [next, lost] = [0, 0]
  return {
    lost: () => lost,
    async act() {
      const who = everybody[next % count]
      const community = communities[Math.floor(next / count) % communities.length]?.id
      next++
      if (!who) return undefined
      const form = new URLSearchParams({
        press: `join?community=${community}`,
        'kindred-form': who.seal,
        'kindred-once': String(next),
      }).toString()
      const began = performance.now()
      const { status, body } = await post(agent, port, { cookie: `kindred=${who.token}`, 'x-person': who.id }, form)
      if (status !== 200 || !/You(&#39;|')re in/.test(body)) {
        lost++
        return undefined
      }
      const took = performance.now() - began
      return { first: took, final: took }
    },
  }
}

function post(
  agent: Agent,
  port: number,
  who: Record<string, string>,
  form: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...who,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(form)),
    }
    const sent = request({ agent, port, host: '127.0.0.1', path: '/press', method: 'POST', headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => {
        body += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    sent.end(form)
  })
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
