import { askLabel, type Item, type ItemAnswer, takesWords } from '../core/item.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Button, type Card, type Content } from '../reply.ts'

/** An item as its community's room reads it. */
export function postOf(item: Item, sender: string): Content {
  const { title, words, link, kind, ask } = item
  const shown = link === null ? undefined : say`${{ link, label: link }}`
  return {
    card: {
      title: kind === 'topic' ? say`You asked, we did: ${title}` : say`${title}`,
      body: lines(
        words !== null && say`${words}`,
        shown,
        kind === 'offer' && say`From ${sender}.`,
        ask !== null && askWords(item, sender),
      ),
      buttons: [...(ask === null ? [] : [answerButton(item.id, ask)]), ...valueButtons(item.id)],
    },
  }
}

/** What is asked, of how many, and who reads the answers: said before anybody answers. */
function askWords({ ask, seats, owedBy }: Item, sender: string) {
  return lines(
    ask !== null && say`${sender} asks: ${askLabel(ask)}`,
    seats !== null && say`There is room for ${seats}.`,
    ask === 'quote'
      ? say`Staff of ${sender} read your answer with your name. ${sender} shows it to others only if you say so with your answer, and without your name if you like.`
      : say`Staff of ${sender} read your answer with your name; nobody else does.`,
    owedBy !== null && say`What came of it is told here by ${{ when: owedBy }}.`,
  )
}

function answerButton(i: string, ask: NonNullable<Item['ask']>): Button {
  return takesWords(ask)
    ? { label: say`Answer`, press: address(ask === 'quote' ? 'agreement.quote' : 'agreement.words', { i }) }
    : { label: say`Count me in`, press: address('agreement.in', { i }) }
}

/** Whether an answer may be shown to others, for who gave it. */
export function shownWords(quote: ItemAnswer['quote'], sender: string): Text {
  if (quote === null) return say`It is shown to nobody else.`
  const name = quote === 'named' ? say`with your name` : say`without your name`
  return say`${sender} may show it to others, ${name}, until you take your answer back.`
}

function valueButtons(i: string): Button[] {
  return [
    { label: say`Worth it`, press: address('agreement.worth', { i, v: 1 }) },
    { label: say`Not for me`, press: address('agreement.worth', { i, v: 0 }) },
  ]
}

/** An item among others, to be answered again. */
export function receivedCard(item: Item, sender: string): Card {
  const { card = {} } = postOf(item, sender)
  return card
}
