import { lines, say, type Text } from '../core/say.ts'
import type { Content } from '../reply.ts'
import type { Letter } from './mails.ts'

/** A notice as a letter. Nothing can be pressed there, so it says where to answer; it names no community outside. */
export function letterOf(
  { text, card }: Content,
  needsChat: boolean,
  isOnWeb: boolean,
  token: string,
  answer: string | undefined,
): Omit<Letter, 'to' | 'subject'> {
  const unsubscribe = `/unsubscribe/${token}`
  const page = { link: '/notices', label: 'your notices' }
  const choices = { link: '/do/my?part=notices', label: 'how you hear of things' }
  const fields = (card?.fields ?? []).map(({ label, value }) => say`${label}: ${value}`)
  return {
    text: lines(text),
    parts: [
      { heading: card?.title, lines: [lines(card?.body, ...fields)] },
      { lines: card?.table ? [card.table.columns, ...card.table.rows].map(inOneLine) : [], isList: true },
      {
        lines: [
          lines(
            answer !== undefined && say`To answer from here: ${{ link: answer, label: 'your answer' }}`,
            needsChat &&
              (isOnWeb
                ? say`To answer, open ${page}`
                : say`To answer, go to the chat, where the same message waits for you, or to ${page}`),
          ),
        ],
      },
    ],
    foot: lines(
      isOnWeb
        ? say`You get this by mail because you chose so. To choose again: ${choices}`
        : say`You get this by mail because you chose so. Change it in the chat with ${{ typed: '/my notices' }}, or at ${page}`,
      say`To get no more of these by mail: ${{ link: unsubscribe, label: 'no more by mail' }}`,
    ),
    unsubscribe,
  }
}

/** A row of a table in a letter, whose letters are of many widths. */
function inOneLine([label, ...cells]: Text[]): Text {
  const [first, ...others] = cells
  const values = first && others.reduce((before, one) => say`${before}, ${one}`, say`${first}`)
  return values ? say`${label ?? ''}: ${values}` : say`${label ?? ''}`
}
