import type { Goal } from './goal.ts'
import { say, type Text } from './say.ts'
import type { TopicKind } from './topic.ts'

/** What a message to a community is: a topic of theirs delivered, something offered, or something asked. */
export const ITEM_KINDS = ['topic', 'offer', 'ask'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

/**
 * From idea to answer. `draft`: whoever writes it looks at it. `asked`: the community is asked whether it wants it; `postponed`:
 * it is asked again later. `waiting`: it is posted in its turn.
 */
export type ItemState = 'draft' | 'asked' | 'postponed' | 'waiting' | 'posted' | 'declined' | 'withdrawn'

/** What the organization may ask of a community. */
export const ASKS = ['input', 'quote', 'panel', 'try'] as const
export type Ask = (typeof ASKS)[number]

/** How words that were given to be quoted may be shown to others, as who gave them says it. */
export const SHOWN = ['no', 'without my name', 'with my name'] as const
export type Shown = (typeof SHOWN)[number]
export type Quote = 'named' | 'nameless'

/** One piece of content for one community. The same piece for several communities has one `pieceId`. */
export interface Item {
  id: string
  pieceId: string
  communityId: string
  kind: ItemKind
  state: ItemState
  goal: Goal
  format: TopicKind
  title: string
  words: string | null
  link: string | null
  /** The agreed topic it names. */
  about: string | null
  /** The topic of theirs that it delivers. */
  topicId: string | null
  ask: Ask | null
  /** How many can be counted in; empty where there is no limit. */
  seats: number | null
  /** Until when the organization owes them what came of it. */
  owedBy: Date | null
  /** What came of it, and when that was told. */
  outcome: string | null
  toldAt: Date | null
  /** Who in the organization wrote it. */
  authorId: string | null
  ballotId: string | null
  /** Why it was declined. */
  reason: string | null
  createdAt: Date
  /** The community itself said yes to it: no agreement has to allow it. */
  isWanted: boolean
  /** When it is looked at again; of one that its community is asked about, when the ballot about it may open. */
  dueAt: Date | null
  /** When it counts as sent, and when it was first said in a room. */
  postedAt: Date | null
  saidAt: Date | null
}

/** What somebody answered to an item. */
export interface ItemAnswer {
  worth: boolean | null
  isIn: boolean
  words: string | null
  /** Whether the words may be shown to others, and what was said yes to. */
  quote: Quote | null
  consent: string | null
}

/** What a message is, as staff read it of a community. */
export function itemKindLabel(kind: ItemKind): Text {
  switch (kind) {
    case 'topic':
      return say`Their topics, delivered`
    case 'offer':
      return say`What was offered`
    case 'ask':
      return say`What was asked`
    default:
      return kind satisfies never
  }
}

/** Whether organizers answer an offer, and not a ballot that is open or opens later. */
export function isForOrganizers({ state, ballotId, dueAt }: Pick<Item, 'state' | 'ballotId' | 'dueAt'>): boolean {
  return ballotId === null && (state === 'postponed' || (state === 'asked' && dueAt === null))
}

/** What is asked, as people read it. */
export function askLabel(ask: Ask): Text {
  switch (ask) {
    case 'input':
      return say`What do you think?`
    case 'quote':
      return say`A sentence of yours to quote`
    case 'panel':
      return say`Advisers wanted`
    case 'try':
      return say`Try it first`
    default:
      return ask satisfies never
  }
}

/** Whether it is answered in words, and not by being counted in. */
export function takesWords(ask: Ask): boolean {
  return ask === 'input' || ask === 'quote'
}

/** What a yes to being quoted says, in full, as it is kept; none where there is none. */
export function quoteConsent(shown: Shown, sender: string, name: string): Pick<ItemAnswer, 'quote' | 'consent'> {
  const may = `${sender} may show these words of mine to others, in what it sends and publishes`
  switch (shown) {
    case 'no':
      return { quote: null, consent: null }
    case 'without my name':
      return { quote: 'nameless', consent: `${may}, without my name.` }
    case 'with my name':
      return { quote: 'named', consent: `${may}, with the name ${name}.` }
    default:
      return shown satisfies never
  }
}

/** Where an item stands, for those who wrote it and those who get it. */
export function itemStateLabel(state: ItemState): Text {
  switch (state) {
    case 'draft':
      return say`not sent yet`
    case 'asked':
      return say`the community is asked`
    case 'postponed':
      return say`put off`
    case 'waiting':
      return say`waits for its turn`
    case 'posted':
      return say`posted`
    case 'declined':
      return say`declined`
    case 'withdrawn':
      return say`withdrawn`
    default:
      return state satisfies never
  }
}
