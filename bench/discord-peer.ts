import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { startBareBot } from '../test/discord/bare-bot.ts'
import { barePg } from './bare.ts'

/** Statements of the least that a command with a memory does: seen before, who is it, which community, joined, answered. */
const STATEMENTS: [text: string, values: (n: number) => unknown[]][] = [
  [
    `insert into deliveries (id, expires_at) values ($1, now() + interval '1 hour') on conflict do nothing`,
    () => [randomUUID()],
  ],
  [
    'select p.id, p.name, p.language, p.zone, p.email from accounts a join people p on p.id = a.person_id where a.external_id = $1',
    (n) => [`person-${n}`],
  ],
  ['select * from communities where slug = $1', (n) => [`community-${(n % 19) + 1}`]],
  [
    `insert into memberships (person_id, community_id, state, source, since)
     select p.id, c.id, 'member', 'command', now() from people p join communities c on c.slug = $1 where p.id = $2
     on conflict do nothing`,
    (n) => [`community-${(n % 19) + 1}`, `crowd${String(n).padStart(21, '0')}`],
  ],
  ['update deliveries set answer = $1 where id = $2', () => [Buffer.alloc(500), randomUUID()]],
]

const [api = '', token = '', url, people = '1'] = process.argv.slice(2)
const pool = url ? new pg.Pool({ connectionString: url, max: 10 }) : undefined
const bare = pool && barePg(pool)
let acts = 0

async function remembered(): Promise<void> {
  const n = (acts++ % Number(people)) + 1
  await bare?.transaction(async (query) => {
    for (const [text, values] of STATEMENTS) await query(text, values(n))
  })
}

// discord.js holds back all but 50 answers a second by itself; measured is what it can do, not what it lets itself do.
const settings = { rest: { globalRequestsPerSecond: Number.POSITIVE_INFINITY } }
const bot = await startBareBot({ api, token }, settings, remembered)
process.on('SIGTERM', () => {
  for (const error of bot.errors) process.stderr.write(`the bare bot failed: ${error}\n`)
  process.exit(bot.errors.length > 0 ? 1 : 0)
})
process.stdout.write('ready\n')
