import type { BackupFolder } from './backup-folder.ts'
import type { Command } from './command.ts'
import type { Draws } from './core/ids.ts'
import { nextLook } from './core/nightly.ts'
import { say } from './core/say.ts'
import { agreementsJob } from './jobs/agreements.ts'
import { backupJob, oldBackupsJob } from './jobs/backup.ts'
import { ballotsJob } from './jobs/ballots.ts'
import { cardsJob } from './jobs/cards.ts'
import { contentJob } from './jobs/content.ts'
import { digestsJob } from './jobs/digests.ts'
import { erasuresJob } from './jobs/erasures.ts'
import type { Job } from './jobs/job.ts'
import { mailsJob } from './jobs/mails.ts'
import { marksJob } from './jobs/marks.ts'
import { meetupsJob } from './jobs/meetups.ts'
import { newsJob } from './jobs/news.ts'
import { postsJob } from './jobs/posts.ts'
import { reconcileJob } from './jobs/reconcile.ts'
import { type Destination, reportsJob } from './jobs/reports.ts'
import { retentionJob } from './jobs/retention.ts'
import { roomsJob } from './jobs/rooms.ts'
import { createRunner, type Runner } from './jobs/runner.ts'
import { seedsJob } from './jobs/seeds.ts'
import { sizesJob } from './jobs/sizes.ts'
import { staffNotesJob } from './jobs/staff-notes.ts'
import { sweepJob } from './jobs/sweep.ts'
import { walkJob } from './jobs/walk.ts'
import type { Mailer } from './mail.ts'
import type { Platform } from './platform.ts'
import { createRouter, type Router } from './router.ts'
import { settleAll } from './settling.ts'
import type { Database } from './store/database.ts'
import type { Configured } from './store/destinations.ts'

/** Where failures are written down. Nothing personal is: no names, addresses or arguments. */
export interface Log {
  failure(where: string, reference: string | undefined, error: unknown): void
}

/** Everything from outside, built by whoever starts the house: main.ts in life, the stage in tests. */
export interface Parts {
  database: Database
  commands: Command[]
  platforms: Platform[]
  destinations: (Destination & Configured)[]
  mailer: Mailer | undefined
  draws: Draws
  log: Log
  /** Where backups are kept; left out where nothing is to outlast the process. */
  backups?: BackupFolder | undefined
  /** Where its web pages are, without a slash at its end. */
  site: string
  now(): Date
}

export interface House {
  router: Router
  runner: Runner
}

/** Puts the parts together: destinations are connected, the router answers, the jobs wait to be started. */
export async function build({
  database,
  commands,
  platforms,
  destinations,
  mailer,
  draws,
  log,
  backups,
  site,
  now,
}: Parts): Promise<House> {
  const zone = await database.transaction(async (store) => {
    const organization = await store.organization.get()
    await store.destinations.connect(
      destinations.map(({ name, connector, purpose, recipient, place, byAddress, fields, store: { list, make } }) => ({
        ...{ name, connector, purpose, recipient, place, fields },
        byAddress: byAddress ?? false,
        canList: list !== undefined,
        needsList: make !== undefined,
        lookAt: nextLook(name, organization.name, organization.zone, now()),
      })),
      organization.recipient,
      now(),
    )
    const heldBack = await store.restores.suppressConnected()
    // As theirs, each on their own: all together they would be taken for a setting's slip, and kept.
    if (heldBack.length > 0) await store.reports.settle({ personIds: heldBack }, now())
    // A destination connected since the last start is told who has already directed its purpose to its recipient.
    await settleAll(store, now())
    return organization.zone
  })
  await checkAll(destinations, database, now())
  const jobs: Job[] = [
    seedsJob(database),
    ballotsJob(database, site),
    meetupsJob(database, site),
    contentJob(database),
    digestsJob(database),
    roomsJob(database, platforms, draws),
    cardsJob(database, platforms, commands, draws),
    postsJob(database, platforms, draws),
    mailsJob(database, mailer, draws, site),
    ...destinations.map((one) => reportsJob(database, one, draws)),
    newsJob(database, destinations, draws),
    ...destinations.map((one) => reconcileJob(database, one, draws)),
    erasuresJob(database, platforms, destinations, draws),
    staffNotesJob(database),
    sizesJob(database, zone),
    walkJob(database, platforms, (error) => log.failure('walk', undefined, error)),
    sweepJob(database, zone),
    agreementsJob(database, zone),
    retentionJob(database, zone),
    ...(backups ? [backupJob(database, backups, zone), oldBackupsJob(backups, zone), marksJob(database, backups)] : []),
  ]
  const runner = createRunner(database, jobs, now, (job, error) => log.failure(job, undefined, error))
  const router = createRouter(commands, database, {
    draws,
    site,
    logFailure: (reference, command, error) => log.failure(command, reference, error),
    wake: () => runner.wake(),
  })
  return { router, runner }
}

/** Whether each destination can be reached as it is configured; where not, staff hear of it and the rest goes on. */
async function checkAll(destinations: Destination[], database: Database, now: Date): Promise<void> {
  for (const { name, store } of destinations) {
    const failure = await store.check().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    await database.transaction(async ({ staffNotes }) => {
      if (failure === undefined) await staffNotes.resolve(`check/${name}`, now)
      else await staffNotes.tell(`check/${name}`, say`${name} can't be reached as it is configured: ${failure}`, now)
    })
  }
}
