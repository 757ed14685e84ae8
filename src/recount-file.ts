import { readFile } from 'node:fs/promises'
import { clean } from './core/plain.ts'
import { recount } from './core/recount.ts'
import { recountWords } from './core/recount-words.ts'
import { type Pen, plainPen, write } from './core/say.ts'

const USAGE = 'Type it like this: npm run recount -- file.json --seal 1f3a… (the seal is published with the outcome).'

/** Words of a file on one line, without what fills the screen's width and so begins another. */
const onOneLine = (words: string): string => clean(words).replace(/\s+/g, ' ')

/** Marks what people typed, or a question could be a line of ours. */
const PEN: Pen = { ...plainPen, plain: onOneLine, strong: (words) => `“${onOneLine(words)}”` }

/** What `npm run recount` prints, and whether the ballot could be counted and is what was sealed. */
export async function recountFile(words: readonly string[]): Promise<{ lines: string[]; isSound: boolean }> {
  const wrong = (line: string) => ({ lines: [line], isSound: false })
  const at = words.indexOf('--seal')
  const seal = at < 0 ? undefined : (words[at + 1] ?? '')
  const [file, ...more] = at < 0 ? words : words.filter((_, i) => i !== at && i !== at + 1)
  if (file === undefined || more.length > 0 || file.startsWith('-')) return wrong(USAGE)
  if (seal !== undefined && !/^[0-9a-f]{64}$/i.test(seal))
    return wrong(`A seal is 64 digits and letters from a to f. ${USAGE}`)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return wrong(`There is no file ${onOneLine(file)} that can be read.`)
  const found = recount(text, seal)
  const isSound = found.verdict === 'as sealed' || found.verdict === 'as shown'
  return { lines: recountWords(found).map((line) => write(line, PEN)), isSound }
}
