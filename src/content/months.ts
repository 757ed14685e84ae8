import type { Agreement } from '../core/agreement.ts'
import { countIn } from '../core/attention.ts'
import type { Community } from '../core/community.ts'
import { monthKey, monthOf } from '../core/when.ts'
import type { Store } from '../store/store.ts'
import { type Budget, budgetOf } from './queue.ts'

/** What was sent at the end of a month is seen in the first days of the next. */
const LOOK_BACK_MS = 7 * 86_400_000

/** What was agreed and sent in a month. */
export interface Month extends Budget {
  /** Such as 2026-07. */
  key: string
  /** A moment in it. */
  at: Date
  /** More was sent than agreed. */
  isOver: boolean
}

/** The months people look at, this one first; in its first days also the one before, by what was agreed then. */
export async function monthsOf(
  store: Store,
  { id: communityId, openedAt }: Pick<Community, 'id' | 'openedAt'>,
  now: Date,
): Promise<[Month, ...Month[]]> {
  const budget = await budgetOf(store, communityId, now)
  const { zone } = budget
  const { from } = monthOf(now, zone)
  const month = monthFrom(budget, now)
  if (!openedAt || openedAt >= from || now.getTime() - from.getTime() > LOOK_BACK_MS) return [month]
  const at = new Date(from.getTime() - 1)
  const last = monthOf(at, zone)
  const { ours, theirs } = await store.queue.sentSince(communityId, last.from)
  const within = (times: Date[]) => times.filter((time) => countIn([time], last.from, last.to) > 0)
  const then = (await store.agreements.history(communityId)).find((one) => heldAt(one, at))
  const agreement = then ?? budget.agreement
  return [month, monthFrom({ agreement, zone, ours: within(ours), theirs: within(theirs) }, at)]
}

const heldAt = ({ since, until }: Agreement, at: Date) =>
  since !== null && since <= at && (until === null || until > at)

function monthFrom(budget: Budget, at: Date): Month {
  const isOver = budget.ours.length + budget.theirs.length > budget.agreement.perMonth
  return { ...budget, key: monthKey(at, budget.zone), at, isOver }
}
