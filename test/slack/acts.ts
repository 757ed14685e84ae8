import { linesOf } from './limits.ts'
import {
  type Appeared,
  type Channel,
  type Json,
  listOf,
  type Message,
  type Team,
  type User,
  type View,
} from './world.ts'

/** What became of something a person did, for the person who waits. */
export type Outcome =
  | { kind: 'message'; message: Message }
  | { kind: 'view'; view: View }
  | { kind: 'errors'; view: View; errors: Json }
  | { kind: 'choices'; choices: Json[] }
  | { kind: 'gone' }
  | { kind: 'failed'; why: string }

export interface Interaction {
  kind: 'command' | 'action' | 'submission' | 'closing' | 'shortcut' | 'home' | 'suggestion'
  team: Team
  user: User
  channel?: Channel
  /** The message it came from. */
  message?: Message
  /** The view it came from. */
  view?: View
  triggerId: string
  isExchanged: boolean
  /** The secret part of its response_url. */
  token: string
  uses: number
  at: number
  outcome?: Outcome
  /** Something that said more is to come. */
  meanwhile?: Outcome
  settled: (() => void)[]
  /** When it was sent, acknowledged and shown, in real milliseconds: for benches. */
  times: { sent: number; acked?: number; shown?: number }
}

/** Where an answer to something may turn up. */
export function waitsFor({ kind, view, isExchanged }: Interaction, place: Appeared['place']): boolean {
  if (kind === 'home') return place === 'home'
  if (place === 'home') return view?.type === 'home'
  if (place === 'view') return isExchanged || view?.type === 'modal'
  return true
}

/** Words that end in `…` promise more. */
export function isPromise(outcome: Outcome): boolean {
  if (outcome.kind !== 'message' && outcome.kind !== 'view') return false
  const { blocks } = outcome.kind === 'view' ? outcome.view : outcome.message
  const lines = linesOf(blocks).filter(Boolean)
  const last = lines.at(-1) ?? (outcome.kind === 'message' ? outcome.message.text : '')
  return last.trimEnd().endsWith('…')
}

export function choicesOf(body: Json): Json[] {
  const groups = listOf(body.option_groups).flatMap((group) => listOf(group.options))
  return [...listOf(body.options), ...groups]
}
