import type { Content } from '../reply.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'
import { isFree, type Outcome, settled, taken } from './work.ts'

/** Where a post goes: a community's rooms, a named place of a workspace, or one person in private. */
export type PostTarget =
  | { communityId: string; platform: string; workspace: string }
  | { place: string; platform: string; workspace: string }
  | { accountId: string; platform: string; workspace: string }

export interface ClaimedPost {
  id: string
  platform: string
  workspace: string
  /** The room or place; empty for a private message. */
  place: string | null
  /** The room that one grew out of, in which some still are. */
  outgrown: string | null
  /** The account a private message goes to. */
  account: string | null
  body: Content
  key: string
  attempts: number
  /** Said in a community's own room, wherever that is, rather than at a place. */
  isInRoom: boolean
  /** Whose room it is said in, if it is a community's. */
  communityId: string | null
  /** Content that counts in the community's budget, if it is that. */
  itemId: string | null
  /** It is not said in the hours in which the community wants silence. */
  afterSilence: boolean
  /** It was tried before, and nobody knows for sure that it did not come about. */
  isAgain: boolean
}

/** Discord's nonce takes 25 characters. */
const KEY_LENGTH = 25

/** A post can go out: the community's room is there, and nothing older of the same line still waits. */
const SENDABLE = Prisma.sql`
  not exists (select 1 from posts o where o.line = p.line and o.due_at is not null and o.id < p.id)
  and (p.community_id is null or exists (select 1 from rooms r where r.community_id = p.community_id
    and r.platform = p.platform and r.workspace = p.workspace and r.external_id is not null))`

/** Communities of some workspaces have no room there. */
const HAS_ROOM = { OR: [{ carrier: null }, { carrier: { not: 'none' } }] } satisfies Prisma.RoomWhereInput

export const NEXT_POST = Prisma.sql`
  select min(greatest(due_at, leased_until)) from posts p where due_at is not null and ${SENDABLE}`

export function posts(tx: Tx, { draws }: Tools) {
  const rowOf = (
    target: PostTarget,
    body: Content,
    now: Date,
    { itemId = null, afterSilence = false }: { itemId?: string | null; afterSilence?: boolean } = {},
  ): Prisma.PostCreateManyInput => {
    const { platform, workspace } = target
    const to = 'communityId' in target ? target.communityId : 'place' in target ? target.place : target.accountId
    return {
      id: draws.id(now),
      // Content waits out the community's silence, which ballots and their like do not: it has a line of its own. What is
      // owed comes while content is paused, too.
      line: `${platform}/${workspace}/${to}${itemId !== null ? '/content' : afterSilence ? '/owed' : ''}`,
      itemId,
      afterSilence,
      platform,
      workspace,
      communityId: 'communityId' in target ? target.communityId : null,
      place: 'place' in target ? target.place : null,
      accountId: 'accountId' in target ? target.accountId : null,
      // Content is plain data; Prisma's type for JSON asks for an index signature that interfaces lack.
      body: body as unknown as Prisma.InputJsonValue,
      key: draws.key().slice(0, KEY_LENGTH),
      createdAt: now,
      dueAt: now,
    }
  }

  async function sayIn(
    communityId: string,
    body: Content,
    now: Date,
    how: { itemId?: string; afterSilence?: boolean },
  ) {
    const rooms = await tx.room.findMany({ where: { communityId, ...HAS_ROOM }, orderBy: { id: 'asc' } })
    const rows = rooms.map(({ platform, workspace }) => rowOf({ communityId, platform, workspace }, body, now, how))
    await tx.post.createMany({ data: rows })
  }

  return {
    /** Says something once, in its turn. */
    async say(target: PostTarget, body: Content, now: Date): Promise<void> {
      await tx.post.create({ data: rowOf(target, body, now) })
    },

    /** Says it in every room the community has; without the name of somebody it is about where they are not inside. */
    async sayInRooms(
      communityId: string,
      body: Content,
      now: Date,
      about?: { personId: string; unnamed: Content },
    ): Promise<void> {
      const rooms = await tx.room.findMany({
        where: { communityId, ...HAS_ROOM },
        include: { places: { where: { personId: about?.personId ?? '', wanted: 'in', known: 'in' } } },
        orderBy: { id: 'asc' },
      })
      for (const { platform, workspace, places, outgrown, externalId } of rooms) {
        // What is said in two rooms is read where they may not be.
        const isTwo = outgrown !== null && outgrown !== externalId
        const words = about && (places.length === 0 || isTwo) ? about.unnamed : body
        await this.say({ communityId, platform, workspace }, words, now)
      }
    },

    /** Posts an item in every room its community has; each is said when that is not silent. */
    async sayItem({ id, communityId }: { id: string; communityId: string }, body: Content, now: Date): Promise<void> {
      await sayIn(communityId, body, now, { itemId: id })
    },

    /** Says something about what a community receives in each of its rooms, once that is not silent. */
    async sayAfterSilence(communityId: string, body: Content, now: Date): Promise<void> {
      await sayIn(communityId, body, now, { afterSilence: true })
    },

    /** Whether any post of an item may have been said, or is being said by somebody else than who holds a lease. */
    async mayBeSaid(itemId: string, lease: string): Promise<boolean> {
      const [row] = await tx.$queryRaw<{ is: boolean }[]>(Prisma.sql`
        select coalesce(bool_or(is_unheard or (leased_until is not null and lease is distinct from ${lease})), false) as "is"
        from posts where item_id = ${itemId}`)
      return row?.is ?? false
    },

    /** Nothing of an item is said that was not said yet. */
    async unsayItem(itemId: string): Promise<void> {
      await tx.post.deleteMany({ where: { itemId } })
    },

    /**
     * Says the same to many accounts in private, each at its time. What is held back has a line of its own, so that it holds
     * up nothing urgent. One statement.
     */
    async sayEach(to: (PostTarget & { accountId: string; dueAt: Date })[], body: Content, now: Date): Promise<void> {
      if (to.length === 0) return
      const lineOf = ({ platform, workspace, accountId, dueAt }: (typeof to)[number]) =>
        `${platform}/${workspace}/${accountId}${dueAt > now ? `/${dueAt.toISOString()}` : ''}`
      await tx.$executeRaw(Prisma.sql`
        insert into posts (id, line, platform, workspace, account_id, body, key, created_at, due_at)
        select each.id, each.line, each.platform, each.workspace, each.account_id, ${JSON.stringify(body)}::jsonb, each.key,
          ${now}::timestamptz, each.due_at::timestamptz
        from unnest(${to.map(() => draws.id(now))}::text[], ${to.map(lineOf)}::text[], ${to.map((one) => one.platform)}::text[],
          ${to.map((one) => one.workspace)}::text[], ${to.map((one) => one.accountId)}::text[],
          ${to.map(() => draws.key().slice(0, KEY_LENGTH))}::text[], ${to.map((one) => one.dueAt.toISOString())}::text[])
          as each (id, line, platform, workspace, account_id, key, due_at)`)
    },

    async claim(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedPost[] }> {
      const lease = draws.key()
      const rows = await tx.$queryRaw<ClaimedPost[]>(Prisma.sql`
        with free as (
          select id, leased_until from posts p where ${isFree(now)} and ${SENDABLE} order by id limit ${limit} for update skip locked)
        update posts p set ${taken({ name: lease, now })}, is_unheard = p.is_unheard or free.leased_until is not null
        from free where p.id = free.id
        returning p.id, p.platform, p.workspace, p.body, p.key, p.attempts, p.community_id as "communityId",
          p.item_id as "itemId", p.after_silence as "afterSilence", (p.community_id is not null) as "isInRoom",
          (p.attempts > 0 or free.leased_until is not null) as "isAgain",
          coalesce(p.place, (select r.external_id from rooms r where r.community_id = p.community_id and r.platform = p.platform
            and r.workspace = p.workspace)) as place,
          (select nullif(r.outgrown, r.external_id) from rooms r where r.community_id = p.community_id
            and r.platform = p.platform and r.workspace = p.workspace) as outgrown,
          (select a.external_id from accounts a where a.id = p.account_id) as account`)
      return { lease, rows: rows.sort((a, b) => (a.id < b.id ? -1 : 1)) }
    },

    /**
     * A post that was said is gone; one that can never be said stays, for staff to see. `isUnheard`: it may have been said all
     * the same, since nobody answered that it was not.
     */
    async finish(id: string, lease: string, outcome: Outcome, isUnheard = false): Promise<void> {
      if ('done' in outcome) await tx.post.deleteMany({ where: { id, lease } })
      else {
        await tx.$executeRaw(Prisma.sql`
          update posts set ${settled(outcome)}, is_unheard = is_unheard or ${isUnheard}::boolean
          where id = ${id} and lease = ${lease}`)
        // A question that went along with it was not asked; they are asked at their next own act.
        if ('stuck' in outcome)
          await tx.$executeRaw(Prisma.sql`
            delete from questions q using posts p, accounts a where p.id = ${id} and a.id = p.account_id
              and q.person_id = a.person_id and q.at = p.created_at and not exists (select 1 from directions d
                where d.person_id = q.person_id and d.community_id = q.community_id and d.purpose = q.purpose)`)
      }
    },
  }
}
