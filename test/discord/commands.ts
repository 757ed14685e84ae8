import { known, Refused } from './errors.ts'
import { listOf } from './limits.ts'
import { withoutNull } from './messages.ts'
import type { Json, World } from './world.ts'

/** A registered command: as it was sent, with its ids. */
export type Registered = Json & { id: string; name: string }

export type Commands = ReturnType<typeof createCommands>

const COMMANDS_MAX = 100

/** The commands of the application, everywhere and by server. */
export function createCommands(world: World) {
  const scopes = new Map<string, Registered[]>()
  const scopeOf = (guildId?: string) => scopes.get(guildId ?? '') ?? []

  const register = (sent: Json, guildId: string | undefined, before?: Registered): Registered => {
    const options = listOf(sent.options).map(optionOnWire)
    const contexts = sent.contexts ?? null
    return {
      ...withoutNull(sent),
      name: String(sent.name),
      id: before?.id ?? world.draw(),
      application_id: world.bot.id,
      version: world.draw(),
      type: Number(sent.type ?? 1),
      description: String(sent.description ?? ''),
      // Sent as a number or in words, told in words.
      default_member_permissions:
        sent.default_member_permissions == null ? null : String(sent.default_member_permissions),
      contexts,
      integration_types: sent.integration_types ?? [0],
      nsfw: sent.nsfw === true,
      ...(guildId !== undefined ? { guild_id: guildId } : { dm_permission: sent.dm_permission !== false }),
      ...(options.length > 0 && { options }),
    }
  }
  const same = (a: Json, b: Json) => a.name === b.name && Number(a.type ?? 1) === Number(b.type ?? 1)

  return {
    list: (guildId?: string) => scopeOf(guildId),

    /** What a person finds when typing, or beside a message (type 3): a server's own commands hide those of everywhere by the same name. */
    find(name: string, guildId: string | null, type = 1): Registered | undefined {
      const all = [...scopeOf(guildId ?? undefined), ...scopeOf()]
      return all.find((one) => one.name === name && one.type === type)
    },

    /** Replaces all of a scope at once. */
    overwrite(sent: Json[], guildId?: string): Registered[] {
      const before = scopeOf(guildId)
      const after = sent.map((one) =>
        register(
          one,
          guildId,
          before.find((old) => same(old, one)),
        ),
      )
      scopes.set(guildId ?? '', after)
      return after
    },

    add(sent: Json, guildId?: string): { command: Registered; isNew: boolean } {
      const before = scopeOf(guildId)
      const old = before.find((one) => same(one, sent))
      if (!old && before.length >= COMMANDS_MAX) throw new Refused(30032)
      const command = register(sent, guildId, old)
      scopes.set(guildId ?? '', [...before.filter((one) => one !== old), command])
      return { command, isNew: !old }
    },

    change(id: string, sent: Json, guildId?: string): Registered {
      const old = known(
        scopeOf(guildId).find((one) => one.id === id),
        10063,
      )
      const command = register({ ...old, ...sent }, guildId, old)
      scopes.set(
        guildId ?? '',
        scopeOf(guildId).map((one) => (one === old ? command : one)),
      )
      return command
    },

    remove(id: string, guildId?: string): void {
      known(
        scopeOf(guildId).find((one) => one.id === id),
        10063,
      )
      scopes.set(
        guildId ?? '',
        scopeOf(guildId).filter((one) => one.id !== id),
      )
    },
  }
}

function optionOnWire(option: Json): Json {
  const inside = listOf(option.options).map(optionOnWire)
  const choices = listOf(option.choices).map(withoutNull)
  return {
    ...withoutNull(option),
    ...(inside.length > 0 && { options: inside }),
    ...(choices.length > 0 && { choices }),
  }
}
