import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openScene, type Scene as Played } from './organization.ts'
import type { Rig } from './rig.ts'
import { RIGS } from './rigs.ts'

type Scene = Played & { rig: Rig }

const HOME = 'home@example.org'
const PARENTS = 'parents-united'

describe.each(
  Object.entries(RIGS).filter(([name]) => name !== 'segment'),
)('%s knows people by address', (name, open) => {
  let scene: Scene
  const held = () => scene.rig.holds(PARENTS)
  beforeEach(async () => {
    scene = await openScene(name, open)
    await scene.found('Parents United')
    await scene.rests('1m')
  })
  afterEach(async () => {
    expect(scene.stage.failures).toEqual([])
    expect(scene.rig.server.complaints).toEqual([])
    await scene.close()
  })
  const comes = async (who: string, email: string) => {
    await scene.joins(who, PARENTS)
    await scene.saysYes(who, PARENTS)
    await scene.proves(who, email)
    await scene.rests()
  }

  test('two of a family share a mailbox, and it stays on the list until both have gone', async () => {
    await comes('eli', HOME)
    await comes('ida', HOME)
    expect(held()).toEqual([HOME])
    await scene.leaves('eli', PARENTS)
    await scene.rests()
    expect(held()).toEqual([HOME])
    await scene.takesBack('ida', PARENTS)
    await scene.rests()
    expect(held()).toEqual([])
  })

  test('whoever is forgotten takes nobody along who shares their mailbox', async () => {
    await comes('eli', HOME)
    await comes('ida', HOME)
    await scene.forgetsMe('eli')
    await scene.rests()
    expect(held()).toEqual([HOME])
    await scene.forgetsMe('ida')
    await scene.rests()
    expect(held()).toEqual([])
    expect(scene.rig.contacts()).toEqual([])
  })

  test('a new address takes the place of the old one, however often nobody heard that it did', async () => {
    await comes('eli', 'eli@example.org')
    await comes('ida', HOME)
    for (const email of ['eli@second.example', 'eli@third.example', HOME, 'eli@fourth.example']) {
      scene.stage.suffer('tool', 'slow')
      await scene.proves('eli', email)
      await scene.rests('2m')
    }
    scene.stage.suffer('tool', 'up')
    await scene.rests()
    expect(held()).toEqual(['eli@fourth.example', HOME].sort())
    await scene.leaves('eli', PARENTS)
    await scene.rests()
    expect(held()).toEqual([HOME])
  })

  test('an address that stays for somebody goes when they take back a yes nobody heard of yet', async () => {
    await comes('eli', HOME)
    await comes('ida', 'ida@example.org')
    await scene.takesBack('ida', PARENTS)
    await scene.proves('ida', HOME)
    await scene.rests()
    const { stage } = scene
    await stage.read((store) => store.destinations.pause('tool', 'by staff', stage.now()))
    await scene.leaves('eli', PARENTS)
    await scene.rests('1s')
    await scene.saysYes('ida', PARENTS)
    // A house that is stopped between the two.
    await stage.read(async (store) => {
      await store.destinations.resume('tool')
      const { lease, rows } = await store.reports.claim('tool', 1, stage.now())
      expect(rows.map(({ wanted, email, earlier }) => ({ wanted, email, earlier }))).toEqual([
        { wanted: 'out', email: '', earlier: [] },
      ])
      await store.reports.finish(rows, lease, { done: true }, stage.now())
    })
    expect(held()).toEqual([HOME])
    await scene.takesBack('ida', PARENTS)
    await scene.rests()
    expect(held()).toEqual([])
  })

  test('an address that stayed when somebody was forgotten goes when whoever shares it takes back an unheard yes', async () => {
    await comes('eli', HOME)
    await comes('ida', 'ida@example.org')
    await scene.takesBack('ida', PARENTS)
    await scene.proves('ida', HOME)
    await scene.rests()
    await scene.saysYes('ida', PARENTS)
    await scene.forgetsMe('eli')
    await scene.takesBack('ida', PARENTS)
    await scene.rests()
    expect(held()).toEqual([])
  })

  test('whoever is taken off after the other who shares their mailbox has not left by that', async () => {
    await comes('eli', HOME)
    await comes('ida', HOME)
    await scene.looks()
    const { stage } = scene
    await stage.read((store) => store.destinations.pause('tool', 'by staff', stage.now()))
    for (const name of ['eli', 'ida']) await scene.presses(name, 'my.pause')
    // Taken off in requests of their own, as in a long list.
    const takenOff = await stage.read(async (store) => {
      await store.destinations.resume('tool')
      const { lease, rows } = await store.reports.claim('tool', 1, stage.now())
      await store.reports.finish(rows, lease, { done: true }, stage.now())
      return rows.map(({ wanted, email }) => `${wanted} ${email}`)
    })
    expect(takenOff).toEqual([`out ${HOME}`])
    scene.rig.byHand?.take(PARENTS, HOME)
    await scene.rests()
    expect(held()).toEqual([])
    for (const name of ['eli', 'ida']) await scene.presses(name, 'my.resume')
    await scene.rests()
    await scene.looks()
    expect(held()).toEqual([HOME])
    for (const name of ['eli', 'ida']) expect(await stage.actor(name).types('/sharing')).not.toContain('on hold')
  })

  test('whoever leaves before anybody heard of their new address is off the list by both', async () => {
    await comes('eli', 'eli@example.org')
    scene.stage.suffer('tool', 'slow')
    await scene.proves('eli', 'eli@second.example')
    await scene.rests('20m')
    await scene.takesBack('eli', PARENTS)
    scene.stage.suffer('tool', 'up')
    await scene.rests()
    expect(held()).toEqual([])
  })
})
