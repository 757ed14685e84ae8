import { type AccountRef, guestName, type Names, ON_THE_WEB, type Person, sameEmail } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import { shellsOf } from './hidden.ts'
import { reachedFrom } from './presence.ts'
import { tombstones } from './tombstones.ts'
import type { Tools, Tx } from './transaction.ts'
import { whoNow } from './turns.ts'

export function people(tx: Tx, tools: Tools) {
  const { draws } = tools
  return {
    /**
     * The person of an account, made on first sight in a workspace, with the language their platform tells. Two first sights
     * at once make one person. One statement.
     */
    async meet(
      account: AccountRef & { language?: string },
      name: string,
      now: Date,
      workspace = account.workspace,
    ): Promise<Person> {
      const { language } = account
      const person = draws.id(now)
      const [made] = await tx.$queryRaw<{ id: string; person_id: string }[]>(Prisma.sql`
        with person as (
          insert into people (id, key, name, language, created_at, last_seen_at)
          values (${person}, ${draws.key()}, ${name}, ${language ?? null}, ${now}::timestamptz, ${now}::timestamptz) returning id),
        account as (
          insert into accounts (id, person_id, platform, workspace, external_id, name)
          select ${draws.id(now)}, person.id, ${account.platform}, ${account.workspace}, ${account.externalId}, ${name} from person
          on conflict (platform, workspace, external_id) do update set name = excluded.name
          returning id, person_id),
        met as (
          insert into presences (account_id, workspace)
          select id, ${workspace} from account where ${workspace} <> ${account.workspace}
          on conflict do nothing)
        select id, person_id from account`)
      if (!made) throw new Error('the account was neither made nor found')
      // Another first sight was faster: the person made here belongs to nobody.
      if (made.person_id !== person) await tx.person.delete({ where: { id: person } })
      return { id: made.person_id, accountId: made.id, name, isStaff: false, ...(language && { language }) }
    },

    /** An account that is the same in all workspaces was met in this one. */
    async metIn(accountId: string, workspace: string): Promise<void> {
      await tx.presence.createMany({ data: [{ accountId, workspace }], skipDuplicates: true })
    },

    /** Their language, as their platform tells it. */
    async speaks(personId: string, language: string): Promise<void> {
      await tx.person.update({ where: { id: personId }, data: { language } })
    },

    /** Who somebody is by now who was named in a message: they may have been united since. */
    whoNow: (personId: string) => whoNow(tx, personId),

    /** They did something themselves. */
    async seen(personId: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`update people set last_seen_at = ${now}::timestamptz where id = ${personId}`)
    },

    /** Keeps up with a name changed on the platform. */
    async rename(person: Person, name: string): Promise<void> {
      await tx.account.update({ where: { id: person.accountId }, data: { name } })
      await tx.person.update({ where: { id: person.id }, data: { name } })
    },

    /** The address is theirs now. */
    async proveEmail(personId: string, email: string, now: Date): Promise<void> {
      await tx.person.update({
        where: { id: personId },
        data: { email, emailProvenAt: now, emailVersion: { increment: 1 } },
      })
      await tombstones(tx, tools).lift(email)
    },

    /**
     * Who an account of the web is, made on first sight; whoever is known keeps the name they have. Without a name of their own
     * they have one that tells nothing of their address.
     */
    async byWeb(externalId: string, name: string | undefined, now: Date): Promise<Person> {
      const account = { ...ON_THE_WEB, externalId }
      const known = await tx.account.findUnique({ where: { platform_workspace_externalId: account } })
      const met = await this.meet(account, known?.name ?? name ?? guestName(draws.word()), now)
      const { email, emailProvenAt } = await tx.person.findUniqueOrThrow({ where: { id: met.id } })
      return { ...met, ...(email && { email }), ...(emailProvenAt && { emailProvenAt }) }
    },

    /** Somebody known from a chat, as an account of the web, which is made where they have none. */
    async onWeb(personId: string, name: string, now: Date): Promise<Person> {
      const known = await tx.account.findFirst({ where: { personId, platform: 'web' }, orderBy: { id: 'asc' } })
      const account =
        known ??
        (await tx.account.create({
          data: { id: draws.id(now), personId, ...ON_THE_WEB, externalId: draws.key(), name },
        }))
      return this.byWeb(account.externalId, account.name, now)
    },

    /** On the web they sign in by this address from now on, unless somebody else does already. */
    async signsInBy(accountId: string, email: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update accounts set external_id = ${sameEmail(email)} where id = ${accountId} and platform = 'web'
          and not exists (select 1 from accounts o where o.platform = 'web' and o.external_id = ${sameEmail(email)})`)
    },

    /**
     * Nobody is told anything about them while it lasts; whoever was told hears that it is over, and again once it ends. Gives
     * back for whom: what they were as another person, before they were united, is paused too.
     */
    async pause(personId: string, since: Date | null): Promise<string[]> {
      const ids = [personId, ...(await shellsOf(tx, personId))]
      await tx.person.updateMany({ where: { id: { in: ids } }, data: { pausedAt: since } })
      return ids
    },

    async setZone(personId: string, zone: string): Promise<void> {
      await tx.person.update({ where: { id: personId }, data: { zone } })
    },

    /** Since when they have paused everything; null when they have not. */
    async pausedSince(personId: string): Promise<Date | null> {
      const [row] = await tx.$queryRaw<{ paused_at: Date | null }[]>(
        Prisma.sql`select paused_at from people where id = ${personId}`,
      )
      return row?.paused_at ?? null
    },

    /** What a person sees of themselves, besides what every command knows. */
    async ownOf(personId: string): Promise<{ createdAt: Date; pausedAt: Date | null; accounts: AccountRef[] }> {
      return tx.person.findUniqueOrThrow({
        where: { id: personId },
        select: {
          createdAt: true,
          pausedAt: true,
          accounts: { select: { platform: true, workspace: true, externalId: true }, orderBy: { id: 'asc' } },
        },
      })
    },

    /** What to call these people on a platform and workspace. */
    async names(ids: string[], platform: string, workspace: string): Promise<Names> {
      if (ids.length === 0) return {}
      const found = await tx.person.findMany({
        where: { id: { in: [...new Set(ids)] } },
        select: {
          id: true,
          name: true,
          accounts: { where: { platform, workspace: { in: reachedFrom(workspace) } }, take: 1 },
        },
      })
      return Object.fromEntries(
        found.map(({ id, name, accounts: [account] }) => [
          id,
          { name: account?.name ?? name, ...(account && { externalId: account.externalId }) },
        ]),
      )
    },

    /** An account by the id it has on its platform, seen from one of its workspaces. */
    async accountAt(platform: string, workspace: string, externalId: string): Promise<string | undefined> {
      const where = { platform, workspace: { in: reachedFrom(workspace) }, externalId }
      return (await tx.account.findFirst({ where }))?.id
    },

    /** The id that an account has on its platform. */
    async accountOf(accountId: string): Promise<string | undefined> {
      return (await tx.account.findUnique({ where: { id: accountId } }))?.externalId
    },

    /** An account of theirs to reach them on, the one on this platform and workspace before others. */
    async account(
      personId: string,
      platform: string,
      workspace: string,
    ): Promise<(AccountRef & { id: string }) | undefined> {
      const accounts = await tx.account.findMany({ where: { personId }, orderBy: { id: 'asc' } })
      return (
        accounts.find(
          (account) => account.platform === platform && reachedFrom(workspace).includes(account.workspace),
        ) ??
        accounts.find((account) => account.platform === platform) ??
        accounts[0]
      )
    },

    /** In which zone and language someone reads, by their account. */
    async readerOf(
      platform: string,
      workspace: string,
      externalId: string,
    ): Promise<{ zone?: string; language?: string } | undefined> {
      const account = await tx.account.findUnique({
        where: { platform_workspace_externalId: { platform, workspace, externalId } },
        select: { person: { select: { zone: true, language: true } } },
      })
      if (!account) return undefined
      const { zone, language } = account.person
      return { ...(zone && { zone }), ...(language && { language }) }
    },
  }
}
