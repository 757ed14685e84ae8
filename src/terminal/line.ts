/** What one line of a scenario asks for. */
export type Line =
  | { kind: 'nothing' }
  | { kind: 'comment'; text: string }
  | { kind: 'command'; speaker: Speaker; text: string }
  | { kind: 'press'; speaker: Speaker; labels: string[]; containing?: string }
  | { kind: 'fields'; speaker: Speaker; fields: Record<string, string> }
  | { kind: 'look'; speaker: Speaker }
  | { kind: 'mail'; to: string; labels: string[] }
  | { kind: 'store'; name: string; fault: string }
  | { kind: 'hook'; name: string; body: string }
  | { kind: 'file'; name: string; end: string; text?: string }
  | { kind: 'advance'; duration: string }
  | { kind: 'unknown'; why: string }

/** Who speaks, and where: `@ana!#den:parents-united`. */
export interface Speaker {
  name: string
  isStaff: boolean
  workspace?: string
  room?: string
}

const SPEAKER = /^@([^\s#:![\]{}?@]+)((?:!|#[^\s#:!]+|:[^\s#:!]+)*)(?:\s+|$)/

/** Reads one line by the grammar of the terminal, or a file with all of its lines. */
export function readLine(line: string): Line {
  const text = line.trim()
  if (!text) return { kind: 'nothing' }
  if (text.startsWith('#')) return { kind: 'comment', text }
  const advance = /^\+(\d+[smhdw])$/.exec(text)?.[1]
  if (advance) return { kind: 'advance', duration: advance }
  return readSpecial(text) ?? readSpoken(text)
}

function readSpecial(text: string): Line | undefined {
  const [, mailTo, pressed] = /^mail\s+(\S+)\s+(\[.+\])$/.exec(text) ?? []
  if (mailTo && pressed) return { kind: 'mail', to: mailTo, labels: labelsOf(pressed).labels }
  const [, store, fault] = /^store\s+(\S+)\s+(\S+)$/.exec(text) ?? []
  if (store && fault) return { kind: 'store', name: store, fault }
  const [, hook, body] = /^hook\s+(\S+)\s+(\{.*)$/.exec(text) ?? []
  if (hook && body) return { kind: 'hook', name: hook, body }
  return readFile(text)
}

/** A file is the one thing that takes many lines: all up to its end. Before that has come, it has no text. */
function readFile(whole: string): Line | undefined {
  const [first = '', ...lines] = whole.split('\n')
  const [, name, end] = /^file\s+(\S+)\s+<<(\S+)$/.exec(first.trim()) ?? []
  if (!name || !end) return undefined
  const last = lines.findIndex((line) => line.trim() === end)
  const text = lines.slice(0, last).map((line) => `${line}\n`)
  return { kind: 'file', name, end, ...(last >= 0 && { text: text.join('') }) }
}

function readSpoken(text: string): Line {
  const said = SPEAKER.exec(text)
  const speaker: Speaker = said ? speakerOf(said[1] ?? '', said[2] ?? '') : { name: 'you', isStaff: false }
  const rest = text.slice(said?.[0].length ?? 0).trim()
  if (rest === '?') return { kind: 'look', speaker }
  if (rest.startsWith('/')) return { kind: 'command', speaker, text: rest.slice(1) }
  if (rest.startsWith('[')) return readPress(speaker, rest)
  if (rest.startsWith('{')) return readFields(speaker, rest)
  return {
    kind: 'unknown',
    why: 'Type a command such as /help, press a button as [Yes], send a form as {"field": "words"}, or type ? to see what can be pressed.',
  }
}

function speakerOf(name: string, marks: string): Speaker {
  const workspace = /#([^#:!]+)/.exec(marks)?.[1]
  const room = /:([^#:!]+)/.exec(marks)?.[1]
  return { name, isStaff: marks.includes('!'), ...(workspace && { workspace }), ...(room && { room }) }
}

function readPress(speaker: Speaker, rest: string): Line {
  const { labels, after } = labelsOf(rest)
  const containing = /^"(.*)"$/.exec(after)?.[1]
  if (labels.length === 0 || (after && containing === undefined)) {
    return { kind: 'unknown', why: 'A press looks like [Yes], or [Yes] "words of the message".' }
  }
  return { kind: 'press', speaker, labels, ...(containing !== undefined && { containing }) }
}

function labelsOf(text: string): { labels: string[]; after: string } {
  const labels: string[] = []
  let rest = text
  for (let match = /^\[([^\]]+)\]\s*/.exec(rest); match; match = /^\[([^\]]+)\]\s*/.exec(rest)) {
    labels.push((match[1] ?? '').trim())
    rest = rest.slice(match[0].length)
  }
  return { labels, after: rest.trim() }
}

function readFields(speaker: Speaker, rest: string): Line {
  try {
    const fields: unknown = JSON.parse(rest)
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return {
        kind: 'fields',
        speaker,
        fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
      }
    }
  } catch {
    // Not JSON: said below, like every other shape that is not an object.
  }
  return { kind: 'unknown', why: 'A form looks like {"reason": "words"}.' }
}
