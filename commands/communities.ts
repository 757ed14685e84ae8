import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { ON_THE_WEB } from '../src/core/person.ts'
import { say, type Text } from '../src/core/say.ts'
import { oneLine } from '../src/core/words.ts'
import { lookedFor, pageAddress } from '../src/looking.ts'
import { choice, text } from '../src/option.ts'
import { communityName } from '../src/own.ts'
import { address, type Button, type Reply } from '../src/reply.ts'
import type { WithStanding } from '../src/store/communities.ts'

const PAGE = 5
const SEARCH_MAX = 60
const TAG_MAX = 30
const SHOWN = ['all', 'mine', 'wanted'] as const

interface Search {
  search?: string | undefined
  tag?: string | undefined
  show?: (typeof SHOWN)[number] | undefined
}

export default command({
  name: 'communities',
  description: 'Find communities',
  permission: 'guest',
  options: {
    search: text('Words in the name or in what it is for', { max: SEARCH_MAX }).optional(),
    tag: text('A tag', { max: TAG_MAX, keyOnly: true }).optional(),
    show: choice('All, mine, or wanted (not open yet)', SHOWN).optional(),
  },
  shows: ['search', 'tag', 'show'],
  isPublic: true,
  run: (context, search) => page(context, search, 0),
  presses: {
    more: press({
      args: {
        d: z.string().optional(),
        n: z.coerce.number().int().min(1).max(10_000),
        s: z.string().optional(),
      },
      isPublic: true,
      async run(context, { d, n, s }) {
        const { search, tag, show } = await lookedFor(context, 'communities.more', { d, s })
        return { update: await page(context, { search, tag, show: SHOWN.find((one) => one === show) }, n) }
      },
    }),
  },
})

async function page(context: Context, { search, tag, show }: Search, skip: number): Promise<Reply> {
  const { store, caller } = context
  const words = oneLine(search ?? '').slice(0, SEARCH_MAX)
  const which = show ?? 'all'
  const found = await store.communities.list({
    personId: caller.id,
    search: words,
    tag: tag ?? '',
    which,
    skip,
    take: PAGE + 1,
  })
  if (found.length === 0) return nothing(context, words || (tag ?? ''), which)
  const listed = found.slice(0, PAGE)
  const buttons: Button[] = listed
    .filter((one) => one.standing.state === 'none' || one.standing.state === 'left')
    .map((one) => ({
      label: one.state === 'seed' ? say`Pledge for ${one.name}` : say`Join ${one.name}`,
      press: address('join', { community: one.id }),
    }))
  if (found.length > PAGE) {
    const press = await pageAddress(context, 'communities.more', skip + PAGE, { search: words, tag, show })
    buttons.push({ label: say`More`, press })
  }
  return {
    card: {
      title: { all: say`Communities`, mine: say`Your communities`, wanted: say`Wanted communities` }[which],
      fields: listed.map((one) => ({ label: communityName(one, context.where), value: describe(one, context.where) })),
      buttons,
    },
  }
}

async function nothing({ store, now }: Context, words: string, which: string): Promise<Reply> {
  if (which === 'mine')
    return { text: say`You are in no community yet. ${{ typed: '/communities' }} shows what there is.` }
  if (!words && which === 'wanted')
    return { text: say`None is wanted at the moment. Start one with ${{ typed: '/start-community' }}.` }
  if (!words) return { text: say`There is none yet. Start the first with ${{ typed: '/start-community' }}.` }
  // The exact name of a hidden one is no unmet need, and must not stand in a log.
  if (!(await store.communities.find(words, '', ''))) await store.needs.log('search', words, 0, now)
  return {
    text: say`Nothing found for “${words}”. Perhaps you would like to start it: ${{ typed: '/start-community' }}.`,
  }
}

function describe(one: WithStanding, { platform }: Context['where']): Text {
  const yours = {
    none: say``,
    left: say``,
    requested: say` You have asked to join.`,
    pledged: say` You have pledged.`,
    member: say` You're in.`,
  }[one.standing.state]
  const told = say`${one.need.replace(/[.!?]+$/, '')}. ${size(one)}${yours}`
  // On the web its name leads to its page.
  return platform === ON_THE_WEB.platform ? told : say`${told} ${{ typed: `/join ${one.slug ?? ''}` }}`
}

/** Sizes are told as they were last night and rounded to 5, or not at all (product.md, law 8). */
function size(one: WithStanding): Text {
  if (one.sensitive) return say``
  if (one.state === 'waiting') return say`Staff look at it first.`
  if (one.state === 'seed')
    return say`Wanted: opens at ${{ count: one.pledgesNeeded, one: 'pledge', other: 'pledges' }}.`
  return one.toldSize === null ? say`A few members.` : say`About ${one.toldSize} members.`
}
