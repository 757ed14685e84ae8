import type { Context } from './command.ts'
import { lines, say, type Text } from './core/say.ts'
import { roughly, somePeople } from './core/small-numbers.ts'
import { wallClock } from './core/wall-clock.ts'
import { destinationButtons, destinationState, type Each, eachDestination } from './destination-state.ts'
import { vanishedButtons, vanishedFrom, vanishedWords } from './destination-vanished.ts'
import { address, type Button, type Card } from './reply.ts'
import type { Drift } from './store/listing.ts'

/** So many communities are shown at once, and so many reasons why reports failed. */
const [PAGE, REASONS] = [15, 5]
const DAY_MS = 86_400_000
/** Discord takes 25 buttons. */
const BUTTONS_MAX = 25

/** Every destination in one line each, and a button for more about each. */
export async function allDestinations(context: Context): Promise<Card> {
  const each = await eachDestination(context)
  return {
    title: say`Where it goes`,
    body:
      each.length === 0
        ? say`Nothing is connected: whoever runs Kindred names the services you send from in DESTINATIONS.`
        : say`The services you send from. Each is told of people who said yes to it, and of nobody else.`,
    fields: each.map((one) => ({
      label: say`${one.one.name}: ${one.one.purpose} for ${one.one.recipient}`,
      value: lines(destinationState(one, context.now), say`${looked(one)}`),
    })),
    buttons: each
      .map(({ one }) => ({ label: say`More about ${one.name}`, press: address('destinations.show', { d: one.name }) }))
      .slice(0, BUTTONS_MAX),
  }
}

/** Everything about one destination, with its communities from one on. */
export async function destinationCard(context: Context, each: Each, skip = 0): Promise<Card> {
  const { store, caller, organization, now } = context
  const { one } = each
  const { drift, toldAt } = await store.destinationCare.last(one.name)
  const found = await store.destinationCare.map(one.name, caller.id, skip, PAGE + 1)
  const dead = await store.destinationCare.dead(one.name)
  const kinds = await vanishedFrom(context, one.name)
  const vanished = vanishedWords(one, kinds)
  const { said, notSaid } = await store.destinations.dryRun(one.name)
  const dry = say`Started, it would be told of ${somePeople(said)} who have said yes to it; ${roughly(notSaid)} have not, and are asked once, at their next own act. Nobody is passed on before.`
  return {
    title: say`${one.name}: ${one.purpose} for ${one.recipient}`,
    ...(!one.started && { body: dry }),
    fields: [
      { label: say`How it is`, value: destinationState(each, now) },
      { label: say`Who is in it`, value: one.mode === 'release' ? RELEASE : STANDING },
      { label: say`What is passed on`, value: one.fields ? say`${one.fields}` : say`what people said yes to` },
      { label: say`Told last`, value: toldLast(toldAt, now, organization.zone) },
      { label: say`Compared with what it holds`, value: lines(looked(each), drift && foundThere(drift)) },
      ...(vanished ? [{ label: say`Gone from it, so many at once`, value: vanished }] : []),
      ...dead
        .slice(0, REASONS)
        .map((reason) => ({ label: say`Not taken: ${roughly(reason.count)}`, value: say`${reason.failure}` })),
    ],
    ...(found.length > 0 && {
      table: {
        columns: [say`Community`, say`List or tag there`, say`Chosen by`],
        rows: found
          .slice(0, PAGE)
          .map(({ name, externalId, chosen, next }) => [
            name === null ? say`one you may not know of` : say`${name}`,
            listed(one.needsList, externalId, next),
            externalId === null ? say`` : chosen ? say`you` : say`Kindred`,
          ]),
      },
    }),
    buttons: [
      ...destinationButtons(each, 'destinations'),
      ...vanishedButtons(one, kinds),
      ...more(
        each,
        dead.some(({ refused }) => refused),
        skip,
        found.length > PAGE,
      ),
    ],
  }
}

const STANDING = say`Standing: everybody who said yes, at once.`
const RELEASE = say`Release only: nobody but audiences that you release.`

/** The day at most: a time would tell staff who acted just then. */
function toldLast(at: Date | null, now: Date, zone: string): Text {
  if (!at) return say`never`
  const dayOf = (moment: Date) => Math.floor(wallClock(moment, zone).getTime() / DAY_MS)
  const days = dayOf(now) - dayOf(at)
  if (days <= 0) return say`today`
  if (days === 1) return say`yesterday`
  return days <= 7 ? say`in the last seven days` : say`more than a week ago`
}

function listed(needsList: boolean, externalId: string | null, next: string | null): Text {
  if (!needsList) return say`it needs none`
  if (next !== null) return say`${externalId ?? say`none yet`}, soon ${next}`
  return externalId === null ? say`made on first use` : say`${externalId}`
}

function looked({ one: { canList, reconciledAt, reconcileAt } }: Each): Text {
  if (!canList) return say`It does not say whom it holds.`
  const next = reconcileAt ? say` Next: ${{ when: reconcileAt }}.` : say``
  return reconciledAt ? say`Looked at ${{ when: reconciledAt }}.${next}` : say`Not looked at yet.${next}`
}

function foundThere({ missing, extra, suppressed, strangers }: Drift): Text {
  return say`Missing there: ${roughly(missing)}. There without a yes: ${roughly(extra)}. Not written to any more: ${roughly(suppressed)}. Nobody of ours, and left alone: ${roughly(strangers)}.`
}

function more({ one }: Each, hasRefused: boolean, skip: number, hasMore: boolean): Button[] {
  const { name: d, mode, canList } = one
  return [
    ...(hasRefused
      ? [{ label: say`Ask them to look at their address`, press: address('destinations.ask', { d }) }]
      : []),
    ...(canList ? [{ label: say`Compare ${d} now`, press: address('destinations.look', { d }) }] : []),
    mode === 'release'
      ? { label: say`Standing`, press: address('destinations.modes', { d, m: 'standing' }) }
      : { label: say`Release only`, press: address('destinations.modes', { d, m: 'release' }) },
    ...(skip > 0 ? [{ label: say`First communities`, press: address('destinations.show', { d }) }] : []),
    ...(hasMore ? [{ label: say`More communities`, press: address('destinations.more', { d, n: skip + PAGE }) }] : []),
  ]
}
