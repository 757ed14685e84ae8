import { Refusal } from './refusal.ts'
import { plainPen, say, type Text, write } from './say.ts'
import { folded } from './words.ts'

/** What one message is for (product.md, "Goal x audience"). A message has one goal. */
export const GOALS = [
  'inform',
  'convert',
  'renew',
  'upsell',
  'cross-sell',
  'ask-feedback',
  'useful-content',
  'promote-feature',
  'promote-product',
] as const
export type Goal = (typeof GOALS)[number]

/** A goal as people read it. */
export function goalLabel(goal: Goal): Text {
  switch (goal) {
    case 'inform':
      return say`Inform`
    case 'convert':
      return say`Win customers`
    case 'renew':
      return say`Renew`
    case 'upsell':
      return say`Upsell`
    case 'cross-sell':
      return say`Cross-sell`
    case 'ask-feedback':
      return say`Ask for feedback`
    case 'useful-content':
      return say`Useful content`
    case 'promote-feature':
      return say`Promote a feature`
    case 'promote-product':
      return say`Promote a product`
    default:
      return goal satisfies never
  }
}

const plainLabel = (goal: Goal) => write(goalLabel(goal), plainPen)

/** The one goal somebody typed, by its key or by its label. Two are refused: a message that wants two things reaches neither. */
export function goalOf(typed: string): Goal {
  const words = ` ${folded(typed)} `
  const named = GOALS.filter((goal) => [goal, plainLabel(goal)].some((name) => words.includes(` ${folded(name)} `)))
  // “upsell and cross-sell” names two; “promote a product” is one, however many words it has.
  const loosely = GOALS.filter((goal) =>
    folded(goal)
      .split(' ')
      .every((word) => words.includes(` ${word} `)),
  )
  const [goal, ...others] = named.length > 0 ? named : loosely
  if (!goal)
    throw new Refusal(say`“${typed}” is none of the goals. They are: ${GOALS.map(plainLabel).join(', ')}.`, 'goal')
  if (others.length > 0)
    throw new Refusal(
      say`One message has one goal. Write one message for each: ${[goal, ...others].map(plainLabel).join(', ')}.`,
      'goal',
    )
  return goal
}
