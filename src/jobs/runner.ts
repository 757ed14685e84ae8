import { schedule as cron } from 'node-cron'
import { cronOf } from '../core/schedule.ts'
import type { Job } from './job.ts'

/** Runs jobs when they are due: by the machine's clock in life, by `advance` in a rehearsal. */
export interface Runner {
  /** Does all work that is due now, and the work that comes of it. */
  runDue(): Promise<void>
  /** Goes from one due thing to the next until `until`; `setClock` is told each time on the way. */
  advance(until: Date, setClock: (now: Date) => void): Promise<void>
  /** Ticks by the machine's clock. */
  start(): void
  /** Once started: runs what is due a moment from now, together with whatever else happens in that moment. */
  wake(): void
  /** Waits for what is running, and starts no more. */
  stop(): Promise<void>
}

const GATHER_MS = 50
/** A job still due after so many runs breaks its promise about `next`; the others must not suffer for it. */
const RUNS_A_ROUND = 1_000

export function createRunner(jobs: Job[], now: () => Date, logFailure: (job: string, error: unknown) => void): Runner {
  const ticks: { stop(): void | Promise<void> }[] = []
  let round: Promise<void> | undefined
  let isAskedAgain = false
  let gathering: NodeJS.Timeout | undefined
  let isStopped = false

  /** Rounds over all jobs until nothing is due, since one job's work may be another's beginning. */
  async function work(): Promise<void> {
    const failed = new Set<Job>()
    for (let runs = 0; runs < RUNS_A_ROUND; runs++) {
      isAskedAgain = false
      let ran = false
      for (const job of jobs) {
        if (!isStopped && !failed.has(job)) ran = (await runIfDue(job, failed)) || ran
      }
      if (!ran && !isAskedAgain) return
    }
  }

  /** A job that fails is logged and left for the next tick; the others go on. */
  async function runIfDue(job: Job, failed: Set<Job>): Promise<boolean> {
    try {
      const at = now()
      const next = await job.next(at)
      if (!next || next > at) return false
      await job.run(at)
      return true
    } catch (error) {
      failed.add(job)
      logFailure(job.name, error)
      return false
    }
  }

  async function runDue(): Promise<void> {
    isAskedAgain = true
    round ??= work().finally(() => {
      round = undefined
    })
    await round
  }

  return {
    runDue,
    async advance(until, setClock) {
      for (;;) {
        await runDue()
        const times = await Promise.all(jobs.map((job) => job.next(now())))
        const ahead = times.filter((time): time is Date => time !== undefined && time > now() && time <= until)
        if (ahead.length === 0) break
        setClock(new Date(Math.min(...ahead.map((time) => time.getTime()))))
      }
      setClock(until)
      await runDue()
    },
    start() {
      for (const job of jobs) {
        const { expression, timezone } = cronOf(job.schedule)
        ticks.push(cron(expression, () => runDue(), { timezone }))
      }
    },
    wake() {
      if (ticks.length === 0 || isStopped || gathering) return
      gathering = setTimeout(() => {
        gathering = undefined
        void runDue()
      }, GATHER_MS)
    },
    async stop() {
      isStopped = true
      clearTimeout(gathering)
      await Promise.all(ticks.map((tick) => tick.stop()))
      await round
    },
  }
}
