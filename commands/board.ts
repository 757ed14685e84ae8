import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { boardCard, communityCard, goalCard } from '../src/content/board.ts'
import { whatFields, whenFields } from '../src/content/terms-fields.ts'
import { type TypedTerms, termsOf, termsWords } from '../src/core/agreement.ts'
import { GOALS } from '../src/core/goal.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { oneLine } from '../src/core/words.ts'
import { community, type Found, text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'

const OWNER_MAX = 60

const n = z.coerce.number().int().min(0).max(10_000)
const g = z.enum(GOALS)
const c = community('Community')

export default command({
  name: 'board',
  description: 'Goals by communities',
  permission: 'staff',
  group: 'staff',
  options: {},
  shows: [],
  run: async (context) => ({ card: await boardCard(context, 0) }),
  presses: {
    page: press({
      args: { n },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await boardCard(context, args.n) } }),
    }),
    goal: press({
      args: { g, n },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await goalCard(context, args.g, args.n) } }),
    }),
    community: press({
      args: { c, n },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await communityCard(context, args.c, args.n) } }),
    }),
    owner: press({
      args: { c, g, n },
      permission: 'staff',
      title: 'Who answers for it',
      fields: { owner: text('Name or team; blank for nobody', { max: OWNER_MAX }).optional() },
      run: setOwner,
    }),
    start: press({
      args: {},
      permission: 'staff',
      run: async (context) => ({ update: { card: await startCard(context) } }),
    }),
    what: press({ args: {}, permission: 'staff', title: 'What is sent', fields: whatFields, run: setStart }),
    when: press({ args: {}, permission: 'staff', title: 'When and how often', fields: whenFields, run: setStart }),
  },
})

async function setOwner(
  context: Context,
  { c: found, g: goal, n: skip, owner }: { c: Found; g: (typeof GOALS)[number]; n: number; owner?: string | undefined },
): Promise<Reply> {
  const { store, caller, now } = context
  if (found.sensitive) throw new Refusal(say`That community is not there any more.`)
  await store.board.setOwner(found.id, goal, oneLine(owner ?? '').slice(0, OWNER_MAX))
  await store.audit.note(caller, 'staff', 'owner of a goal changed', now, { community: found, detail: goal })
  return { update: { card: await goalCard(context, goal, skip) } }
}

/** What a community's agreement is when it opens, before it decides on one of its own. */
async function startCard({ store }: Context): Promise<Card> {
  return {
    title: say`What communities start with`,
    body: say`It holds for communities that open from now on, until their members decide on an agreement of their own, by ballot. Those that are open keep what they started with.`,
    fields: termsWords(await store.agreements.usual()),
    buttons: [
      { label: say`Change what is sent`, press: address('board.what') },
      { label: say`Change when and how often`, press: address('board.when') },
      { label: say`Back`, press: address('board.page', { n: 0 }) },
    ],
  }
}

async function setStart(context: Context, typed: TypedTerms): Promise<Reply> {
  const { store, caller, now, organization } = context
  if (!organization.isSetUp) throw new Refusal(say`Describe the organization first, with ${{ typed: '/setup' }}.`)
  await store.agreements.setUsual(termsOf(typed, await store.agreements.usual()), now)
  await store.audit.note(caller, 'staff', 'what communities start with changed', now)
  return { update: { text: say`Saved.`, card: await startCard(context) } }
}
