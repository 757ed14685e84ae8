import { z } from 'zod'
import type { Community, Standing } from './core/community.ts'

/** A community together with what the caller is to it. */
export interface Found extends Community {
  standing: Standing
}

/** What every platform needs to know of an option to draw it: kept as zod metadata. */
export type OptionMeta =
  | { kind: 'text'; max: number; long: boolean }
  | { kind: 'integer' }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'yesno' }
  | { kind: 'community'; of: CommunityRule }
  | { kind: 'invitation' }
  | { kind: 'file'; max: number }

/**
 * What a community option left out means. `mine`: the room's, else the caller's only one, else a card asks; `any`: the
 * room's, else it is missing; `named`: nothing unless named, and the word "all" is nothing too.
 */
export type CommunityRule = 'mine' | 'any' | 'named'

/** An option as platforms draw it. */
export type OptionShape = OptionMeta & {
  name: string
  description: string
  required: boolean
  keyOnly: boolean
  /** What holds where it is left out, in the words it would be typed in. */
  usual?: string
}

const TEXT_MAX = 200
/** The most of one option that is looked at at all. */
const TYPED_MAX = 20_000

/** Words; `keyOnly` ones are never taken from their place in the line, only by name. */
export function text(description: string, { max = TEXT_MAX, long = false, keyOnly = false, hasOwnLimit = false } = {}) {
  // A name or a need has a rule of its own, which tells people how much too long it is as they count.
  return z
    .string()
    .min(1, { error: 'is empty' })
    .max(hasOwnLimit ? TYPED_MAX : max, { error: `can have ${max} characters at most` })
    .describe(description)
    .meta({ option: { kind: 'text', max, long } satisfies OptionMeta, keyOnly })
}

/** A whole number between two bounds. */
export function integer(description: string, min: number, max: number, { keyOnly = false } = {}) {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\s*\d{1,9}\s*$/, { error })
    .transform(Number)
    .refine((n) => n >= min && n <= max, { error })
    .describe(description)
    .meta({ option: { kind: 'integer' } satisfies OptionMeta, keyOnly })
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(
  description: string,
  choices: T,
  { keyOnly = false } = {},
) {
  return z
    .string()
    .transform((words) => words.trim().toLowerCase())
    .pipe(z.enum(choices, { error: `must be one of: ${choices.join(', ')}` }))
    .describe(description)
    .meta({ option: { kind: 'choice', choices } satisfies OptionMeta, keyOnly })
}

const YES = ['yes', 'on', 'true', 'y']
const NO = ['no', 'off', 'false', 'n']

/** Yes or no, in the words people use for it. */
export function yesNo(description: string, { keyOnly = false } = {}) {
  return z
    .string()
    .transform((words) => words.trim().toLowerCase())
    .refine((word) => YES.includes(word) || NO.includes(word), { error: 'must be yes or no' })
    .transform((word) => YES.includes(word))
    .describe(description)
    .meta({ option: { kind: 'yesno' } satisfies OptionMeta, keyOnly })
}

/** A community: typed as its name or slug, and handed to the command as what it is (the router looks it up). */
export function community(description: string, of: CommunityRule = 'mine', { keyOnly = false } = {}) {
  return z
    .custom<Found>((value) => typeof value === 'object' && value !== null && 'standing' in value, {
      error: 'must be the name of a community',
    })
    .describe(description)
    .meta({ option: { kind: 'community', of } satisfies OptionMeta, keyOnly })
}

/** An invitation code, by which the router finds the community too. Only its letters and digits go into addresses. */
export function invitation(description: string) {
  return z
    .string()
    .max(20)
    .transform((code) => code.replaceAll(/[^a-z0-9]/gi, ''))
    .describe(description)
    .meta({ option: { kind: 'invitation' } satisfies OptionMeta, keyOnly: true })
}

const MB = 1_000_000

/**
 * A text file of `max` bytes at most, handed over as its text. Only the web pages and rehearsals can take one, so it is made
 * optional, and the command says where it is taken.
 */
export function file(description: string, { max }: { max: number }) {
  return z
    .string()
    .refine((text) => Buffer.byteLength(text) <= max, { error: `can have ${max / MB} MB at most` })
    .describe(description)
    .meta({ option: { kind: 'file', max } satisfies OptionMeta })
}

/** The options of a command, in their declared order. */
export function shapesOf(options: z.ZodObject): OptionShape[] {
  return Object.entries(options.shape).map(([name, schema]) => {
    const inner = unwrap(schema)
    const meta = z.globalRegistry.get(inner)
    const option = meta?.option
    if (!option || !meta.description) throw new Error(`option ${name} has no kind or no description`)
    return {
      // Only the builders above set this metadata, and each checks it with `satisfies`.
      ...(option as OptionMeta),
      name,
      description: meta.description,
      required: !schema.safeParse(undefined).success,
      keyOnly: meta.keyOnly === true,
      ...usualOf(schema),
    }
  })
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap())
  return schema
}

function usualOf(schema: z.core.$ZodType): { usual?: string } {
  if (!(schema instanceof z.ZodDefault)) return {}
  const { defaultValue } = schema.def
  if (typeof defaultValue === 'boolean') return { usual: defaultValue ? 'yes' : 'no' }
  return { usual: String(defaultValue) }
}
