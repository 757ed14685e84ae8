import { expect, test } from 'vitest'
import { Approbation, FirstPastThePost, InstantRunoff } from 'votes'
import { count } from '../src/core/count.ts'
import { seededBytes } from '../src/core/ids.ts'
import { ballotOf } from './elections.ts'

const ELECTIONS = 1000
const OPTIONS = ['A', 'B', 'C', 'D', 'E']

const bytes = seededBytes('elections')
/** A whole number below `end`. */
const draw = (end: number) => (bytes(1)[0] ?? 0) % end

/** Some of the options in a random order, seldom none. */
function someOptions(): number[] {
  const left = OPTIONS.map((_, place) => place)
  const many = draw(OPTIONS.length + 1)
  return Array.from({ length: many }, () => left.splice(draw(left.length), 1)).flat()
}

const randomVotes = () => Array.from({ length: 3 + draw(40) }, someOptions)
const names = (places: number[]) => places.map((place) => OPTIONS[place] ?? '')

/** How the package `votes` is told a ballot: groups of equals, the favourites first. */
const told = (groups: string[][]) => ({ ranking: groups, weight: 1 })

test(`an instant runoff ends as the package votes says, in ${ELECTIONS} small elections`, () => {
  for (let compared = 0; compared < ELECTIONS; ) {
    const votes = randomVotes()
    const ours = count(
      ballotOf('ranked', OPTIONS),
      votes.map((order) => ({ vote: { order } })),
    )
    // Where several have the fewest it excludes all of them at once, and we one.
    if (ours.ties.some(({ by }) => by !== 'same either way')) continue
    const ballots = votes.filter((order) => order.length > 0).map((order) => told(names(order).map((name) => [name])))
    const [winners] = new InstantRunoff({ candidates: OPTIONS, ballots }).ranking()
    expect(names(ours.winners), JSON.stringify(votes)).toEqual(winners)
    compared++
  }
})

test(`approvals and single choices are counted as the package votes does, in ${ELECTIONS} small elections`, () => {
  for (let i = 0; i < ELECTIONS; i++) {
    const votes = randomVotes()
    const approvals = votes.map((options) => ({ vote: { options } }))
    const scores = new Approbation({
      candidates: OPTIONS,
      ballots: votes.map((places) => told([names(places)])),
    }).scores()
    const approval = count(ballotOf('approval', OPTIONS), approvals)
    if (approval.outcome !== 'no votes') expect(approval.columns[0]?.votes).toEqual(OPTIONS.map((name) => scores[name]))

    const choices = votes.map(([option = null]) => ({ vote: { option } }))
    const first = votes.map((places) => told([names(places.slice(0, 1))]))
    const firsts = new FirstPastThePost({ candidates: OPTIONS, ballots: first }).scores()
    const single = count(ballotOf('single', OPTIONS), choices)
    if (single.outcome !== 'no votes') expect(single.columns[0]?.votes).toEqual(OPTIONS.map((name) => firsts[name]))
  }
})
