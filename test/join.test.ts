import { describe, expect, test } from 'vitest'
import { codeFor, onStage, type Stage, sharer } from './stage.ts'

let stage: Stage
onStage((opened) => {
  stage = opened
})

const NEED = 'need:"people with small children, so that we can enjoy culture"'

describe('joining', () => {
  test('a community opens at its last pledge, and everybody who pledged is in', async () => {
    const ana = stage.actor('ana')
    expect(await ana.types(`/start-community "Parents United" ${NEED} pledges:2`)).toContain('opens at 2 pledges')
    expect(await stage.actor('ben').presses('Pledge')).toContain('is open')
    expect(await ana.types('/join parents-united')).toContain('You are in Parents United already')
  })

  test('a yes reaches the files only once the address is proven, and leaving takes it out', async () => {
    await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:1`)
    const dia = stage.actor('dia')
    await dia.types('/join parents-united')
    await dia.presses('Yes')
    expect(await stage.files()).toEqual({})
    await dia.types('/email dia@example.org')
    expect(await dia.types(`/email ${codeFor(stage, 'dia@example.org')}`)).toContain('is yours')
    expect((await stage.files())['parents-united.csv']?.split('\n')).toHaveLength(3)
    expect((await stage.files())['parents-united.csv']).toContain('dia@example.org')
    await dia.types('/leave parents-united')
    expect((await stage.files())['parents-united.csv']).toBe('email,person,since,direction\n')
  })

  test('joining again is harmless', async () => {
    await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:1`)
    const dia = await sharer(stage, 'dia', 'parents-united')
    const before = await stage.files()
    expect(await dia.types('/join parents-united')).toContain('already')
    expect(await stage.files()).toEqual(before)
  })
})
