import type { Fake } from './server.ts'
import { isJson, type Json, words } from './world.ts'

/** Calls as anybody may send them: past Bolt, so that what it would never send is tried too. */
export function asking(fake: Fake) {
  /** One call; broken rules are taken off the list and given along. */
  async function ask(method: string, args: Json = {}, token: string = fake.botToken) {
    const fields = Object.entries(args).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]],
    )
    const response = await fetch(`${fake.api}${method}`, {
      method: 'POST',
      headers: token ? { authorization: `Bearer ${token}` } : {},
      body: new URLSearchParams(Object.fromEntries(fields)),
    })
    const answer: unknown = await response.json()
    const broken = fake.violations.splice(0)
    return { answer: isJson(answer) ? answer : {}, broken, response }
  }

  return {
    ask,

    /** What it is answered with: `ok`, or the error, with `!` where the app is to blame. */
    async got(method: string, args: Json = {}, token?: string): Promise<string> {
      const { answer, broken } = await ask(method, args, token)
      if (answer.ok === true) return ['ok', ...broken].join(' ')
      const blamed = broken.some((one) => !one.includes("fake's own"))
      const own = broken.filter((one) => one.includes("fake's own"))
      return [`${words(answer.error)}${blamed ? '!' : ''}`, ...own].join(' ')
    },

    /** What the app did wrong, in words. */
    async broken(method: string, args: Json): Promise<string> {
      const { answer, broken } = await ask(method, args)
      return answer.ok === true && broken.length === 0 ? 'ok' : broken.join('; ')
    },
  }
}
