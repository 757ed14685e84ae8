import { Prisma } from './generated/client.ts'
import { isSuppressed } from './suppressions.ts'
import type { Tx } from './transaction.ts'

/** A community of somebody's, as they let a department know of it. */
export interface DirectedCommunity {
  slug: string
  name: string
  since: Date
  /** The yes it is known by. */
  direction: { id: string; at: Date }
}

/** What a department may know of a person. */
export interface DirectedPerson {
  /** The random number that stands for them outside. */
  person: string
  communities: DirectedCommunity[]
}

/** That somebody's communities were read on one day with one key. */
export interface ApiRead {
  recipient: string
  /** What staff called the key; empty where it is long gone. */
  key: string | null
  times: number
  /** The last time on that day. */
  at: Date
}

interface Row {
  person: string
  slug: string
  name: string
  since: Date
  directionId: string
  at: Date
}

/** What was read over the API. */
export function apiReads(tx: Tx) {
  return {
    /**
     * What one person, by our number, the destination's own or their address, let the destination of a key know, as it stands
     * at this moment; it is written down as read. Nobody is found by an address that two people share: each let it be known
     * of themselves, and whoever asks could not tell of whom they hear. One statement, the same for whoever is not known.
     */
    async read(keyId: string, who: string, now: Date): Promise<DirectedPerson | undefined> {
      const rows = await tx.$queryRaw<Row[]>(Prisma.sql`
        with key as (
          update api_tokens set used_at = ${now}::timestamptz where id = ${keyId} and revoked_at is null
          returning id, destination),
        meant as (
          select p.id from people p where p.key = ${who} and p.united_into is null
          union
          select p.id from people p where lower(p.email) = lower(${who}) and p.email_proven_at is not null and p.united_into is null
          union
          select p.id from key join reports r on r.destination = key.destination and r.known_id = ${who} and r.wanted = 'in'
            join people p on p.id = r.person_id and p.email_version = r.known_id_email and p.united_into is null),
        found as (
          select p.id as person_id, p.key as person, key.id as token, d.name as destination, d.recipient,
            coalesce(c.slug, c.id) as slug, c.name, m.since, s.id as direction_id, s.at
          from key
          join destinations d on d.name = key.destination and d.connected and d.started and d.mode = 'standing'
            and d.paused_at is null
          join people p on p.id = (select min(id) from meant having count(*) = 1) and p.paused_at is null
            and p.email_proven_at is not null
          join reports r on r.person_id = p.id and r.destination = d.name and r.wanted = 'in'
          join communities c on c.id = r.community_id and c.state = 'open' and not c.sensitive
          join memberships m on m.person_id = p.id and m.community_id = c.id and m.state = 'member'
          join directions s on s.person_id = p.id and s.community_id = c.id and s.standing and s.purpose = d.purpose
            and s.recipient = d.recipient
          where not ${isSuppressed('d.name', 's')}),
        noted as (
          insert into api_reads (person_id, token, day, destination, recipient, times, at)
          select distinct person_id, token, (${now}::timestamptz at time zone 'UTC')::date, destination, recipient, 1, ${now}::timestamptz
          from found
          on conflict (person_id, token, day) do update
            set times = api_reads.times + 1, at = excluded.at, recipient = excluded.recipient)
        select person, slug, name, since, direction_id as "directionId", at from found order by slug collate "C"`)
      const [first] = rows
      if (!first) return undefined
      const communities = rows.map(({ slug, name, since, directionId, at }) => ({
        ...{ slug, name, since },
        direction: { id: directionId, at },
      }))
      return { person: first.person, communities }
    },

    /** Who read what somebody, or whoever they were before they were united, let be known: the newest first. */
    async of(personId: string, take: number): Promise<ApiRead[]> {
      return tx.$queryRaw(Prisma.sql`
        select a.recipient, t.name as key, a.times, a.at from api_reads a left join api_tokens t on t.id = a.token
        where a.person_id in (select id from people where id = ${personId} or united_into = ${personId})
        order by a.at desc, a.token, a.person_id limit ${take}`)
    },
  }
}
