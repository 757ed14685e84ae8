import { outcomeLine } from '../src/ballots/outcome.ts'
import { command } from '../src/command.ts'
import { say, type Text } from '../src/core/say.ts'
import { monthOf } from '../src/core/when.ts'
import { community, type Found } from '../src/option.ts'
import { address, type Button } from '../src/reply.ts'

/** The others are under /decisions. */
const DECIDED_SHOWN = 3

export default command({
  name: 'about',
  description: 'What a community is and decided',
  permission: 'guest',
  options: { community: community('The community') },
  shows: ['community'],
  async run({ store, caller, organization, now }, { community: found }) {
    const inside = found.standing.state === 'member'
    const organizers = inside ? await store.memberships.organizers(found.id) : []
    const latest = { communityId: found.id, words: '' }
    const decided = inside ? await store.ballots.decided(caller.id, latest, { skip: 0, take: DECIDED_SHOWN }) : []
    const { from, to } = monthOf(now, organization.zone)
    const letters = inside && !found.sensitive ? await store.campaigns.sentIn(found.id, from, to) : 0
    return {
      card: {
        title: say`${{ strong: found.name }}`,
        body: say`${found.need}`,
        fields: [
          { label: say`State`, value: state(found) },
          ...(found.tags.length > 0 ? [{ label: say`Tags`, value: say`${found.tags.join(', ')}` }] : []),
          { label: say`Who can join`, value: who(found) },
          ...organizers.map((id) => ({ label: say`Organizer`, value: say`${{ person: id }}` })),
          ...decided.map((one) => ({ label: say`Decided: ${one.question}`, value: outcomeLine(one, found) })),
          ...(letters > 0 ? [{ label: say`Letters seen this month`, value: say`${letters}` }] : []),
          { label: say`You`, value: yours(found) },
        ],
        buttons: buttons(found),
      },
    }
  },
})

function state(found: Found): Text {
  switch (found.state) {
    case 'waiting':
      return say`Staff look at it first.`
    case 'seed': {
      const pledges = { count: found.pledgesNeeded, one: 'pledge', other: 'pledges' }
      return found.sensitive
        ? say`Not open yet.`
        : say`Wanted: opens at ${pledges}, by ${{ when: found.deadline ?? found.createdAt }}.`
    }
    case 'open':
      return found.sensitive
        ? say`Open.`
        : say`Open since ${{ when: found.openedAt ?? found.createdAt }}, ${size(found)}.`
    case 'closed':
      return say`Closed.`
    case 'sunk':
    case 'declined':
      return say`Did not open.`
    default:
      return found.state satisfies never
  }
}

function size(found: Found): Text {
  return found.toldSize === null ? say`a few members` : say`about ${found.toldSize} members`
}

function who(found: Found): Text {
  switch (found.visibility) {
    case 'open':
      return say`Everyone.`
    case 'request':
      return say`Whoever its organizers let in.`
    case 'secret':
      return say`Only people with an invitation code; nobody else can find it.`
    default:
      return found.visibility satisfies never
  }
}

function yours({ standing }: Found): Text {
  if (standing.organizer) return say`You are one of its organizers.`
  if (standing.state === 'member') return say`You're in.`
  if (standing.state === 'pledged') return say`You have pledged.`
  if (standing.state === 'requested') return say`You have asked to join.`
  return say`You are not in it.`
}

function buttons(found: Found): Button[] {
  const { state } = found.standing
  if (state === 'member') return [{ label: say`Leave`, press: address('leave', { community: found.id }) }]
  if (state === 'pledged') return [{ label: say`Take back`, press: address('join.back', { c: found.id }) }]
  if (state === 'requested' || (found.state !== 'open' && found.state !== 'seed')) return []
  const label = found.state === 'seed' ? say`Pledge` : say`Join`
  return [{ label, press: address('join.pledge', { c: found.id }) }]
}
