import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deliveryOf, wordsOf } from './delivery.ts'
import { foundParents, heldOf } from './parents.ts'
import { openStage, type Stage } from './stage.ts'

describe('a delivery', () => {
  let stage: Stage
  let community: string
  let yes: string
  beforeEach(async () => {
    stage = await openStage()
    ;({ id: community, yes } = await foundParents(stage))
  })
  afterEach(async () => {
    expect(stage.failures).toEqual([])
    await stage.close()
  })
  const joins = (id: string, name = 'dia') =>
    stage.router.run(deliveryOf(id, name, stage.now()), 'join', { community: 'parents-united' })
  const members = () => stage.read((store) => store.memberships.count(community, 'member'))

  test('repeated acts once and is answered the same, whatever happened since', async () => {
    const first = await joins('1')
    await stage.router.press(deliveryOf('2', 'dia', stage.now()), yes)
    await stage.router.run(deliveryOf('3', 'dia', stage.now()), 'leave', { community: 'parents-united' })
    expect(await joins('1')).toEqual(first)
    await stage.router.press(deliveryOf('2', 'dia', stage.now()), yes)
    expect(await heldOf(stage, 'dia', community)).toEqual({ standing: 'left', directions: 1, standingOnes: 0 })
  })

  test('arriving in copies at the same time acts once, and each is answered the same', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => joins('1')))
    expect(wordsOf(first ?? (await joins('1')))).toContain("You're in: Parents United.")
    for (const other of others) expect(other).toEqual(first)
    expect(await members()).toBe(2)
    const said = await Promise.all(
      Array.from({ length: 8 }, () => stage.router.press(deliveryOf('2', 'dia', stage.now()), yes)),
    )
    expect(new Set(said.map(wordsOf)).size).toBe(1)
    expect(await heldOf(stage, 'dia', community)).toEqual({ standing: 'member', directions: 1, standingOnes: 1 })
  })

  test('of somebody met in many ways at once makes one person of them', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => joins(`meeting/${i}`)))
    expect(await members()).toBe(2)
    expect(await stage.read((store) => store.memberships.list(community, 'member', 9))).toHaveLength(2)
  })

  test('that was refused is weighed anew when it comes again, since nothing was kept of it', async () => {
    const leaves = () => stage.router.run(deliveryOf('1', 'dia', stage.now()), 'about', { community: 'cooks' })
    expect(wordsOf(await leaves())).toContain('There is no community called “cooks” here.')
    const needs = { name: 'Cooks', need: 'people who like to cook, so that we can eat', pledges: '1' }
    await stage.router.run(deliveryOf('2', 'ben', stage.now()), 'start-community', needs)
    expect(wordsOf(await leaves())).toContain('Cooks')
  })

  test('that failed inside changed nothing, and is carried out when it comes again', async () => {
    const join = stage.commands.find((command) => command.name === 'join')
    const { run } = join ?? {}
    if (!join || !run) throw new Error('there is no join')
    join.run = async (context, options) => {
      await run(context, options)
      throw new Error('the machine is on fire')
    }
    expect(wordsOf(await joins('1'))).toContain('nothing was changed')
    expect(stage.failures.splice(0)).toHaveLength(1)
    expect(await members()).toBe(1)
    join.run = run
    expect(wordsOf(await joins('1'))).toContain("You're in")
    expect(await members()).toBe(2)
  })
})
