import { setTimeout as pause } from 'node:timers/promises'

/** From something done on the wire until the first answer, and until there was something to read, in milliseconds. */
export interface Times {
  first: number
  final: number
}

/** People who act on one bot, each act by whoever is next. */
export interface People {
  /** Nothing where the answer never came. */
  act(): Promise<Times | undefined>
  /** How often it never came so far. */
  lost(): number
}

/** So many a second, whether or not the earlier ones were answered. */
export async function atRate({ act }: People, perSecond: number, count: number): Promise<Times[]> {
  const began = performance.now()
  const acts: Promise<Times | undefined>[] = []
  for (let n = 0; n < count; n++) {
    const early = began + (n * 1000) / perSecond - performance.now()
    if (early > 0) await pause(early)
    acts.push(act())
    // Whichever fails is heard of below.
    acts.at(-1)?.catch(() => undefined)
  }
  return (await Promise.all(acts)).filter((times) => times !== undefined)
}

/** As many as are answered, while so many wait at any time. Gives answers a second. */
export async function atOnce({ act }: People, outstanding: number, count: number): Promise<number> {
  let [left, answered, last] = [count, 0, performance.now()]
  const began = last
  await Promise.all(
    Array.from({ length: outstanding }, async () => {
      while (left-- > 0) {
        if (!(await act())) continue
        answered++
        last = performance.now()
      }
    }),
  )
  return (answered * 1000) / (last - began)
}
