import type { Context } from '../command.ts'
import { type Item, quoteConsent, type Shown, takesWords } from '../core/item.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import type { Found } from '../option.ts'
import type { Reply } from '../reply.ts'
import { shownWords } from './item-card.ts'

/** An item and its community, for its members alone. */
export async function insideItem({ store, caller }: Context, i: string): Promise<{ item: Item; found: Found }> {
  const item = await store.items.get(i)
  const found = item && (await store.communities.get(item.communityId, caller.id))
  if (!item || item.state === 'draft' || found?.standing.state !== 'member')
    throw new Refusal(say`That is not there any more, or is in a community you are not in.`)
  return { item, found }
}

async function received(context: Context, i: string): Promise<Item> {
  const { item } = await insideItem(context, i)
  if (item.state !== 'posted') throw new Refusal(say`“${item.title}” has not been sent yet.`)
  return item
}

/** Whether an item was worth somebody's time. The later answer counts. */
export async function sayValue(context: Context, i: string, isWorth: boolean): Promise<Reply> {
  const item = await received(context, i)
  await context.store.itemAnswers.answer(item.id, context.caller.id, { worth: isWorth }, context.now)
  return {
    text: isWorth
      ? say`Noted: “${item.title}” was worth it to you. Nobody reads who said so.`
      : say`Noted: “${item.title}” was not for you. Nobody reads who said so.`,
  }
}

async function asked(context: Context, i: string): Promise<Item> {
  const item = await received(context, i)
  if (item.ask === null) throw new Refusal(say`“${item.title}” asks nothing of you.`)
  if (item.toldAt !== null) throw new Refusal(say`“${item.title}” is over: ${item.outcome ?? ''}`)
  return item
}

/** Counts somebody in, as long as there is room. The item's row is held, so that of two for the last place one gets it. */
export async function countIn(context: Context, i: string): Promise<Reply> {
  const { store, caller, now, organization } = context
  const { ask, title, seats } = await asked(context, i)
  if (ask !== null && takesWords(ask)) throw new Refusal(say`“${title}” is answered in words.`)
  await store.items.held(i)
  const own = await store.itemAnswers.own(i, caller.id)
  if (!own?.isIn && seats !== null && (await store.itemAnswers.countIn(i)) >= seats)
    throw new Refusal(
      seats === 1 ? say`The one place of “${title}” is taken.` : say`All ${seats} places of “${title}” are taken.`,
    )
  await store.itemAnswers.answer(i, caller.id, { isIn: true }, now)
  return {
    text: say`You are counted in. Staff of ${organization.name} read your name for “${title}”. To take it back: ${{ typed: '/agreement' }}, What was sent.`,
  }
}

/** Takes somebody's answer to an ask back, words and all. */
export async function takeBackAnswer(context: Context, i: string): Promise<Reply> {
  const { store, caller } = context
  const item = await received(context, i)
  await store.itemAnswers.takeBack(i, caller.id)
  return { text: say`Your answer to “${item.title}” is deleted.` }
}

/** Keeps a short answer in somebody's own words, over the one before; with what they say about its being shown to others. */
export async function answerInWords(context: Context, i: string, words: string, shown: Shown = 'no'): Promise<Reply> {
  const { store, caller, now, organization } = context
  const { ask, title } = await asked(context, i)
  if (ask === null || !takesWords(ask)) throw new Refusal(say`“${title}” is not answered in words.`)
  const consent = quoteConsent(ask === 'quote' ? shown : 'no', organization.name, caller.name)
  await store.itemAnswers.answer(i, caller.id, { words, ...consent }, now)
  const who = say`Your answer to “${title}” is kept. Staff of ${organization.name} read it with your name`
  if (ask !== 'quote') return { text: say`${who}; nobody else does.` }
  return { text: say`${who}. ${shownWords(consent.quote, organization.name)}` }
}
