import type { Content } from '../reply.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'

/** So many of a room are shown, the newest of them. */
const SHOWN = 50

/** A message that stands on the web. */
export interface WebMessage {
  key: string
  content: Content
  at: Date
}

/** Where it stands: in a room or at a place, or before one account alone. */
export type WebPlace = { place: string } | { account: string }

/** What was said in rooms of the web, and to people there in private. */
export function webMessages(tx: Tx, { draws, keys }: Tools) {
  const read = (rows: { key: string; sealed: Uint8Array; createdAt: Date }[]): WebMessage[] =>
    rows.flatMap(({ key, sealed, createdAt }) => {
      const words = keys.open(sealed)
      // It was written below, as the content it is.
      return words === undefined ? [] : [{ key, content: JSON.parse(words) as Content, at: createdAt }]
    })

  return {
    /**
     * Puts a message where it belongs, with the people it is about; under the same key it takes the place of the earlier
     * one. Nowhere for who is gone.
     */
    async put(key: string, where: WebPlace, content: Content, about: string[], now: Date): Promise<void> {
      const sealed = keys.seal(JSON.stringify(content))
      const account = 'account' in where ? where.account : null
      const place = 'place' in where ? where.place : null
      await tx.$executeRaw(Prisma.sql`
        insert into web_messages (id, key, account_id, place, sealed, about, created_at)
        select ${draws.id(now)}, ${key}, a.id, ${place}, ${sealed}, ${about}::text[], ${now}::timestamptz
        from (select 1) as one
        left join accounts a on a.platform = 'web' and a.external_id = ${account}
        where ${place}::text is not null or a.id is not null
        on conflict (key) do update set sealed = excluded.sealed, about = excluded.about`)
    },

    /** What was said in a community's room on the web, the oldest first. */
    async inRoomOf(communityId: string): Promise<WebMessage[]> {
      const rows = await tx.$queryRaw<{ key: string; sealed: Uint8Array; createdAt: Date }[]>(Prisma.sql`
        select m.key, m.sealed, m.created_at as "createdAt" from web_messages m
        join rooms r on r.platform = 'web' and r.external_id = m.place and r.community_id = ${communityId}
        order by m.id desc limit ${SHOWN}`)
      return read(rows).reverse()
    },

    /** What waits for a person in private, the newest first. */
    async to(personId: string): Promise<WebMessage[]> {
      return read(
        await tx.webMessage.findMany({
          where: { place: null, account: { personId } },
          orderBy: { id: 'desc' },
          take: SHOWN,
        }),
      )
    },

    /** Nothing is left of what others were told in private about people who are forgotten; a room goes on without their number. */
    async forget(personIds: string[]): Promise<void> {
      const about = { hasSome: personIds }
      await tx.webMessage.deleteMany({ where: { about, place: null } })
      for (const { id, sealed } of await tx.webMessage.findMany({ where: { about } })) {
        const words = personIds.reduce((left, one) => left.replaceAll(one, ''), keys.open(sealed) ?? '')
        // What can't be opened is shown to nobody either.
        const kept = words && { sealed: keys.seal(words) }
        await tx.webMessage.update({ where: { id }, data: { ...kept, about: [] } })
      }
    },

    /** A person is done with a message to them. */
    async done(key: string, personId: string): Promise<void> {
      await tx.webMessage.deleteMany({ where: { key, account: { personId } } })
    },
  }
}
