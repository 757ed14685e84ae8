import { dmWith } from './channels.ts'
import type { Commands } from './commands.ts'
import { ASKED, type Interaction, type Interactions } from './interactions.ts'
import { flat, words } from './limits.ts'
import { canView, permissionsOf } from './permissions.ts'
import { chosen, FAILED, filled, NOTHING, type Shown, shownForm, shownMessage } from './shown.ts'
import { chosenOn, isOffered, typed, typing, type Value } from './typed.ts'
import { type Channel, type Json, type Message, messagesIn, TYPE, type User, type World } from './world.ts'

/** Someone in front of Discord, in one place. Each act gives what they were shown for it. */
export interface Actor {
  id: string
  name: string
  /** Types a command: `join`, or `staff status` for one in a group. */
  types(command: string, options?: Record<string, Value>): Promise<Shown>
  /** Chooses a command beside the newest message in sight with these words. */
  choosesOn(containing: string, command: string): Promise<Shown>
  /** Presses the newest button of that label, private messages that wait first. */
  presses(label: string, containing?: string): Promise<Shown>
  /** Chooses in the newest select that has these options, by label or value. */
  selects(options: string | string[], containing?: string): Promise<Shown>
  /** Sends the form that is open, its fields by name or label. */
  fills(fields: Record<string, string | string[]>): Promise<Shown>
  /** What is offered while typing an option. */
  completes(
    command: string,
    option: string,
    text: string,
    given?: Record<string, Value>,
  ): Promise<{ name: string; value: unknown }[]>
  /** All messages in sight here, oldest first: other people's private ones are not. */
  sees(): Shown[]
  /** The same person in another channel, by id or name. */
  in(channel: string): Actor
  /** The same person in the direct messages with the bot. */
  inDm(): Actor
}

export interface PeopleParts {
  world: World
  interactions: Interactions
  commands: Commands
  /** Real time after which someone gives up on an answer that was promised. */
  patienceMs: number
}

export function createPeople({ world, interactions, commands, patienceMs }: PeopleParts) {
  const forms = new Map<string, { modal: Json; channel: Channel; source: Message | undefined }>()

  const inSight = (user: User, channel: Channel): Message[] =>
    canView(world, channel, user.id)
      ? [...messagesIn(world, channel.id).values()].filter(
          ({ onlyFor }) => onlyFor === undefined || onlyFor === user.id,
        )
      : []
  const byAge = (a: Message, b: Message) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)
  const allInSight = (user: User) =>
    [...world.channels.values()].flatMap((channel) => inSight(user, channel)).sort(byAge)

  async function act(asked: Pick<Interaction, 'type' | 'user' | 'channel' | 'source'>, data: Json): Promise<Shown> {
    const interaction = interactions.open(asked, data)
    const outcome = await interactions.outcome(interaction, patienceMs)
    if (!outcome) return interaction.answered === undefined ? FAILED : NOTHING
    if (outcome.kind === 'form') {
      forms.set(asked.user.id, { modal: outcome.modal, channel: asked.channel, source: asked.source })
      return shownForm(outcome.modal)
    }
    return outcome.kind === 'message' ? shownMessage(outcome.message) : NOTHING
  }

  /** The newest message with a component like this: private ones that wait first, then all. */
  function find(
    user: User,
    containing: string,
    fits: (component: Json) => boolean,
  ): { message: Message; component: Json } | undefined {
    const newest = allInSight(user).reverse()
    const waiting = newest.filter((one) => one.onlyFor === user.id && !one.pressed)
    for (const message of [...waiting, ...newest]) {
      if (!shownMessage(message).text.includes(containing)) continue
      const component = flat(message.components).find((one) => one.disabled !== true && fits(one))
      if (component) return { message, component }
    }
    return undefined
  }

  async function touch(user: User, found: { message: Message; component: Json }, values?: string[]): Promise<Shown> {
    const { message, component } = found
    const channel = world.channels.get(message.channelId)
    if (!channel) throw new Error('that channel is gone')
    message.pressed = true
    const { custom_id, type, id } = component
    return act(
      { type: ASKED.component, user, channel, source: message },
      { custom_id, component_type: type, id, ...(values && { values }) },
    )
  }

  const sightOf = (user: User) => {
    const all = allInSight(user).map(shownMessage)
    return all.map(({ text, buttons }) => `${text.split('\n')[0]} [${buttons.join('] [')}]`).join('; ')
  }

  function actorAt(user: User, channel: Channel, isHere: boolean): Actor {
    const commandOf = (line: string) => {
      const [name = '', ...path] = line.split(' ')
      return { command: offered(name), path }
    }
    const offered = (name: string, type = 1) => {
      const guild = world.guilds.get(channel.guildId ?? '')
      const member = guild?.members.get(user.id)
      if (guild && !member) throw new Error(`${user.username} is not in ${guild.name}`)
      if (!canView(world, channel, user.id)) throw new Error(`${user.username} does not see that channel`)
      const command = commands.find(name, channel.guildId, type)
      const may = guild && member ? permissionsOf(world, guild, member, channel) : 0n
      if (!command || !isOffered(command, may, channel))
        throw new Error(`${user.username} is not offered /${name} here`)
      return command
    }
    return {
      id: user.id,
      name: user.username,
      types: async (line, options = {}) => {
        const { command, path } = commandOf(line)
        return act({ type: ASKED.command, user, channel }, typed(world, command, path, options, channel.guildId))
      },
      async choosesOn(containing, name) {
        const message = inSight(user, channel).findLast((one) => shownMessage(one).text.includes(containing))
        if (!message) throw new Error(`${user.username} sees nothing with "${containing}" there`)
        return act({ type: ASKED.command, user, channel }, chosenOn(world, offered(name, 3), message))
      },
      async presses(label, containing = '') {
        const isIt = (one: Json) =>
          one.type === 2 && typeof one.custom_id === 'string' && words(one.label).toLowerCase() === label.toLowerCase()
        const found = find(user, containing, isIt)
        if (!found)
          throw new Error(`${user.username} sees no button [${label}] with "${containing}". In sight: ${sightOf(user)}`)
        return touch(user, found)
      },
      async selects(options, containing = '') {
        const named = [options].flat()
        const has = (select: Json, name: string) =>
          Array.isArray(select.options) && select.options.some(({ label, value }) => label === name || value === name)
        const found = find(user, containing, (one) => one.type === 3 && named.every((name) => has(one, name)))
        if (!found)
          throw new Error(`${user.username} sees no select with ${named.join(', ')}. In sight: ${sightOf(user)}`)
        return touch(user, found, chosen(found.component, named))
      },
      async fills(fields) {
        const open = forms.get(user.id)
        if (!open) throw new Error(`${user.username} has no form open`)
        const data = filled(open.modal, fields)
        forms.delete(user.id)
        return act(
          { type: ASKED.modal, user, channel: open.channel, ...(open.source && { source: open.source }) },
          data,
        )
      },
      async completes(line, option, text, given = {}) {
        const { command, path } = commandOf(line)
        const interaction = interactions.open(
          { type: ASKED.autocomplete, user, channel },
          typing(command, path, option, text, given),
        )
        const outcome = await interactions.outcome(interaction, patienceMs)
        if (outcome?.kind !== 'choices') throw new Error('Loading options failed')
        return outcome.choices.map(({ name, value }) => ({ name: words(name), value }))
      },
      sees: () => (isHere ? inSight(user, channel) : allInSight(user)).map(shownMessage),
      in(place) {
        const found = [...world.channels.values()].find(
          (one) =>
            one.id === place || (one.name === place && one.guildId === channel.guildId && one.type !== TYPE.category),
        )
        if (!found) throw new Error(`there is no channel ${place}`)
        return actorAt(user, found, true)
      },
      inDm: () => actorAt(user, dmWith(world, user.id), true),
    }
  }

  return { at: (user: User, channel: Channel) => actorAt(user, channel, false) }
}
