/** Strings, whatever stands between fields, and numbers; in JSON nothing else is of interest here. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]|-?\d[\d.eE+-]*/g

/**
 * Why programs, or people, may read the same JSON in two ways, in words; undefined where they cannot. Of a field that stands
 * twice most programs take the last one and people see the first. The text must be JSON.
 */
export function twofold(json: string): string | undefined {
  const open: (Set<string> | null)[] = []
  let words = ''
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const field: string = JSON.parse(words)
      if (field === '__proto__') return 'no field may be called __proto__'
      const fields = open.at(-1)
      if (fields?.has(field)) return `the field ${field} stands twice in one place`
      fields?.add(field)
    } else if (token.startsWith('"')) words = token
    else if (String(Number(token)) !== token) return `the number ${token} is not written as Kindred does`
  }
  return undefined
}
