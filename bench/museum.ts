import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { drawsFrom } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { NOT_SET_UP, type Organization } from '../src/core/organization.ts'
import { loadCommands } from '../src/load-commands.ts'
import { createRouter, type Router } from '../src/router.ts'
import type { NewCommunity } from '../src/store/communities.ts'
import { type Database, type DatabasePlace, openDatabase } from '../src/store/database.ts'
import type { Actor } from './acts.ts'
import type { Bare } from './bare.ts'

/** Where everybody is. */
export const WHERE = { platform: 'bench', workspace: 'main' }

export const MUSEUM: Organization = {
  ...NOT_SET_UP,
  isSetUp: true,
  name: 'City Museum',
  recipient: 'the Museum',
  privacyNotice: 'https://museum.example/privacy',
}

/** The community that is joined and left. Its room is there already, as it is for all but the first to join. */
export const COMMUNITY = { id: '01KE7BENCH0000000000000000', slug: 'parents-united', name: 'Parents United' }

const COMMUNITIES = 20

export const draws = drawsFrom((length) => randomBytes(length))

/** Where the program finds its own files. */
export const folders = {
  commands: fileURLToPath(new URL('../commands', import.meta.url)),
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
}

/** A set-up organization on a fresh database, with its one destination, its communities and its router; no job runs. */
export async function openMuseum(place: DatabasePlace): Promise<{ database: Database; router: Router }> {
  const tools = { draws, keys: keysFrom([randomBytes(32)], (length) => randomBytes(length)) }
  const database = await openDatabase(place, folders.migrations, new Date(), tools)
  await database.transaction(async (store) => {
    await store.organization.save(MUSEUM)
    await store.destinations.connect(
      [{ name: 'files', connector: 'csv', purpose: 'letters' }],
      MUSEUM.recipient,
      new Date(),
    )
    for (let n = 0; n < COMMUNITIES; n++) await store.communities.start(communityOf(n), new Date())
  })
  const router = createRouter(await loadCommands(folders.commands), database, {
    draws,
    site: 'https://kindred.example',
    // A failure is a figure that means nothing.
    logFailure: (_, command, error) => {
      process.exitCode = 1
      process.stderr.write(`${command} failed: ${error instanceof Error ? error.stack : error}\n`)
    },
    // The work that follows a command is neither measured nor done.
    wake: () => undefined,
  })
  return { database, router }
}

function communityOf(n: number): NewCommunity {
  const own = {
    id: `${COMMUNITY.id.slice(0, -2)}${String(n).padStart(2, '0')}`,
    name: `Community ${n}`,
    slug: `community-${n}`,
  }
  return {
    ...(n === 0 ? COMMUNITY : own),
    need: 'people who wait, so that we can measure',
    tags: [],
    visibility: 'open',
    sensitive: false,
    state: 'open',
    pledgesNeeded: 5,
    ...WHERE,
    place: null,
    founderId: 'nobody',
    deadline: new Date(),
  }
}

/**
 * A crowd that is there already: people, each in four of the twenty communities, every second with a yes to each, and an
 * hour's deliveries. Plans made for empty tables, and kept, are not those of a house in use. One statement a table.
 */
export async function fillMuseum({ query }: Bare, people: number): Promise<void> {
  await query(
    `insert into people (id, key, name, email, email_proven_at, created_at, last_seen_at)
     select 'crowd' || lpad(n::text, 21, '0'), 'crowd' || n, 'Person ' || n, n || '@example.org', '2026-01-01Z', '2026-01-01Z',
       '2026-01-01Z'
     from generate_series(1, $1::int) n`,
    [people],
  )
  await query(
    `insert into accounts (id, person_id, platform, workspace, external_id, name)
     select 'a' || id, id, $1, $2, id, name from people`,
    [WHERE.platform, WHERE.workspace],
  )
  for (const statement of CROWDED) await query(statement, [])
}

const CROWDED = [
  `insert into rooms (id, community_id, platform, workspace, name, external_id)
   select 'r' || id, id, platform, workspace, slug, 'room-' || slug from communities`,
  `insert into memberships (person_id, community_id, state, source, since)
   select p.id, c.id, 'member', 'command', '2026-01-02Z' from people p
   join (select id, row_number() over (order by id) as n from communities) c on (right(p.id, 9)::int + c.n) % 5 = 0`,
  `insert into room_places (room_id, person_id, wanted, revision, known)
   select r.id, m.person_id, 'in', 1, 'in' from memberships m join rooms r using (community_id)`,
  `insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
   select person_id, community_id, purpose, recipient, '1', since from memberships cross join destinations`,
  `insert into directions (id, person_id, community_id, purpose, recipient, wording_version, wording, at, place, act,
     delivery_id, standing)
   select left(md5(person_id || community_id), 26), person_id, community_id, purpose, recipient, '1', repeat('w', 500), since,
     'bench', 'pressed Yes', 'd' || person_id, true
   from memberships cross join destinations where right(person_id, 1) in ('0', '2', '4', '6', '8')`,
  `insert into reports (person_id, community_id, destination, wanted, reason, since, direction_id, revision, known, changed_at)
   select person_id, community_id, name, 'in', 'joined', at, id, 1, 'in', at from directions join destinations using (purpose)`,
  `insert into deliveries (id, answer, expires_at)
   select 'crowd/' || id, convert_to(repeat('t', 500), 'UTF8'), '2026-01-03Z' from people`,
]

/** People of one party, known already, with a proven address. */
export async function inviteActors({ query }: Bare, party: string, count: number): Promise<Actor[]> {
  const now = new Date()
  const actors = Array.from({ length: count }, (_, n) => ({
    id: draws.id(now),
    accountId: draws.id(now),
    externalId: `${party}-${n}`,
    name: `Member ${n}`,
  }))
  await query(
    `insert into people (id, key, name, email, email_proven_at, created_at, last_seen_at)
     select id, id, name, external_id || '@example.org', $4::timestamptz, $4::timestamptz, $4::timestamptz
     from unnest($1::text[], $2::text[], $3::text[]) as actors (id, external_id, name)`,
    [actors.map(({ id }) => id), actors.map(({ externalId }) => externalId), actors.map(({ name }) => name), now],
  )
  await query(
    `insert into accounts (id, person_id, platform, workspace, external_id, name)
     select account_id, id, $5, $6, external_id, name
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as actors (id, account_id, external_id, name)`,
    [
      actors.map(({ id }) => id),
      actors.map(({ accountId }) => accountId),
      actors.map(({ externalId }) => externalId),
      actors.map(({ name }) => name),
      WHERE.platform,
      WHERE.workspace,
    ],
  )
  return actors
}
