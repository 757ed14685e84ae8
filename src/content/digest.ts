import { attentionOf } from '../core/agreement.ts'
import { nextDigest } from '../core/digest.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Button, type Card } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import type { DigestNews } from '../store/digests.ts'
import type { Store } from '../store/store.ts'
import { silentUntil } from './queue.ts'

/** Meetups so far ahead are told of. */
const AHEAD_MS = 35 * 86_400_000
/** Longer than since the opening of a community that is new, and than between two digests where some are wanted. */
const DAY_MS = 86_400_000
const LONG_AGO_MS = 62 * 86_400_000
/** More buttons would be a wall; the rest is in `/vote`. */
const BUTTONS_MAX = 4

/**
 * Makes a community's digest, if it is due: said in its rooms, and told to each who wants it in private, with what awaits
 * their own vote. All in one transaction, so that a crash leaves either none of it or all. Nothing new, nothing sent.
 */
export async function makeDigest(store: Store, communityId: string, now: Date): Promise<void> {
  const due = await store.digests.held(communityId, now)
  const community = due && (await store.communities.get(communityId))
  if (!due || !community) return
  const agreement = await store.agreements.current(communityId)
  const { zone } = await store.organization.get()
  const next = nextDigest(agreement.digest, now, attentionOf(agreement).silence, zone)
  const { version } = agreement
  // Worked out for the first time, or by another agreement: this one is none yet. What came about long ago is no news then.
  if (due.version !== version || agreement.digest === 'never') {
    const longAgo = due.digestedAt === null ? DAY_MS : LONG_AGO_MS
    const isLongAgo = now.getTime() - due.since.getTime() > longAgo
    return store.digests.again(communityId, next, { version, ...(isLongAgo && { made: now }) })
  }
  const until = await silentUntil(store, communityId, now)
  if (until) return store.digests.again(communityId, until)
  const news = await store.digests.news(communityId, due.since, now, new Date(now.getTime() + AHEAD_MS))
  if (isNothing(news)) return store.digests.again(communityId, next, { made: now })
  await store.posts.sayAfterSilence(communityId, { card: digestCard(community, news) }, now)
  const { platform, workspace } = community
  for (const [notVoted, personIds] of byVotes(await store.digests.readers(communityId, now))) {
    const card = digestCard(community, news, notVoted === '' ? [] : notVoted.split(','))
    await store.notices.tell(personIds, 'digest', { card }, now, { platform, workspace }, community)
  }
  await store.digests.again(communityId, next, { made: now })
}

/** A ballot that is still open, or a meetup to come, was told of before: alone they make no digest. */
const isNothing = ({ decided, topics, items, open, meetups }: DigestNews) =>
  [...decided, ...topics, ...items].length === 0 && ![...open, ...meetups].some((one) => one.isNew)

/** Readers with the same ballots left read the same. */
function byVotes(readers: { personId: string; notVoted: string[] }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { personId, notVoted } of readers) {
    const key = notVoted.join()
    groups.set(key, [...(groups.get(key) ?? []), personId])
  }
  return groups
}

/** The digest; with `notVoted`, the ballots on which its reader has not voted. */
function digestCard({ name }: WithStanding, news: DigestNews, notVoted?: string[]): Card {
  const waiting = news.open.filter(({ id }) => notVoted?.includes(id))
  const list = (label: Text, rows: Text[]) => (rows.length > 0 ? [{ label, value: lines(...rows) }] : [])
  const vote: Button[] = (notVoted ? waiting : news.open).slice(0, BUTTONS_MAX).map(({ id, question }) => ({
    label: say`Vote: ${question}`,
    press: address('vote.open', { b: id }),
  }))
  return {
    title: say`News of ${name}`,
    fields: [
      ...list(
        say`Open ballots`,
        news.open.map(({ id, question, closesAt }) => {
          const own = notVoted && (notVoted.includes(id) ? say` (you have not voted)` : say` (you have voted)`)
          return say`${question}, until ${{ when: closesAt }}${own ?? say``}`
        }),
      ),
      ...list(
        say`Decided`,
        news.decided.map(({ question }) => say`${question}`),
      ),
      ...list(
        say`Proposed`,
        news.topics.map(({ title }) => say`${title}`),
      ),
      ...list(
        say`Received`,
        news.items.map(({ title, link }) => (link === null ? say`${title}` : say`${title}: ${{ link, label: link }}`)),
      ),
      ...list(
        say`Meetups`,
        news.meetups.map(({ title, startsAt }) => say`${title}, ${{ when: startsAt }}`),
      ),
    ],
    buttons: vote,
  }
}
