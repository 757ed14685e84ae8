import { address } from '../../src/reply.ts'
import { openDestinations } from '../../src/segments/connectors.ts'
import type { Configured } from '../../src/store/destinations.ts'
import { buttonIn, deliveryOf, wordsOf } from '../delivery.ts'
import { codeFor, openStage, type Stage } from '../stage.ts'
import type { OpenRig, Rig } from './rig.ts'

const START = '2026-01-05T12:00:00Z'

/** A house with one tool it reports to, and people who act by name. */
export interface Scene {
  stage: Stage
  /** By the names of communities; each is founded by Ana. */
  found(name: string): Promise<void>
  joins(name: string, community: string): Promise<void>
  leaves(name: string, community: string): Promise<void>
  saysYes(name: string, community: string): Promise<void>
  takesBack(name: string, community: string): Promise<void>
  /** Gives the address that is theirs then: codes are limited, and who asked for too many keeps the one before. */
  proves(name: string, email: string): Promise<string | undefined>
  runs(name: string, command: string, raw?: Record<string, string>): Promise<void>
  presses(name: string, press: string): Promise<void>
  forgetsMe(name: string): Promise<void>
  /** Staff have the tool asked what it holds, and what differs is mended. */
  looks(): Promise<void>
  /** All work that is due is done, now and in the hours that follow. */
  rests(time?: string): Promise<void>
  close(): Promise<void>
}

/** A house that reports to the fake of a service, with people in it. */
export async function openScene(connector: string, open: OpenRig, seed = '1'): Promise<Scene & { rig: Rig }> {
  let scene: Scene | undefined
  const rig = await open(() => scene?.stage.now() ?? new Date(START))
  const opened = await openSceneAt(connector, rig.settings, seed)
  scene = opened
  return {
    ...opened,
    rig,
    async close() {
      await opened.close()
      await rig.close()
    },
  }
}

/** A house that reports to a service by these settings. */
export async function openSceneAt(connector: string, settings: Record<string, string>, seed = '1'): Promise<Scene> {
  let stage: Stage | undefined
  const now = () => stage?.now() ?? new Date(START)
  const destinations = openDestinations([{ name: 'tool', connector, settings }], now).map(
    (one): Configured & typeof one => ({ ...one, purpose: 'letters' }),
  )
  stage = await openStage({ destinations, seed, now: START })
  const on = stage
  let deliveries = 0
  const addresses = new Map<string, string>()
  const delivery = (name: string) => deliveryOf(`d${deliveries++}`, name, on.now())
  const run = (name: string, command: string, raw: Record<string, string> = {}) =>
    on.router.run(delivery(name), command, raw)

  async function saysYes(name: string, community: string): Promise<void> {
    const shown = await run(name, 'sharing', { community, answer: 'on' })
    const yes = buttonIn(shown, 'Yes')
    if (yes) await on.router.press(delivery(name), yes)
  }

  return {
    stage,
    async found(name) {
      const need = 'people who would like to meet, so that we can talk'
      await run('ana', 'start-community', { name, need, pledges: '1' })
    },
    joins: async (name, community) => void (await run(name, 'join', { community })),
    leaves: async (name, community) => void (await run(name, 'leave', { community })),
    saysYes,
    takesBack: async (name, community) => void (await run(name, 'sharing', { community, answer: 'off' })),
    async proves(name, email) {
      await run(name, 'email', { address: email })
      await on.runner.runDue()
      const told = wordsOf(await run(name, 'email', { address: codeFor(on, email) }))
      if (told.includes('is yours')) addresses.set(name, email)
      return addresses.get(name)
    },
    runs: async (name, command, raw) => void (await run(name, command, raw)),
    presses: async (name, press) => void (await on.router.press(delivery(name), address(press, {}))),
    async forgetsMe(name) {
      addresses.delete(name)
      await on.router.press(delivery(name), address('my.forget-now', {}))
    },
    async looks() {
      await on.read((store) => store.reconciling.lookNow('tool', on.now()))
      await on.pass('3h')
    },
    async rests(time = '3h') {
      await on.runner.runDue()
      await on.pass(time)
    },
    async close() {
      await on.close()
      for (const one of destinations) await one.store.close?.()
    },
  }
}
