import { Prisma } from './generated/client.ts'
import { NOTHING_LEFT, sayNothingIn } from './rooms.ts'
import type { Tx } from './transaction.ts'

/** The tables of effects outside, whose stuck rows wait for staff: given up on, with the reason kept. */
export const EFFECTS = ['rooms', 'room_places', 'cards', 'posts', 'mails'] as const

/** One kind of effect. */
export type EffectKind = (typeof EFFECTS)[number]

/** How many effects of a kind are stuck, and why the newest of them is. */
export interface StuckEffects {
  kind: EffectKind
  count: number
  failure: string
}

const STUCK = Prisma.sql`due_at is null and failure is not null`
const DAY_MS = 86_400_000
/** Newest first. A place has no id of its own; its room's is the nearest to an age. */
const newest = (kind: EffectKind) => Prisma.raw(kind === 'room_places' ? 'room_id desc, person_id desc' : 'id desc')

/** No attempt counts any more; but what was tried once may have been said, and is looked for before it is said again. */
const fresh = (kind: EffectKind) =>
  kind === 'posts' || kind === 'cards' ? Prisma.sql`least(attempts, 1)` : Prisma.sql`0`

/** Effects that no repetition brought about, and what staff decide on them. */
export function effects(tx: Tx) {
  return {
    /** What is stuck, by kind; kinds of which nothing is are left out. One statement. */
    async stuck(): Promise<StuckEffects[]> {
      const each = EFFECTS.map(
        (kind) => Prisma.sql`
          select ${kind} as kind, count(*)::int as count, (array_agg(failure order by ${newest(kind)}))[1] as failure
          from ${Prisma.raw(kind)} where ${STUCK} having count(*) > 0`,
      )
      return tx.$queryRaw(Prisma.join(each, ' union all '))
    },

    /** How much of each kind waits to be done. One statement. */
    async waiting(): Promise<Record<string, number>> {
      const each = [...EFFECTS, 'reports', 'erasures'].map(
        (kind) =>
          Prisma.sql`select ${kind} as kind, count(*)::int as count from ${Prisma.raw(kind)} where due_at is not null`,
      )
      const rows = await tx.$queryRaw<{ kind: string; count: number }[]>(Prisma.join(each, ' union all '))
      return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
    },

    /** What waits in a workspace because something failed there is tried again at once, from the first attempt on. */
    async goOn(platform: string, workspace: string, now: Date): Promise<void> {
      const change = Prisma.sql`due_at = ${now}::timestamptz, attempts = 0`
      const isThere = Prisma.sql`platform = ${platform} and workspace = ${workspace}`
      const waits = Prisma.sql`due_at is not null and failure is not null`
      for (const table of ['rooms', 'cards', 'posts'] as const)
        await tx.$executeRaw(Prisma.sql`
          update ${Prisma.raw(table)} set due_at = ${now}::timestamptz, attempts = ${fresh(table)} where ${isThere} and ${waits}`)
      await tx.$executeRaw(Prisma.sql`
        update room_places set ${change} where room_id in (select id from rooms where ${isThere}) and ${waits}`)
      // Where somebody forgotten was is sealed, so all that is to be done outside is tried.
      await tx.$executeRaw(Prisma.sql`update erasures set ${change} where kind = 'room' and ${waits}`)
    },

    /** What could not be shown or said at one place is tried again: Kindred was let in there. */
    async goOnAt(platform: string, workspace: string, place: string, now: Date): Promise<void> {
      for (const table of ['cards', 'posts'] as const)
        await tx.$executeRaw(Prisma.sql`
          update ${Prisma.raw(table)} set due_at = ${now}::timestamptz, attempts = ${fresh(table)}, failure = null
          where ${STUCK} and platform = ${platform} and workspace = ${workspace} and place = ${place}`)
    },

    /** Tries again what is stuck, from the first attempt on. */
    async retry(kind: EffectKind, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update ${Prisma.raw(kind)} set due_at = ${now}::timestamptz, attempts = ${fresh(kind)}, failure = null where ${STUCK}`)
    },

    /**
     * Lets it be: a message that can't be said is gone; a card stays as it is until it changes, who can't be let in stays
     * outside, and communities go on without a room that can't be made. Who can't be let out is tried again a day later.
     */
    async ignore(kind: EffectKind, now: Date): Promise<void> {
      if (kind === 'rooms') return goOnWithout(tx, now)
      const table = Prisma.raw(kind)
      if (kind === 'room_places')
        await tx.$executeRaw(Prisma.sql`
          update room_places set attempts = 0, failure = null, due_at = ${new Date(now.getTime() + DAY_MS)}::timestamptz
          where ${STUCK} and wanted = 'out'`)
      await tx.$executeRaw(
        kind === 'posts' || kind === 'mails'
          ? Prisma.sql`delete from ${table} where ${STUCK}`
          : Prisma.sql`update ${table} set attempts = 0, failure = null where ${STUCK}`,
      )
    },
  }
}

/** Of a room that can't be seen nobody knows whether it is there: it is let go, with whoever is still to be out of it. */
async function goOnWithout(tx: Tx, now: Date): Promise<void> {
  const stuck = await tx.$queryRaw<{ id: string; unseen: boolean; isThere: boolean }[]>(
    Prisma.sql`select id, unseen, external_id is not null and not unseen and (carrier is distinct from 'role' or role_id is not null) as "isThere" from rooms
      where ${STUCK}`,
  )
  const missing = stuck.filter(({ isThere }) => !isThere).map(({ id }) => id)
  await tx.$executeRaw(Prisma.sql`
    update rooms set attempts = 0, failure = null, unseen = false, adopted = adopted and not unseen,
      carrier = case when id = any(${missing}) then 'none' else carrier end,
      external_id = case when id = any(${missing}) then null else external_id end
    where ${STUCK}`)
  const unseen = stuck.filter((room) => room.unseen).map(({ id }) => id)
  await tx.$executeRaw(Prisma.sql`
    update room_places set known = 'out', revision = revision + 1, lease = null, leased_until = null, attempts = 0,
      failure = null, due_at = case when wanted = 'in' then ${now}::timestamptz end where room_id = any(${unseen})`)
  await tx.roomPlace.deleteMany({ where: NOTHING_LEFT })
  await sayNothingIn(tx, missing)
}
