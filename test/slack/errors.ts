import type { Json } from './world.ts'

/** What a refused call is answered with: Slack's own word for it, and what goes along. */
export class Refused extends Error {
  readonly code: string
  /** What was wrong, where the app broke a rule; an outcome that just happens breaks none. */
  readonly broken: string[]
  readonly more: Json

  constructor(code: string, { broken = [], more = {} }: { broken?: string[]; more?: Json } = {}) {
    super(code)
    this.code = code
    this.broken = broken
    this.more = more
  }

  body(): Json {
    const messages = this.broken.map((one) => `[ERROR] ${one}`)
    return {
      ok: false,
      error: this.code,
      ...(messages.length > 0 && { response_metadata: { messages } }),
      ...this.more,
    }
  }
}

/** A thing that has to be there, or the refusal that says it is not. */
export function known<T>(found: T | undefined, code: string): T {
  if (found === undefined) throw new Refused(code)
  return found
}

/** A refusal for a rule the app broke: refused, and noted. */
export function broke(code: string, ...broken: string[]): Refused {
  return new Refused(code, { broken: broken.length > 0 ? broken : [code] })
}
