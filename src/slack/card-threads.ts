import type { Text } from '../core/say.ts'
import type { Platform } from '../platform.ts'
import type { Api } from './api.ts'
import { effect, isCode } from './faults.ts'
import { hearing, type Says } from './posts.ts'
import type { Render } from './render.ts'

/** Whatever of these Slack answers, the card was deleted by hand, and its thread with it. */
const GONE = ['thread_not_found', 'cannot_reply_to_message', 'message_not_found']

/** Threads under cards. On Slack nobody is put into one: whoever sees the channel may answer there. */
export function cardThreads(api: Api, render: Render, { say }: Says): Required<Pick<Platform, 'drawThread'>> {
  const heard = hearing(api)

  return {
    async drawThread({ workspace, place, message }, { isOver, opening, ending }, reading, key, externalId, tried) {
      const channel = place ?? ''
      const before = () => heard(workspace, { channel, ts: message })
      const answer = (text: Text, own: string) => say(workspace, channel, render({ text }, reading)[0], own, message)
      return effect(async () => {
        const known = externalId ?? (tried && (await before()).get(key))
        // One that was over before it began has nobody to say it to, and the card itself stands for it.
        const begun = known ?? (isOver ? message : await answer(opening, key))
        if (!isOver || begun === message) return begun
        const own = `${key}-end`
        try {
          if (!(await before()).has(own)) await answer(ending, own)
        } catch (error) {
          if (!isCode(error, ...GONE)) throw error
        }
        return begun
      })
    },
  }
}
