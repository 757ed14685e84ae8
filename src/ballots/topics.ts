import type { HeldBallot } from '../core/held-ballot.ts'
import { Refusal } from '../core/refusal.ts'
import { say, type Text } from '../core/say.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'

const topicsOf = ({ options }: HeldBallot, places?: number[]): string[] =>
  options.flatMap(({ topicId }, place) => (topicId && (!places || places.includes(place)) ? [topicId] : []))

/** Topics that become options are on the ballot from now on, which who proposed them hears. */
export async function ontoBallot(store: Store, ballot: HeldBallot, community: WithStanding, now: Date): Promise<void> {
  const turned = await store.topics.turn(topicsOf(ballot), ['proposed'], 'balloted', now)
  const gone = ballot.options.filter(({ topicId }) => topicId && !turned.some(({ id }) => id === topicId))
  if (gone.length > 0)
    throw new Refusal(
      say`${gone.map(({ label }) => `“${label}”`).join(', ')}: not proposed any more, or on another ballot. Change the options first.`,
    )
  await tellEach(
    store,
    turned,
    community,
    now,
    (title) => say`Your topic “${title}” is on a ballot in ${{ strong: community.name }}: ${ballot.question}`,
  )
}

/** What was chosen is chosen, and the rest can be supported again; who proposed it hears either. */
export async function tellOfTopics(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  now: Date,
): Promise<void> {
  const winners = ballot.result?.winners ?? []
  const chosen = await store.topics.turn(topicsOf(ballot, winners), ['balloted'], 'chosen', now)
  await tellEach(
    store,
    chosen,
    community,
    now,
    (title) => say`Your topic “${title}” was chosen in ${{ strong: community.name }}. You hear how it goes on.`,
  )
  const others = await store.topics.turn(topicsOf(ballot), ['balloted'], 'proposed', now)
  await tellEach(
    store,
    others,
    community,
    now,
    (title) =>
      say`Your topic “${title}” was not chosen in ${{ strong: community.name }} this time. It can be supported again.`,
  )
}

/** The ballot they were on was taken back. */
export async function backToProposed(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  now: Date,
): Promise<void> {
  const turned = await store.topics.turn(topicsOf(ballot), ['balloted'], 'proposed', now)
  await tellEach(
    store,
    turned,
    community,
    now,
    (title) =>
      say`The ballot with your topic “${title}” in ${{ strong: community.name }} was withdrawn. It is proposed as before.`,
  )
}

async function tellEach(
  store: Store,
  turned: { title: string; proposerId: string | null }[],
  community: WithStanding,
  now: Date,
  words: (title: string) => Text,
): Promise<void> {
  const { platform, workspace } = community
  for (const { title, proposerId } of turned) {
    if (proposerId === null) continue
    await store.notices.tell([proposerId], 'topic', { text: words(title) }, now, { platform, workspace }, community)
  }
}
