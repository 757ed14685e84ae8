import { clean, labelPen } from './plain.ts'
import { lines, type Pen, plainPen, type Text } from './say.ts'

/** The words of a letter, in the order in which they are read. */
export interface LetterWords {
  text: Text
  parts?: LetterPart[] | undefined
  /** What is set apart at the end: why the reader gets it, and how to get no more. */
  foot?: Text | undefined
}

/** Some lines of a letter that belong together, under a heading of their own if they have one. */
export interface LetterPart {
  heading?: Text | undefined
  lines: Text[]
  /** They are a list of like things, not sentences one after the other. */
  isList?: boolean | undefined
}

/** All words of a letter as one text, for whoever reads letters without markup. */
export function wholeText({ text, parts = [], foot }: LetterWords): Text {
  return lines(
    ...linesOf(text),
    ...parts.flatMap((part) => [...(part.heading ? [part.heading] : []), ...part.lines.flatMap(linesOf)]),
    ...(foot ? linesOf(foot) : []),
  )
}

/** The lines that `lines` made a text of, however deep they lie; a text of another kind is a line of its own. */
export function linesOf(text: Text): Text[] {
  const [only] = text.values
  return text.key === '{}' && Array.isArray(only) ? only.flatMap(linesOf) : [text]
}

/** Writes letters without markup: times by the reader's clocks, and links as the whole address. */
export function letterPen(zone: string, site: string): Pen {
  const link = (url: string, label: string) => addressOf(url, site) ?? clean(label)
  return { ...labelPen({}, zone, (words) => words), person: plainPen.person, link }
}

/** Where a link in a letter leads from anywhere; nothing where it may run something instead of leading somewhere. */
export function addressOf(url: string, site: string): string | undefined {
  const address = url.startsWith('/') ? `${site}${url}` : url
  const isShown = /^(https?:\/\/|mailto:)\S+$/i.test(address) && clean(address) === address
  return isShown && URL.canParse(address) ? address : undefined
}
