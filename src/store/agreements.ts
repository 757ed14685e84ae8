import {
  type Agreement,
  type AgreementState,
  type AnsweredBy,
  type Rhythm,
  type Terms,
  termsSchema,
  USUAL_TERMS,
} from '../core/agreement.ts'
import type { TopicKind } from '../core/topic.ts'
import type { Agreement as Row } from './generated/client.ts'
import { Prisma } from './generated/client.ts'
import { lookAgain } from './queue.ts'
import type { Tools, Tx } from './transaction.ts'
import { mineIn } from './votes.ts'

const DRAFT_MS = 14 * 86_400_000

export function agreements(tx: Tx, { draws }: Tools) {
  return {
    /** What the organization starts every community with. */
    async usual(): Promise<Terms> {
      const row = await tx.organization.findUnique({ where: { id: 1 }, select: { terms: true } })
      return row?.terms ? termsSchema.parse(row.terms) : USUAL_TERMS
    },

    /**
     * Starts communities that open from now on with other terms. Those that are open keep what they started with, also where
     * they have decided nothing: it is written down as their version 0, since nobody there was asked.
     */
    async setUsual(terms: Terms, now: Date): Promise<void> {
      const inForce: AgreementState = 'in force'
      const undecided = await tx.$queryRaw<{ id: string; openedAt: Date | null }[]>(Prisma.sql`
        select c.id, c.opened_at as "openedAt" from communities c where c.state = 'open'
          and not exists (select 1 from agreements a where a.community_id = c.id and a.state = ${inForce})
        order by c.id for no key update`)
      const before = columnsOf(await this.usual())
      await tx.agreement.createMany({
        data: undecided.map(({ id: communityId, openedAt }) => ({
          id: draws.id(now),
          communityId,
          state: inForce,
          createdAt: now,
          since: openedAt,
          ...before,
        })),
      })
      await tx.organization.update({ where: { id: 1 }, data: { terms: { ...terms } } })
    },

    /** What a community lives by now; what the organization starts with where it has decided nothing. */
    async current(communityId: string): Promise<Agreement> {
      const row = await tx.agreement.findFirst({ where: { communityId, state: 'in force' satisfies AgreementState } })
      if (row) return agreementOf(row)
      const none = { ballotId: null, since: null, until: null, pausedUntil: null }
      return { id: '', communityId, state: 'in force', version: 0, ...none, ...(await this.usual()) }
    },

    async get(id: string): Promise<Agreement | undefined> {
      const row = await tx.agreement.findUnique({ where: { id } })
      return row ? agreementOf(row) : undefined
    },

    /** The version a ballot is about, if it is about one. */
    async askedBy(ballotId: string): Promise<Agreement | undefined> {
      const row = await tx.agreement.findUnique({ where: { ballotId } })
      return row ? agreementOf(row) : undefined
    },

    /** What is being asked in a community, if anything is. */
    async asked(communityId: string): Promise<Agreement | undefined> {
      const row = await tx.agreement.findFirst({ where: { communityId, state: 'asked' satisfies AgreementState } })
      return row ? agreementOf(row) : undefined
    },

    /** The draft of a community, which its organizers share. */
    async draft(communityId: string): Promise<Agreement | undefined> {
      const row = await tx.agreement.findFirst({ where: { communityId, state: 'draft' satisfies AgreementState } })
      return row ? agreementOf(row) : undefined
    },

    /** What holds now and what held before, the latest first. */
    async history(communityId: string): Promise<Agreement[]> {
      const states: AgreementState[] = ['in force', 'past']
      const rows = await tx.agreement.findMany({
        where: { communityId, state: { in: states } },
        orderBy: { version: 'desc' },
      })
      return rows.map(agreementOf)
    },

    /** Writes the draft of organizers, over the one before. It says nothing of a pause, so it would end one. */
    async write(communityId: string, terms: Terms, now: Date): Promise<string> {
      const before = await this.draft(communityId)
      if (!before) return this.propose(communityId, terms, null, now)
      await tx.agreement.update({
        where: { id: before.id },
        data: { createdAt: now, pausedUntil: null, ...columnsOf(terms) },
      })
      return before.id
    },

    /** Writes terms down to be asked about at once: with a pause, or as they are. */
    async propose(communityId: string, terms: Terms, pausedUntil: Date | null, now: Date): Promise<string> {
      const id = draws.id(now)
      const state: AgreementState = 'draft'
      await tx.agreement.create({
        data: { id, communityId, state, createdAt: now, pausedUntil, ...columnsOf(terms) },
      })
      return id
    },

    /** Whether a community was asked to pause since a time. */
    async pauseAskedSince(communityId: string, since: Date): Promise<boolean> {
      const where = { communityId, pausedUntil: { not: null }, createdAt: { gte: since } }
      return (await tx.agreement.count({ where })) > 0
    },

    /** A ballot asks about it from now on; false where another one is asked about already. */
    async ask(id: string, ballotId: string): Promise<boolean> {
      const asked = await tx.$executeRaw(Prisma.sql`
        update agreements a set state = 'asked', ballot_id = ${ballotId} where a.id = ${id} and a.state = 'draft'
          and not exists (select 1 from agreements o where o.community_id = a.community_id and o.state = 'asked')`)
      return asked > 0
    },

    /** A decision of the community: from now on it holds, with the next number. Nothing of the one before is lost. */
    async take(id: string, now: Date): Promise<Agreement | undefined> {
      const found = await this.get(id)
      if (found?.state !== 'asked') return undefined
      const { communityId } = found
      const { _max } = await tx.agreement.aggregate({ where: { communityId }, _max: { version: true } })
      await tx.agreement.updateMany({
        where: { communityId, state: 'in force' satisfies AgreementState },
        data: { state: 'past' satisfies AgreementState, until: now },
      })
      const taken = await tx.agreement.update({
        where: { id },
        data: { state: 'in force' satisfies AgreementState, version: (_max.version ?? 0) + 1, since: now },
      })
      // Its rhythm and its silence may be others: both are worked out anew, and what waits may be agreed no more.
      await tx.community.update({ where: { id: communityId }, data: { digestAt: null } })
      await lookAgain(tx, { id: communityId }, now)
      return agreementOf(taken)
    },

    /** The community did not want it. */
    async refuse(id: string): Promise<void> {
      const asked: AgreementState = 'asked'
      await tx.agreement.updateMany({
        where: { id, state: asked },
        data: { state: 'refused' satisfies AgreementState },
      })
    },

    /** Its ballot was withdrawn: it is a draft again, if there is no younger one. */
    async unask(ballotId: string): Promise<void> {
      const row = await this.askedBy(ballotId)
      if (row?.state !== 'asked') return
      const isLost = row.pausedUntil !== null || (await this.draft(row.communityId))
      const state: AgreementState = isLost ? 'refused' : 'draft'
      await tx.agreement.update({ where: { id: row.id }, data: { state, ballotId: null } })
    },

    async discard(id: string): Promise<void> {
      await tx.agreement.deleteMany({ where: { id, state: 'draft' satisfies AgreementState } })
    },

    /** Drafts that were left lying. */
    async sweep(now: Date): Promise<void> {
      const before = new Date(now.getTime() - DRAFT_MS)
      await tx.agreement.deleteMany({ where: { state: 'draft' satisfies AgreementState, createdAt: { lt: before } } })
    },

    /** Open communities, or that one of them, of so many members or more in which no agreement was ever asked about. */
    async neverAsked(members: number, communityId?: string): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select c.id from communities c where c.state = 'open' and c.id = coalesce(${communityId ?? null}::text, c.id)
          and not exists (select 1 from agreements a where a.community_id = c.id and a.state <> 'draft'
            and not (a.version = 0 and a.state in ('in force', 'past')))
          and (select count(*) from memberships m where m.community_id = c.id and m.state = 'member') >= ${members}
        order by c.id`)
      return rows.map(({ id }) => id)
    },

    /** Somebody says that what was sent in a month was not agreed; false where they have said so already. */
    async object(communityId: string, personId: string, month: string, now: Date): Promise<boolean> {
      const count = await tx.$executeRaw(Prisma.sql`
        with ${mineIn(communityId, personId)}
        insert into objections (community_id, person_id, month, at)
        select ${communityId}, ${personId}, ${month}, ${now}::timestamptz where not exists (select 1 from objections
          where community_id = ${communityId} and month = ${month} and person_id in (select id from mine))
        on conflict do nothing`)
      return count > 0
    },

    /** How many said so, as staff are told: as of last night, so that no two looks differ by one person. */
    async objections(communityId: string, month: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select coalesce((told_objections ->> ${month})::int, 0) as count from communities where id = ${communityId}`)
      return row?.count ?? 0
    },
  }
}

function columnsOf({ topics, formats, perMonth, silentDays, silentHours, digest, answeredBy }: Terms) {
  const terms = { topics, formats, perMonth, silentDays, digest, answeredBy }
  return { ...terms, silentFrom: silentHours?.from ?? null, silentTo: silentHours?.to ?? null }
}

function agreementOf({ silentFrom, silentTo, createdAt: _, ...row }: Row): Agreement {
  return {
    ...row,
    // Only `columnsOf` and this file write these words.
    state: row.state as AgreementState,
    formats: row.formats as TopicKind[],
    digest: row.digest as Rhythm,
    answeredBy: row.answeredBy as AnsweredBy,
    silentHours: silentFrom && silentTo ? { from: silentFrom, to: silentTo } : null,
  }
}
