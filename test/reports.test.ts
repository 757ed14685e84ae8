import { expect, test } from 'vitest'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { codeFor, openStage } from './stage.ts'

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
  // One request each in turn, then those that are left.
  expect(calls).toEqual(['deaf', 'well', 'well', 'well', 'deaf', 'deaf'])
  expect(stage.failures).toEqual([])
  await stage.close()
})
