import type { Person, TeamHandle } from '../test/slack/hand.ts'
import { type Fake, openFake } from '../test/slack/server.ts'
import type { Shown } from '../test/slack/shown.ts'
import type { People, Times } from './answers.ts'

/** A Slack of its own for one app, and its people. */
export interface Wire {
  fake: Fake
  team: TeamHandle
  people: People
}

/** What people type: as the so-manieth newcomer, and next. What they press is what the answer offers. */
export interface Habits {
  joins(n: number): string
  looks: string
}

/** What the router says where something failed inside. */
const FAILED = 'wrong on our side'

/** Opens a Slack on which nothing is slowed, with one workspace. */
export async function openWire(habits: Habits): Promise<Wire> {
  const fake = await openFake({ limited: false, keep: 100 })
  const team = fake.team('City Museum')
  return { fake, team, people: peopleOn(team, habits) }
}

/**
 * Newcomers, each of whom types that they join, presses what the answers offer twice, types that they look at the list, and
 * presses there: a fifth of all acts each. Who leaves Slack has no more messages, so that the search for a button stays short.
 */
function peopleOn(team: TeamHandle, { joins, looks }: Habits): People {
  /** What those who have begun do next. */
  const next: (() => Promise<Times | undefined>)[] = []
  let [acts, newcomers, lost] = [0, 0, 0]

  async function step(given: Promise<Shown>, after?: (shown: Shown) => Promise<Times | undefined>) {
    const shown = await given
    if (shown.kind !== 'message' || !shown.times) {
      lost++
      return undefined
    }
    if (shown.text.includes(FAILED)) throw new Error(shown.text)
    if (after) next.push(() => after(shown))
    return { first: shown.times.ackedMs, final: shown.times.shownMs }
  }

  function press(who: Person, { buttons, text }: Shown): Promise<Shown> {
    const label = buttons.length > 3 ? buttons.at(-1) : buttons[0]
    if (label === undefined) throw new Error(`nothing to press in: ${text}`)
    return who.presses(label)
  }

  function begin(n: number): Promise<Times | undefined> {
    const who = team.user(`person-${n}`)
    const list = () =>
      step(who.types(looks), async (shown) => {
        const times = await step(press(who, shown))
        who.reloads()
        return times
      })
    return step(who.types(joins(n)), (shown) => step(press(who, shown), (asked) => step(press(who, asked), list)))
  }

  return {
    act() {
      const goesOn = acts++ % 5 === 0 ? undefined : next.shift()
      return goesOn ? goesOn() : begin(newcomers++)
    },
    lost: () => lost,
  }
}
