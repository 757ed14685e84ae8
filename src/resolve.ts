import { type Command, type Context, usage } from './command.ts'
import { isFoundByName, similar, slugOf } from './core/community.ts'
import { Refusal } from './core/refusal.ts'
import { say } from './core/say.ts'
import { oneLine } from './core/words.ts'
import type { CommunityRule, Found, OptionShape } from './option.ts'
import { address, type Reply } from './reply.ts'

/** How like a name must be to be offered under "did you mean". */
const LIKE_ENOUGH = 0.5
const OFFERED_MAX = 5
/** So many are shown as buttons; more would be a wall of them. */
const FEW = 5
/** A list of one's own communities holds no more on any platform; whoever is in more names the one they mean. */
const OWN_MAX = 25
const WORDS_MAX = 80

type Resolved = { found: Record<string, Found | undefined> } | { reply: Reply }

/**
 * Looks up the community an option names, before anything else about the command is decided: by name, slug, id or
 * invitation; left out, by the room or the caller's communities. What is unclear is asked with buttons that keep the
 * other words typed.
 */
export async function resolveCommunities(
  context: Context,
  command: Command,
  raw: Record<string, string>,
): Promise<Resolved> {
  const shape = command.shapes.find((one) => one.kind === 'community')
  if (shape?.kind !== 'community') return { found: {} }
  const invited = await byInvitation(context, command, raw, shape.name)
  if (invited) return { found: { [shape.name]: invited } }
  const words = oneLine(raw[shape.name] ?? '').slice(0, WORDS_MAX)
  if (shape.of === 'named' && words.toLowerCase() === 'all') return { found: { [shape.name]: undefined } }
  if (!words) return leftOut(context, command, shape, shape.of, raw)
  const { caller, store } = context
  const found = await store.communities.find(words, slugOf(words, ''), caller.id)
  if (found && isFoundByName(found, found.standing)) return { found: { [shape.name]: found } }
  return { reply: await didYouMean(context, command, shape, words, raw) }
}

async function byInvitation(
  { store, caller, now }: Context,
  command: Command,
  raw: Record<string, string>,
  communityOption: string,
): Promise<Found | undefined> {
  const option = command.shapes.find((one) => one.kind === 'invitation')
  if (!option) return undefined
  // A code alone is enough: people paste it where the name goes.
  const code = raw[option.name] ?? raw[communityOption] ?? ''
  const id = await store.invitations.communityOf(code, now)
  if (!id) return undefined
  raw[option.name] = code
  return store.communities.get(id, caller.id)
}

async function leftOut(
  context: Context,
  command: Command,
  shape: OptionShape,
  of: CommunityRule,
  raw: Record<string, string>,
): Promise<Resolved> {
  const { caller, store, where } = context
  const here = where.place
    ? await store.communities.ofPlace(where.platform, where.workspace, where.place, caller.id)
    : undefined
  if (here && isFoundByName(here, here.standing)) return { found: { [shape.name]: here } }
  if (of === 'named') return { found: { [shape.name]: undefined } }
  if (of === 'any') {
    throw new Refusal(
      say`Which community? Type ${{ typed: `/${command.name} its-name` }}, or look around with ${{ typed: '/communities' }}.`,
    )
  }
  const mine = await store.communities.mine(caller.id)
  const [only] = mine
  if (mine.length === 1 && only) return { found: { [shape.name]: only } }
  if (mine.length === 0) {
    throw new Refusal(say`You are in no community yet. Find one with ${{ typed: '/communities' }}.`)
  }
  return {
    reply: { text: say`Which community?`, card: await choose(context, command, shape, mine.slice(0, OWN_MAX), raw) },
  }
}

async function didYouMean(
  context: Context,
  command: Command,
  shape: OptionShape,
  words: string,
  raw: Record<string, string>,
): Promise<Reply> {
  const own = await context.store.communities.mine(context.caller.id)
  const known = await context.store.communities.names()
  const all = [...new Map([...known, ...own].map((community) => [community.id, community])).values()]
  const close = similar(words, all, LIKE_ENOUGH).slice(0, OFFERED_MAX)
  const missing = say`There is no community called “${words}” here.`
  if (close.length === 0) {
    throw new Refusal(
      say`${missing} Find one with ${{ typed: '/communities' }}, or start it with ${{ typed: '/start-community' }}.`,
    )
  }
  return { text: say`${missing} Did you mean one of these?`, card: await choose(context, command, shape, close, raw) }
}

/** Buttons that run the command again with the community pressed and everything else as it was typed. */
async function choose(
  { store, caller, now }: Context,
  command: Command,
  shape: OptionShape,
  communities: { id: string; name: string }[],
  raw: Record<string, string>,
) {
  // A file is not kept: whoever presses gives it again.
  const files = command.shapes.filter(({ kind }) => kind === 'file').map(({ name }) => name)
  const others = Object.fromEntries(
    Object.entries(raw).filter(([name]) => name !== shape.name && !files.includes(name)),
  )
  const kept =
    Object.keys(others).length > 0 ? { d: await store.drafts.keep(caller.id, command.name, others, now) } : {}
  const options = communities.map(({ id, name }) => ({
    label: say`${name}`,
    press: address(command.name, { ...kept, [shape.name]: id }),
  }))
  return options.length > FEW ? { choice: { label: say`Community`, options } } : { buttons: options }
}

/** Words kept from an earlier message of the same person, with what this press adds. */
export async function withDraft(
  context: Context,
  command: Command,
  { d, ...raw }: Record<string, string>,
): Promise<Record<string, string>> {
  if (d === undefined) return raw
  const kept = await context.store.drafts.read(d, context.caller.id, command.name, context.now)
  if (!kept) throw new Refusal(say`That was too long ago. Type ${{ typed: usage(command) }} again.`)
  return { ...kept, ...raw }
}
