import type { GuildHandle } from '../test/discord/hand.ts'
import { ASKED, type Interaction } from '../test/discord/interactions.ts'
import { flat } from '../test/discord/limits.ts'
import type { Fake } from '../test/discord/server.ts'
import { shownMessage } from '../test/discord/shown.ts'
import { typed, type Value } from '../test/discord/typed.ts'
import type { Channel, Json, Message, User } from '../test/discord/world.ts'
import type { People, Times } from './answers.ts'

/** What people do with one bot. */
export interface Habits {
  /** Typed by the so-manieth newcomer. */
  joins(n: number): [command: string, options: Record<string, Value>]
  /** Typed next by the same person. */
  looks(): [command: string, options: Record<string, Value>]
  /** What they press on an answer, of those buttons. */
  presses(buttons: Json[]): Json | undefined
}

/** Nobody waits longer than this. Who was not answered at all within Discord's 3 seconds never will be. */
const PATIENCE_MS = 30_000
/** What the router says where something failed inside. */
const FAILED = 'wrong on our side'

/**
 * Newcomers, each of whom types `/join`, presses *Join*, presses what the answer asks, types `/communities` and presses
 * there: a fifth of all acts each.
 */
export function peopleOn(fake: Fake, guild: GuildHandle, habits: Habits): People {
  const { world, interactions, commands } = fake
  const { presses } = habits
  /** What those who have begun do next. */
  const next: (() => Promise<Times | undefined>)[] = []
  const channel: Channel = guild.general
  let [acts, newcomers, lost] = [0, 0, 0]

  async function ask(
    asked: Pick<Interaction, 'type' | 'user' | 'source'>,
    data: Json,
  ): Promise<{ times: Times; message: Message } | undefined> {
    const one = interactions.open({ ...asked, channel }, data)
    let late: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      late = setTimeout(resolve, PATIENCE_MS)
      one.settled.push(resolve)
    })
    clearTimeout(late)
    const { outcome, times } = one
    if (!outcome) {
      lost++
      return undefined
    }
    if (outcome.kind !== 'message') throw new Error(`the answer was ${outcome.kind}`)
    const { message } = outcome
    if (shownMessage(message).text.includes(FAILED)) throw new Error(shownMessage(message).text)
    const { sent, answered = Number.NaN, shown = Number.NaN } = times
    return { times: { first: answered - sent, final: shown - sent }, message }
  }

  /** One act; what comes after it is made of what was shown. */
  async function step(given: ReturnType<typeof ask>, after: (shown: Message) => Promise<Times | undefined>) {
    const answer = await given
    if (answer) next.push(() => after(answer.message))
    return answer?.times
  }

  function type(user: User, [name, options]: ReturnType<Habits['joins']>): ReturnType<typeof ask> {
    const command = commands.find(name, guild.id)
    if (!command) throw new Error(`there is no /${name}`)
    return ask({ type: ASKED.command, user }, typed(world, command, [], options, guild.id))
  }

  function press(user: User, source: Message): ReturnType<typeof ask> {
    const button = presses(flat(source.components).filter((one) => one.type === 2 && one.disabled !== true))
    if (!button) throw new Error(`nothing to press in: ${shownMessage(source).text}`)
    const { custom_id, type: component_type, id } = button
    return ask({ type: ASKED.component, user, source }, { custom_id, component_type, id })
  }

  function begin(n: number): Promise<Times | undefined> {
    const { id } = guild.member(`person-${n}`)
    const user = world.users.get(id) ?? world.owner
    const more = async (shown: Message) => (await press(user, shown))?.times
    const looks = () => step(type(user, habits.looks()), more)
    const answers = (shown: Message) => step(press(user, shown), looks)
    return step(type(user, habits.joins(n)), (shown) => step(press(user, shown), answers))
  }

  return {
    act() {
      const goesOn = acts++ % 5 === 0 ? undefined : next.shift()
      return goesOn ? goesOn() : begin(newcomers++)
    },
    lost: () => lost,
  }
}
