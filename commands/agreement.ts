import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import {
  agreementCard,
  draftCard,
  earlierCard,
  ITEM_LISTS,
  itemCard,
  itemsCard,
} from '../src/content/agreement-card.ts'
import { answerInWords, countIn, insideItem, sayValue, takeBackAnswer } from '../src/content/answers.ts'
import { askForAgreement, itemQuestion } from '../src/content/asking.ts'
import { accept, decline, postpone } from '../src/content/deciding.ts'
import { monthsOf } from '../src/content/months.ts'
import { whatFields, whenFields } from '../src/content/terms-fields.ts'
import { type TypedTerms, termsOf } from '../src/core/agreement.ts'
import { isForOrganizers, SHOWN } from '../src/core/item.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { monthNamed } from '../src/core/when.ts'
import { choice, community, type Found, text } from '../src/option.ts'
import type { Reply } from '../src/reply.ts'

const ANSWER_MAX = 500
const REASON_MAX = 300

const i = z.ulid()
const c = community('Community')
const page = z.coerce.number().int().min(0).max(10_000).default(0)

export default command({
  name: 'agreement',
  description: 'What we receive',
  permission: 'member',
  options: { community: community('The community') },
  shows: ['community'],
  run: async (context, { community: found }) => ({ card: await agreementCard(context, found) }),
  presses: {
    show: press({
      args: { c },
      permission: 'member',
      run: async (context, args) => ({ update: { card: await agreementCard(context, args.c) } }),
    }),
    items: press({
      args: { c, k: z.enum(ITEM_LISTS), n: page },
      permission: 'member',
      run: async (context, { c: found, k, n }) => ({ update: { card: await itemsCard(context, found, k, n) } }),
    }),
    item: press({ args: { i }, run: one }),
    earlier: press({
      args: { c },
      permission: 'member',
      run: async (context, args) => ({ update: { card: await earlierCard(context, args.c) } }),
    }),
    object: press({
      args: { c, m: z.string().max(7) },
      permission: 'member',
      run: (context, args) => object(context, args.c, args.m),
    }),
    worth: press({
      args: { i, v: z.enum(['0', '1']) },
      run: (context, args) => sayValue(context, args.i, args.v === '1'),
    }),
    in: press({ args: { i }, run: (context, args) => countIn(context, args.i) }),
    out: press({ args: { i }, run: (context, args) => takeBackAnswer(context, args.i) }),
    words: press({
      args: { i },
      title: 'Your answer',
      fields: { answer: text('Staff read it with your name; nobody else does', { max: ANSWER_MAX, long: true }) },
      run: (context, { i: id, answer }) => answerInWords(context, id, answer.slice(0, ANSWER_MAX)),
    }),
    quote: press({
      args: { i },
      title: 'Your answer',
      fields: {
        answer: text('Staff read it with your name', { max: ANSWER_MAX, long: true }),
        show: choice('May they show it to others? Left out: no', SHOWN).optional(),
      },
      run: (context, { i: id, answer, show }) => answerInWords(context, id, answer.slice(0, ANSWER_MAX), show),
    }),
    accept: press({ args: { i }, run: (context, args) => accept(context, args.i) }),
    decline: press({
      args: { i },
      title: 'Decline an offer',
      fields: { reason: text('Reason. All staff of the organization read it', { max: REASON_MAX, long: true }) },
      run: (context, { i: id, reason }) => decline(context, id, reason.slice(0, REASON_MAX)),
    }),
    later: press({
      args: { i },
      title: 'Put an offer off',
      fields: { until: text('Until when, such as: 2 weeks', { max: 60 }) },
      run: (context, { i: id, until }) => postpone(context, id, until),
    }),
    propose: press({ args: { c }, permission: 'organizer', run: (context, args) => change(context, args.c, {}) }),
    what: press({
      args: { c },
      permission: 'organizer',
      title: 'What is sent',
      fields: whatFields,
      run: (context, { c: found, ...typed }) => change(context, found, typed),
    }),
    when: press({
      args: { c },
      permission: 'organizer',
      title: 'When and how often',
      fields: whenFields,
      run: (context, { c: found, ...typed }) => change(context, found, typed),
    }),
    ask: press({ args: { c }, permission: 'organizer', run: (context, args) => ask(context, args.c) }),
    discard: press({ args: { c }, permission: 'organizer', run: (context, args) => discard(context, args.c) }),
  },
})

/** One item: organizers answer what is offered, members what was sent. */
async function one(context: Context, args: { i: string }): Promise<Reply> {
  const { store, caller, organization } = context
  const { item, found } = await insideItem(context, args.i)
  if (isForOrganizers(item) && found.standing.organizer)
    return { update: { card: await itemQuestion(store, item, found) } }
  const own = await store.itemAnswers.own(item.id, caller.id)
  const card = itemCard(item, organization.name, own)
  return { update: { card } }
}

/** Says, once a month, that more was sent than agreed. Staff read how many say so, roughly, and never who. */
async function object(context: Context, found: Found, key: string): Promise<Reply> {
  const { store, caller, now, organization } = context
  const month = (await monthsOf(store, found, now)).find((one) => one.key === key)
  if (!month) throw new Refusal(say`That month is over for good. Look again with ${{ typed: '/agreement' }}.`)
  if (!month.isOver) throw new Refusal(say`In ${monthNamed(month.at, month.zone)} no more was sent than you agreed on.`)
  const isNew = await store.agreements.object(found.id, caller.id, key, now)
  return {
    text: isNew
      ? say`Noted. Staff of ${organization.name} read how many say so, never who.`
      : say`You have said so of that month already.`,
  }
}

/** Writes the draft that organizers share, from what holds or from what was drafted before. */
async function change(context: Context, found: Found, typed: TypedTerms): Promise<Reply> {
  const { store, now } = context
  const current = await store.agreements.current(found.id)
  const before = (await store.agreements.draft(found.id)) ?? current
  const id = await store.agreements.write(found.id, termsOf(typed, before), now)
  const draft = await store.agreements.get(id)
  if (!draft) throw new Error('a draft that was just written is there')
  return { update: { card: draftCard(draft, current, found, now) } }
}

async function ask(context: Context, found: Found): Promise<Reply> {
  const { store, caller, now } = context
  const draft = await store.agreements.draft(found.id)
  if (!draft) throw new Refusal(say`There is no draft any more. Begin anew with ${{ typed: '/agreement' }}.`)
  await askForAgreement(store, draft, found, now, caller.id)
  await store.audit.note(caller, 'organizer', 'agreement asked', now, { community: found })
  return { update: { text: say`All members are asked, for a week. If the ballot says yes, it holds from then on.` } }
}

async function discard(context: Context, found: Found): Promise<Reply> {
  const draft = await context.store.agreements.draft(found.id)
  if (draft) await context.store.agreements.discard(draft.id)
  return { update: { text: say`Thrown away. Everything stays as it is.` } }
}
