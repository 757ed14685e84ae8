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
  /** Starts no more, and waits a few seconds for what is running. */
  stop(): Promise<void>
}

const GATHER_MS = 50
/** The whole process has ten seconds to stop. */
const STOP_MS = 7_000
/** A job still due after so many runs breaks its promise about `next`; the others must not suffer for it. */
const RUNS_A_ROUND = 1_000

export function createRunner(jobs: Job[], now: () => Date, logFailure: (job: string, error: unknown) => void): Runner {
  const ticks: { stop(): void | Promise<void> }[] = []
  const working = new Map<Job, Promise<unknown>>()
  let gathering: NodeJS.Timeout | undefined
  let isStopped = false

  /**
   * Runs one job as often as it is due: whether it ran at all, and when it is due again. A job that fails is logged, and left
   * for the next tick.
   */
  async function drain(job: Job): Promise<{ ran: boolean; next?: Date | undefined }> {
    for (let runs = 0; runs < RUNS_A_ROUND && !isStopped; runs++) {
      try {
        const at = now()
        const next = await job.next(at)
        if (!next || next > at) return { ran: runs > 0, next }
        await job.run(now)
      } catch (error) {
        logFailure(job.name, error)
        return { ran: false }
      }
    }
    return { ran: false }
  }

  /** In life every job goes its own way, so that a slow service holds up nothing but its own job. */
  async function kick(job: Job): Promise<void> {
    if (isStopped || working.has(job)) return
    const work = drain(job).finally(() => working.delete(job))
    working.set(job, work)
    // One job's work may be another's beginning.
    if ((await work).ran) wake()
  }

  /** In a rehearsal one after the other, so that the same scenario is always the same. Gives when each is due next. */
  async function settle(): Promise<Date[]> {
    for (;;) {
      const drained: Awaited<ReturnType<typeof drain>>[] = []
      for (const job of jobs) drained.push(await drain(job))
      if (!drained.some(({ ran }) => ran)) return drained.flatMap(({ next }) => next ?? [])
    }
  }

  function wake(): void {
    if (ticks.length === 0 || isStopped || gathering) return
    gathering = setTimeout(() => {
      gathering = undefined
      for (const job of jobs) void kick(job)
    }, GATHER_MS)
  }

  return {
    runDue: async () => void (await settle()),
    wake,
    async advance(until, setClock) {
      for (;;) {
        const times = await settle()
        const ahead = times.filter((time) => time > now() && time <= until)
        if (ahead.length === 0) break
        setClock(new Date(Math.min(...ahead.map((time) => time.getTime()))))
      }
      setClock(until)
      await settle()
    },
    start() {
      for (const job of jobs) {
        const { expression, timezone } = cronOf(job.schedule)
        ticks.push(cron(expression, () => kick(job), { timezone }))
      }
      wake()
    },
    async stop() {
      isStopped = true
      clearTimeout(gathering)
      await Promise.all(ticks.map((tick) => tick.stop()))
      let patience: NodeJS.Timeout | undefined
      const enough = new Promise((resolve) => {
        patience = setTimeout(resolve, STOP_MS)
      })
      // What does not end in time ends with the process; its leases lapse, and it is done again.
      await Promise.race([Promise.all(working.values()), enough])
      clearTimeout(patience)
    },
  }
}
