import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { server } from './postgres.ts'
import {
  backUp,
  benTakesBack,
  houseOn,
  newSite,
  onSites,
  playedSite,
  restoreOn,
  type Site,
  somebodyPauses,
  takeMarks,
  toldOn,
  visit,
} from './restoring.ts'

/** A database in a folder takes seconds to open; the gate runs what opens many. */
const slow = (name: string, play: () => Promise<void>) => test.runIf(process.env.SLOW || server)(name, play, 180_000)

onSites()

const WAITS = 'until staff have looked at it and pressed Start in /status'
const ALL_KNOWN = 'every destination is told everything again'

/** A backup of a site, and what ben did the day after. */
async function backedUpThenTakenBack(old: Site): Promise<string> {
  const file = await backUp(old)
  await visit(old, '2026-01-06T12:00:00Z', benTakesBack)
  return file
}

/** A restore after which nobody is told of until staff start it. */
async function waits(site: Site, at: string, ...words: string[]): Promise<void> {
  expect(await restoreOn(site, at, ...words)).toContain(WAITS)
  expect((await toldOn(site, at)).in).not.toContain('@')
}

slow('over a fresh Kindred that has made its own backup since does not count that as all that people did', async () => {
  const file = await backedUpThenTakenBack(await playedSite())
  // The disk is lost; Kindred starts by itself on an empty one, and is there over night.
  const fresh = await newSite('fresh')
  const stage = await houseOn(fresh, '2026-01-06T18:00:00Z', {})
  await stage.actor('eva').types('/help')
  await stage.pass('10h')
  await stage.close()
  await waits(fresh, '2026-01-07T09:00:00Z', file, '--replace')
})

slow('nor does a file of marks count that a fresh Kindred has begun', async () => {
  const file = await backedUpThenTakenBack(await playedSite())
  const fresh = await newSite('fresh')
  const stage = await houseOn(fresh, '2026-01-07T08:30:00Z', {})
  await somebodyPauses(stage, 'eva')
  await stage.close()
  await waits(fresh, '2026-01-07T09:00:00Z', file, '--replace')
})

slow('npm run backup on another machine leaves a file of marks in which nothing is missing', async () => {
  const old = await playedSite()
  const file = await backedUpThenTakenBack(old)
  await rm(`${old.data}/backups/marks.jsonl`)
  await backUp(old, '2026-01-06T12:30:00Z')
  const to = await newSite('to')
  await takeMarks(old, to)
  const said = await restoreOn(to, '2026-01-06T12:45:00Z', file)
  expect(said).toContain('Yeses taken back again, as they were since: 1.')
  expect(said).toContain(ALL_KNOWN)
  expect((await toldOn(to, '2026-01-06T12:50:00Z')).in).toMatch(/^(?!.*ben@).*ana@/s)
})

slow(
  'a second restore over one that did not know all waits for staff, too, whatever was marked after the first',
  async () => {
    const old = await playedSite()
    const first = await backUp(old)
    const second = await backUp(old, '2026-01-05T14:00:00Z')
    await visit(old, '2026-01-06T12:00:00Z', benTakesBack)
    const to = await newSite('to')
    await waits(to, '2026-01-07T12:00:00Z', second)
    await waits(to, '2026-01-07T12:10:00Z', first, '--replace')
    await visit(to, '2026-01-07T12:15:00Z', (stage) => somebodyPauses(stage))
    await waits(to, '2026-01-07T12:20:00Z', first, '--replace')
    const third = await newSite('third')
    await takeMarks(to, third)
    await waits(third, '2026-01-07T12:25:00Z', first)
  },
)

slow('a backup older than yeses are marked waits for staff, however new the file of marks is', async () => {
  const old = await playedSite()
  const file = await backedUpThenTakenBack(old)
  await visit(old, '2026-01-20T12:00:00Z', (stage) => somebodyPauses(stage))
  const to = await newSite('to')
  await takeMarks(old, to)
  await waits(to, '2026-01-20T12:30:00Z', file)
})

slow('a Kindred that went on elsewhere by a restore does not know what was done where it came from', async () => {
  const old = await playedSite()
  const file = await backUp(old)
  const spare = await newSite('spare')
  await takeMarks(old, spare)
  expect(await restoreOn(spare, '2026-01-05T13:10:00Z', file)).toContain(ALL_KNOWN)
  // Both go on, and each makes its backups.
  const later = await backUp(old, '2026-01-05T14:00:00Z')
  await visit(old, '2026-01-05T15:00:00Z', benTakesBack)
  await backUp(spare, '2026-01-05T16:00:00Z')
  await waits(spare, '2026-01-05T16:10:00Z', later, '--replace')
})

slow('another try with another backup knows what the database knew that the first one replaced', async () => {
  const old = await playedSite()
  const first = await backUp(old)
  await visit(old, '2026-01-05T13:20:00Z', benTakesBack)
  await rm(`${old.data}/backups/marks.jsonl`)
  expect(await restoreOn(old, '2026-01-06T12:00:00Z', first, '--replace')).toContain(ALL_KNOWN)
  const said = await restoreOn(old, '2026-01-06T12:10:00Z', first, '--replace')
  expect(said).toContain('Yeses taken back again, as they were since: 1.')
  expect(said).toContain(ALL_KNOWN)
})

slow(
  'where staff have not pressed Start yet destinations hear who had left by the backup, and of nobody else',
  async () => {
    const old = await playedSite((stage) => stage.actor('ben').types('/leave cooks'))
    const file = await backUp(old)
    const to = await newSite('to')
    expect(await restoreOn(to, '2026-01-07T12:00:00Z', file)).toContain('told who has left, and of nobody who is in')
    const { changes } = await toldOn(to, '2026-01-07T12:05:00Z')
    expect(changes).toMatch(/"ben@example.org","op":"out","reason":"left"/)
    expect(changes).not.toContain('ana@')
  },
)
