import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'
import { isFree, type Outcome, settled, taken } from './work.ts'

/** A message everyone sees that is to be drawn. */
export interface ClaimedCard {
  id: string
  kind: string
  subject: string
  platform: string
  workspace: string
  place: string
  externalId: string | null
  wanted: number
  attempts: number
  /** It was tried before, and nobody knows for sure that it did not come about. */
  isAgain: boolean
  /** It could not be drawn before, for whatever reason. */
  hasFailed: boolean
}

/** Messages everyone sees are drawn at most this often, however many press, where a platform says nothing else. */
const PACE_MS = 1_000

export function cards(tx: Tx, { draws }: Tools) {
  return {
    /** Wants a card in a place; where it stands already it is drawn again. */
    async place(
      kind: string,
      subject: string,
      where: { platform: string; workspace: string; place: string },
      now: Date,
    ): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into cards (id, kind, subject, platform, workspace, place, wanted, drawn, due_at)
        values (${draws.id(now)}, ${kind}, ${subject}, ${where.platform}, ${where.workspace}, ${where.place}, 1, 0, ${now}::timestamptz)
        on conflict (kind, subject, platform, workspace, place) do update
          set wanted = cards.wanted + 1, due_at = coalesce(cards.due_at, greatest(excluded.due_at, cards.not_before))`)
    },

    /** Wants a card in every room a community has; gives the rooms that are not made yet, where it can't stand. */
    async placeInRooms(
      kind: string,
      subject: string,
      communityId: string,
      now: Date,
    ): Promise<{ platform: string; workspace: string }[]> {
      const where = { communityId, OR: [{ carrier: null }, { carrier: { not: 'none' } }] }
      const rooms = await tx.room.findMany({ where, orderBy: { id: 'asc' } })
      const unmade = rooms.filter(({ externalId }) => externalId === null)
      for (const { platform, workspace, externalId: place } of rooms)
        if (place !== null) await this.place(kind, subject, { platform, workspace, place }, now)
      return unmade.map(({ platform, workspace }) => ({ platform, workspace }))
    },

    /** The role that opens the room in which a card stands, where it has one. */
    async roleAt({ platform, workspace, place }: ClaimedCard): Promise<string | undefined> {
      const room = await tx.room.findFirst({ where: { platform, workspace, externalId: place } })
      return room?.roleId ?? undefined
    },

    /** The message that another card is in the same place; undefined where it is not there yet. */
    async messageOf(
      { card, id }: { card: string; id: string },
      { platform, workspace, place }: ClaimedCard,
    ): Promise<string | undefined> {
      const found = await tx.card.findFirst({ where: { kind: card, subject: id, platform, workspace, place } })
      return found?.externalId ?? undefined
    },

    /** Which accounts are known to be in the thread that a card stands for. */
    async gathered(cardId: string): Promise<string[]> {
      const rows = await tx.gathered.findMany({ where: { cardId }, orderBy: { account: 'asc' } })
      return rows.map(({ account }) => account)
    },

    async gather(cardId: string, accounts: string[]): Promise<void> {
      await tx.gathered.deleteMany({ where: { cardId, account: { notIn: accounts } } })
      await tx.gathered.createMany({ data: accounts.map((account) => ({ cardId, account })), skipDuplicates: true })
    },

    /** Marks every copy of a card stale. */
    async redraw(kind: string, subject: string, now: Date): Promise<void> {
      await this.redrawAll([{ card: kind, id: subject }], now)
    },

    /** The same for several cards; in one order, so that nobody waits in a circle. */
    async redrawAll(stale: { card: string; id: string }[], now: Date): Promise<void> {
      if (stale.length === 0) return
      await tx.$executeRaw(Prisma.sql`
        with stale as (select id from cards where (kind, subject) in (
          select * from unnest(${stale.map(({ card }) => card)}::text[], ${stale.map(({ id }) => id)}::text[])) order by id for update)
        update cards c set wanted = wanted + 1, due_at = coalesce(due_at, greatest(${now}::timestamptz, not_before))
        from stale where c.id = stale.id`)
    },

    /**
     * Takes cards to draw. It waits in turn for a row that somebody marks at this moment: while hundreds vote there is always
     * somebody, and a card that is skipped then would not be drawn until they are done.
     */
    async claim(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedCard[] }> {
      const lease = draws.key()
      const rows = await tx.$queryRaw<ClaimedCard[]>(Prisma.sql`
        with due as (select id from cards where ${isFree(now)} order by due_at, id limit ${limit}),
        free as (select id, leased_until from cards where id in (select id from due) and ${isFree(now)} order by id for update)
        update cards c set ${taken({ name: lease, now })} from free where c.id = free.id
        returning c.id, c.kind, c.subject, c.platform, c.workspace, c.place, c.external_id as "externalId", c.wanted, c.attempts,
          c.failure is not null as "hasFailed", (c.attempts > 0 or free.leased_until is not null) as "isAgain"`)
      return { lease, rows: rows.sort((a, b) => (a.id < b.id ? -1 : 1)) }
    },

    /** Drawn by `now`, after which the pace counts; if it grew stale meanwhile, it is due again then. */
    async finish(
      row: ClaimedCard,
      lease: string,
      outcome: Outcome,
      now: Date,
      externalId?: string,
      paceMs = PACE_MS,
    ): Promise<void> {
      const notBefore = Prisma.sql`${new Date(now.getTime() + paceMs)}::timestamptz`
      const drawn =
        externalId === undefined ? Prisma.empty : Prisma.sql`external_id = ${externalId}, drawn = ${row.wanted},`
      const unless = { unchanged: Prisma.sql`wanted = ${row.wanted}`, otherwiseDue: notBefore }
      await tx.$executeRaw(Prisma.sql`
        update cards set ${drawn} not_before = ${notBefore}, ${settled(outcome, unless)}
        where id = ${row.id} and lease = ${lease}`)
    },
  }
}
