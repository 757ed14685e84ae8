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
  /** The account a private message goes to. */
  account: string | null
  body: Content
  key: string
  attempts: number
}

/** A post can go out: the community's room is there, and nothing older of the same line still waits. */
const SENDABLE = Prisma.sql`
  not exists (select 1 from posts o where o.line = p.line and o.due_at is not null and o.id < p.id)
  and (p.community_id is null or exists (select 1 from rooms r where r.community_id = p.community_id
    and r.platform = p.platform and r.workspace = p.workspace and r.external_id is not null))`

export function posts(tx: Tx, { draws }: Tools) {
  const rowOf = (target: PostTarget, body: Content, now: Date): Prisma.PostCreateManyInput => {
    const { platform, workspace } = target
    const to = 'communityId' in target ? target.communityId : 'place' in target ? target.place : target.accountId
    return {
      id: draws.id(now),
      line: `${platform}/${workspace}/${to}`,
      platform,
      workspace,
      communityId: 'communityId' in target ? target.communityId : null,
      place: 'place' in target ? target.place : null,
      accountId: 'accountId' in target ? target.accountId : null,
      // Content is plain data; Prisma's type for JSON asks for an index signature that interfaces lack.
      body: body as unknown as Prisma.InputJsonValue,
      // Discord's nonce takes 25 characters.
      key: draws.key().slice(0, 25),
      createdAt: now,
      dueAt: now,
    }
  }

  return {
    /** Says something once, in its turn. */
    async say(target: PostTarget, body: Content, now: Date): Promise<void> {
      await tx.post.create({ data: rowOf(target, body, now) })
    },

    /** Says it in every room the community has. */
    async sayInRooms(communityId: string, body: Content, now: Date): Promise<void> {
      const rooms = await tx.room.findMany({ where: { communityId }, orderBy: { id: 'asc' } })
      for (const { platform, workspace } of rooms) await this.say({ communityId, platform, workspace }, body, now)
    },

    /** Says it to people in private, each on the account nearest to where it came about. */
    async sayToAll(
      personIds: string[],
      body: Content,
      now: Date,
      near: { platform: string; workspace: string },
    ): Promise<void> {
      const accounts = await tx.account.findMany({ where: { personId: { in: personIds } }, orderBy: { id: 'asc' } })
      const rows = personIds.flatMap((personId) => {
        const own = accounts.filter((account) => account.personId === personId)
        const here = own.find((account) => account.platform === near.platform && account.workspace === near.workspace)
        const account = here ?? own[0]
        return account
          ? [rowOf({ accountId: account.id, platform: account.platform, workspace: account.workspace }, body, now)]
          : []
      })
      await tx.post.createMany({ data: rows })
    },

    async claim(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedPost[] }> {
      const lease = draws.key()
      const rows = await tx.$queryRaw<ClaimedPost[]>(Prisma.sql`
        with free as (
          select id from posts p where ${isFree(now)} and ${SENDABLE} order by id limit ${limit} for update skip locked)
        update posts p set ${taken({ name: lease, now })} from free where p.id = free.id
        returning p.id, p.platform, p.workspace, p.body, p.key, p.attempts,
          coalesce(p.place, (select r.external_id from rooms r where r.community_id = p.community_id and r.platform = p.platform
            and r.workspace = p.workspace)) as place,
          (select a.external_id from accounts a where a.id = p.account_id) as account`)
      return { lease, rows: rows.sort((a, b) => (a.id < b.id ? -1 : 1)) }
    },

    /** A post that was said is gone; one that can never be said stays, for staff to see. */
    async finish(id: string, lease: string, outcome: Outcome): Promise<void> {
      if ('done' in outcome) await tx.post.deleteMany({ where: { id, lease } })
      else {
        await tx.$executeRaw(Prisma.sql`update posts set ${settled(outcome)} where id = ${id} and lease = ${lease}`)
      }
    },

    async next(): Promise<Date | undefined> {
      const [row] = await tx.$queryRaw<{ next: Date | null }[]>(
        Prisma.sql`select min(greatest(due_at, leased_until)) as next from posts p where due_at is not null and ${SENDABLE}`,
      )
      return row?.next ?? undefined
    },
  }
}
