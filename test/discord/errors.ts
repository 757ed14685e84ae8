/** Discord's error codes as the real server gives them: status and words. */
const KNOWN = {
  0: [401, '401: Unauthorized'],
  10001: [404, 'Unknown account'],
  10002: [404, 'Unknown Application'],
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10007: [404, 'Unknown Member'],
  10008: [404, 'Unknown Message'],
  10009: [404, 'Unknown Permission Overwrite'],
  10011: [404, 'Unknown Role'],
  10013: [404, 'Unknown User'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  10063: [404, 'Unknown application command'],
  10070: [404, 'Unknown Guild Scheduled Event'],
  30005: [400, 'Maximum number of guild roles reached (250)'],
  30013: [400, 'Maximum number of guild channels reached (500)'],
  30032: [400, 'Maximum number of application commands reached (100)'],
  30033: [400, 'Max number of thread participants has been reached (1000)'],
  30034: [400, 'Max number of daily application command creates has been reached (200)'],
  30038: [400, 'Maximum number of uncompleted guild scheduled events reached (100)'],
  30060: [400, 'Maximum number of channel permission overwrites reached (1000)'],
  40060: [400, 'Interaction has already been acknowledged.'],
  50001: [403, 'Missing Access'],
  50003: [403, 'Cannot execute action on a DM channel'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50013: [403, 'Missing Permissions'],
  50021: [403, 'Cannot execute action on a system message'],
  50024: [403, 'Cannot execute action on this channel type'],
  50027: [401, 'Invalid Webhook Token'],
  50028: [400, 'Invalid Role'],
  50033: [400, 'Invalid Recipient(s)'],
  50035: [400, 'Invalid Form Body'],
  50083: [400, 'Thread is archived'],
  130000: [503, 'API resource is currently overloaded. Try again a little later'],
  160004: [400, 'A thread has already been created for this message'],
  160006: [400, 'Maximum number of active threads reached'],
  180000: [400, 'Cannot update a finished event'],
} as const satisfies Record<number, readonly [number, string]>

/** A code the fake can refuse with. */
export type Code = keyof typeof KNOWN

/** What a refused request is answered with. */
export class Refused extends Error {
  readonly status: number
  readonly code: Code
  readonly problems: string[]
  /** What was wrong with which part, where the real one's own words for it matter. */
  readonly parts: Record<string, unknown>

  constructor(code: Code, problems: string[] = [], parts: Record<string, unknown> = {}) {
    const [status, words] = KNOWN[code]
    super(words)
    this.status = status
    this.code = code
    this.problems = problems
    this.parts = parts
  }

  body(): unknown {
    const own = this.problems.map((message) => ({ code: 'INVALID', message }))
    const errors = { ...(own.length > 0 && { _errors: own }), ...this.parts }
    return { message: this.message, code: this.code, ...(Object.keys(errors).length > 0 && { errors }) }
  }
}

/** A thing that has to be there, or the refusal that says it is not. */
export function known<T>(found: T | undefined, code: Code): T {
  if (found === undefined) throw new Refused(code)
  return found
}

/** The refusal of one part of a body, as clients print it: `parent_id[CODE]: words`. */
export function refusedPart(part: string, code: string, message: string): Refused {
  return new Refused(50035, [], { [part]: { _errors: [{ code, message }] } })
}
