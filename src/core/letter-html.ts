import { addressOf, type LetterPart, type LetterWords, letterPen, linesOf } from './letter.ts'
import { asWords, escaped } from './markup.ts'
import { LANGUAGE } from './plain.ts'
import { type Pen, type Text, write } from './say.ts'

// Mail programs strip style sheets, so each element carries its own. No colours are set: every program has a pair that
// can be read, by day and by night, and one of ours beside one of theirs might not be.
const SHEET =
  "max-width:600px;margin:0 auto;padding:24px 20px 32px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:17px;line-height:1.5;text-align:left;overflow-wrap:anywhere;word-break:break-word;-webkit-text-size-adjust:100%"
const NAME =
  "font-family:Georgia,'Times New Roman',serif;font-size:26px;line-height:1.25;font-weight:bold;margin:0 0 24px;padding:0 0 12px;border-bottom:3px solid"
const HEADING = 'font-size:20px;line-height:1.3;font-weight:bold;margin:28px 0 10px'
const LINE = 'margin:0 0 12px'
const LIST = 'margin:0 0 12px;padding:0 0 0 22px'
const ITEM = 'margin:0 0 6px'
const FOOT = 'font-size:16px;margin:32px 0 0;padding:16px 0 0;border-top:1px solid'
const LINK = 'color:inherit;text-decoration:underline'
const BUTTON =
  'display:inline-block;padding:12px 22px;line-height:1.3;margin:4px 0;border:2px solid;border-radius:6px;color:inherit;font-weight:bold;text-decoration:none'
const CODE = 'font-family:Consolas,Menlo,monospace;font-size:16px'

/** What the HTML of a letter is written for: from whom it comes, and by whose clocks. */
export interface Letterhead {
  from: string
  subject: Text
  zone: string
  /** Where links to our pages go. */
  site: string
}

/** A letter as mail programs draw it: the same words as its text, with no picture, and nothing fetched from anywhere. */
export function letterHtml({ text, parts = [], foot }: LetterWords, head: Letterhead): string {
  const { from, subject, zone, site } = head
  const plain = letterPen(zone, site)
  const written = (line: Text, link = LINK) => write(line, htmlPen(plain, site, link)).replaceAll('\n', '<br>\n')
  // Empty lines part the lines of a text; here they are parted already.
  const within = (tag: string, style: string, all: string[]) =>
    all.map((words) => (words.trim() ? `<${tag} style="${style}">${words}</${tag}>\n` : '')).join('')
  const paragraphs = (shown: Text[]) =>
    within(
      'p',
      LINE,
      shown.map((line) => written(line, isOnlyLink(line) ? BUTTON : LINK)),
    )
  const list = (shown: Text[]) => {
    const items = shown.map((line) => written(line))
    return within('ul', LIST, [within('li', ITEM, items)])
  }
  const partOf = ({ heading, lines, isList }: LetterPart) => {
    const shown = lines.flatMap(linesOf)
    return within('h2', HEADING, heading ? [written(heading)] : []) + (isList ? list(shown) : paragraphs(shown))
  }
  // Some programs drop the outer elements, so the language stands further in too.
  return `<!doctype html>
<html lang="${LANGUAGE}" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${asWords(write(subject, plain))}</title>
</head>
<body style="margin:0;padding:0">
<main>
<div lang="${LANGUAGE}" style="${SHEET}">
<h1 style="${NAME}">${asWords(from)}</h1>
${[{ lines: [text] }, ...parts].map(partOf).join('')}${foot ? `<div style="${FOOT}">\n${paragraphs(linesOf(foot))}</div>\n` : ''}</div>
</main>
</body>
</html>
`
}

/** A line that leads somewhere and says nothing else is what the reader is to press. */
function isOnlyLink({ key, values }: Text): boolean {
  const [only] = values
  return key === '{}' && typeof only === 'object' && 'link' in only
}

/** Every part of a text is escaped here, the fixed words too, and nowhere else. */
function htmlPen(pen: Pen, site: string, linkStyle: string): Pen {
  return {
    translate: (key) => asWords(pen.translate(key)),
    plain: asWords,
    strong: (words) => `<strong>${asWords(words)}</strong>`,
    person: (id) => asWords(pen.person(id)),
    when: (iso) => asWords(pen.when(iso)),
    link(url, label) {
      const address = addressOf(url, site)
      if (address === undefined) return asWords(label)
      return `<a href="${escaped(address)}" style="${linkStyle}">${asWords(label.trim() || address)}</a>`
    },
    typed: (words) => `<code style="${CODE}">${asWords(words)}</code>`,
    count: (n, one, other) => asWords(pen.count(n, one, other)),
  }
}
