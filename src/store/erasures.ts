import { z } from 'zod'
import { forgetDecidingOf } from './deciding.ts'
import { Prisma } from './generated/client.ts'
import { shellsOf } from './hidden.ts'
import { MET_AT_ROOM } from './presence.ts'
import { placeOutside } from './rooms.ts'
import { handDown, heldSchema, toldOf } from './told-of.ts'
import { tombstones } from './tombstones.ts'
import type { Tools, Tx } from './transaction.ts'
import { takeTurns } from './turns.ts'
import { webMessages } from './web-messages.ts'
import { isFree, type Outcome, settled, taken } from './work.ts'

/** Where somebody who is forgotten is told, once more, that it is done. */
const receiptSchema = z.object({
  platform: z.string(),
  workspace: z.string(),
  account: z.string(),
  zone: z.string(),
  language: z.string(),
})
export type Receipt = z.infer<typeof receiptSchema>

const fromDestination = z.object({
  person: z.string(),
  email: z.string(),
  recipient: z.string(),
  held: z.array(heldSchema).default([]),
  isOurs: z.boolean().default(false),
  receipt: receiptSchema.optional(),
})

const DAY_MS = 86_400_000

interface Claimed {
  id: string
  attempts: number
  createdAt: Date
}

interface Row extends Claimed {
  kind: string
  destination: string | null
  sealed: Uint8Array
  heardAt: Date | null
}

/** What is still to be done outside for somebody forgotten: a destination to tell, or a room to leave. */
export type ClaimedErasure =
  | (Claimed & { kind: 'destination'; destination: string; isHeard: boolean } & z.infer<typeof fromDestination>)
  | (Claimed & { kind: 'room' } & z.infer<typeof placeOutside>)

/** What forgetting somebody leaves to others: communities nobody looks after now, and seeds with a pledge less. */
export interface Forgotten {
  unlookedAfter: string[]
  seeds: string[]
}

export function erasures(tx: Tx, tools: Tools) {
  const { draws, keys } = tools

  const row = (
    kind: ClaimedErasure['kind'],
    sealed: object,
    now: Date,
    more: Partial<Prisma.ErasureCreateManyInput> = {},
  ) => ({
    id: draws.id(now),
    kind,
    sealed: keys.seal(JSON.stringify(sealed)),
    createdAt: now,
    dueAt: now,
    ...more,
  })

  return {
    /**
     * Forgets a person here, at once and for good, and puts down what is to be done outside. What others still need (who
     * organizes, what was done as staff) stays without them.
     */
    async erase(personId: string, now: Date, receipt?: Receipt): Promise<Forgotten> {
      // Somebody may be uniting them at this moment; whoever is one with them is found after that.
      await takeTurns(tx, [personId])
      const ids = [personId, ...(await shellsOf(tx, personId))]
      // Whatever else they are doing waits, and then finds nobody.
      await tx.$queryRaw(Prisma.sql`select id from people where id = any(${ids}) order by id for update`)
      const person = await tx.person.findUnique({ where: { id: personId }, include: { accounts: true } })
      if (!person) return { unlookedAfter: [], seeds: [] }
      // A report claimed at this moment is not seen as told yet; only after waiting for the claim it is.
      await tx.$queryRaw(
        Prisma.sql`select 1 from reports where person_id = any(${ids}) order by community_id, destination for update`,
      )
      const told = (await toldOf(tx, ids)).map(({ id, key, email, destination, recipient, until, held, isOurs }) => {
        const sealed = {
          person: key,
          // Whoever they were before is known there by the address they had then.
          email: email ?? '',
          ...{ recipient, held, isOurs },
          ...(receipt && id === personId && { receipt }),
        }
        // Whatever is under way must not arrive after it.
        return row('destination', sealed, now, { destination, dueAt: laterOf(until, now) })
      })
      await handDown(tx, ids)
      const inRooms = await tx.$queryRaw<z.infer<typeof placeOutside>[]>(Prisma.sql`
        select r.platform, r.workspace, r.external_id as room, r.carrier, r.role_id as role, r.outgrown, r.adopted,
          a.external_id as account, max(p.leased_until) as until
        from room_places p join rooms r on r.id = p.room_id and r.external_id is not null
        join accounts a on a.person_id = any(${ids}) and ${MET_AT_ROOM}
        where p.person_id = any(${ids}) group by r.id, a.id order by r.id, a.id`)
      await tx.erasure.createMany({
        data: [...told, ...inRooms.map((place) => outOf(place, now))],
      })
      const memberships = await tx.membership.findMany({
        where: { personId: { in: ids } },
        include: { community: { select: { state: true } } },
      })
      await tombstones(tx, tools).raise(ids, now)
      const accountIds = person.accounts.map((account) => account.id)
      await forgetTraces(ids, accountIds, now)
      await tx.person.deleteMany({ where: { id: { in: ids } } })
      const organized = memberships
        .filter((one) => one.organizer && one.state === 'member')
        .map((one) => one.communityId)
      return {
        unlookedAfter: await unlookedAfter(organized),
        seeds: memberships.filter((one) => one.community.state === 'seed').map((one) => one.communityId),
      }
    },

    unlookedAfter,

    /** Lets accounts out of rooms in which nobody here stands for them any more. */
    async letOut(places: z.infer<typeof placeOutside>[], now: Date): Promise<void> {
      await tx.erasure.createMany({ data: places.map((place) => outOf(place, now)) })
    },

    /** Takes what is due; what is for a destination that is paused or not connected waits. */
    async claim(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedErasure[] }> {
      const lease = draws.key()
      const rows = await tx.$queryRaw<Row[]>(
        Prisma.sql`
          with free as (select id from erasures e where ${isFree(now)} and ${CAN_BE_DONE} order by id limit ${limit} for update skip locked)
          update erasures e set ${taken({ name: lease, now })} from free where e.id = free.id
          returning e.id, e.kind, e.destination, e.sealed, e.attempts, e.created_at as "createdAt", e.heard_at as "heardAt"`,
      )
      const claimed = rows.sort((a, b) => (a.id < b.id ? -1 : 1)).flatMap(opened)
      const sealed = rows.filter((one) => !claimed.some(({ id }) => id === one.id)).map(({ id }) => id)
      if (sealed.length > 0) {
        const outcome = {
          again: new Date(now.getTime() + DAY_MS),
          failure: 'sealed with a key that is no longer in KINDRED_KEY',
        }
        await tx.$executeRaw(Prisma.sql`update erasures set ${settled(outcome)} where id = any(${sealed})`)
      }
      return { lease, rows: claimed }
    },

    /** The destination has heard; the receipt comes next. */
    async heard(id: string, lease: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update erasures set heard_at = ${now}::timestamptz, attempts = 0, failure = null where id = ${id} and lease = ${lease}`)
    },

    /** Done for good, and gone; or put off. Who came back to the room meanwhile is let in again. */
    async finish(erasure: ClaimedErasure, lease: string, outcome: Outcome, now: Date): Promise<void> {
      if (!('done' in outcome)) {
        await tx.$executeRaw(
          Prisma.sql`update erasures set ${settled(outcome)} where id = ${erasure.id} and lease = ${lease}`,
        )
        return
      }
      await tx.erasure.deleteMany({ where: { id: erasure.id, lease } })
      if (erasure.kind === 'destination') return tellOthers(erasure, now)
      await tx.$executeRaw(Prisma.sql`
        update room_places p set known = null, due_at = ${now}::timestamptz from rooms r, accounts a
        where r.id = p.room_id and r.platform = ${erasure.platform} and r.workspace = ${erasure.workspace}
          and ${erasure.room} in (r.external_id, r.outgrown) and a.person_id = p.person_id and ${MET_AT_ROOM}
          and a.external_id = ${erasure.account} and p.wanted = 'in'`)
    },

    /** How many each destination still owes, for staff. */
    async waiting(): Promise<{ destination: string; count: number }[]> {
      return tx.$queryRaw(Prisma.sql`
        select destination, count(*)::int as count from erasures where kind = 'destination' and heard_at is null
        group by destination order by destination`)
    },
  }

  /** Whoever has come back meanwhile, or shares their address, may have been taken out along with them, and is told anew. */
  async function tellOthers({ destination, email, held }: ClaimedErasure & { kind: 'destination' }, now: Date) {
    const emails = [email, ...held.flatMap((one) => one.emails)].map((one) => one.toLowerCase()).filter(Boolean)
    await tx.$executeRaw(Prisma.sql`
      update reports r set known = null, revision = r.revision + 1, due_at = ${now}::timestamptz from people p, destinations d
      where p.id = r.person_id and d.name = r.destination and d.by_address and r.destination = ${destination}
        and r.wanted = 'in' and lower(p.email) = any(${emails})`)
  }

  /** Whoever is being let in at this moment is let out after it. */
  function outOf({ until, ...place }: z.infer<typeof placeOutside>, now: Date) {
    return row('room', place, now, { dueAt: laterOf(until ?? null, now) })
  }

  function opened({ sealed, heardAt, destination, kind, ...claimed }: Row): ClaimedErasure[] {
    const words = keys.open(sealed)
    if (words === undefined) return []
    if (kind === 'room') return [{ ...claimed, kind, ...placeOutside.parse(JSON.parse(words)) }]
    const about = fromDestination.parse(JSON.parse(words))
    return [{ ...claimed, kind: 'destination', destination: destination ?? '', isHeard: heardAt !== null, ...about }]
  }

  /** Their name and number wherever something stays that is not theirs. */
  async function forgetTraces(ids: string[], accountIds: string[], now: Date): Promise<void> {
    await tx.post.deleteMany({ where: { accountId: { in: accountIds } } })
    for (const id of ids)
      await tx.$executeRaw(Prisma.sql`
        update posts set body = replace(body::text, ${id}, '')::jsonb where position(${id} in body::text) > 0`)
    await forgetDecidingOf(tx, ids, now)
    await webMessages(tx, tools).forget(ids)
    await tx.mail.deleteMany({ where: { personId: { in: ids } } })
    await tx.union.deleteMany({ where: { OR: [{ keptId: { in: ids } }, { mergedId: { in: ids } }] } })
    await tx.auditEntry.updateMany({ where: { actorId: { in: ids } }, data: { actorId: null, actorName: null } })
    await tx.community.updateMany({ where: { founderId: { in: ids } }, data: { founderId: null } })
    await tx.apiToken.updateMany({ where: { createdBy: { in: ids } }, data: { createdBy: null } })
    await tx.invitation.updateMany({ where: { createdById: { in: ids } }, data: { createdById: null } })
  }

  /** Those of the communities that are open and that nobody looks after. */
  async function unlookedAfter(communityIds: string[]): Promise<string[]> {
    const open = await tx.community.findMany({
      where: { id: { in: communityIds }, state: 'open', memberships: { none: { organizer: true, state: 'member' } } },
      orderBy: { id: 'asc' },
    })
    return open.map((community) => community.id)
  }
}

function laterOf(until: Date | null, now: Date): Date {
  return until && until > now ? until : now
}

/** A destination that is paused or no longer configured can't be told yet. */
const CAN_BE_DONE = Prisma.sql`(e.destination is null or e.heard_at is not null
  or exists (select 1 from destinations d where d.name = e.destination and d.connected and d.paused_at is null))`

export const NEXT_ERASURE = Prisma.sql`
  select min(greatest(due_at, leased_until)) from erasures e where due_at is not null and ${CAN_BE_DONE}`
