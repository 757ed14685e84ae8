import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import type { Said, Task } from './crash-child.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { foundParents, heldOf } from './parents.ts'
import { type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { openStage, type Stage } from './stage.ts'

const PEOPLE = 40
const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url))
/** How long the platform of the child takes to hear at most, and to answer. */
const PLATFORM_MS = 20
/** How often the house is killed; .ci/run may set more. */
const KILLS = Number(process.env.KILLS ?? 12)
const TIMEOUT_MS = 60_000 + KILLS * 20_000

/** One life of the house, from its start to its end. */
interface Life {
  kept: Record<string, string | null>
  told: Map<string, string>
  posting: string[]
  failures: string[]
  isDone: boolean
  /** How long it lived before anything was told, and in all. */
  readyMs: number
}

/** When a house is killed: so long after it began, or after it has told so many outcomes, or tried so many posts. */
interface Kill {
  after: 'beginning' | 'told' | 'posting'
  count: number
  waitMs: number
}

/** Starts a house in a process of its own, and kills it when it is time. */
async function live(task: Task, kill?: Kill): Promise<Life> {
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const life: Life = { kept: {}, told: new Map(), posting: [], failures: [], isDone: false, readyMs: 0 }
  const counts = { beginning: 0, told: 0, posting: 0 }
  const count = async (what: Kill['after']) => {
    if (kill?.after !== what || counts[what]++ !== kill.count) return
    await pause(kill.waitMs)
    child.kill('SIGKILL')
  }
  void count('beginning')
  for await (const line of createInterface({ input: child.stdout })) {
    const said = readLine(line)
    if (!said) continue
    if ('kept' in said) {
      life.kept = said.kept
      life.readyMs = performance.now() - began
    } else if ('id' in said) {
      life.told.set(said.id, said.words)
      void count('told')
    } else if ('posting' in said) {
      life.posting.push(said.posting)
      void count('posting')
    } else if ('failure' in said) life.failures.push(said.failure)
    else life.isDone = true
  }
  return life
}

/** A line of the child's; undefined for one it died in, which was not told. */
function readLine(line: string): Said | undefined {
  try {
    // The child's own words, typed there.
    return JSON.parse(line) as Said
  } catch {
    return undefined
  }
}

describe('a house that is killed again and again', () => {
  const lives: Life[] = []
  const told = new Map<string, string>()
  const again: { id: string; before: string; now: string }[] = []
  const lost: string[] = []
  let folder: string
  let own: OwnDatabase | undefined
  let posts: { key: string; to: string; words: string }[]
  let stage: Stage
  let community: string
  let deliveries: Task['deliveries']

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-crash-`)
    const posted = `${folder}/posted.jsonl`
    await writeFile(posted, '')
    own = server ? await ownDatabase(server) : undefined
    const place = own?.place ?? { kind: 'folder' as const, folder: `${folder}/data` }
    const before = await openStage({ place })
    const began = before.now()
    const { id, yes } = await foundParents(before)
    community = id
    await before.close()
    deliveries = deliveriesOf(yes)

    const draws = drawsFrom(seededBytes(process.env.SEED ?? 'kills'))
    const some = (most: number) => Math.floor(draws.fraction() * most)
    for (let lived = 1; lived < KILLS * 3; lived++) {
      // Each life begins after the leases of the one before are over.
      const now = new Date(began.getTime() + lived * 90_000).toISOString()
      // Platforms deliver again what was not answered, and sometimes what was.
      const given = deliveries.filter((one) => !told.has(one.id) || draws.fraction() < 0.2)
      const task = { place, posted, platformMs: PLATFORM_MS, now, deliveries: given, told: [...told.keys()] }
      const kill = lived <= KILLS ? killOf(lived, some) : undefined
      const life = await live(task, kill)
      lives.push(life)
      lost.push(...Object.entries(life.kept).flatMap(([one, words]) => (words === told.get(one) ? [] : [one])))
      for (const [one, words] of life.told) {
        const earlier = told.get(one)
        if (earlier !== undefined) again.push({ id: one, before: earlier, now: words })
        told.set(one, words)
      }
      if (life.isDone && lived > KILLS) break
    }
    posts = (await readFile(posted, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    stage = await openStage({
      place,
      organization: null,
      seed: 'after',
      now: new Date(began.getTime() + KILLS * 300_000).toISOString(),
    })
    const kills = lives.filter((life) => !life.isDone).length
    const readyMs = lives.filter((life) => life.readyMs > 0).map((life) => life.readyMs)
    console.log(
      `ready after ${Math.round(Math.max(...readyMs))} ms at most; ${kills} kills, ${told.size} outcomes, ${again.length} told again, ${repeated()} posts tried again`,
    )
  }, TIMEOUT_MS)
  afterAll(async () => {
    await stage.close()
    await own?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  /** How many posts a later life tried again, not having heard that they were out. */
  const repeated = () => {
    const tries = lives.flatMap((life) => [...new Set(life.posting)])
    return tries.length - new Set(tries).size
  }

  test('was killed in the middle of things, and never failed otherwise', () => {
    expect(lives.filter((life) => !life.isDone).length).toBeGreaterThanOrEqual(Math.min(KILLS, 10))
    expect(lives.at(-1)?.isDone).toBe(true)
    expect(lives.flatMap((life) => life.failures)).toEqual([])
    expect(told.size).toBe(deliveries.length)
  })

  test('has kept every outcome it told somebody', () => {
    expect(lost).toEqual([])
  })

  test('answers what is delivered again as it did the first time', async () => {
    expect(again.filter((one) => one.before !== one.now)).toEqual([])
    for (const { id, name, command, raw, press } of deliveries) {
      const delivery = deliveryOf(id, name, stage.now())
      const answer = await (press ? stage.router.press(delivery, press) : stage.router.run(delivery, command, raw))
      expect({ id, words: wordsOf(answer) }).toEqual({ id, words: told.get(id) })
    }
  })

  test('did everything exactly once', async () => {
    for (let i = 0; i < PEOPLE; i++) {
      const left = leaves(i)
      expect({ i, ...(await heldOf(stage, `person-${i}`, community)) }).toEqual({
        i,
        standing: left ? 'left' : 'member',
        directions: 2,
        standingOnes: left ? 0 : 1,
      })
    }
  })

  test('said every post once, though some were tried again', () => {
    const reasons = Array.from({ length: PEOPLE }, (_, i) => i)
      .filter(leaves)
      .map((i) => `moved away ${i}.`)
    const seen = reasons.map((reason) => posts.filter(({ words }) => `${words}.`.includes(reason)).length)
    expect(seen).toEqual(reasons.map(() => 1))
    expect(new Set(posts.map(({ words }) => words)).size).toBe(posts.length)
    expect(repeated()).toBeGreaterThan(0)
  })
})

/** Every third is killed while it posts, every sixth while it starts, the others between outcomes. */
function killOf(lived: number, some: (most: number) => number): Kill {
  if (lived % 3 === 0) return { after: 'posting', count: some(3), waitMs: some(2 * PLATFORM_MS) }
  if (lived % 6 === 1) return { after: 'beginning', count: 0, waitMs: some(1_500) }
  return { after: 'told', count: some(PEOPLE / 3), waitMs: some(30) }
}

const leaves = (i: number) => i % 2 === 0

/** Each person joins, says yes, takes it back and gives it again; every second leaves with a word to the organizers. */
function deliveriesOf(yes: string): Task['deliveries'] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    const name = `person-${i}`
    const community = 'parents-united'
    const one = (what: string, command: string, raw: Record<string, string>) => ({
      id: `${name}/${what}`,
      name,
      command,
      raw,
    })
    return [
      one('join', 'join', { community }),
      { ...one('yes', 'sharing', {}), press: yes },
      one('off', 'sharing', { community, answer: 'off' }),
      one('on', 'sharing', { community, answer: 'on' }),
      ...(leaves(i) ? [one('leave', 'leave', { community, reason: `moved away ${i}` })] : []),
    ]
  }).flat()
}
