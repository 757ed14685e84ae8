import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from 'discord.js'
import type { Command } from '../command.ts'
import type { OptionShape } from '../option.ts'
import { LIMITS } from './limits.ts'

/** A command as Discord's own form asks for it. */
type TypedForm = RESTPostAPIChatInputApplicationCommandsJSONBody
/** A command as Discord's menu offers it: typed, or chosen on a message. */
type MenuEntry = TypedForm | RESTPostAPIContextMenuApplicationCommandsJSONBody

/** Commands about oneself are typed in private too; all others belong to a server. */
const IN_PRIVATE_TOO = ['my', 'email', 'help']

/** Commands of a group are typed behind its name, so that a member's menu stays short. */
const GROUPS = {
  organize: { description: 'What organizers of a community do', permissions: null },
  // Hidden from everybody else in the menu; whether somebody is staff is decided by the router.
  staff: { description: 'What staff of the organization do', permissions: String(PermissionFlagsBits.ManageGuild) },
} as const

/** All commands as Discord's menu has them: those on their own, one for each group, and those begun from a message. */
export function menuOf(commands: Command[]): MenuEntry[] {
  const alone = commands.filter((command) => !command.group)
  const grouped = (['organize', 'staff'] as const).map((name): TypedForm | undefined => {
    const members = commands.filter((command) => command.group === name)
    if (members.length === 0) return undefined
    const { description, permissions } = GROUPS[name]
    return { ...form(name, description, members.map(subcommand)), default_member_permissions: permissions }
  })
  return [
    ...alone.map((command) => form(command.name, command.description, optionsOf(command))),
    ...grouped.filter((one) => one !== undefined),
    ...commands.flatMap(({ fromMessage }) => (fromMessage ? [onMessage(fromMessage.label)] : [])),
  ]
}

/** What is chosen on a message has a name that people read, and no description. */
function onMessage(name: string): MenuEntry {
  return {
    type: ApplicationCommandType.Message,
    name,
    default_member_permissions: null,
    contexts: [InteractionContextType.Guild],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  }
}

function form(name: string, description: string, options: APIApplicationCommandOption[]): TypedForm {
  const inPrivate = IN_PRIVATE_TOO.includes(name) ? [InteractionContextType.BotDM] : []
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    description,
    options,
    default_member_permissions: null,
    contexts: [InteractionContextType.Guild, ...inPrivate],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  }
}

function subcommand(command: Command): APIApplicationCommandSubcommandOption {
  return {
    type: ApplicationCommandOptionType.Subcommand,
    name: command.name,
    description: command.description,
    options: optionsOf(command),
  }
}

function optionsOf(command: Command): APIApplicationCommandBasicOption[] {
  // A file is given on the web pages; the command says so.
  const drawn = command.shapes.flatMap((shape) =>
    shape.kind === 'file' ? [] : [optionOf(shape, isDemanded(shape, command))],
  )
  // Discord wants those it demands first.
  return [...drawn.filter((one) => one.required), ...drawn.filter((one) => !one.required)]
}

/** Discord's client would insist on an option, and never show the form that asks for it; a community is the room's. */
function isDemanded(shape: OptionShape, command: Command): boolean {
  const isLeftToRoom = shape.kind === 'community' && shape.of !== 'any'
  return shape.required && !isLeftToRoom && !command.form.includes(shape.name)
}

function optionOf(shape: Exclude<OptionShape, { kind: 'file' }>, required: boolean): APIApplicationCommandBasicOption {
  const { name, description } = shape
  const common = { name, description, required }
  switch (shape.kind) {
    case 'text':
      return {
        ...common,
        type: ApplicationCommandOptionType.String,
        max_length: Math.min(shape.max, LIMITS.stringOption),
      }
    case 'integer':
      return { ...common, type: ApplicationCommandOptionType.Integer }
    case 'yesno':
      return { ...common, type: ApplicationCommandOptionType.Boolean }
    case 'choice':
      return {
        ...common,
        type: ApplicationCommandOptionType.String,
        choices: shape.choices.map((word) => ({ name: word, value: word })),
      }
    case 'community':
      return { ...common, type: ApplicationCommandOptionType.String, autocomplete: true }
    case 'invitation':
      return { ...common, type: ApplicationCommandOptionType.String }
    default:
      return shape satisfies never
  }
}

/** Whether Discord has these forms already; what it adds of its own (ids, versions, empty defaults) does not count. */
export function areSame(ours: MenuEntry[], theirs: unknown): boolean {
  return Array.isArray(theirs) && ours.length === theirs.length && canonical(ours) === canonical(theirs)
}

const OF_A_FORM = [
  'type',
  'name',
  'description',
  'options',
  'choices',
  'value',
  'required',
  'autocomplete',
  'max_length',
  'contexts',
  'integration_types',
  'default_member_permissions',
]

function canonical(forms: unknown[]): string {
  const sorted = forms.map(kept).sort((a, b) => (JSON.stringify(nameIn(a)) < JSON.stringify(nameIn(b)) ? -1 : 1))
  return JSON.stringify(sorted)
}

/** Only what a form says, in one order; lists of nothing, empty words, nulls and falses are what is left out. */
function kept(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(kept)
  if (typeof value !== 'object' || value === null) return value
  const entries = new Map(Object.entries(value))
  return Object.fromEntries(
    OF_A_FORM.map((name) => [name, kept(entries.get(name))]).filter(
      ([, one]) =>
        one !== undefined && one !== null && one !== false && one !== '' && !(Array.isArray(one) && one.length === 0),
    ),
  )
}

function nameIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined
}
