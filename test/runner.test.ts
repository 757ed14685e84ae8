import { expect, test, vi } from 'vitest'
import type { Job } from '../src/jobs/job.ts'
import { createRunner } from '../src/jobs/runner.ts'
import { onStage, type Stage } from './stage.ts'

let stage: Stage
onStage((given) => {
  stage = given
})

/** A job with so many pieces of work waiting; it notes what it did. */
function worker(name: string, pieces: number, done: string[], changes: Partial<Job> = {}): Job {
  let left = pieces
  return {
    name,
    schedule: { every: 'minute' },
    run: async () => {
      left--
      done.push(name)
    },
    next: async (now) => (left > 0 ? now : undefined),
    ...changes,
  }
}

function playing(jobs: Job[]) {
  const failures: string[] = []
  const runner = createRunner(stage.database, jobs, stage.now, (job) => void failures.push(job))
  return { runner, failures }
}

test('a job that can’t say when it is due keeps no other from its work', async () => {
  const done: string[] = []
  const broken = worker('broken', 1, done, {
    next: (_, store) => store.jobRuns.ran('no such job', stage.now()).then(() => undefined),
  })
  const { runner, failures } = playing([worker('first', 2, done), broken, worker('last', 1, done)])
  await runner.runDue()
  expect(done.sort()).toEqual(['first', 'first', 'last'])
  expect(new Set(failures)).toEqual(new Set(['broken']))
})

test('a job that fails is left for the next tick, and the others do all of theirs', async () => {
  const done: string[] = []
  const broken = worker('broken', 1, done, { run: () => Promise.reject(new Error('out of order')) })
  const { runner, failures } = playing([broken, worker('whole', 3, done)])
  await runner.runDue()
  expect(done).toEqual(['whole', 'whole', 'whole'])
  expect(failures).toEqual(['broken'])
})

test('a job that is always due ends some day', async () => {
  const done: string[] = []
  const { runner } = playing([worker('endless', Number.POSITIVE_INFINITY, done), worker('other', 1, done)])
  await runner.runDue()
  expect(done.filter((name) => name === 'other')).toHaveLength(1)
})

test('one job’s work is another’s beginning', async () => {
  const done: string[] = []
  const follower = worker('follower', 1, done)
  const leads = worker('leader', 1, done)
  const follows: Job = {
    ...follower,
    next: async (now, store) => (done.includes('leader') ? follower.next(now, store) : undefined),
  }
  const { runner } = playing([follows, leads])
  await runner.runDue()
  expect(done).toEqual(['leader', 'follower'])
})

test('whoever stops waits until what is due has been asked', async () => {
  let isAsked: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const slow = worker('slow', 0, [], {
    async next(_, store) {
      isAsked()
      await answered
      return (await store.agenda()).posts
    },
  })
  const { runner, failures } = playing([slow])
  runner.start()
  await asked
  let isStopped = false
  const stopping = runner.stop().then(() => {
    isStopped = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isStopped).toBe(false)
  answer()
  await stopping
  expect(failures).toEqual([])
})

test('what is due before the next tick does not wait for it', async () => {
  const done: string[] = []
  const at = new Date(Date.now() + 300)
  const job = worker('soon', 1, done, { next: async () => (done.length === 0 ? at : undefined) })
  const runner = createRunner(
    stage.database,
    [job],
    () => new Date(),
    () => undefined,
  )
  runner.start()
  await vi.waitFor(() => expect(done).toEqual(['soon']), { timeout: 5_000 })
  await runner.stop()
})
