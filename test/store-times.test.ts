import { describe, expect, test } from 'vitest'
import type { DatabasePlace } from '../src/store/database.ts'
import { communityCalled, later, NEED } from './lookup.ts'
import { ask, type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { openStage } from './stage.ts'

const DAY_MS = 86_400_000
/** 02:30 on that day exists on no clock of Berlin, where CI's server says it is. */
const SKIPPED = '2026-03-29T02:30:00.123Z'

/** Writes times into a database at the hour that Berlin skips, and reads them back. */
async function keepTimes(place?: DatabasePlace): Promise<void> {
  const stage = await openStage({ now: SKIPPED, ...(place && { place }) })
  const now = stage.now()
  await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:3 days:1`)
  const seed = await communityCalled(stage, 'Parents United')
  expect(seed.createdAt).toEqual(now)
  expect(seed.deadline).toEqual(later(stage, DAY_MS))
  expect(await stage.read((store) => store.agenda().then(({ seeds }) => seeds))).toEqual(later(stage, DAY_MS))
  const pledged = await stage.read((store) => store.memberships.list(seed.id, 'pledged', 5))
  expect(pledged[0]?.since).toEqual(now)
  await stage.read((store) => store.staffNotes.tell('clock', { key: 'Tick.', values: [] }, now))
  expect((await stage.read((store) => store.staffNotes.open()))[0]?.firstAt).toEqual(now)
  expect(await stage.read((store) => store.jobRuns.last('clock', now))).toEqual(now)
  expect(stage.failures).toEqual([])
  await stage.close()
}

test('every time is the same instant when read back, also where clocks in Berlin skip an hour', async () => {
  await keepTimes()
})

describe.runIf(server)('on a server in another zone', () => {
  /** What the server itself holds, as seconds since 1970, which no zone can bend. */
  async function kept(own: OwnDatabase): Promise<unknown[]> {
    const second = 'extract(epoch from $)::text as at'
    const rows = await ask(
      own.place.url,
      `select ${second.replace('$', 'created_at')} from communities union select ${second.replace('$', 'since')} from memberships
       union select ${second.replace('$', 'first_at')} from staff_notes`,
    )
    return rows.map((row) => Number(row.at))
  }

  test.each([
    ['as it is', ''],
    ['with options of its own in its address', '?options=-c%20work_mem%3D8MB'],
  ])('times are stored as the instants they are, the server %s', async (_, options) => {
    const own = await ownDatabase(server ?? '')
    await keepTimes({ ...own.place, url: `${own.place.url}${options}` })
    expect(await kept(own)).toEqual([new Date(SKIPPED).getTime() / 1000])
    await own.drop()
  })
})
