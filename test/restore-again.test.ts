import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { csv } from '../src/segments/csv.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { deliveryOf } from './delivery.ts'
import { server } from './postgres.ts'
import {
  BEGAN,
  backUp,
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
import { openStage } from './stage.ts'
import { becomeOne, pressesAt, proves, questionsTo, undoes } from './two-accounts.ts'

/** A database in a folder takes seconds to open; the gate runs what opens many. */
const slow = (name: string, play: () => Promise<void>) => test.runIf(process.env.SLOW || server)(name, play, 180_000)

onSites()

/** Another machine with the newest file of marks there is. */
async function newMachine(from: Site): Promise<Site> {
  const to = await newSite('to')
  await takeMarks(from, to)
  return to
}

slow('a pause that came by uniting holds after a restore', async () => {
  let question: string | undefined
  const old = await playedSite(async (stage) => {
    await somebodyPauses(stage, 'ben')
    await proves(stage, 'ben', 'ana@example.org')
    question = questionsTo(stage, 'ben').at(-1)
  })
  const file = await backUp(old)
  await visit(old, '2026-01-06T10:00:00Z', async (stage) => {
    await pressesAt(stage, 'ana', question)
    await pressesAt(stage, 'ben', question)
    await undoes(stage, 'ana')
    expect(await stage.actor('ana').types('/my')).toContain('Paused since')
  })
  const to = await newMachine(old)
  expect(await restoreOn(to, '2026-01-06T10:15:00Z', file)).toContain('Pauses set as they were since: 1.')
  const told = await toldOn(to, '2026-01-06T10:20:00Z', 'ana')
  expect(told.shown).toContain('Paused since')
  expect(told.in).not.toContain('@')
})

slow('who paused again a moment before the backup stays paused, though marked only as having gone on', async () => {
  const old = await playedSite(async (stage) => {
    await stage.pass('40m')
    await somebodyPauses(stage, 'ana')
    await stage.pass('15m')
    await stage.actor('ana').presses('Go on')
    await stage.pass('4m')
    // Kindred is stopped for the backup before the minute is over.
    await stage.router.press(deliveryOf('late', 'ana', stage.now()), 'my.pause')
  })
  const to = await newSite('to')
  const file = await backUp(old)
  await takeMarks(old, to)
  await restoreOn(to, '2026-01-05T13:15:00Z', file)
  const told = await toldOn(to, '2026-01-05T13:20:00Z', 'ana')
  expect(told.shown).toContain('Paused since')
  expect(told.in).toMatch(/^(?!.*ana@).*ben@/s)
})

/** Ana and ben are one when the backup is made. */
const oneSite = () =>
  playedSite(async (stage) => {
    await proves(stage, 'ana')
    await proves(stage, 'ben')
    await becomeOne(stage, 'ana', 'ben')
  })

slow('who took a union back since is two again, over the old database and by the marks', async () => {
  const old = await oneSite()
  const file = await backUp(old)
  await visit(old, '2026-01-06T12:00:00Z', async (stage) => {
    expect(await undoes(stage, 'ana')).toContain('Undone')
    await stage.actor('ben').types('/sharing cooks off')
  })
  const to = await newMachine(old)
  for (const [site, words] of [
    [old, [file, '--replace']],
    [to, [file]],
  ] as const) {
    const said = await restoreOn(site, '2026-01-06T12:30:00Z', ...words)
    expect(said).toContain("Accounts made two people's again, as they were since: 1.")
    expect(said).toContain('every destination is told everything again')
    const told = await toldOn(site, '2026-01-06T12:35:00Z', 'ben', '/my data')
    expect(told.shown).not.toContain('terminal (main): ana')
    // Ana's yes is hers again; ben's own he took back.
    expect(told.in.trim().split('\n').slice(1)).toHaveLength(1)
  }
})

slow('who became one again before the backup stays one', async () => {
  const old = await oneSite()
  await visit(old, '2026-01-06T12:00:00Z', (stage) => undoes(stage, 'ana'))
  await visit(old, '2026-01-07T13:00:00Z', async (stage) => {
    await proves(stage, 'ana', 'other@example.org')
    await proves(stage, 'ana')
    await becomeOne(stage, 'ana', 'ben')
    expect(await stage.actor('ben').types('/my data')).toContain('terminal (main): ana')
  })
  const file = await backUp(old, '2026-01-07T14:00:00Z')
  const to = await newMachine(old)
  expect(await restoreOn(to, '2026-01-07T14:10:00Z', file)).not.toContain('made two')
  expect((await toldOn(to, '2026-01-07T14:15:00Z', 'ben', '/my data')).shown).toContain('terminal (main): ana')
})

slow('into another folder starts with the same settings, and fills the files there', async () => {
  const filesOn = ({ data }: Site) => ({
    name: 'files',
    connector: 'csv',
    purpose: 'letters' as const,
    place: `csv ${csv.place({ DIR: `${data}/segments` }, 'files')}`,
    store: csv.open({ DIR: `${data}/segments` }, () => new Date(BEGAN)),
  })
  const old = await playedSite()
  const before = await houseOn(old, BEGAN, { organization: null, destinations: [filesOn(old)] })
  await before.close()
  const file = await backUp(old)
  const to = await newMachine(old)
  await restoreOn(to, '2026-01-05T13:30:00Z', file)
  const now = '2026-01-05T14:00:00Z'
  const after = await openStage({ place: to.place, now, seed: 'srv', organization: null, destinations: [filesOn(to)] })
  await after.pass('1m')
  expect(await readFile(`${to.data}/segments/cooks.csv`, 'utf8')).toContain('ana@example.org')
  await after.close()
})

slow(
  'a destination connected long after a restore hears nothing of who says no before it is started; an early one does',
  async () => {
    const old = await playedSite(async () => undefined)
    await restoreOn(old, '2026-01-05T13:05:00Z', await backUp(old), '--replace')
    const heardBy = async (name: string, at: string) => {
      const heard: string[] = []
      const note = (op: string) => async (_: object, entries: { email: string }[]) =>
        entries.map(({ email }) => {
          heard.push(`${op} ${email}`)
          return { result: 'applied' as const }
        })
      const store: SegmentStore = {
        batch: 100,
        check: async () => undefined,
        put: note('in'),
        take: note('out'),
        forget: async () => ({ result: 'applied' }),
      }
      const destination = { name, connector: 'webhook', purpose: 'letters' as const, store }
      const stage = await houseOn(old, at, { organization: null, destinations: [destination] })
      await stage.actor('ben').types('/sharing cooks off')
      await stage.pass('1h')
      await stage.actor('ben').types('/sharing cooks on')
      await stage.close()
      return heard
    }
    expect(await heardBy('early', '2026-01-07T12:00:00Z')).toEqual(['out ben@example.org'])
    expect(await heardBy('late', '2026-05-05T12:00:00Z')).toEqual([])
  },
)
