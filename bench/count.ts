import { Approbation, FirstPastThePost, InstantRunoff } from 'votes'
import { type BallotKind, type Cast, type CountedBallot, rulesSchema } from '../src/core/ballot.ts'
import { count, type Vote } from '../src/core/count.ts'
import { median, printTable } from './figures.ts'

const SIZES = [100_000, 1_000_000]
const SMOKE_SIZES = [1_000]
const OPTIONS = Array.from({ length: 10 }, (_, i) => `Option ${i}`)
const TIMES = 3
/** The peer is measured once: a runoff of 1,000,000 takes it two minutes. */
const PEER_MAX = 100_000

/** A kind, a drawn vote of it, and how the package `votes` counts the same: groups of equals, the favourites first. */
interface Contest {
  name: string
  kind: BallotKind
  seats: number
  vote(): Vote
  peer?: { groups(vote: Vote): string[][]; count(ballots: Peer[]): unknown }
}

interface Peer {
  ranking: string[][]
  weight: number
}

/** Times to count ballots that were read already, all of them one by one; nobody's ballots are grouped beforehand. */
export function benchCount(isSmoke: boolean): void {
  const rows: string[][] = []
  for (const contest of contests()) {
    for (const size of isSmoke ? SMOKE_SIZES : SIZES) {
      const casts = Array.from({ length: size }, () => ({ vote: contest.vote() }))
      const ours = Array.from({ length: isSmoke ? 1 : TIMES }, () => timed(() => count(ballotOf(contest), casts)))
      rows.push([contest.name, size.toLocaleString('en'), seconds(median(ours)), peerTime(contest, casts)])
    }
  }
  printTable('Counting ballots of 10 options', ['kind', 'ballots', 'Kindred', '`votes` 3.0.0'], rows)
}

function contests(): Contest[] {
  const names = (places: readonly number[]) => places.map((place) => OPTIONS[place] ?? '')
  const candidates = OPTIONS
  const rank = (): Vote => ({ order: someOptions() })
  return [
    {
      name: 'single choice',
      kind: 'single',
      seats: 1,
      vote: () => ({ option: draw(OPTIONS.length) }),
      peer: {
        groups: (vote) => ('option' in vote && vote.option !== null ? [names([vote.option])] : []),
        count: (ballots) => new FirstPastThePost({ candidates, ballots }).ranking(),
      },
    },
    {
      name: 'approval',
      kind: 'approval',
      seats: 3,
      vote: () => ({ options: someOptions() }),
      peer: {
        groups: (vote) => ('options' in vote ? [names(vote.options)] : []),
        count: (ballots) => new Approbation({ candidates, ballots }).ranking(),
      },
    },
    {
      name: 'ranked, one seat',
      kind: 'ranked',
      seats: 1,
      vote: rank,
      peer: {
        groups: (vote) => ('order' in vote ? names(vote.order).map((name) => [name]) : []),
        count: (ballots) => new InstantRunoff({ candidates, ballots }).ranking(),
      },
    },
    { name: 'ranked, three seats', kind: 'ranked', seats: 3, vote: rank },
    { name: 'consent', kind: 'consent', seats: 1, vote: () => ({ answer: draw(3) > 0 ? 'agree' : 'disagree' }) },
    {
      name: 'time',
      kind: 'time',
      seats: 1,
      vote: () => ({ answers: OPTIONS.map(() => (draw(2) > 0 ? 'yes' : 'if need be')) }),
    },
  ]
}

function ballotOf({ kind, seats }: Contest): CountedBallot {
  const rules = rulesSchema.parse({ seats, quorum: null, passShare: null, tie: 'earliest', seed: null })
  return { kind, rules, electorate: 0, options: kind === 'consent' ? ['It'] : OPTIONS }
}

function peerTime({ peer }: Contest, casts: readonly Cast<Vote>[]): string {
  if (!peer) return 'has none'
  if (casts.length > PEER_MAX) return 'not tried'
  const ballots = casts.map(({ vote }) => ({ ranking: peer.groups(vote), weight: 1 }))
  return seconds(timed(() => peer.count(ballots)))
}

function timed(act: () => unknown): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(3)} s`

/** Between one option and all of them, in a random order. */
function someOptions(): number[] {
  const left = OPTIONS.map((_, place) => place)
  return Array.from({ length: 1 + draw(OPTIONS.length) }, () => left.splice(draw(left.length), 1)[0] ?? 0)
}

let state = 1
/** A whole number below `end`, the same ones on every run (xorshift32). */
function draw(end: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % end
}
