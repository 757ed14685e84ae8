import { describe, expect, test } from 'vitest'
import { deliveryOf, wordsOf } from './delivery.ts'
import { personCalled } from './lookup.ts'
import { ask, ownDatabase, server } from './postgres.ts'
import { onStage, openStage, type Stage } from './stage.ts'
import { stored } from './stored.ts'
import { becomeOne, pressesAt, proves, questionsTo, undoes } from './two-accounts.ts'

describe('three accounts', () => {
  let stage: Stage
  onStage(async (opened) => {
    stage = opened
    await stage
      .actor('fay')
      .types('/start-community Cooks need:"people who would like to meet, so that we can" pledges:1')
    for (const name of ['ana', 'ben', 'cem']) await stage.actor(name).types('/my')
  })

  const rows = async () => ((await stage.files())['cooks.csv'] ?? '').trim().split('\n').slice(1)

  /** Ben and cem are one, then ana and they. */
  async function allOne(): Promise<void> {
    await stage.actor('cem').types('/join cooks')
    await stage.actor('cem').presses('Yes', 'May the Museum')
    await proves(stage, 'ben')
    await proves(stage, 'cem')
    await becomeOne(stage, 'ben', 'cem')
    await stage.pass('1m')
    await proves(stage, 'ana')
    expect(await becomeOne(stage, 'ana', 'ben')).toContain('Your accounts are one person')
  }

  test('a yes to somebody who became one with a third meanwhile unites nobody', async () => {
    await proves(stage, 'cem')
    await proves(stage, 'ben')
    const [older] = questionsTo(stage, 'cem')
    expect(await pressesAt(stage, 'ben', older)).toContain('Once the other account says yes too')
    await proves(stage, 'ana')
    const [withBen] = questionsTo(stage, 'ana')
    expect(questionsTo(stage, 'ben')).toContain(withBen)
    await pressesAt(stage, 'ana', withBen)
    expect(await pressesAt(stage, 'ben', withBen)).toContain('Your accounts are one person')
    expect(await pressesAt(stage, 'cem', older)).toContain('That question is over.')
    expect((await personCalled(stage, 'cem')).id).not.toBe((await personCalled(stage, 'ben')).id)
  })

  test('are forgotten together', async () => {
    await allOne()
    await stage.actor('ana').types('/my')
    await stage.actor('ana').presses('Forget me')
    await stage.actor('ana').presses('Yes, forget me')
    const all = await stored(stage)
    expect(all).not.toMatch(/"(ana|ben|cem)"/)
    expect(all).not.toContain('united_into":"')
  })

  test('come apart in any order, each with what was theirs', async () => {
    await allOne()
    expect(await stage.actor('ana').types('/my')).toContain('Cooks')
    expect(await rows()).toHaveLength(1)
    // The older union first: cem goes with what was cem's.
    expect(await undoes(stage, 'ana')).toContain('two people here again')
    expect(await stage.actor('cem').types('/my')).toContain('Communities: Cooks')
    for (const name of ['ana', 'ben']) expect(await stage.actor(name).types('/my')).toContain('None yet')
    expect(await rows()).toHaveLength(1)
    expect(await undoes(stage, 'ben')).toContain('two people here again')
    const ids = await Promise.all(['ana', 'ben', 'cem'].map((name) => personCalled(stage, name)))
    expect(new Set(ids.map((one) => one.id)).size).toBe(3)
    expect(await stored(stage)).not.toContain('united_into":"')
  })

  test('come apart as they came together, the last first', async () => {
    await allOne()
    await stage.actor('ana').types('/my data')
    const offered = stage.outputs.flatMap((one) => ('shown' in one ? (one.shown.buttons ?? []) : []))
    const undo = offered.filter((one) => one.press.startsWith('my.separate')).at(-1)?.press
    expect(await pressesAt(stage, 'ana', undo)).toContain('two people here again')
    expect(await stage.actor('ana').types('/my')).toContain('None yet')
    for (const name of ['ben', 'cem']) expect(await stage.actor(name).types('/my')).toContain('Communities: Cooks')
    await undoes(stage, 'cem')
    expect(await stage.actor('ben').types('/my')).toContain('None yet')
    expect(await stage.actor('cem').types('/my')).toContain('Communities: Cooks')
    expect(await rows()).toHaveLength(1)
  })

  test('stand for good once every destination has heard, whichever hears last', { timeout: 180_000 }, async () => {
    await stage.read((store) => store.destinations.pause('files', 'for a while', stage.now()))
    await allOne()
    await stage.sleep('33d')
    await stage.read((store) => store.destinations.resume('files'))
    await stage.pass('3d')
    expect(stage.failures).toEqual([])
    expect(await stored(stage)).not.toContain('united_into":"')
    expect(await rows()).toHaveLength(1)
    for (const name of ['ana', 'ben', 'cem']) {
      expect(await stage.actor(name).types('/my data')).toContain('Cooks')
    }
  })
})

describe.runIf(server)('at the moment two accounts become one', () => {
  /** Runs `meanwhile` while `work` is under way in a transaction; it goes on once the other waits for it, or is done. */
  async function during(
    name: string,
    work: (stage: Stage) => Promise<(store: Parameters<Parameters<Stage['read']>[0]>[0]) => Promise<unknown>>,
    meanwhile: (stage: Stage) => Promise<string>,
    then: (stage: Stage, told: string) => Promise<void>,
  ): Promise<void> {
    const own = await ownDatabase(server ?? '')
    const stage = await openStage({ place: own.place })
    try {
      const begin = await work(stage)
      let told: Promise<string> | undefined
      await stage.read(async (store) => {
        // Run again where it collided: what was begun goes on.
        await begin(store)
        let isDone = false
        told ??= meanwhile(stage).finally(() => {
          isDone = true
        })
        const waits = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        while (!isDone && (await ask(own.place.url, waits)).length === 0);
      })
      await stage.runner.runDue()
      await then(stage, (await told) ?? '')
      expect(stage.failures, name).toEqual([])
    } finally {
      await stage.close()
      await own.drop()
    }
  }

  const says = async (stage: Stage, name: string, command: string, raw: Record<string, string>) =>
    wordsOf(await stage.router.run(deliveryOf(`moment/${name}/${command}`, name, stage.now()), command, raw))

  test('what the other account takes back is taken back', async () => {
    await during(
      'sharing off',
      async (stage) => {
        await stage
          .actor('ana')
          .types('/start-community Cooks need:"people who would like to meet, so that we can" pledges:1')
        await stage.actor('ben').types('/join cooks')
        await stage.actor('ben').presses('Yes', 'May the Museum')
        await proves(stage, 'ana')
        await proves(stage, 'ben')
        await stage.actor('ben').presses('Yes, one person')
        const ana = await personCalled(stage, 'ana')
        const question = new URLSearchParams(questionsTo(stage, 'ana').at(-1)?.split('?')[1]).get('u') ?? ''
        return (store) => store.unions.answer(question, ana.id, 'yes', stage.now())
      },
      (stage) => says(stage, 'ben', 'sharing', { community: 'cooks', answer: 'off' }),
      async (stage, told) => {
        expect(told).toMatch(/taken back|no longer|out/i)
        expect(((await stage.files())['cooks.csv'] ?? '').trim().split('\n')).toHaveLength(1)
        expect((await personCalled(stage, 'ana')).id).toBe((await personCalled(stage, 'ben')).id)
      },
    )
  })

  test('a command in the moment of being forgotten is that of somebody new', async () => {
    await during(
      'join',
      async (stage) => {
        await stage
          .actor('ana')
          .types('/start-community Cooks need:"people who would like to meet, so that we can" pledges:1')
        await stage.actor('ben').types('/my')
        const ben = await personCalled(stage, 'ben')
        return (store) => store.erasures.erase(ben.id, stage.now())
      },
      (stage) => says(stage, 'ben', 'join', { community: 'cooks' }),
      async (stage, told) => {
        expect(told).toContain("You're in")
        expect(await stage.actor('ben').types('/my')).toContain('Communities: Cooks')
      },
    )
  })
})
