import { randomBytes } from 'node:crypto'
import { known, Refused } from './errors.ts'
import type { Faults } from './faults.ts'
import { listOf } from './limits.ts'
import { createMessage, deleteMessage, editMessage, FLAG, type Upload } from './messages.ts'
import { botIn, permissionsOf } from './permissions.ts'
import { callerOnWire, channelOnWire, messageOnWire, userOnWire } from './wire.ts'
import { type Channel, type Json, type Message, messagesIn, TYPE, type User, type World } from './world.ts'

/** Kinds of interactions, and of first answers. */
export const ASKED = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const
export const ANSWERED = { message: 4, deferred: 5, deferredUpdate: 6, update: 7, choices: 8, modal: 9 } as const

const FIRST_ANSWER_MS = 3_000
const TOKEN_MS = 900_000
/** Tokens of long ago are forgotten, so that many interactions do not fill the memory. */
const KEEP = 20_000

/** What became of an interaction, for the person who waits. */
export type Outcome =
  | { kind: 'message'; message: Message }
  | { kind: 'form'; modal: Json }
  | { kind: 'choices'; choices: Json[] }
  | { kind: 'gone' }

export interface Interaction {
  id: string
  token: string
  type: number
  at: number
  user: User
  channel: Channel
  /** The message whose button was pressed, also when a form came in between. */
  source?: Message
  /** The kind of first answer, once there was one. */
  answered?: number
  original?: Message
  outcome?: Outcome
  settled: (() => void)[]
  /** When it was sent, first answered and shown, in real milliseconds: for benches. */
  times: { sent: number; answered?: number; shown?: number }
}

export type Interactions = ReturnType<typeof createInteractions>

export function createInteractions(world: World, faults: Faults) {
  const byToken = new Map<string, Interaction>()

  const settle = (interaction: Interaction, outcome: Outcome) => {
    interaction.outcome ??= outcome
    interaction.times.shown ??= performance.now()
    for (const wake of interaction.settled.splice(0)) wake()
  }
  const age = (interaction: Interaction) => world.clock.now() - interaction.at

  /** Someone acts: the bot hears of it. */
  function open(asked: Pick<Interaction, 'type' | 'user' | 'channel' | 'source'>, data: Json): Interaction {
    const interaction: Interaction = {
      ...asked,
      id: world.draw(),
      token: randomBytes(32).toString('base64url'),
      at: world.clock.now(),
      settled: [],
      times: { sent: performance.now() },
    }
    byToken.set(interaction.token, interaction)
    if (byToken.size > KEEP) for (const old of [...byToken.keys()].slice(0, KEEP / 10)) byToken.delete(old)
    const event = onWire(world, interaction, data)
    const times = 1 + faults.takeDuplicates()
    for (let sent = 0; sent < times; sent += 1) world.emit('INTERACTION_CREATE', event, null, 0)
    return interaction
  }

  const say = (interaction: Interaction, body: Json, uploads: Upload[], flags = Number(body.flags ?? 0)): Message => {
    const { id, type, user } = interaction
    return createMessage(world, interaction.channel, body, {
      flags,
      uploads,
      interaction: { id, type, name: '', userId: user.id },
      ...(flags & FLAG.ephemeral && { onlyFor: user.id }),
    })
  }

  /** The first answer. */
  function answer(id: string, token: string, body: Json, uploads: Upload[]): Interaction {
    const interaction = byToken.get(token)
    if (!interaction || interaction.id !== id || age(interaction) > TOKEN_MS) throw new Refused(10062)
    if (interaction.answered !== undefined) throw new Refused(40060)
    if (age(interaction) > FIRST_ANSWER_MS) throw new Refused(10062)
    const kind = Number(body.type)
    const data = (body.data ?? {}) as Json // Judged by the schema before.
    const problem = unfit(interaction, kind)
    if (problem) throw new Refused(50035, [problem])
    const { source } = interaction
    if (kind === ANSWERED.message) interaction.original = say(interaction, data, uploads)
    else if (kind === ANSWERED.deferred)
      interaction.original = say(interaction, {}, [], (Number(data.flags ?? 0) & FLAG.ephemeral) | FLAG.loading)
    else if (source && kind === ANSWERED.deferredUpdate) interaction.original = source
    else if (source && kind === ANSWERED.update) interaction.original = editMessage(world, source, data, uploads)
    interaction.answered = kind
    interaction.times.answered = performance.now()
    if (kind === ANSWERED.choices) settle(interaction, { kind: 'choices', choices: listOf(data.choices) })
    else if (kind === ANSWERED.modal) settle(interaction, { kind: 'form', modal: data })
    else if (interaction.original && (kind === ANSWERED.message || kind === ANSWERED.update))
      settle(interaction, { kind: 'message', message: interaction.original })
    return interaction
  }

  /** An answered interaction by its token, which is the key of its webhook. */
  function webhook(application: string, token: string): Interaction {
    const interaction = byToken.get(token)
    if (application !== world.bot.id || interaction?.answered === undefined) throw new Refused(10015)
    if (age(interaction) > TOKEN_MS) throw new Refused(50027)
    return interaction
  }

  const messageOf = (interaction: Interaction, id: string): Message => {
    const { original, channel } = interaction
    const found = id === '@original' ? original : messagesIn(world, channel.id).get(id)
    const isThere = found && messagesIn(world, channel.id).has(found.id)
    const isOwn = found === original || found?.interaction?.id === interaction.id
    return known(isThere && isOwn ? found : undefined, 10008)
  }

  return {
    open,
    answer,

    followUp(application: string, token: string, body: Json, uploads: Upload[]): Message {
      const interaction = webhook(application, token)
      const { original } = interaction
      // The first one after a deferral takes its place, and stays as visible as the deferral was.
      const isLoading = original !== undefined && (original.flags & FLAG.loading) !== 0
      const message = isLoading ? editMessage(world, original, body, uploads) : say(interaction, body, uploads)
      settle(interaction, { kind: 'message', message })
      return message
    },

    read: (application: string, token: string, id: string) => messageOf(webhook(application, token), id),

    edit(application: string, token: string, id: string, body: Json, uploads: Upload[]): Message {
      const interaction = webhook(application, token)
      const message = editMessage(world, messageOf(interaction, id), body, uploads)
      settle(interaction, { kind: 'message', message })
      return message
    },

    remove(application: string, token: string, id: string): void {
      const interaction = webhook(application, token)
      deleteMessage(world, messageOf(interaction, id))
      settle(interaction, { kind: 'gone' })
    },

    /** Waits until there is something to see; undefined when nothing came: in 3 s of the fake's time, or a while of real time. */
    async outcome(interaction: Interaction, patienceMs: number): Promise<Outcome | undefined> {
      const until = performance.now() + patienceMs
      while (!interaction.outcome && performance.now() < until) {
        if (interaction.answered === undefined && age(interaction) > FIRST_ANSWER_MS) return undefined
        await new Promise<void>((resolve) => {
          interaction.settled.push(resolve)
          setTimeout(resolve, 25)
        })
      }
      return interaction.outcome
    },
  }
}

/** Why this first answer does not go with that interaction. */
function unfit({ type, source }: Interaction, kind: number): string | undefined {
  if ((type === ASKED.autocomplete) !== (kind === ANSWERED.choices))
    return `answer ${kind} does not go with interaction ${type}`
  if (kind === ANSWERED.modal && type === ASKED.modal) return 'a form cannot be answered with a form'
  if ((kind === ANSWERED.deferredUpdate || kind === ANSWERED.update) && !source) return 'there is no message to update'
  return undefined
}

function onWire(world: World, interaction: Interaction, data: Json): Json {
  const { id, token, type, user, channel, source } = interaction
  const guild = world.guilds.get(channel.guildId ?? '')
  const member = guild?.members.get(user.id)
  const inGuild =
    guild && member
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          guild_locale: guild.locale,
          member: callerOnWire(world, guild, member, channel),
        }
      : { user: userOnWire(user) }
  return {
    id,
    application_id: world.bot.id,
    type,
    token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: channelOnWire(world, channel),
    locale: user.locale,
    app_permissions: String(guild ? permissionsOf(world, guild, botIn(world, guild), channel) : 0n),
    entitlements: [],
    authorizing_integration_owners: { 0: guild?.id ?? '0' },
    context: channel.type === TYPE.dm ? 1 : 0,
    attachment_size_limit: 10_485_760,
    ...inGuild,
    ...(source && { message: messageOnWire(world, source) }),
  }
}
