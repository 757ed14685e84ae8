import type { Context } from '../command.ts'
import { type Agreement, termsWords } from '../core/agreement.ts'
import { GOALS, type Goal, goalLabel } from '../core/goal.ts'
import { itemKindLabel } from '../core/item.ts'
import { lines, say, type Text } from '../core/say.ts'
import { roughly, roughShare } from '../core/small-numbers.ts'
import { monthNamed } from '../core/when.ts'
import type { Found } from '../option.ts'
import { address, type Button, type Card } from '../reply.ts'
import type { BoardCommunity, Cell } from '../store/board.ts'
import { balanceWords, monthWords } from './agreement-card.ts'
import { monthsOf } from './months.ts'

/** So many columns can be read beside each other. */
const PAGE = 4
/** A goal that is sent so often in a month is worn out. */
const HOT = 3
/** Fewer answers than this are told to nobody outside (product.md, law 8). */
const ANSWERS_MIN = 5
/** Answers that say something about a goal. */
const ENOUGH = 10

interface Page {
  communities: BoardCommunity[]
  cells: Cell[]
  skip: number
  hasMore: boolean
}

async function pageOf({ store, now, caller }: Context, skip: number): Promise<Page> {
  const all = await store.board.communities(caller.id, { skip, take: PAGE + 1 })
  const communities = all.slice(0, PAGE)
  const ids = communities.map(({ id }) => id)
  const cells = await store.board.cells(ids, now)
  return { communities, cells, skip, hasMore: all.length > PAGE }
}

/** The nine goals by communities, so that empty and overheated cells stand out. */
export async function boardCard(context: Context, skip: number): Promise<Card> {
  const { communities, cells, hasMore } = await pageOf(context, skip)
  const cellOf = (goal: Goal, id: string) => cells.find((one) => one.goal === goal && one.communityId === id)
  const to = (label: Text, n: number): Button => ({ label, press: address('board.page', { n }) })
  return {
    title: say`Goals by communities`,
    body:
      communities.length === 0
        ? say`No community is open yet.`
        : say`“Empty”: nothing was sent for it in 30 days. “Hot”: ${HOT} or more were, or it was worth it to fewer than it was not.`,
    ...(communities.length > 0 && {
      table: {
        columns: [say`Goal`, ...communities.map(({ name }) => say`${name}`)],
        rows: GOALS.map((goal) => [goalLabel(goal), ...communities.map(({ id }) => cellWords(cellOf(goal, id)))]),
      },
      choice: {
        label: say`Look at a goal`,
        options: GOALS.map((goal) => ({ label: goalLabel(goal), press: address('board.goal', { g: goal, n: skip }) })),
      },
    }),
    buttons: [
      ...communities.map(({ id, name }) => ({
        label: say`${name}`,
        press: address('board.community', { c: id, n: skip }),
      })),
      ...(skip > 0 ? [to(say`Earlier communities`, Math.max(0, skip - PAGE))] : []),
      ...(hasMore ? [to(say`More communities`, skip + PAGE)] : []),
      { label: say`Offered and asked`, press: address('offer.list', { n: 0 }) },
      { label: say`What communities start with`, press: address('board.start') },
    ],
  }
}

/** A cell in a word or two. */
function cellWords(cell: Cell | undefined): Text {
  if (!cell || cell.recent === 0) return cell?.owner ? say`Empty (${cell.owner})` : say`Empty`
  const count = say`${cell.recent} in 30 days`
  return isHot(cell) ? say`Hot: ${count}` : count
}

const isHot = ({ recent, worth, not }: Cell) => recent >= HOT || (worth + not >= ENOUGH && worth < not)

/** One goal in each community of a page: owner, last item, acceptance, value. */
export async function goalCard(context: Context, goal: Goal, skip: number): Promise<Card> {
  const { communities, cells } = await pageOf(context, skip)
  return {
    title: goalLabel(goal),
    fields: communities.map(({ id, name }) => ({
      label: say`${name}`,
      value: cellLines(cells.find((one) => one.goal === goal && one.communityId === id)),
    })),
    choice: {
      label: say`Say who answers for it`,
      options: communities.map(({ id, name }) => ({
        label: say`${name}`,
        press: address('board.owner', { c: id, g: goal, n: skip }),
      })),
    },
    buttons: [{ label: say`Back`, press: address('board.page', { n: skip }) }],
  }
}

function cellLines(cell: Cell | undefined): Text {
  if (!cell) return say`Empty: nothing offered, nobody answers for it.`
  const { owner, lastTitle, lastAt, offered, accepted, declined } = cell
  return lines(
    owner === null ? say`Nobody answers for it.` : say`${owner} answers for it.`,
    lastAt === null || lastTitle === null ? say`Nothing sent yet.` : say`Last: ${lastTitle}, ${{ when: lastAt }}.`,
    offered > 0 && say`Offered ${offered}, accepted ${accepted}, declined ${declined}.`,
    valueWords(cell),
  )
}

/** How it was found, as it may be told outside: roughly, by enough answers, as it was last night. */
export function valueWords({ worth, not }: Pick<Cell, 'worth' | 'not'>): Text {
  const all = worth + not
  if (all < ANSWERS_MIN) return say`Worth it? Too few answers to tell.`
  return say`Worth it to ${roughShare(worth, all)} of ${roughly(all)} who said so.`
}

function agreementWords({ version, pausedUntil }: Agreement): Text {
  return lines(
    version === 0
      ? say`They have not decided on an agreement yet: these are the terms they started with.`
      : say`Agreement ${version}, decided by ballot.`,
    pausedUntil !== null && say`Paused: nothing is sent until ${{ when: pausedUntil }}.`,
  )
}

/** One community: what was agreed and sent, who objects, whether asking and giving balance, and how all of it was found. */
export async function communityCard(context: Context, found: Found, skip: number): Promise<Card> {
  const { store, now, organization } = context
  const { zone } = organization
  const { id } = found
  const back: Button = { label: say`Back`, press: address('board.page', { n: skip }) }
  if (found.sensitive || found.state !== 'open')
    return { title: say`That community is not there any more.`, buttons: [back] }
  const months = await monthsOf(store, found, now)
  const [{ agreement }] = months
  const cells = await store.board.cells([id], now)
  const sum = (of: (cell: Cell) => number) => cells.reduce((total, cell) => total + of(cell), 0)
  const objections: Card['fields'] = []
  // Also that somebody objected is not told where nobody had reason to.
  for (const [i, { key, at, isOver }] of months.entries())
    if (isOver)
      objections.push({
        label: i === 0 ? say`“This was not agreed”` : say`“This was not agreed”, ${monthNamed(at, zone)}`,
        value: roughly(await store.agreements.objections(id, key)),
      })
  return {
    title: say`${found.name}`,
    body: lines(agreementWords(agreement), ...months.map(monthWords)),
    fields: [
      ...termsWords(agreement),
      { label: say`Value`, value: valueWords({ worth: sum((cell) => cell.worth), not: sum((cell) => cell.not) }) },
      { label: say`Asking and giving`, value: await balanceWords(store, id) },
      ...objections,
      ...(await store.board.kinds(id)).map((one) => ({ label: itemKindLabel(one.kind), value: valueWords(one) })),
      ...cells.map((cell) => ({ label: goalLabel(cell.goal), value: valueWords(cell) })),
    ],
    buttons: [back],
  }
}
