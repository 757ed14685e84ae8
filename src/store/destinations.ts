import type { Purpose } from '../core/direction.ts'
import { MARKS_KEPT_MS } from '../core/marks.ts'
import { CannotStart } from './data-folder.ts'
import { Prisma } from './generated/client.ts'
import { followPlaces } from './renamed.ts'
import { HISTORY } from './replaced.ts'
import { isSuppressed } from './suppressions.ts'
import { IS_TOLD } from './told-of.ts'
import type { Tx } from './transaction.ts'

/** A destination as the configuration names it. Without a recipient of its own it serves the organization's. */
export interface Configured {
  name: string
  connector: string
  purpose: Purpose
  recipient?: string | undefined
  /** Which folder, table or address it is, told apart by a hash. */
  place?: string | undefined
  /** Whether it knows people by their address alone. */
  byAddress?: boolean
  /** What of a person it is told, in words. */
  fields?: string | undefined
  /** Whether it can be asked whom it holds, and needs a list or tag for each community. */
  canList?: boolean
  needsList?: boolean
}

/** A destination as it is connected, with when it would be asked for the first time. */
interface Connected extends Configured {
  lookAt?: Date
}

/** Whether it is told of everybody who said yes, or holds nobody but audiences that staff release. */
export type Mode = 'standing' | 'release'

/** What staff say of many who are gone from a destination at once: their own doing, or a slip that is to be undone. */
export type Absentees = 'left' | 'back'

/** A destination as staff see it. */
export interface DestinationState extends Omit<Configured, 'fields'> {
  recipient: string
  /** False until staff have seen, in a dry run, how many would be told at once. */
  started: boolean
  pausedAt: Date | null
  pausedReason: string | null
  mode: Mode
  restsUntil: Date | null
  failures: number
  fields: string | null
  canList: boolean
  needsList: boolean
  /** When it is asked next whom it holds, and when it was asked last. */
  reconcileAt: Date | null
  reconciledAt: Date | null
  absentees: Absentees | null
}

/** What is written there is written by these types alone. */
const typed = <T extends { purpose: string; mode: string; absentees: string | null }>(row: T) => ({
  ...row,
  purpose: row.purpose as Purpose,
  mode: row.mode as Mode,
  absentees: row.absentees as Absentees | null,
})

export function destinations(tx: Tx) {
  /** Whether somebody may be held there. */
  const holds = async (name: string) =>
    (await tx.report.count({
      where: { destination: name, knownEmail: { not: null }, OR: [{ known: null }, { known: 'in' }] },
    })) > 0

  return {
    /** Writes down what the configuration names; what it names no more is kept, unconnected, for what it still holds. */
    async connect(configured: Connected[], organizations: string, now: Date): Promise<void> {
      await followPlaces(tx, configured)
      const wasConnected = new Set((await this.list()).map((one) => one.name))
      await tx.destination.updateMany({
        where: { name: { notIn: configured.map((one) => one.name) } },
        data: { connected: false },
      })
      // One connected between the backup and the loss is not in the backup; a later one has heard of nobody.
      const since = new Date(now.getTime() - MARKS_KEPT_MS)
      const mayHold = (await tx.jobRun.count({ where: { name: HISTORY, ranAt: { gt: since } } })) > 0
      for (const { name, recipient, place, lookAt, fields = null, ...one } of configured) {
        const row = {
          ...one,
          ...(place && { place }),
          fields,
          recipient: recipient ?? organizations,
          named: recipient !== undefined,
          connected: true,
          // What waited for the end of a failure is tried at once.
          ...{ restsUntil: null, failures: 0 },
        }
        const before = await tx.destination.findUnique({ where: { name } })
        const reconcileAt = one.canList ? (before?.reconcileAt ?? lookAt ?? now) : null
        if (before?.place && place && before.place !== place && (await holds(name))) {
          throw new CannotStart(
            `${name} was another place at the last start, which still holds people; they would never hear that it is over. Give the new one another name, and leave the old one in DESTINATIONS until it holds nobody.`,
          )
        }
        const { purpose } = one
        const isAsBefore =
          before && before.purpose === purpose && before.recipient === row.recipient && wasConnected.has(name)
        // Where nobody said yes to it yet there is nothing to look at first.
        const started = isAsBefore
          ? before.started
          : (await tx.direction.count({ where: { purpose, recipient: row.recipient, standing: true } })) === 0
        await tx.destination.upsert({
          where: { name },
          create: { name, ...row, started, mayHold, reconcileAt },
          update: { ...row, started, reconcileAt },
        })
      }
    },

    /** The organization's recipient has another name now. */
    async rename(recipient: string): Promise<void> {
      await tx.destination.updateMany({ where: { named: false }, data: { recipient } })
    },

    async list(): Promise<DestinationState[]> {
      const rows = await tx.destination.findMany({
        where: { connected: true },
        omit: { place: true, drift: true },
        orderBy: { name: 'asc' },
      })
      return rows.map(typed)
    },

    /** One that is connected. */
    async find(name: string): Promise<DestinationState | undefined> {
      const row = await tx.destination.findUnique({
        where: { name, connected: true },
        omit: { place: true, drift: true },
      })
      return row ? typed(row) : undefined
    },

    /**
     * Whether it is to be asked now what it has to tell; nobody asks again before its time. A paused one is let be until it is
     * its turn once more.
     */
    async takePoll(name: string, run: string, now: Date, everyMs: number): Promise<boolean> {
      const due = new Date(now.getTime() - everyMs)
      const taken = await tx.$queryRaw<{ isPaused: boolean }[]>(Prisma.sql`
        insert into job_runs (name, ran_at) values (${run}, ${now}::timestamptz)
        on conflict (name) do update set ran_at = excluded.ran_at where job_runs.ran_at <= ${due}::timestamptz
        returning exists (select 1 from destinations d where d.name = ${name} and d.paused_at is not null) as "isPaused"`)
      return taken.some(({ isPaused }) => !isPaused)
    },

    /** Up to where it has told us what it had to tell. */
    async cursor(name: string): Promise<string | undefined> {
      return (await tx.destination.findUnique({ where: { name }, select: { cursor: true } }))?.cursor ?? undefined
    },

    async setCursor(name: string, cursor: string): Promise<void> {
      await tx.destination.update({ where: { name }, data: { cursor } })
    },

    async pause(name: string, reason: string, now: Date): Promise<void> {
      await tx.destination.update({ where: { name }, data: { pausedAt: now, pausedReason: reason } })
    },

    /** Sends nothing until then; `failures` is how often in a row it did not answer. */
    async rest(name: string, until: Date | null, failures: number): Promise<void> {
      await tx.destination.update({ where: { name }, data: { restsUntil: until, failures } })
    },

    /** What it calls the list or tag of a community from now on; what staff chose meanwhile stands. Gives what it calls it. */
    async call(name: string, communityId: string, externalId: string, now: Date, chosen = false): Promise<string> {
      const key = { destination: name, communityId }
      const row = await tx.destinationSegment.upsert({
        where: { destination_communityId: key },
        create: { ...key, externalId, chosen, at: now },
        update: chosen ? { externalId, chosen, at: now } : {},
      })
      return row.externalId
    },

    /** Its list or tag of a community is not there any more. */
    async uncall(name: string, communityId: string): Promise<void> {
      await tx.destinationSegment.deleteMany({ where: { destination: name, communityId } })
    },

    async start(name: string): Promise<void> {
      await tx.destination.update({ where: { name }, data: { started: true } })
    },

    /**
     * What a start would do: how many people have said yes to its purpose and recipient (and would be told of at once), and
     * how many members have not (and are asked at their next own act). For staff, so rounded (product.md, law 8).
     */
    async dryRun(name: string): Promise<{ said: number; notSaid: number }> {
      const [row] = await tx.$queryRaw<{ said: number; notSaid: number }[]>(Prisma.sql`
        select count(distinct m.person_id) filter (where s.id is not null and p.email_proven_at is not null
            and p.paused_at is null and p.united_into is null)::int as said,
          count(distinct m.person_id) filter (where s.id is null)::int as "notSaid"
        from destinations d cross join memberships m
        join communities c on c.id = m.community_id and c.state = 'open' and not c.sensitive
        join people p on p.id = m.person_id
        left join directions s on s.person_id = m.person_id and s.community_id = m.community_id and s.standing
          and s.purpose = d.purpose and s.recipient = d.recipient
        where d.name = ${name} and m.state = 'member' and (s.id is null or not ${isSuppressed('d.name', 's')})`)
      return row ?? { said: 0, notSaid: 0 }
    },

    /** What is configured no more and still has to hear of somebody who left or is forgotten. */
    async owed(): Promise<string[]> {
      const rows = await tx.$queryRaw<{ name: string }[]>(Prisma.sql`
        select d.name from destinations d where not d.connected and ${IS_TOLD}
          and (exists (select 1 from reports r where r.destination = d.name and r.known_email is not null
              and r.known is distinct from 'out')
            or exists (select 1 from erasures e where e.destination = d.name and e.heard_at is null))
        order by d.name`)
      return rows.map((row) => row.name)
    },

    async resume(name: string): Promise<void> {
      await tx.destination.update({ where: { name }, data: { pausedAt: null, pausedReason: null } })
    },
  }
}
