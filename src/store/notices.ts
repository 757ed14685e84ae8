import { writeAnswer } from '../core/answer-link.ts'
import {
  checkWay,
  kindOf,
  NOTICE_KINDS,
  type NoticeKind,
  notBefore,
  type Quiet,
  type Way,
  wayOf,
} from '../core/notice.ts'
import { say } from '../core/say.ts'
import { readUnsubscribe, writeUnsubscribe } from '../core/unsubscribe.ts'
import type { Content } from '../reply.ts'
import { Prisma } from './generated/client.ts'
import { mails } from './mails.ts'
import { letterOf } from './notice-letter.ts'
import { posts } from './posts.ts'
import { reachedFrom } from './presence.ts'
import type { Tools, Tx } from './transaction.ts'
import { whoNow } from './turns.ts'

/** How one person is to be told of something. */
interface Told {
  id: string
  way: string | null
  zone: string
  quietFrom: string | null
  quietTo: string | null
  /** Their address, if it is proven. */
  email: string | null
  accountId: string | null
  platform: string
  workspace: string
}

type Near = { platform: string; workspace: string }
/** Who muted this community at this time is left out. */
type Unmuted = { communityId: string; now: Date }

/** What a notice is about, as far as that decides how it is told. */
export interface About {
  /** The community it is about: who muted it is not told, unless somebody waits for them. */
  id?: string
  sensitive: boolean
  /** It does not wait for the end of quiet hours. */
  isUrgent?: boolean
  /** Nobody is told who could hear of it only then: it is worth nothing any more. */
  notAfter?: Date
  /** A mail has a link by which it can be answered, until then. */
  meetup?: { id: string; endsAt: Date }
}

/** Telling people things, each in the way and at the time they chose. */
export function notices(tx: Tx, tools: Tools) {
  /** Everything that decides how these people are told, in one statement, in the order they were named. */
  const howToTell = (personIds: string[], kind: NoticeKind, near: Near, unmuted?: Unmuted): Promise<Told[]> =>
    tx.$queryRaw<Told[]>(Prisma.sql`
      select p.id, n.way, coalesce(p.zone, o.zone, 'UTC') as zone, p.quiet_from as "quietFrom", p.quiet_to as "quietTo",
        case when p.email_proven_at is not null then p.email end as email,
        a.id as "accountId", coalesce(a.platform, '') as platform, coalesce(a.workspace, '') as workspace
      from unnest(${personIds}::text[]) with ordinality as named (id, place)
      join people p on p.id = named.id and p.united_into is null and (p.paused_at is null or ${kindOf(kind).evenPaused ?? false})
      left join organization o on o.id = 1
      left join memberships muted on muted.person_id = p.id and muted.community_id = ${unmuted?.communityId ?? ''}
        and muted.muted_until > ${unmuted?.now ?? new Date(0)}::timestamptz
      left join notice_choices n on n.person_id = p.id and n.kind = ${kind}
      left join lateral (
        select id, platform, workspace from accounts where person_id = p.id
        -- A page of the web is looked at now and then; whoever has a chat hears there.
        order by (platform = 'web'), (platform = ${near.platform} and workspace = any(${reachedFrom(near.workspace)}::text[])) desc, id limit 1) a on true
      where muted.person_id is null
      order by named.place`)

  return {
    /**
     * Tells people something, each in their own way and not in their quiet hours, on the account nearest to where it came
     * about. Gives back who is shown it in chat, where alone buttons can be pressed. What is `about` a sensitive community
     * never goes by mail (product.md, law 7). A file goes along with the mail only: in chat a button gives it.
     */
    async tell(
      personIds: string[],
      kind: NoticeKind,
      body: Content,
      now: Date,
      near: Near,
      about: About = { sensitive: false },
    ): Promise<string[]> {
      const { file, ...shown } = body
      const answerLink = (personId: string) =>
        about.meetup &&
        `/answer/${writeAnswer(tools.keys, { personId, meetupId: about.meetup.id, endsAt: about.meetup.endsAt })}`
      const needsChat = (body.card?.buttons?.length ?? 0) > 0 || body.card?.choice !== undefined
      const unmuted = about.id === undefined || kindOf(kind).evenPaused ? undefined : { communityId: about.id, now }
      const all = (await howToTell([...new Set(personIds)], kind, near, unmuted)).map((one) => {
        const chosen = wayOf(kind, one.way)
        const byMail = chosen === 'mail' && one.email !== null && !about.sensitive
        const quiet = one.quietFrom && one.quietTo ? { from: one.quietFrom, to: one.quietTo } : null
        return {
          ...one,
          dueAt: about.isUrgent ? now : notBefore(now, quiet, one.zone),
          mailTo: byMail ? one.email : null,
          inChat: one.accountId !== null && (chosen === 'chat' || (chosen === 'mail' && (!byMail || needsChat))),
        }
      })
      const told = all.filter(({ dueAt }) => about.notAfter === undefined || dueAt < about.notAfter)
      const inChat = told.filter((one) => one.inChat)
      await posts(tx, tools).sayEach(
        inChat.flatMap(({ accountId, platform, workspace, dueAt }) =>
          accountId ? [{ accountId, platform, workspace, dueAt }] : [],
        ),
        shown,
        now,
      )
      const mailed = told.flatMap(({ id, mailTo, dueAt, platform }) =>
        mailTo ? [{ personId: id, to: mailTo, dueAt, isOnWeb: platform === 'web' }] : [],
      )
      if (mailed.length > 0) {
        const organization = await tx.organization.findUnique({ where: { id: 1 }, select: { name: true } })
        const letters = mailed.map(({ personId, to, dueAt, isOnWeb }) => ({
          personId,
          dueAt,
          letter: {
            to,
            subject: say`${organization?.name ?? 'Kindred'}: ${kindOf(kind).label}`,
            ...letterOf(
              shown,
              needsChat,
              isOnWeb,
              writeUnsubscribe(tools.keys, { personId, kind }),
              answerLink(personId),
            ),
            ...(file && { attachment: file }),
          },
        }))
        await mails(tx, tools).wantEach(letters, now)
      }
      return inChat.map((one) => one.id)
    },

    /** Tells people in private that they are told of no more where their address does not work: never by mail. */
    async tellInPrivate(personIds: string[], body: Content, now: Date): Promise<void> {
      const all = await howToTell([...new Set(personIds)], 'ended', { platform: '', workspace: '' })
      const to = all.flatMap(({ accountId, platform, workspace, zone, quietFrom: from, quietTo: until }) =>
        accountId === null
          ? []
          : [
              {
                accountId,
                platform,
                workspace,
                dueAt: notBefore(now, from && until ? { from, to: until } : null, zone),
              },
            ],
      )
      await posts(tx, tools).sayEach(to, body, now)
    },

    /** The way each kind takes for a person, and their quiet hours. */
    async choices(personId: string): Promise<{ ways: Record<NoticeKind, Way>; quiet: Quiet | null }> {
      const person = await tx.person.findUnique({
        where: { id: personId },
        select: { quietFrom: true, quietTo: true, noticeChoices: true },
      })
      const { quietFrom, quietTo, noticeChoices = [] } = person ?? {}
      const ways = NOTICE_KINDS.map((kind) => [kind, wayOf(kind, noticeChoices.find((one) => one.kind === kind)?.way)])
      return {
        // Every kind has its entry.
        ways: Object.fromEntries(ways) as Record<NoticeKind, Way>,
        quiet: quietFrom && quietTo ? { from: quietFrom, to: quietTo } : null,
      }
    },

    /** Choosing mail is the yes to being written to; refused where a kind cannot take the way. */
    async choose(personId: string, kind: NoticeKind, way: Way): Promise<void> {
      checkWay(kind, way)
      await tx.noticeChoice.upsert({
        where: { personId_kind: { personId, kind } },
        create: { personId, kind, way },
        update: { way },
      })
    },

    /**
     * What a mail's one press means: notices of its kind come by mail no more, but in the first other way. Who has chosen
     * another way meanwhile keeps it. False for a token that is none of ours.
     */
    async unsubscribe(token: string): Promise<boolean> {
      const told = readUnsubscribe(tools.keys, token)
      if (!told) return false
      const { personId, kind } = told
      const way = kindOf(kind).ways.find((one) => one !== 'mail')
      // Mail is never a kind's first way, so whoever gets it has a row; whoever was united with another has taken it along.
      if (way)
        await tx.noticeChoice.updateMany({
          where: { personId: await whoNow(tx, personId), kind, way: 'mail' },
          data: { way },
        })
      return true
    },

    /** Sets the hours in which notices wait ("22:00" to "08:00"), or ends them. */
    async quiet(personId: string, hours: Quiet | null): Promise<void> {
      await tx.person.update({
        where: { id: personId },
        data: { quietFrom: hours?.from ?? null, quietTo: hours?.to ?? null },
      })
    },
  }
}
