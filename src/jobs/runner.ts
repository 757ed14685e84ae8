import { schedule as cron } from 'node-cron'
import { cronOf } from '../core/schedule.ts'
import type { Database } from '../store/database.ts'
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
/** How often every job is asked anyway. */
const TICK_MS = 60_000
/** The whole process has ten seconds to stop. */
const STOP_MS = 7_000
/** A job still due after so many runs breaks its promise about `next`; nobody must wait for it for ever. */
const ROUNDS = 1_000

export function createRunner(
  database: Database,
  jobs: Job[],
  now: () => Date,
  logFailure: (job: string, error: unknown) => void,
): Runner {
  const ticks: { stop(): void | Promise<void> }[] = []
  const working = new Map<Job, Promise<boolean>>()
  let gathering: NodeJS.Timeout | undefined
  let alarm: NodeJS.Timeout | undefined
  let isStopped = false

  /** When each is due next, asked at one glance, since most of them have nothing to do most of the time. */
  async function ask(asked: Job[], at: Date): Promise<Map<Job, Date | undefined>> {
    const answers = () =>
      database.glance(async (store) => {
        const times = new Map<Job, Date | undefined>()
        for (const job of asked) times.set(job, await job.next(at, store))
        return times
      })
    const [job, ...others] = asked
    if (!job) return new Map()
    try {
      return await answers()
    } catch (error) {
      if (others.length === 0 || isStopped) {
        logFailure(job.name, error)
        return new Map()
      }
      // One that can't say when it is due must not keep the others from their work.
      const each = await Promise.all(asked.map((one) => ask([one], at)))
      return new Map(each.flatMap((one) => [...one]))
    }
  }

  /** Whether it ran without a failure; one that fails is logged, and left for the next tick. */
  async function runs(job: Job): Promise<boolean> {
    try {
      await job.run(now)
      return true
    } catch (error) {
      logFailure(job.name, error)
      return false
    }
  }

  const isDue = (time: Date | undefined, at: Date) => time !== undefined && time <= at

  /** In life every job goes its own way, so that a slow service holds up nothing but its own job. */
  async function kick(job: Job): Promise<void> {
    if (isStopped || working.has(job)) return
    const work = drain(job).finally(() => working.delete(job))
    working.set(job, work)
    // One job's work may be another's beginning.
    if (await work) wake()
  }

  /** Runs a job as often as it is due; whether it ran at all. */
  async function drain(job: Job): Promise<boolean> {
    for (let rounds = 0; rounds < ROUNDS && !isStopped; rounds++) {
      const at = now()
      if (!isDue((await ask([job], at)).get(job), at) || !(await runs(job))) return rounds > 0
    }
    return false
  }

  /**
   * In a rehearsal one after the other, so that the same scenario is always the same. Gives when each is due next; where that
   * is known from before, nobody is asked until something was done.
   */
  async function settle(known?: Map<Job, Date | undefined>): Promise<Map<Job, Date | undefined>> {
    let willing = jobs
    for (let rounds = 0; rounds < ROUNDS; rounds++) {
      const at = now()
      const times = (rounds === 0 && known) || (await ask(willing, at))
      const due = willing.filter((job) => isDue(times.get(job), at))
      if (due.length === 0 || isStopped) return times
      for (const job of due) if (!(await runs(job))) willing = willing.filter((one) => one !== job)
    }
    return new Map()
  }

  async function kickDue(): Promise<void> {
    const at = now()
    const times = await ask(
      jobs.filter((job) => !working.has(job)),
      at,
    )
    for (const [job, time] of times) if (isDue(time, at)) void kick(job)
    const ahead = [...times.values()].map((time) => (time ? time.getTime() - at.getTime() : 0)).filter((ms) => ms > 0)
    const soon = Math.min(...ahead)
    clearTimeout(alarm)
    // What is due before the next tick, such as a card that was drawn a moment ago, does not wait for it.
    if (soon < TICK_MS && !isStopped) alarm = setTimeout(wake, soon)
  }

  /** Asking is work too: who stops must not close the database under it. */
  let asking: Promise<void> = Promise.resolve()

  function wake(): void {
    if (ticks.length === 0 || isStopped || gathering) return
    gathering = setTimeout(() => {
      gathering = undefined
      asking = kickDue()
    }, GATHER_MS)
  }

  return {
    runDue: async () => void (await settle()),
    wake,
    async advance(until, setClock) {
      let times = await settle()
      for (;;) {
        const ahead = [...times.values()].filter((time) => time !== undefined && time > now() && time <= until)
        if (ahead.length === 0) break
        setClock(new Date(Math.min(...ahead.map((time) => Number(time)))))
        times = await settle(times)
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
      clearTimeout(alarm)
      await Promise.all(ticks.map((tick) => tick.stop()))
      let patience: NodeJS.Timeout | undefined
      const enough = new Promise((resolve) => {
        patience = setTimeout(resolve, STOP_MS)
      })
      // What does not end in time ends with the process; its leases lapse, and it is done again.
      await Promise.race([Promise.all([asking, ...working.values()]), enough])
      clearTimeout(patience)
    },
  }
}
