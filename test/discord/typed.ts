import type { Registered } from './commands.ts'
import { listOf, words } from './limits.ts'
import { MAY } from './permissions.ts'
import { memberOnWire, messageOnWire, roleOnWire, userOnWire } from './wire.ts'
import { type Channel, type Json, type Message, TYPE, type World } from './world.ts'

/** A value of an option: people, channels and roles by whatever carries their id. */
export type Value = string | number | boolean | { id: string }

const GROUPS = [1, 2]

/** Whether Discord's own client offers a command to someone here at all. */
export function isOffered(command: Registered, may: bigint, channel: Channel): boolean {
  const contexts = Array.isArray(command.contexts) ? command.contexts.map(Number) : undefined
  if (channel.type === TYPE.dm)
    return !command.guild_id && (contexts ? contexts.includes(1) : command.dm_permission !== false)
  if (contexts && !contexts.includes(0)) return false
  const needed = command.default_member_permissions
  if (needed === null || needed === undefined || may & MAY.Administrator) return true
  // "0" is nobody but administrators.
  return BigInt(String(needed)) !== 0n && (may & BigInt(String(needed))) === BigInt(String(needed))
}

/** Finds the options below a command's name and its subcommands' names. */
function descend(command: Registered, path: string[]): { options: Json[]; wrap: (inside: Json[]) => Json[] } {
  let options = listOf(command.options)
  const parts: Json[] = []
  for (const name of path) {
    const found = options.find((one) => one.name === name && GROUPS.includes(Number(one.type)))
    if (!found) throw new Error(`/${command.name} has no subcommand ${name}`)
    parts.push({ name, type: found.type })
    options = listOf(found.options)
  }
  if (options.some((one) => GROUPS.includes(Number(one.type))))
    throw new Error(`/${command.name} needs a subcommand: ${options.map((one) => one.name).join(', ')}`)
  return { options, wrap: (inside) => parts.reduceRight((below, part) => [{ ...part, options: below }], inside) }
}

/** What is sent when someone types a command; throws where Discord's own client would not let it be sent. */
export function typed(
  world: World,
  command: Registered,
  path: string[],
  given: Record<string, Value>,
  guildId: string | null,
): Json {
  const { options, wrap } = descend(command, path)
  const unknown = Object.keys(given).find((name) => !options.some((one) => one.name === name))
  if (unknown !== undefined) throw new Error(`/${command.name} has no option ${unknown}`)
  const missing = options.find((one) => one.required === true && !(words(one.name) in given))
  if (missing) throw new Error(`/${command.name} requires the option ${missing.name}`)
  const resolved: Record<string, Json> = {}
  const sent = options.flatMap((option) => {
    const value = given[words(option.name)]
    if (value === undefined) return []
    return [{ name: option.name, type: option.type, value: sentValue(world, option, value, resolved, guildId) }]
  })
  const hasResolved = Object.keys(resolved).length > 0
  return { ...about(command), options: wrap(sent), ...(hasResolved && { resolved }) }
}

/** What is sent when someone chooses a command on a message, which goes along whole. */
export function chosenOn(world: World, { id, name, guild_id }: Registered, message: Message): Json {
  const resolved = { messages: { [message.id]: messageOnWire(world, message) } }
  return { id, name, type: 3, target_id: message.id, resolved, ...(typeof guild_id === 'string' && { guild_id }) }
}

/** What is sent while someone is still typing an option. */
export function typing(
  command: Registered,
  path: string[],
  focused: string,
  text: string,
  given: Record<string, Value>,
): Json {
  const { options, wrap } = descend(command, path)
  const option = options.find((one) => one.name === focused)
  if (option?.autocomplete !== true) throw new Error(`/${command.name} does not complete ${focused}`)
  const before = options.flatMap((one) => {
    const value = given[words(one.name)]
    return value === undefined || one === option ? [] : [{ name: one.name, type: one.type, value }]
  })
  return {
    ...about(command),
    options: wrap([...before, { name: focused, type: option.type, value: text, focused: true }]),
  }
}

function about({ id, name, guild_id }: Registered): Json {
  return { id, name, type: 1, ...(typeof guild_id === 'string' && { guild_id }) }
}

function sentValue(
  world: World,
  option: Json,
  value: Value,
  resolved: Record<string, Json>,
  guildId: string | null,
): unknown {
  const name = words(option.name)
  const choices = listOf(option.choices)
  if (choices.length > 0) {
    const found = choices.find((one) => one.name === value || one.value === value)
    if (!found) throw new Error(`${name} is one of: ${choices.map((one) => one.name).join(', ')}`)
    return found.value
  }
  switch (Number(option.type)) {
    case 3: {
      const text = String(value)
      const [min, max] = [Number(option.min_length ?? 0), Number(option.max_length ?? 6000)]
      if (text.length < min || text.length > max) throw new Error(`${name} takes ${min} to ${max} characters`)
      if (!text) throw new Error(`${name} cannot be sent empty`)
      return text
    }
    case 4:
    case 10: {
      const number = typeof value === 'number' ? value : Number(value)
      if (!Number.isFinite(number) || (option.type === 4 && !Number.isInteger(number)))
        throw new Error(`${name} is a number`)
      const [min, max] = [Number(option.min_value ?? -(2 ** 53)), Number(option.max_value ?? 2 ** 53)]
      if (number < min || number > max) throw new Error(`${name} goes from ${min} to ${max}`)
      return number
    }
    case 5:
      if (value !== true && value !== false) throw new Error(`${name} is true or false`)
      return value
    default: {
      const id = typeof value === 'object' ? value.id : String(value)
      resolve(world, Number(option.type), id, resolved, guildId, name)
      return id
    }
  }
}

/** Goes along with an id: who or what it is. */
function resolve(
  world: World,
  type: number,
  id: string,
  resolved: Record<string, Json>,
  guildId: string | null,
  name: string,
): void {
  const put = (kind: string, what: Json) => {
    resolved[kind] = { ...resolved[kind], [id]: what }
  }
  const guild = world.guilds.get(guildId ?? '')
  const user = world.users.get(id)
  const role = guild?.roles.get(id)
  const channel = world.channels.get(id)
  if (user && (type === 6 || type === 9)) {
    const member = guild?.members.get(id)
    put('users', userOnWire(user))
    if (member) put('members', { ...memberOnWire(member), permissions: '0' })
  } else if (role && (type === 8 || type === 9)) put('roles', roleOnWire(role))
  else if (channel && type === 7)
    put('channels', { id, name: channel.name, type: channel.type, permissions: '0', parent_id: channel.parentId })
  else throw new Error(`${name}: ${id} is nothing that can be chosen there`)
}
