import type { Answer } from '../src/platform.ts'
import type { Delivery } from '../src/router.ts'
import { MAIN } from '../src/terminal/print.ts'
import { asLines, render } from '../src/terminal/render.ts'

/** What a platform hands to the router when someone types or presses: the same id again is the same thing again. */
export function deliveryOf(id: string, name: string, now: Date, isStaff = false): Delivery {
  return {
    id,
    account: { platform: 'terminal', workspace: MAIN, externalId: name, name, isStaff },
    where: { platform: 'terminal', workspace: MAIN },
    now,
  }
}

/** What the person is shown for it, as lines of text. */
export function wordsOf(answer: Answer): string {
  return asLines(render(answer.content, answer)).join('\n')
}

/** The address of a button in an answer, by its label. */
export function buttonIn(answer: Answer, label: string): string | undefined {
  return render(answer.content, answer).buttons?.find((button) => button.label === label)?.press
}

/** All buttons in an answer: their addresses by their labels. */
export function buttonsIn(answer: Answer): Record<string, string> {
  const { buttons = [] } = render(answer.content, answer)
  return Object.fromEntries(buttons.map(({ label, press }) => [label, press]))
}
