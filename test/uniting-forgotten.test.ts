import { expect, test } from 'vitest'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { codeFor, onStage, type Stage } from './stage.ts'
import { becomeOne, proves, SHARED } from './two-accounts.ts'

const told: { op: 'in' | 'forget'; person: string; email: string }[] = []
const spy: SegmentStore = {
  batch: 100,
  check: async () => undefined,
  async put(_, entries) {
    return entries.map(({ person, email }) => {
      told.push({ op: 'in', person, email })
      return { result: 'applied' }
    })
  },
  take: async (_, entries) => entries.map(() => ({ result: 'applied' })),
  async forget({ person, email }) {
    told.push({ op: 'forget', person, email })
    return { result: 'applied' }
  },
}

let stage: Stage
onStage(
  async (opened) => {
    stage = opened
    told.length = 0
    await stage
      .actor('fay')
      .types('/start-community Cooks need:"people who would like to meet, so that we can" pledges:1')
    for (const name of ['ana', 'ben']) await stage.actor(name).types('/my')
  },
  { destinations: [{ name: 'files', connector: 'csv', purpose: 'letters', store: spy }] },
)

test('each number is forgotten by the address it was told with, and every address is marked', async () => {
  const [ana, ben] = [stage.actor('ana'), stage.actor('ben')]
  await ben.types('/join cooks')
  await ben.presses('Yes', 'May the Museum')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
  await ana.types('/email new@example.org')
  await ana.types(`/email ${codeFor(stage, 'new@example.org')}`)
  await ana.types('/my')
  await ana.presses('Forget me')
  await ana.presses('Yes, forget me')
  await stage.pass('1h')
  const forgotten = told.filter((one) => one.op === 'forget')
  expect(forgotten.map((one) => one.email).sort()).toEqual([SHARED, 'new@example.org'])
  for (const { person, email } of forgotten) expect(told).toContainEqual({ op: 'in', person, email })
  for (const address of [SHARED, 'new@example.org']) {
    expect(await stage.read((store) => store.tombstones.isOf(address))).toBe(true)
  }
})
