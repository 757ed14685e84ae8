import { z } from 'zod'
import type { Draws } from './core/ids.ts'
import { takeNews } from './news.ts'
import { readNews } from './segments/general-hook.ts'
import { Forged, type HookRequest, type News, Rejected, type SegmentStore } from './segments/segment-store.ts'
import type { Database } from './store/database.ts'

/** What became of what was posted to a hook: nobody hears there, it is not proven, nobody can read it, or it is taken. */
export type Posted = 'nobody' | 'forged' | 'unreadable' | 'taken'

/** Hears what is posted to a destination's hook. */
export type Hear = (destination: string, request: HookRequest) => Promise<Posted>

type Hearing = { name: string; store: Pick<SegmentStore, 'hear' | 'echoes'> }

/** Hands what destinations post to us on to whoever takes news. Taken is what is written down for good, and nothing before. */
export function hearHooks(database: Database, destinations: Hearing[], now: () => Date, wake: () => void): Hear {
  return async (name, request) => {
    const { hear, echoes = false } = destinations.find((one) => one.name === name)?.store ?? {}
    if (!hear) return 'nobody'
    let news: News[]
    try {
      news = hear(request)
    } catch (error) {
      if (error instanceof Forged) return 'forged'
      if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof Rejected) return 'unreadable'
      throw error
    }
    await database.transaction((store) => takeNews(store, { name, echoes }, news, now()))
    wake()
    return 'taken'
  }
}

/** The same for one message of the general kind that is typed in a rehearsal; a sentence where it can't be taken. */
export async function rehearseHook(
  database: Database,
  destinations: { name: string }[],
  { name, body }: { name: string; body: string },
  draws: Draws,
  now: Date,
): Promise<string | undefined> {
  if (!destinations.some((one) => one.name === name))
    return `There is no destination “${name}”. There are: ${destinations.map((one) => one.name).join(', ')}.`
  let news: News[]
  try {
    news = readNews(body, draws.key(), now)
  } catch {
    return 'That is no message of a destination: docs/hooks.md says how one looks.'
  }
  if (news.length === 0) return 'It tells of nothing that is heard: docs/hooks.md says what is.'
  await database.transaction((store) => takeNews(store, { name, echoes: true }, news, now))
  return undefined
}
