import { expect, test } from 'vitest'
import type { Entry, SegmentStore } from '../src/segments/segment-store.ts'
import { server } from './postgres.ts'
import {
  BEGAN,
  backUp,
  houseOn,
  newSite,
  onSites,
  restoreOn,
  type Site,
  somebodyPauses,
  takeMarks,
} from './restoring.ts'
import { manySharers } from './sharers.ts'
import { MUSEUM, type Stage, sharer } from './stage.ts'
import { becomeOne, proves } from './two-accounts.ts'

/** A database in a folder takes seconds to open; the gate runs what opens many. */
const slow = (name: string, play: () => Promise<void>) => test.runIf(process.env.SLOW || server)(name, play, 180_000)

onSites()

/** A tool that keeps whom it is told of, whatever becomes of the site; by its name there, and by its place. */
function tool() {
  const held = new Map<string, string>()
  const each =
    (act: (entry: Entry) => unknown): SegmentStore['put'] =>
    async (_, entries) =>
      entries.map((entry) => {
        act(entry)
        return { result: 'applied' }
      })
  const store: SegmentStore = {
    batch: 100,
    check: async () => undefined,
    put: each(({ person, email }) => held.set(person, email)),
    take: each(({ person }) => held.delete(person)),
    forget: async () => ({ result: 'applied' }),
  }
  const called = (name: string) => ({ name, connector: 'webhook', purpose: 'letters' as const, place: 'a', store })
  return { called, held: () => [...held.values()].map((email) => email.split('@')[0]).sort() }
}
type Called = ReturnType<ReturnType<typeof tool>['called']>

const unsubscribed = (name: string) =>
  JSON.stringify({ type: 'person.unsubscribed', data: { email: `${name}@example.org` } })

/** Kindred runs on a site for a while, with these destinations. */
async function visit(site: Site, now: string, destinations: Called[], act: (stage: Stage) => Promise<unknown>) {
  const stage = await houseOn(site, now, {
    organization: now === BEGAN ? MUSEUM : null,
    destinations,
  })
  await act(stage)
  await stage.pass('5m')
  expect(stage.failures).toEqual([])
  await stage.close()
}

/** A site on which somebody has said yes to Cooks, as it is when its backup is made. */
async function siteOf(destinations: Called[], play: (stage: Stage) => Promise<unknown>): Promise<Site> {
  const site = await newSite('old')
  await visit(site, BEGAN, destinations, async (stage) => {
    await stage
      .actor('fay')
      .types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
    await play(stage)
  })
  return site
}

const anaAndBen = async (stage: Stage) => {
  for (const name of ['ana', 'ben']) await sharer(stage, name, 'cooks')
}

/** Staff start a destination, if it is not started yet. */
async function starts(stage: Stage, name: string): Promise<void> {
  const sam = stage.actor('sam!')
  if ((await sam.types('/status')).includes(`${name} is not started yet`)) await sam.presses(`Start ${name}`)
}

/** What is kept besides of what nobody is to undo. */
async function tombstones(stage: Stage): Promise<string> {
  const lines: string[] = []
  await stage.database.backup(stage.now(), 'everything', async (text) => {
    for await (const piece of text) lines.push(...piece.split('\n').filter((line) => line.startsWith('["tombstones"')))
  })
  return lines.join()
}

/** Another machine with the newest file of marks there is, on which the backup is restored. */
async function newMachine(old: Site, file: string, at: string): Promise<Site> {
  const to = await newSite('to')
  await takeMarks(old, to)
  expect(await restoreOn(to, at, file)).toContain('every destination is told everything again')
  return to
}

slow(
  'a destination connected since is told of nobody who unsubscribed there since, however late it is connected',
  async () => {
    const [crm, other] = [tool(), tool()]
    const late = { ...other.called('late'), place: 'b' }
    const old = await siteOf([crm.called('crm')], anaAndBen)
    const file = await backUp(old)
    await visit(old, '2026-01-06T10:00:00Z', [crm.called('crm'), late], async (stage) => {
      await starts(stage, 'late')
      await stage.pass('5m')
      expect(other.held()).toEqual(['ana', 'ben'])
      await stage.play(`hook late ${unsubscribed('ana')}`)
    })
    expect(other.held()).toEqual(['ben'])
    const to = await newMachine(old, file, '2026-01-06T10:15:00Z')
    // Its keys are not at hand yet.
    await visit(to, '2026-01-06T10:20:00Z', [crm.called('crm')], (stage) => stage.pass('1h'))
    await visit(to, '2026-01-07T10:20:00Z', [crm.called('crm'), late], async (stage) => {
      await starts(stage, 'late')
      await stage.pass('1h')
      expect(other.held()).toEqual(['ben'])
      const ana = stage.actor('ana')
      expect(await ana.types('/sharing')).toContain('Why: you unsubscribed there, on Tue 6 Jan 2026')
      await ana.types('/sharing cooks on')
    })
    expect(other.held()).toEqual(['ana', 'ben'])
    expect(crm.held()).toEqual(['ana', 'ben'])
    // Nor is their new yes overruled at the next start.
    await visit(to, '2026-01-08T10:20:00Z', [late], async (stage) => {
      await stage.pass('1h')
      expect(await tombstones(stage)).toContain('unsubscribed')
      // After so long nothing is kept of it beside what it has led to.
      await stage.pass('8d')
      expect(await tombstones(stage)).not.toContain('unsubscribed')
    })
    expect(other.held()).toEqual(['ana', 'ben'])
  },
)

slow(
  'a destination renamed since gives up at once whoever unsubscribed there since, however many they are',
  async () => {
    const crm = tool()
    const old = await siteOf([crm.called('crm')], (stage) => manySharers(stage, 24, 'cooks'))
    const file = await backUp(old)
    await visit(old, '2026-01-06T10:00:00Z', [crm.called('letters')], async (stage) => {
      for (let i = 0; i < 22; i++) await stage.play(`hook letters ${unsubscribed(`p${i}`)}`)
    })
    expect(crm.held()).toEqual(['p22', 'p23'])
    const to = await newMachine(old, file, '2026-01-06T10:15:00Z')
    await visit(to, '2026-01-06T10:20:00Z', [crm.called('letters')], async (stage) => {
      await stage.pass('1h')
      expect(await stage.actor('sam!').types('/status')).not.toContain('held back')
      expect(await stage.actor('p0').types('/sharing')).toContain('Why: you unsubscribed there')
    })
    expect(crm.held()).toEqual(['p22', 'p23'])
  },
)

/** Ana and ben become one after the backup, and one of them unsubscribes then or before. Gives who is held after a restore. */
async function heldOfTwo(isBefore: boolean): Promise<(string | undefined)[]> {
  const crm = tool()
  const old = await siteOf([crm.called('crm')], async (stage) => {
    await stage.actor('fay').types('/start-community Bakers need:"people who bake, so that we have bread" pledges:1')
    await sharer(stage, 'ana', 'cooks')
    await sharer(stage, 'ben', 'bakers')
  })
  const file = await backUp(old)
  await visit(old, '2026-01-06T10:00:00Z', [crm.called('crm')], async (stage) => {
    if (isBefore) {
      await stage.play(`hook crm ${unsubscribed('ben')}`)
      await stage.pass('15m')
      // By the marks of what somebody else does it is long since that ben unsubscribed.
      await somebodyPauses(stage)
      expect(crm.held()).toEqual(['ana'])
    }
    await proves(stage, 'ben', 'ana@example.org')
    expect(await becomeOne(stage, 'ana', 'ben')).toContain('one person')
    if (!isBefore) await stage.play(`hook crm ${unsubscribed('ana')}`)
  })
  expect(crm.held()).toEqual([])
  const to = await newMachine(old, file, '2026-01-06T10:30:00Z')
  await visit(to, '2026-01-06T10:40:00Z', [crm.called('crm')], (stage) => stage.pass('1h'))
  return crm.held()
}

slow('who unsubscribed as one person is not told of as either of the two they were before', async () => {
  expect(await heldOfTwo(false)).toEqual([])
})

slow('who unsubscribed before they became one is held back as both, as they were since', async () => {
  expect(await heldOfTwo(true)).toEqual([])
})
