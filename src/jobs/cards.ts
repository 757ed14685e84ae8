import type { Command, Drawn } from '../command.ts'
import { type Draws, timeOf } from '../core/ids.ts'
import { say } from '../core/say.ts'
import { NotThere, type Platform, type Reading, Stuck } from '../platform.ts'
import { peopleNamed } from '../reply.ts'
import type { ClaimedCard } from '../store/cards.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { attempt, BATCH, isHeld, type Job } from './job.ts'
import { platformOf } from './rooms.ts'

/** Draws the messages everyone sees whose wanted state is ahead of what was drawn. */
export function cardsJob(database: Database, platforms: Platform[], commands: Command[], draws: Draws): Job {
  const on = (name: string) => platforms.find((platform) => platform.name === name)

  async function draw(card: ClaimedCard, now: Date): Promise<string | undefined> {
    const drawCard = commands.map((command) => command.cards[card.kind]).find(Boolean)
    const drawn = await database.transaction(async (store) => {
      const organization = await store.organization.get()
      const content = await drawCard?.(store, card.subject, now, organization, card)
      if (!content) return undefined
      const names = await store.people.names(peopleNamed(content), card.platform, card.workspace)
      const role = content.calls ? await store.cards.roleAt(card) : undefined
      return { content, role, reading: { names, zone: organization.zone, language: organization.language } }
    })
    if (!drawn) return undefined
    const { content, reading, role } = drawn
    const target = { workspace: card.workspace, place: card.place, account: null, ...(role && { calls: role }) }
    const platform = platformOf(on, card.platform)
    const tried = card.isAgain ? timeOf(card.id) : undefined
    const { event, thread } = content
    if (event)
      return (await platform.drawEvent?.(card.workspace, event, card.externalId, tried)) ?? card.externalId ?? undefined
    if (thread) return drawThread(platform, card, thread, reading, tried)
    const draw = (externalId: string | null) =>
      platform.draw(target, content, reading, card.id.slice(-25), externalId, tried)
    const externalId = await draw(card.externalId)
    // One that was drawn for the first time before, and not heard of, still shows what it showed then.
    return card.externalId === null && card.isAgain ? draw(externalId) : externalId
  }

  /** A thread stands under a message, so it waits until that is there. */
  async function drawThread(
    platform: Platform,
    card: ClaimedCard,
    { under, ...thread }: NonNullable<Drawn['thread']>,
    reading: Reading,
    tried: Date | undefined,
  ): Promise<string | undefined> {
    const { workspace, place, id } = card
    const { message, inside } = await database.transaction(async (store) => ({
      message: await store.cards.messageOf(under, card),
      inside: await store.cards.gathered(id),
    }))
    if (!platform.drawThread) return undefined
    if (message === undefined) throw new Error('the message it stands under is not there yet')
    const target = { workspace, place, account: null, message }
    const externalId = await platform.drawThread(
      target,
      { ...thread, inside },
      reading,
      id.slice(-25),
      card.externalId,
      tried,
    )
    await database.transaction((store) => store.cards.gather(id, thread.accounts))
    return externalId
  }

  return {
    name: 'cards',
    schedule: { every: 'minute' },
    async run(clock) {
      for (;;) {
        const now = clock()
        const { lease, rows } = await database.transaction((store) => store.cards.claim(BATCH, now))
        for (const card of rows) {
          if (!isHeld(now, clock)) return
          let externalId: string | undefined
          let stuck: Stuck | undefined
          const outcome = await attempt(card.attempts, now, draws.fraction(), async () => {
            try {
              externalId = await draw(card, now)
            } catch (error) {
              if (error instanceof Stuck) stuck = error
              throw error
            }
          })
          const drawnAt = clock()
          await database.transaction(async (store) => {
            await store.cards.finish(card, lease, outcome, drawnAt, externalId, on(card.platform)?.drawEveryMs)
            if (stuck && card.externalId === null && !card.hasFailed) await tellFounder(store, card, stuck, now)
            if ('stuck' in outcome) {
              await store.staffNotes.tell(
                'stuck/cards',
                say`A message on ${card.platform} can't be shown: ${outcome.stuck}`,
                now,
              )
            }
          })
        }
        if (rows.length < BATCH) return
      }
    },
    next: async (_, store) => (await store.agenda()).cards,
  }
}

/** Nobody sees that a community is wanted, so nobody pledges: its founder hears why, and what they can do. */
async function tellFounder(
  store: Store,
  { kind, subject, platform, workspace }: ClaimedCard,
  error: Stuck,
  now: Date,
): Promise<void> {
  const community = kind === 'seed' ? await store.communities.get(subject) : undefined
  const account = community?.founderId && (await store.people.account(community.founderId, platform, workspace))
  if (community?.state !== 'seed' || !account || account.platform !== platform) return
  const how = error instanceof NotThere ? error.told : say`${error.message}`
  const text = say`${{ strong: community.name }} can't be shown where you started it, so nobody there can pledge. ${how}`
  await store.posts.say({ accountId: account.id, platform, workspace }, { text }, now)
}
