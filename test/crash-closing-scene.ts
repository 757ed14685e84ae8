import { address } from '../src/reply.ts'
import { buttonIn, deliveryOf, wordsOf } from './delivery.ts'
import { foundParents } from './parents.ts'
import type { Stage } from './stage.ts'

const HOUR_MS = 3_600_000
/** The first closes so many hours after all opened, and each other one so many after the one before: never with a reminder. */
const FIRST_HOURS = 100
const EACH_HOURS = 7
const REMINDER_HOURS = 24

/** Who is in it besides Ana. Ida lets Ben vote for her; Cem wants to be told in private what was decided. */
export const MEMBERS = ['ben', 'cem', 'dia', 'eva', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim', 'lea']
export const DELEGATES = { from: 'ida', to: 'ben' } as const
export const TOLD_IN_PRIVATE = 'cem'
/** Topics, and who proposed them. */
export const TOPICS = {
  'Storytime on Sundays': 'dia',
  'Fireworks in the hall': 'eva',
  'Cheaper coffee': 'fay',
} as const

/** A ballot, how those vote who do, and what must come of it. */
export interface Planned {
  question: string
  raw: Record<string, string>
  secret: boolean
  /** The places that Ben, Cem and so on vote for; whoever comes after the last does not vote. */
  votes: number[]
  /** The option that wins; none where the quorum is missed. */
  winner: number | undefined
  extends: boolean
}

const EXTENDED = { quorum: '8', extend: 'yes' }
const THREE = 'Friday; Saturday; Sunday'
const planned = (
  question: string,
  votes: number[],
  winner: number | undefined,
  raw: Record<string, string>,
): Planned => ({
  ...{ question, votes, winner, secret: raw.secret === 'yes', extends: raw.extend === 'yes' },
  raw: { options: THREE, tie: 'none', ...raw },
})

/** In the order in which they close. By Ida's delegation the third is a tie but for her vote. */
export const BALLOTS: Planned[] = [
  planned('Which day?', [0, 1, 1, 1, 2], 1, {}),
  planned('Who speaks for us?', [2, 2, 0, 1, 2, 0], 2, { secret: 'yes', options: 'Ben; Cem; Dia' }),
  planned('Where to?', [1, 0, 1, 0], 1, { options: 'Zoo; Park' }),
  planned('What shall we receive?', [2, 0, 2, 1, 2], 2, { options: 'topics' }),
  planned('Is it worth it?', [0, 0, 0, 1, 0, 0, 1], undefined, EXTENDED),
  planned('Who keeps the keys?', [1, 1, 0, 1, 1, 0, 1], undefined, { ...EXTENDED, secret: 'yes', options: 'Eva; Fay' }),
  planned('Who pays?', [0, 0, 1, 0, 0], 0, { secret: 'yes', options: 'Ana; All' }),
]

/** Whether this member votes on it by themselves. */
export const votesOn = ({ votes }: Planned, name: string): boolean => {
  const place = MEMBERS.indexOf(name)
  return place >= 0 && place < votes.length
}

/** When those who have not voted are reminded, when it closes first, and when in the end: hours after it opened. */
export function hoursOf(ballot: Planned): { reminder: number; close: number; end: number } {
  const close = FIRST_HOURS + BALLOTS.indexOf(ballot) * EACH_HOURS
  return { reminder: close - REMINDER_HOURS, close, end: close + (ballot.extends ? 24 : 0) }
}

/** Everything is over so long after the beginning. */
export const ALL_MS = Math.max(...BALLOTS.map((ballot) => hoursOf(ballot).end + 12)) * HOUR_MS

/** Plays all of it up to where nothing is left but to wait. Gives the community's id, and those of the ballots by question. */
export async function beginScene(stage: Stage): Promise<{ community: string; ids: Map<string, string> }> {
  const { id: community } = await foundParents(stage)
  for (const name of MEMBERS) await stage.actor(name).types('/join parents-united')
  await stage.actor(DELEGATES.from).types(`/delegate ${DELEGATES.to} community:parents-united`)
  await stage.actor(DELEGATES.to).presses('Accept')
  await stage.read(async (store) => {
    const { account } = deliveryOf('', TOLD_IN_PRIVATE, stage.now())
    const { id } = await store.people.meet(account, TOLD_IN_PRIVATE, stage.now())
    await store.notices.choose(id, 'ballot', 'chat')
    // While its organizers write terms, a community that has grown is not asked about them by a ballot of its own.
    await store.agreements.propose(community, await store.agreements.usual(), null, stage.now())
  })
  for (const [title, proposer] of Object.entries(TOPICS)) {
    await stage.actor(proposer).types(`/propose "${title}" why:"so that we talk"`)
    for (const name of ['gil', 'hal', 'ida', 'jon', 'kim', 'lea']) await stage.actor(name).presses('Support', title)
  }
  const ids = new Map<string, string>()
  for (const ballot of BALLOTS) ids.set(ballot.question, await ask(stage, ballot, community))
  await stage.runner.runDue()
  return { community, ids }
}

async function ask(stage: Stage, ballot: Planned, community: string): Promise<string> {
  const { question, raw, votes } = ballot
  const delivery = (what: string, name: string) => deliveryOf(`${question}/${what}`, name, stage.now())
  const typed = { question, closes: `${hoursOf(ballot).close} hours`, community, ...raw }
  const written = await stage.router.run(delivery('ask', 'ana'), 'ballot', typed)
  const open = buttonIn(written, 'Open it')
  if (!open) throw new Error(`it was not written: ${wordsOf(written)}`)
  await stage.router.press(delivery('open', 'ana'), open)
  const b = /b=(\w+)/.exec(open)?.[1] ?? ''
  for (const [i, place] of votes.entries()) {
    const name = MEMBERS[i] ?? ''
    const told = await stage.router.press(delivery(name, name), address('vote.cast', { b, m: `${place}` }))
    if (!wordsOf(told).includes('Counted')) throw new Error(`it was not counted: ${wordsOf(told)}`)
  }
  return b
}
