import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { API_SCOPES, ASKS } from '../src/core/api-scope.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { oneLine } from '../src/core/words.ts'
import { text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'
import type { ApiKey } from '../src/store/api-keys.ts'
import type { DestinationState } from '../src/store/destinations.ts'

/** So many are shown at once. */
const SHOWN = 20
const NAME_MAX = 40

const key = z.ulid()

export default command({
  name: 'api-keys',
  description: 'Keys by which other departments look up what people let them know',
  permission: 'staff',
  group: 'staff',
  options: {
    make: text('Makes a key; what you call it, such as: Front desk', { max: NAME_MAX }).optional(),
    for: text('Which destination it is for, as DESTINATIONS names it', { max: 20 }).optional(),
  },
  shows: [],
  async run(context, { make: name, for: wanted }) {
    if (name === undefined && wanted !== undefined)
      throw new Refusal(
        say`What is the key to be called? ${{ typed: `/api-keys make:"Front desk" for:${wanted}` }}`,
        'make',
      )
    return name === undefined ? { card: await show(context) } : make(context, name, wanted)
  },
  presses: {
    more: press({
      args: { n: z.coerce.number().int().min(0).max(10_000) },
      permission: 'staff',
      run: async (context, { n }) => ({ update: { card: await show(context, n) } }),
    }),
    remove: press({ args: { t: key }, permission: 'staff', run: (context, { t }) => ask(context, t) }),
    'remove-now': press({ args: { t: key }, permission: 'staff', run: (context, { t }) => remove(context, t) }),
    keep: press({ args: {}, permission: 'staff', run: async (context) => ({ update: { card: await show(context) } }) }),
  },
})

async function make({ store, caller, now, site }: Context, typed: string, wanted: string | undefined): Promise<Reply> {
  const name = oneLine(typed)
  if (!name) throw new Refusal(say`A key needs a name with some letters.`, 'make')
  const { name: destination, recipient, started, pausedAt } = destinationOf(await store.destinations.list(), wanted)
  const token = await store.apiKeys.make({ name, destination, scopes: [...API_SCOPES] }, caller.id, now)
  await store.audit.note(caller, 'staff', 'API key made', now, { detail: `${name}, for ${destination}` })
  return {
    text: lines(
      say`The key ${{ strong: name }} for ${recipient}: ${{ strong: token }}`,
      say`Give it to them in a way that nobody reads. It is shown this once and kept nowhere; who loses it gets a new one.`,
      say`With it they look up one person at a time, as ${{ link: `${site}/api/openapi.json`, label: `${site}/api/openapi.json` }} says, and hear only what that person let them know. Each person sees in ${{ typed: '/my data' }} that it was looked up.`,
      (!started || pausedAt !== null) &&
        say`Until ${destination} is started in ${{ typed: '/status' }} they hear nothing.`,
    ),
    isSecret: true,
  }
}

/** The one that is named; else the only one there is to be asked. */
function destinationOf(all: DestinationState[], wanted: string | undefined): DestinationState {
  const asks = all.filter(({ connector }) => connector === ASKS)
  const found =
    wanted === undefined ? (asks.length === 1 ? asks[0] : undefined) : all.find(({ name }) => name === wanted.trim())
  if (found) return found
  if (all.length === 0)
    throw new Refusal(
      say`There is no destination yet. Add one to DESTINATIONS, such as desk=api, and start Kindred again.`,
      'for',
    )
  const names = all.map(({ name }) => name).join(', ')
  throw new Refusal(
    wanted === undefined
      ? say`For whom is it? Name one of these with for: ${names}.`
      : say`There is no destination “${wanted}”. There are: ${names}.`,
    'for',
  )
}

async function ask({ store }: Context, id: string): Promise<Reply> {
  const { name } = await found(store, id)
  const card = {
    title: say`Remove the key ${{ strong: name }}?`,
    body: say`Whoever looks something up with it is refused from then on. It can't be brought back; a new one can be made.`,
    buttons: [
      { label: say`Remove it`, press: address('api-keys.remove-now', { t: id }) },
      { label: say`Keep it`, press: address('api-keys.keep') },
    ],
  }
  return { update: { card } }
}

async function remove(context: Context, id: string): Promise<Reply> {
  const { store, caller, now } = context
  const { name, destination } = await found(store, id)
  await store.apiKeys.remove(id, now)
  await store.audit.note(caller, 'staff', 'API key removed', now, { detail: `${name}, for ${destination}` })
  return { update: { text: say`The key ${{ strong: name }} is worth nothing any more.`, card: await show(context) } }
}

async function found(store: Context['store'], id: string): Promise<ApiKey> {
  const one = await store.apiKeys.get(id)
  if (!one) throw new Refusal(say`That key was removed already. Those there are: ${{ typed: '/api-keys' }}`)
  return one
}

async function show({ store }: Context, skip = 0): Promise<Card> {
  const all = await store.apiKeys.list(skip, SHOWN + 1)
  const keys = all.slice(0, SHOWN)
  const destinations = await store.destinations.list()
  const recipientOf = (name: string) => destinations.find((one) => one.name === name)?.recipient
  return {
    title: say`Keys of other departments`,
    body: lines(
      say`With a key a department looks up one person at a time, and hears only what that person let it know.`,
      keys.length === 0 && say`There is none. Make one: ${{ typed: '/api-keys make:"Front desk" for:desk' }}`,
    ),
    fields: keys.map((one) => ({ label: say`${one.name}`, value: stateText(one, recipientOf(one.destination)) })),
    buttons: [
      ...keys.map(({ id, name }) => ({ label: say`Remove ${name}`, press: address('api-keys.remove', { t: id }) })),
      ...(skip > 0 ? [{ label: say`Back`, press: address('api-keys.more', { n: Math.max(0, skip - SHOWN) }) }] : []),
      ...(all.length > SHOWN ? [{ label: say`More`, press: address('api-keys.more', { n: skip + SHOWN }) }] : []),
    ],
  }
}

function stateText({ destination, scopes, createdAt, usedAt }: ApiKey, recipient: string | undefined): Text {
  const whose =
    recipient === undefined ? say`${destination}, which is not connected any more` : say`${recipient} (${destination})`
  const used = usedAt ? say`last used ${{ when: usedAt }}` : say`never used`
  return say`For ${whose}; may do: ${scopes.join(', ')}. Made ${{ when: createdAt }}, ${used}.`
}
