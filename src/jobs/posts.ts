import { heldUntil } from '../content/posting.ts'
import { silentUntil } from '../content/queue.ts'
import { type Draws, timeOf } from '../core/ids.ts'
import { say } from '../core/say.ts'
import { Later, type Platform, type Reading, RoomLost, RoomShut, Stuck, type Target } from '../platform.ts'
import { peopleNamed } from '../reply.ts'
import { tellLost, tellShut } from '../room-lost.ts'
import type { Database } from '../store/database.ts'
import type { ClaimedPost } from '../store/posts.ts'
import { attempt, BATCH, isHeld, type Job } from './job.ts'
import { platformOf } from './rooms.ts'

/** Says what waits to be said, in rooms and in private, each line in its order. */
export function postsJob(database: Database, platforms: Platform[], draws: Draws): Job {
  const on = (name: string) => platforms.find((platform) => platform.name === name)

  async function readingOf(post: ClaimedPost): Promise<Reading> {
    return database.transaction(async (store) => {
      const organization = await store.organization.get()
      const names = await store.people.names(peopleNamed(post.body), post.platform, post.workspace)
      const reader =
        post.account === null ? undefined : await store.people.readerOf(post.platform, post.workspace, post.account)
      return { names, zone: reader?.zone ?? organization.zone, language: reader?.language ?? organization.language }
    })
  }

  /** Content, and what is told about it, is not said in silence, however long its platform kept it waiting. */
  async function heldBack({ id, itemId, communityId, afterSilence }: ClaimedPost, lease: string, now: Date) {
    if (itemId === null && !(afterSilence && communityId !== null)) return false
    return database.transaction(async (store) => {
      const until =
        itemId === null ? await silentUntil(store, communityId ?? '', now) : await heldUntil(store, itemId, lease, now)
      if (until instanceof Date) await store.posts.finish(id, lease, { unsent: until })
      return until !== undefined
    })
  }

  return {
    name: 'posts',
    schedule: { every: 'minute' },
    async run(clock) {
      for (;;) {
        const now = clock()
        const { lease, rows } = await database.transaction((store) => store.posts.claim(BATCH, now))
        for (const post of rows) {
          if (!isHeld(now, clock)) return
          if (await heldBack(post, lease, now)) continue
          let lost: RoomLost | undefined
          let shut: RoomShut | undefined
          let isUnheard = false
          const outcome = await attempt(post.attempts, now, draws.fraction(), async () => {
            const target = { workspace: post.workspace, place: post.place, account: post.account }
            try {
              const platform = platformOf(on, post.platform)
              const reading = await readingOf(post)
              await platform.post(target, post.body, reading, post.key, triedSince(post))
              const { outgrown } = post
              if (outgrown) await sayThere(platform, { ...target, place: outgrown }, post, reading)
            } catch (error) {
              isUnheard = !(error instanceof Stuck || error instanceof Later)
              if (error instanceof RoomLost && post.isInRoom) lost = error
              if (error instanceof RoomShut && post.isInRoom) {
                shut = error
                throw new Later(error.message)
              }
              throw error
            }
          })
          await database.transaction(async (store) => {
            if (lost) {
              const { platform, workspace, place } = post
              if (place) await tellLost(store, { platform, workspace, room: place }, lost, now)
              // What was to be said there waits for what becomes of the room.
              return store.posts.finish(post.id, lease, { again: now, failure: lost.message })
            }
            if (shut && post.place) await tellShut(store, { ...post, room: post.place }, shut, now)
            await store.posts.finish(post.id, lease, outcome, isUnheard)
            if (post.itemId !== null && 'done' in outcome) await store.items.said(post.itemId, now)
            if ('stuck' in outcome) {
              await store.staffNotes.tell(
                'stuck/posts',
                say`A message on ${post.platform} can't be said: ${outcome.stuck}`,
                now,
              )
            }
          })
        }
        // One of each line is claimed at a time, so there may be more behind a short batch.
        if (rows.length === 0) return
      }
    },
    next: async (_, store) => (await store.agenda()).posts,
  }
}

/** Since when an attempt may have come about that nobody heard of. */
const triedSince = ({ id, isAgain }: ClaimedPost) => (isAgain ? timeOf(id) : undefined)

/** Says it also in the room that one grew out of, where that is still there. */
async function sayThere(platform: Platform, target: Target, post: ClaimedPost, reading: Reading) {
  const { body, key } = post
  try {
    await platform.post(target, body, reading, `.${key.slice(1)}`, triedSince(post))
  } catch (error) {
    if (!(error instanceof Stuck)) throw error
  }
}
