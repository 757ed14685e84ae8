type Fits = (one: Record<string, unknown>) => boolean

const VALUE = String.raw`'(?:\\['"]|[^'"])*'|[\w.-]+`
const CONDITION = new RegExp(String.raw`^([\w.]+):(-?)(>=|<=|>|<)?(\[(?:(?:${VALUE}),?)+\]|${VALUE})(\+|$)`)

/** What a filter in Ghost's language (NQL) lets through, of what connectors ask for; undefined where it is not well formed. */
export function filterOf(words: string): Fits | undefined {
  const all: Fits[] = []
  for (let rest = words; rest !== ''; ) {
    const [whole, field = '', not, than, value = ''] = CONDITION.exec(rest) ?? []
    if (whole === undefined) return undefined
    const list = value.startsWith('[') ? value.slice(1, -1) : value
    const values = [...list.matchAll(new RegExp(VALUE, 'g'))].map(([one]) =>
      one.startsWith("'") ? one.slice(1, -1).replace(/\\(['"])/g, '$1') : one,
    )
    all.push((one) => {
      const own = [one[field]].flat().map(String)
      if (than) return own.some((had) => compare(had, than, values[0] ?? ''))
      return own.some((had) => values.includes(had)) !== (not === '-')
    })
    rest = rest.slice(whole.length)
  }
  return (one) => all.every((fits) => fits(one))
}

/** Dates are written in two ways; all else is compared as it is. */
function compare(had: string, than: string, value: string): boolean {
  const isDate = /^\d{4}-\d\d-\d\d /.test(value)
  const [a, b] = isDate ? [Date.parse(had), Date.parse(`${value.replace(' ', 'T')}Z`)] : [had, value]
  if (than === '>') return a > b
  if (than === '<') return a < b
  return than === '>=' ? a >= b : a <= b
}

/** The ids or addresses a filter begins with, where it is one of those: nobody else can fit. */
export function namedIn(words: string): string[] | undefined {
  const [, list] = /^(?:id|email):(\[[^\]]*\]|[^-+[\]]+)/.exec(words) ?? []
  if (list === undefined) return undefined
  const values = [...list.replace(/^\[|\]$/g, '').matchAll(new RegExp(VALUE, 'g'))]
  return values.map(([one]) => (one.startsWith("'") ? one.slice(1, -1).replace(/\\(['"])/g, '$1') : one).toLowerCase())
}
