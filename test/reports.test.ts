import { expect, test, vi } from 'vitest'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner } from '../src/jobs/runner.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { codeFor, openStage, sharer } from './stage.ts'

test('a destination that does not answer holds up no other', async () => {
  const calls: string[] = []
  const told = (name: string, answers: boolean): SegmentStore => {
    const call: SegmentStore['put'] = async (_, entries) => {
      calls.push(name)
      if (!answers) throw new Error('no answer within 15 seconds')
      return entries.map(() => ({ result: 'applied' }))
    }
    return {
      batch: 10,
      check: async () => undefined,
      put: call,
      take: call,
      forget: async () => ({ result: 'applied' }),
    }
  }
  const destinations = ['deaf', 'well'].map((name) => ({
    name,
    connector: 'memory',
    purpose: 'letters' as const,
    store: told(name, name === 'well'),
  }))
  const stage = await openStage({ destinations })
  const ana = stage.actor('ana')
  for (const name of ['Parents', 'Cooks', 'Runners']) {
    await ana.types(`/start-community ${name} need:"people who would like to meet, so that we can" pledges:1`)
    await ana.presses('Yes', name)
  }
  await ana.types('/email ana@example.org')
  await ana.types(`/email ${codeFor(stage, 'ana@example.org')}`)
  // One request finds out for all that waits for it.
  expect(calls).toEqual(['deaf', 'well', 'well', 'well'])
  expect(stage.failures).toEqual([])
  await stage.close()
})

test('a slow destination keeps no other waiting', async () => {
  let isQuickTold: () => void = () => undefined
  let hold: Promise<void> | undefined
  const told = (name: string): SegmentStore => {
    const call: SegmentStore['put'] = async (_, entries) => {
      if (name === 'slow') await hold
      else isQuickTold()
      return entries.map(() => ({ result: 'applied' }))
    }
    return {
      ...{ batch: 10, check: async () => undefined, put: call, take: call },
      forget: async () => ({ result: 'applied' }),
    }
  }
  const stores = ['slow', 'quick'].map((name) => ({ name, store: told(name) }))
  const destinations = stores.map((one) => ({ ...one, connector: 'memory', purpose: 'letters' as const }))
  const stage = await openStage({ destinations })
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  await sharer(stage, 'ana', 'cooks')
  const waiting = () => stage.read(async (store) => [...(await store.agenda()).reports.keys()])
  await stage.read(async ({ destinationCare }) => {
    for (const { name } of stores) await destinationCare.replay(name, new Date(0), stage.now())
  })
  expect(await waiting()).toEqual(['quick', 'slow'])
  // The slow one answers once the other was told, and never before.
  hold = new Promise((resolve) => {
    isQuickTold = resolve
  })
  const failures: unknown[] = []
  const jobs = stores.map((one) => reportsJob(stage.database, one, drawsFrom(seededBytes('pace'))))
  const runner = createRunner(stage.database, jobs, stage.now, (_, error) => void failures.push(error))
  runner.start()
  await vi.waitFor(async () => expect(await waiting()).toEqual([]))
  await runner.stop()
  expect(failures).toEqual([])
  await stage.close()
})

test('a leave that is refused is tried again, hour by hour, until it is taken', async () => {
  const held = new Set<string>()
  let refuses = false
  const store: SegmentStore = {
    batch: 10,
    check: async () => undefined,
    put: async (_, entries) => {
      for (const { email } of entries) held.add(email)
      return entries.map(() => ({ result: 'applied' }))
    },
    take: async (_, entries) => {
      if (refuses) return entries.map(() => ({ result: 'rejected', why: 'a bad deploy' }))
      for (const { email } of entries) held.delete(email)
      return entries.map(() => ({ result: 'applied' }))
    },
    forget: async () => ({ result: 'applied' }),
  }
  const stage = await openStage({ destinations: [{ name: 'crm', connector: 'memory', purpose: 'letters', store }] })
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  const ana = await sharer(stage, 'ana', 'cooks')
  refuses = true
  await ana.types('/leave cooks')
  await stage.pass('3h')
  expect([...held]).toEqual(['ana@example.org'])
  refuses = false
  await stage.pass('61m')
  expect([...held]).toEqual([])
  expect(await stage.actor('sam!').types('/status')).toContain('a few or none waiting, a few or none failed.')
  await stage.close()
})

test('what becomes of those who are tried again becomes of whoever staff have stopped meanwhile, as they see it', async () => {
  let why: string | undefined
  const call: SegmentStore['put'] = async (_, entries) =>
    entries.map(() => (why === undefined ? { result: 'applied' } : { result: 'rejected', why }))
  const store: SegmentStore = {
    ...{ batch: 10, check: async () => undefined, put: call },
    take: async (_, entries) => entries.map(() => ({ result: 'applied' })),
    forget: async () => ({ result: 'applied' }),
  }
  const stage = await openStage({ destinations: [{ name: 'crm', connector: 'memory', purpose: 'letters', store }] })
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  why = 'it has no field for that'
  for (const name of ['ana', 'ben', 'cem']) await sharer(stage, name, 'cooks')
  const sam = stage.actor('sam!')
  const card = () => sam.types('/destinations crm')
  await sam.types('/destinations crm stop:ana@example.org')
  const retries = async () => {
    await card()
    await sam.presses('Retry crm')
    await stage.pass('1m')
    return card()
  }
  // None are taken, or for another reason.
  expect(await retries()).toContain('it has no field for that')
  why = 'it is full'
  const full = await retries()
  expect(full).toContain('it is full')
  expect(full).not.toContain('it has no field for that')
  // They wait for another try, and are taken.
  why = undefined
  stage.suffer('crm', 'down')
  expect(await retries()).not.toContain('Not taken')
  stage.suffer('crm', 'up')
  await stage.pass('1d')
  const well = await card()
  expect(well).toContain('a few or none waiting, a few or none failed.')
  expect(well).not.toContain('Not taken')
  expect(well).not.toContain('Retry crm')
  expect(stage.failures).toEqual([])
  await stage.close()
})
