import { isJson, type Json } from './world.ts'

/** Says what is wrong with a value at a place; nothing where all is well. */
export type Rule = (value: unknown, at: string) => string[]

const wrong = (problem: string, at: string) => [`${problem} [json-pointer:${at}]`]

/** A text of at most so many characters, and not empty unless it may be. */
export const string =
  (max: number, min = 1): Rule =>
  (value, at) => {
    if (typeof value !== 'string') return wrong('must be a string', at)
    if (value.length > max) return wrong(`must be less than ${max + 1} characters`, at)
    return value.length < min ? wrong(`must be more than ${min - 1} characters`, at) : []
  }

export const flag: Rule = (value, at) => (typeof value === 'boolean' ? [] : wrong('must be a boolean', at))

export const number =
  (min: number, max: number): Rule =>
  (value, at) =>
    typeof value === 'number' && value >= min && value <= max ? [] : wrong(`must be ${min} to ${max}`, at)

export const oneOf =
  (...choices: string[]): Rule =>
  (value, at) =>
    choices.some((one) => one === value) ? [] : wrong(`must be one of ${choices.join(', ')}`, at)

export const anything: Rule = () => []

/** A list of at most so many items. */
export const list =
  (item: Rule, max: number, min = 1): Rule =>
  (value, at) => {
    if (!Array.isArray(value)) return wrong('must be an array', at)
    if (value.length > max) return wrong(`no more than ${max} items allowed`, at)
    if (value.length < min) return wrong(`must have at least ${min} items`, at)
    return value.flatMap((one, index) => item(one, `${at}/${index}`))
  }

/** An object with these parts and no others; a name that ends with `!` is of a part that must be there. */
export function object(parts: Record<string, Rule>, also?: (value: Json) => string | undefined): Rule {
  const rules = new Map(Object.entries(parts).map(([name, rule]) => [name.replace('!', ''), rule]))
  const required = Object.keys(parts).flatMap((name) => (name.endsWith('!') ? [name.slice(0, -1)] : []))
  return (value, at) => {
    if (!isJson(value)) return wrong('must be an object', at)
    const problems = required
      .filter((name) => value[name] === undefined)
      .flatMap((name) => wrong(`missing ${name}`, at))
    for (const [name, inside] of Object.entries(value)) {
      const rule = rules.get(name)
      if (inside === undefined) continue
      problems.push(...(rule ? rule(inside, `${at}/${name}`) : wrong(`additional property ${name}`, at)))
    }
    const odd = also?.(value)
    return odd === undefined ? problems : [...problems, ...wrong(odd, at)]
  }
}

/** One of several objects, told apart by their `type`. */
export const typed =
  (kinds: Record<string, Rule>): Rule =>
  (value, at) => {
    const kind = isJson(value) && typeof value.type === 'string' ? value.type : ''
    const rule = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    return rule ? rule(value, at) : wrong(`unsupported type: ${kind}`, at)
  }
