import type { Clock } from '../discord/clock.ts'
import type { Method } from './methods.ts'

/** Calls a minute by tier, per method and workspace. */
const A_MINUTE = [0, 1, 20, 50, 100]
const MINUTE_MS = 60_000
/** One message a second in a channel, this many at once where it was quiet before. */
const BURST = 4

export type Rates = ReturnType<typeof createRates>

export function createRates(clock: Clock, isOn: boolean) {
  const calls = new Map<string, number[]>()
  const channels = new Map<string, { left: number; at: number }>()

  /** Seconds to wait before another message in this channel. */
  function post(channelId: string): number | undefined {
    const now = clock.ticks()
    const found = channels.get(channelId) ?? { left: BURST, at: now }
    const left = Math.min(BURST, found.left + (now - found.at) / 1000)
    const isOver = left < 1
    channels.set(channelId, { left: isOver ? left : left - 1, at: now })
    return isOver ? Math.max(1, Math.ceil(1 - left)) : undefined
  }

  return {
    /** Counts a call; gives the seconds to wait if it came too soon. */
    count(method: Method, teamId: string, channelId: string | undefined): number | undefined {
      if (!isOn) return undefined
      if (method.name === 'chat.postMessage' && channelId) return post(`${teamId} ${channelId}`)
      const limit = A_MINUTE[method.tier]
      if (!limit) return undefined
      const key = `${method.name} ${teamId}`
      const now = clock.ticks()
      const recent = (calls.get(key) ?? []).filter((at) => at > now - MINUTE_MS)
      calls.set(key, recent)
      const [first] = recent
      if (first !== undefined && recent.length >= limit) return Math.max(1, Math.ceil((first + MINUTE_MS - now) / 1000))
      recent.push(now)
      return undefined
    },
  }
}
