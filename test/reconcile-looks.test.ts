import { expect, test, vi } from 'vitest'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { reconcileJob } from '../src/jobs/reconcile.ts'
import { createRunner } from '../src/jobs/runner.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { openStage, sharer } from './stage.ts'

test('a destination that takes long to say whom it holds keeps no other waiting', async () => {
  let hold: Promise<void> | undefined
  let isQuickRead: () => void = () => undefined
  const looked: string[] = []
  const told = (name: string): SegmentStore => {
    const held = new Map<string, string>()
    const applied = { result: 'applied' as const }
    return {
      batch: 10,
      check: async () => undefined,
      put: async (_, entries) => {
        for (const { person, email } of entries) held.set(person, email)
        return entries.map(() => applied)
      },
      take: async (_, entries) => {
        for (const { person } of entries) held.delete(person)
        return entries.map(() => applied)
      },
      forget: async () => applied,
      async *list() {
        if (name === 'crm') await hold
        looked.push(name)
        for (const [person, email] of held) yield { person, email }
        if (name === 'letters') isQuickRead()
      },
    }
  }
  const stores = ['crm', 'letters'].map((name) => ({ name, store: told(name) }))
  const destinations = stores.map((one) => ({ ...one, connector: 'memory', purpose: 'letters' as const }))
  const stage = await openStage({ destinations })
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  await sharer(stage, 'ana', 'cooks')
  await stage.read(async ({ reconciling }) => {
    for (const { name } of stores) await reconciling.lookNow(name, stage.now())
  })
  // The slow one answers once the other was looked at, and never before.
  hold = new Promise((resolve) => {
    isQuickRead = resolve
  })
  const failures: unknown[] = []
  const jobs = stores.map((one) => reconcileJob(stage.database, one, drawsFrom(seededBytes('pace'))))
  const runner = createRunner(stage.database, jobs, stage.now, (_, error) => void failures.push(error))
  runner.start()
  const due = () => stage.read(async (store) => [...(await store.agenda()).looks.values()])
  await vi.waitFor(async () => expect((await due()).every((time) => time > stage.now())).toBe(true), 10_000)
  await runner.stop()
  expect(looked).toEqual(['letters', 'crm'])
  expect([...failures, ...stage.failures]).toEqual([])
  await stage.close()
})
