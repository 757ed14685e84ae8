import type { Clock } from '../discord/clock.ts'

export type Waits = ReturnType<typeof createWaits>

/** Waits in the fake's own time, which passes by the clock or because a test lets it. */
export function createWaits(clock: Clock) {
  const waiting = new Set<{ at: number; wake: (came: boolean) => void }>()
  let timer: NodeJS.Timeout | undefined
  let isOver = false

  const look = () => {
    for (const one of [...waiting]) {
      if (one.at > clock.now()) continue
      waiting.delete(one)
      one.wake(true)
    }
    if (waiting.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    look,

    /** Resolves at that time, true; or false when the fake is closed or whoever waits gave up. */
    until(at: number, givenUp?: AbortSignal): Promise<boolean> {
      if (isOver || givenUp?.aborted) return Promise.resolve(false)
      return new Promise((resolve) => {
        const one = { at, wake: resolve }
        waiting.add(one)
        givenUp?.addEventListener('abort', () => {
          waiting.delete(one)
          resolve(false)
        })
        timer ??= setInterval(look, 20)
      })
    },

    stop(): void {
      isOver = true
      clearInterval(timer)
      for (const { wake } of waiting) wake(false)
      waiting.clear()
    },
  }
}
