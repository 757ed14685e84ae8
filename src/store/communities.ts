import type { Community, CommunityState, Standing, Visibility } from '../core/community.ts'
import type { AccountRef } from '../core/person.ts'
import { folded } from '../core/words.ts'
import { type Community as CommunityRow, Prisma } from './generated/client.ts'
import { endAsksIn } from './receiving.ts'
import type { Tools, Tx } from './transaction.ts'

/** A community with what one person is to it. */
export type WithStanding = Community & { standing: Standing }

/** What a founder decides. */
export type NewCommunity = Pick<
  Community,
  | 'id'
  | 'slug'
  | 'name'
  | 'need'
  | 'tags'
  | 'visibility'
  | 'sensitive'
  | 'pledgesNeeded'
  | 'platform'
  | 'workspace'
  | 'place'
  | 'state'
> & { founderId: string; deadline: Date }

/** Which communities a list shows. */
export interface Listing {
  personId: string
  search?: string
  tag?: string
  /** `mine`: those one is in; `wanted`: seeds; `all`: what everyone may find. */
  which: 'all' | 'mine' | 'wanted'
  skip: number
  take: number
}

interface JoinedRow extends Community {
  standing: Standing['state'] | null
  organizer: boolean | null
  left_at: Date | null
}

const COLUMNS = Prisma.sql`c.id, c.slug, c.name, c.need, c.tags, c.visibility, c.sensitive, c.state, c.founder_id as "founderId",
  c.platform, c.workspace, c.place, c.pledges_needed as "pledgesNeeded", c.created_at as "createdAt", c.deadline, c.opened_at as "openedAt",
  c.told_size as "toldSize", m.state as standing, m.organizer, m.left_at`

/** What anybody may find: neither secret nor sensitive, and alive. */
const PUBLIC = Prisma.sql`c.visibility <> 'secret' and not c.sensitive and c.state in ('seed', 'open')`

export const NEXT_DEADLINE = Prisma.sql`select min(deadline) from communities where state = 'seed'`

export function communities(tx: Tx, { draws }: Tools) {
  const query = async (rest: Prisma.Sql, personId: string) =>
    (
      await tx.$queryRaw<JoinedRow[]>(
        Prisma.sql`select ${COLUMNS} from communities c
          left join memberships m on m.community_id = c.id and m.person_id = ${personId} ${rest}`,
      )
    ).map(withStanding)

  return {
    newId: (now: Date): string => draws.id(now),

    async start(community: NewCommunity, now: Date): Promise<void> {
      const { name, need } = community
      const words = { folded: folded(name), searched: folded(`${name} ${need}`) }
      await tx.community.create({ data: { ...community, ...words, createdAt: now } })
    },

    async get(id: string, personId = ''): Promise<WithStanding | undefined> {
      return (await query(Prisma.sql`where c.id = ${id}`, personId))[0]
    },

    /** By id, slug or name as typed, whoever may know of it; the best match first. */
    async find(words: string, slug: string, personId: string): Promise<WithStanding | undefined> {
      const found = await query(
        Prisma.sql`where c.slug is not null and (c.id = ${words} or c.slug = ${slug} or c.folded = ${folded(words)})
          order by (c.visibility <> 'secret' or m.state is not null) desc, (c.id = ${words}) desc, (c.slug = ${slug}) desc,
            c.created_at limit 1`,
        personId,
      )
      return found[0]
    },

    /** The community whose room this place is. */
    async ofPlace(
      platform: string,
      workspace: string,
      place: string,
      personId: string,
    ): Promise<WithStanding | undefined> {
      const found = await query(
        Prisma.sql`join rooms r on r.community_id = c.id and r.platform = ${platform} and r.workspace = ${workspace}
          and ${place} in (r.external_id, r.outgrown)`,
        personId,
      )
      return found[0]
    },

    /** All communities a person belongs to, the earliest joined first. */
    async mine(personId: string): Promise<WithStanding[]> {
      return query(
        Prisma.sql`where m.state in ('member', 'pledged', 'requested') and c.slug is not null and c.state <> 'closed'
          order by m.since, c.id`,
        personId,
      )
    },

    /** Names of all that anybody may find, for "did you mean" and for similar ones. */
    async names(): Promise<Pick<Community, 'id' | 'slug' | 'name' | 'state'>[]> {
      return tx.$queryRaw(
        Prisma.sql`select c.id, c.slug, c.name, c.state from communities c where ${PUBLIC} order by c.id`,
      )
    },

    async list(listing: Listing): Promise<WithStanding[]> {
      const words = folded(listing.search ?? '')
      const tag = folded(listing.tag ?? '').replaceAll(' ', '-')
      const which = {
        all: PUBLIC,
        wanted: Prisma.sql`${PUBLIC} and c.state = 'seed'`,
        mine: Prisma.sql`m.state in ('member', 'pledged', 'requested') and c.state in ('seed', 'open', 'waiting')`,
      }[listing.which]
      return query(
        Prisma.sql`where ${which}
          and (${words} = '' or position(${words} in c.searched) > 0)
          and (${tag} = '' or ${tag} = any(c.tags))
          order by (c.state = 'open') desc, c.told_size desc nulls last, c.created_at desc, c.id
          limit ${listing.take} offset ${listing.skip}`,
        listing.personId,
      )
    },

    /** What anybody may find, the newest first. */
    newest: (take: number): Promise<WithStanding[]> =>
      query(Prisma.sql`where ${PUBLIC} order by coalesce(c.opened_at, c.created_at) desc, c.id limit ${take}`, ''),

    /** What to offer while a name is typed: a person's own first, then what anybody may find. */
    async suggest(
      account: AccountRef,
      typed: string,
      ownOnly: boolean,
      take: number,
    ): Promise<{ name: string; value: string }[]> {
      const words = folded(typed)
      return tx.$queryRaw(Prisma.sql`
        select c.name, c.slug as value from communities c
          left join accounts a on a.platform = ${account.platform} and a.workspace = ${account.workspace}
            and a.external_id = ${account.externalId}
          left join memberships m on m.community_id = c.id and m.person_id = a.person_id
            and m.state in ('member', 'pledged', 'requested')
        where c.slug is not null and c.state <> 'closed' and (m.person_id is not null or (not ${ownOnly} and ${PUBLIC}))
          and (position(${words} in c.folded) > 0 or position(${typed.toLowerCase()} in c.slug) > 0)
        order by (m.person_id is not null) desc, (position(${words} in c.folded) = 1) desc, c.name, c.id limit ${take}`)
    },

    async slugIsTaken(slug: string): Promise<boolean> {
      return (await tx.community.count({ where: { slug } })) > 0
    },

    /** How many communities of theirs are still on their way, to keep one person from starting hundreds. */
    async startedBy(personId: string): Promise<number> {
      return tx.community.count({ where: { founderId: personId, state: { in: ['seed', 'waiting'] } } })
    },

    /**
     * Holds the row until the transaction ends, so that of two last pledges one opens it. What can't end it holds it `lightly`:
     * rows that refer to it come about meanwhile. Who holds more takes communities first, by id, then items, then ballots.
     */
    async lock(id: string, how: 'wholly' | 'lightly' = 'wholly'): Promise<void> {
      const strength = how === 'wholly' ? Prisma.sql`update` : Prisma.sql`no key update`
      await tx.$queryRaw(Prisma.sql`select id from communities where id = ${id} for ${strength}`)
    },

    /** Pledgers become members, the founder organizer. */
    async open(id: string, now: Date): Promise<void> {
      await tx.community.update({ where: { id }, data: { state: 'open', openedAt: now, deadline: null } })
      await tx.$executeRaw(Prisma.sql`
        update memberships m set state = 'member', since = ${now}::timestamptz, organizer = (m.person_id = c.founder_id)
        from communities c where c.id = ${id} and m.community_id = c.id and m.state = 'pledged'`)
    },

    /** Ends it before it opened; its name is free again and nobody is in it. */
    async end(id: string, state: 'sunk' | 'declined', now: Date): Promise<void> {
      await tx.community.update({ where: { id }, data: { state, slug: null, deadline: null, closedAt: now } })
      await tx.membership.deleteMany({ where: { communityId: id } })
      // Left are only the yeses of a sensitive one; then nothing may tell who was in it.
      const { count } = await tx.direction.deleteMany({ where: { communityId: id } })
      if (count > 0) await tx.community.update({ where: { id }, data: { founderId: null } })
    },

    /** Staff let it be seen: it is wanted until then. */
    async plant(id: string, deadline: Date): Promise<void> {
      await tx.community.update({ where: { id }, data: { state: 'seed', deadline } })
    },

    /** Sensitive from now on, for good. What follows for reports is settled by the caller in the same transaction. */
    async makeSensitive(id: string, now: Date): Promise<void> {
      await tx.community.update({ where: { id }, data: { sensitive: true, toldSize: null } })
      await tx.auditEntry.updateMany({ where: { communityId: id }, data: { actorId: null, actorName: null } })
      await tx.direction.updateMany({
        where: { communityId: id, standing: true },
        data: { standing: null, revokedAt: now, revokedBy: 'the community became sensitive' },
      })
      await tx.question.deleteMany({ where: { communityId: id } })
      await endAsksIn(tx, id, now)
      // Who asked or pledged before has not said the extra yes: they come anew, and are asked for it then.
      await tx.membership.deleteMany({
        where: { communityId: id, organizer: false, state: { in: ['requested', 'pledged'] } },
      })
      // The note named it.
      await tx.staffNote.deleteMany({ where: { key: { endsWith: `/${id}` } } })
    },

    /** Seeds whose time is over. */
    async overdue(now: Date): Promise<Community[]> {
      const rows = await tx.community.findMany({
        where: { state: 'seed', deadline: { lte: now } },
        orderBy: { deadline: 'asc' },
      })
      return rows.map(communityOf)
    },

    async waitingForStaff(): Promise<Community[]> {
      const rows = await tx.community.findMany({ where: { state: 'waiting' }, orderBy: { createdAt: 'asc' } })
      return rows.map(communityOf)
    },
  }
}

function communityOf({ folded: _, searched: __, closedAt: ___, ...row }: CommunityRow): Community {
  // Both columns are written only by this file, with values of these types.
  return { ...row, visibility: row.visibility as Visibility, state: row.state as CommunityState }
}

function withStanding(row: JoinedRow): WithStanding {
  const { standing, organizer, left_at, ...community } = row
  return {
    ...community,
    standing: { state: standing ?? 'none', organizer: organizer ?? false, ...(left_at && { leftAt: left_at }) },
  }
}
