import { z } from 'zod'
import type { Organization } from './core/organization.ts'
import type { Person } from './core/person.ts'
import { type OptionShape, shapesOf } from './option.ts'
import type { CardRef, Content, FormField, PlatformEvent, PlatformThread, Reply } from './reply.ts'
import type { Store } from './store/store.ts'

/** Who may use a command: anyone; members or organizers of the community it names; the organization's staff. */
export type Permission = 'guest' | 'member' | 'organizer' | 'staff'

/** Where something was typed or pressed. `place` is the channel or room there, if it was in one. */
export interface Where {
  platform: string
  workspace: string
  place?: string
}

/** What staff need to know of the workspace they are in, where a platform lets them choose how rooms are made. */
export interface Server {
  /** Permissions Kindred lacks, in the words of the platform's settings. */
  lacks: string[]
  /** Where channels may stand, and the channels in which something can be said. */
  categories: { id: string; name: string }[]
  places: { id: string; name: string }[]
  /** Roles that are not below Kindred's own, which it can therefore give to nobody. */
  rolesAbove: { id: string; name: string }[]
}

/** Everything a handler may touch. The store is one open transaction; there is no clock, client or environment. */
export interface Context {
  caller: Person
  where: Where
  now: Date
  store: Store
  organization: Organization
  commands: Command[]
  /** The id of the platform's delivery, which the ledger keeps as proof. */
  delivery: string
  /** Only where staff act in a workspace that has choices. */
  server?: (() => Server) | undefined
  /** They run this workspace, which makes them staff only where it is the organization's own. */
  runsIt: boolean
  /** Where Kindred's web pages are, without a slash at its end. */
  site: string
  /** What is answered is not shown to the caller, so that nothing counts as read by them. */
  isUnseen?: true | undefined
}

/** A command as the house uses it; made by `command({...})`. */
export interface Command {
  name: string
  description: string
  permission: Permission
  group?: 'organize' | 'staff'
  options: z.ZodObject
  shapes: OptionShape[]
  /** The options a native form asks for before `run`, when something required was left out; at most 5. */
  form: string[]
  /** On platforms where something can be done with a message: its words fill in the form, which is then sent as usual. */
  fromMessage?: FromMessage
  /** With no other options than these it only shows something, so a page may be drawn of it that nobody asked for. */
  shows?: readonly string[]
  /** What it shows then says nothing about whoever looks. */
  isPublic?: true
  run(context: Context, options: unknown): Promise<Reply>
  presses: Record<string, Press>
  cards: Record<string, DrawCard>
}

/** How a command is begun from a message somebody chose. */
export interface FromMessage {
  /** What platforms offer beside the message. */
  label: string
  /** The fields of the form by the message's plain words; nothing of it is kept before the form is sent. */
  fill(words: string): Record<string, string>
}

/** A button of a command. Its args are checked as strictly as options, since anyone may send any address. */
export interface Press {
  permission: Permission
  args: z.ZodObject
  fields: FormField[]
  /** The form's heading; a press with fields opens its form first. */
  title: string
  /** It only shows something, which says nothing about whoever presses it. */
  isPublic?: true
  run(context: Context, args: unknown): Promise<Reply>
}

/** Draws the message everyone sees, from the store alone; undefined when there is nothing to show any more. */
export type DrawCard = (
  store: Store,
  id: string,
  now: Date,
  organization: Organization,
  where: { platform: string; workspace: string; place: string },
) => Promise<Drawn | undefined>

/** What is drawn: a message, or what a platform has besides messages. */
export interface Drawn extends Content {
  /** The role of the room it stands in is named when it is drawn for the first time. */
  calls?: true
  /** It stands among the platform's own events instead. */
  event?: PlatformEvent
  /** It is a thread under another card of the same place instead. */
  thread?: Omit<PlatformThread, 'inside'> & { under: CardRef }
}

const FORM_FIELDS_MAX = 5
const DESCRIPTION_MAX = 100
/** Slack; Discord takes 32. */
const FROM_MESSAGE_MAX = 24

/** Declares a command. From `options` alone come the typed form, the usage line, the help and the README row. */
export function command<O extends z.ZodRawShape>(declared: {
  name: string
  description: string
  options: O
  permission: Permission
  group?: 'organize' | 'staff'
  form?: (keyof O & string)[]
  fromMessage?: FromMessage
  shows?: (keyof O & string)[]
  isPublic?: true
  run(context: Context, options: z.output<z.ZodObject<O>>): Promise<Reply>
  presses?: Record<string, Press>
  cards?: Record<string, DrawCard>
}): Command {
  if (declared.description.length > DESCRIPTION_MAX)
    throw new Error(`${declared.name}: description over ${DESCRIPTION_MAX}`)
  if ((declared.form?.length ?? 0) > FORM_FIELDS_MAX)
    throw new Error(`${declared.name}: a form asks ${FORM_FIELDS_MAX} at most`)
  if ((declared.fromMessage?.label.length ?? 0) > FROM_MESSAGE_MAX)
    throw new Error(`${declared.name}: what is offered beside a message has ${FROM_MESSAGE_MAX} characters at most`)
  const options = z.object(declared.options)
  return {
    ...declared,
    options,
    shapes: shapesOf(options),
    form: declared.form ?? [],
    presses: declared.presses ?? {},
    cards: declared.cards ?? {},
    // The router calls this only with what `options` parsed, so the type holds.
    run: (context, parsed) => declared.run(context, parsed as z.output<z.ZodObject<O>>),
  }
}

/** Declares a button of a command; `fields` are asked in a form when it is pressed. */
export function press<A extends z.ZodRawShape, F extends z.ZodRawShape = Record<never, never>>(declared: {
  args: A
  fields?: F
  title?: string
  permission?: Permission
  isPublic?: true
  run(context: Context, args: z.output<z.ZodObject<A>> & z.output<z.ZodObject<F>>): Promise<Reply>
}): Press {
  const fields = z.object(declared.fields ?? {})
  return {
    permission: declared.permission ?? 'guest',
    ...(declared.isPublic && { isPublic: true }),
    args: z.object({ ...declared.args, ...declared.fields }),
    title: declared.title ?? '',
    fields: formFields(shapesOf(fields)),
    run: (context, parsed) =>
      // The router calls this only with what `args` parsed, so the type holds.
      declared.run(context, parsed as z.output<z.ZodObject<A>> & z.output<z.ZodObject<F>>),
  }
}

/** Options as the fields of a native form. */
export function formFields(shapes: OptionShape[]): FormField[] {
  return shapes.map((shape) => ({
    name: shape.name,
    label: shape.description,
    required: shape.required,
    long: shape.kind === 'text' && shape.long,
    max: shape.kind === 'text' ? shape.max : 100,
  }))
}

/** How a command is typed: `/leave [community] [reason]`; what may be left out stands in brackets. */
export function usage(declared: Command): string {
  const words = declared.shapes.map((shape) => {
    const optional = !shape.required || (shape.kind === 'community' && shape.of !== 'any')
    const name = shape.keyOnly ? `${shape.name}:...` : shape.name
    return optional ? `[${name}]` : `<${name}>`
  })
  return [`/${declared.name}`, ...words].join(' ')
}
