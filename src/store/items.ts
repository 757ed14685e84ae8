import type { Goal } from '../core/goal.ts'
import type { Ask, Item, ItemKind, ItemState } from '../core/item.ts'
import type { TopicKind } from '../core/topic.ts'
import type { Item as Row } from './generated/client.ts'
import { Prisma } from './generated/client.ts'
import { readableBy, WHO } from './hidden.ts'
import type { Tools, Tx } from './transaction.ts'

/** A piece as it is written, for one or several communities. */
export type NewItem = Pick<Item, 'kind' | 'goal' | 'format' | 'title' | 'words' | 'link'> &
  Partial<Pick<Item, 'about' | 'topicId' | 'ask' | 'seats' | 'owedBy'>> & { authorId: string | null }

const DRAFT_MS = 14 * 86_400_000

export function items(tx: Tx, { draws }: Tools) {
  return {
    /** Writes a piece down for several communities, as drafts. Gives its number. */
    async write(communityIds: string[], piece: NewItem, now: Date, state: ItemState = 'draft'): Promise<string> {
      const pieceId = draws.id(now)
      const isWaiting = state === 'waiting'
      await tx.item.createMany({
        data: communityIds.map((communityId) => ({
          id: draws.id(now),
          pieceId,
          communityId,
          state,
          createdAt: now,
          acceptedAt: isWaiting ? now : null,
          // They chose it themselves, since nobody else lets it wait for its turn at once.
          isWanted: isWaiting,
          dueAt: isWaiting ? now : null,
          ...piece,
        })),
      })
      return pieceId
    },

    async get(id: string): Promise<Item | undefined> {
      const row = await tx.item.findUnique({ where: { id } })
      return row ? itemOf(row) : undefined
    },

    /** The same, with the row held until the transaction ends, so that it is answered once. */
    async held(id: string): Promise<Item | undefined> {
      await tx.$executeRaw(Prisma.sql`select 1 from items where id = ${id} for no key update`)
      return this.get(id)
    },

    /** Who wrote it, as who they are by now. */
    async authorOf(id: string): Promise<string | undefined> {
      const [row] = await tx.$queryRaw<{ who: string }[]>(Prisma.sql`
        select ${WHO} as who from items i join communities c on c.id = i.community_id join people p on p.id = i.author_id
        where i.id = ${id}`)
      return row?.who
    },

    /** One piece in all the communities it goes to. */
    async piece(pieceId: string): Promise<Item[]> {
      return (await tx.item.findMany({ where: { pieceId }, orderBy: { id: 'asc' } })).map(itemOf)
    },

    /** The item a ballot asks about. */
    async askedBy(ballotId: string): Promise<Item | undefined> {
      const row = await tx.item.findUnique({ where: { ballotId } })
      return row ? itemOf(row) : undefined
    },

    /** Items of a community in some states, the latest first. */
    async list(communityId: string, states: ItemState[], page: { skip: number; take: number }): Promise<Item[]> {
      const rows = await tx.item.findMany({
        where: { communityId, state: { in: states } },
        orderBy: [{ postedAt: { sort: 'desc', nulls: 'first' } }, { acceptedAt: 'asc' }, { id: 'asc' }],
        ...page,
      })
      return rows.map(itemOf)
    },

    /** What organizers of a community are asked about first. */
    async firstAsked(communityId: string): Promise<Item | undefined> {
      const where = { communityId, state: 'asked' satisfies ItemState, ballotId: null, dueAt: null }
      const row = await tx.item.findFirst({ where, orderBy: { id: 'asc' } })
      return row ? itemOf(row) : undefined
    },

    /** What staff wrote, the latest first, one row a piece, as far as one of them may read of its communities. */
    async pieces(readerId: string, page: { skip: number; take: number }): Promise<Item[]> {
      const rows = await tx.item.findMany({
        where: { kind: { in: ['offer', 'ask'] }, state: { not: 'draft' }, community: readableBy(readerId) },
        distinct: ['pieceId'],
        orderBy: { pieceId: 'desc' },
        ...page,
      })
      return rows.map(itemOf)
    },

    /** Asks of which it is owed what came of them, those owed first at first, as far as somebody in staff may read of them. */
    async owed(readerId: string): Promise<(Item & { community: string })[]> {
      const rows = await tx.item.findMany({
        where: { state: 'posted', owedBy: { not: null }, toldAt: null, community: readableBy(readerId) },
        include: { community: { select: { name: true } } },
        orderBy: [{ owedBy: 'asc' }, { id: 'asc' }],
      })
      return rows.map(({ community, ...row }) => ({ ...itemOf(row), community: community.name }))
    },

    /** Changes drafts of a piece. */
    async redraft(pieceId: string, data: Partial<Pick<Item, 'about' | 'format'>>): Promise<void> {
      await tx.item.updateMany({ where: { pieceId, state: 'draft' satisfies ItemState }, data })
    },

    async discard(pieceId: string): Promise<void> {
      await tx.item.deleteMany({ where: { pieceId, state: 'draft' satisfies ItemState } })
    },

    /** Drafts that were left lying. */
    async sweep(now: Date): Promise<void> {
      const before = new Date(now.getTime() - DRAFT_MS)
      await tx.item.deleteMany({ where: { state: 'draft' satisfies ItemState, createdAt: { lt: before } } })
    },

    /** Brings an item into another state, if it is in one of these; false where it is not any more. */
    async turn(
      id: string,
      from: ItemState[],
      to: ItemState,
      data: Prisma.ItemUncheckedUpdateManyInput = {},
    ): Promise<boolean> {
      const { count } = await tx.item.updateMany({
        where: { id, state: { in: from } },
        data: { state: to, attempts: 0, ...data },
      })
      return count > 0
    },

    /** It was said in a room for the first time. */
    async said(id: string, now: Date): Promise<void> {
      await tx.item.updateMany({ where: { id, saidAt: null }, data: { saidAt: now } })
    },

    /** What came of an ask, told once. */
    async tell(id: string, outcome: string, now: Date): Promise<boolean> {
      const { count } = await tx.item.updateMany({
        where: { id, state: 'posted', toldAt: null },
        data: { outcome, toldAt: now },
      })
      return count > 0
    },

    /** How many items were asked, answered (what came of them was told) and given, for who looks whether asking and giving balance. */
    async reciprocity(communityId: string): Promise<{ asked: number; answered: number; given: number }> {
      const [row] = await tx.$queryRaw<{ asked: number; answered: number; given: number }[]>(Prisma.sql`
        select count(*) filter (where kind = 'ask')::int as asked,
          count(*) filter (where kind = 'ask' and told_at is not null)::int as answered,
          count(*) filter (where kind <> 'ask')::int as given
        from items where community_id = ${communityId} and state = 'posted'`)
      return row ?? { asked: 0, answered: 0, given: 0 }
    },
  }
}

/** A row as core knows it. */
export function itemOf(row: Row): Item {
  const {
    kind,
    state,
    goal,
    format,
    ask,
    lateAt: _,
    acceptedAt: __,
    askedAt: ___,
    attempts: ____,
    toldWorth: _____,
    toldNot: ______,
    ...same
  } = row
  return {
    ...same,
    // Only `write` and `turn` write these words, which take no others.
    kind: kind as ItemKind,
    state: state as ItemState,
    goal: goal as Goal,
    format: format as TopicKind,
    ask: ask as Ask | null,
  }
}
