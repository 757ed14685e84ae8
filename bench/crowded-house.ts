import pg from 'pg'
import { type Bare, barePg } from './bare.ts'
import { fillCrowd } from './crowd.ts'
import { openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'

const COMMUNITIES = 200

/** The community that the so-manieth person is after. */
export function slugOf(person: number): string {
  const n = person % COMMUNITIES
  if (n === 0) return 'parents-united'
  return n < 20 ? `community-${n}` : `crowd-${n + 1}`
}

/** The database of a house in use, which knows people from elsewhere. */
export async function fillDatabase(server: Server, known: number): Promise<string> {
  const url = await server.fresh()
  const { database } = await openMuseum({ kind: 'postgresql', url })
  await database.close()
  await withPool(url, (bare) => fillCrowd(bare, { people: known, communities: COMMUNITIES, each: 5, gone: 0 }))
  return url
}

/** Gives every community its room in a workspace, as it has once a few have joined from there. */
export async function writeRooms(
  url: string,
  { platform, workspace, carrier }: { platform: string; workspace: string; carrier: string },
  made: (slug: string) => string,
): Promise<void> {
  await withPool(url, async ({ query }) => {
    const communities = await query('select id, slug from communities', [])
    await query(
      `insert into rooms (id, community_id, platform, workspace, name, external_id, carrier)
       select 'd' || right(id, 25), id, $1, $2, id, room, $3 from unnest($4::text[], $5::text[]) as made (id, room)`,
      [
        platform,
        workspace,
        carrier,
        communities.map(({ id }) => id),
        communities.map(({ slug }) => made(String(slug))),
      ],
    )
  })
}

async function withPool(url: string, work: (bare: Bare) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: '-c TimeZone=UTC' })
  try {
    await work(barePg(pool))
  } finally {
    await pool.end()
  }
}
