import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { say, type Text } from '../src/core/say.ts'
import { midnight } from '../src/core/schedule.ts'
import { roughly } from '../src/core/small-numbers.ts'
import { integer } from '../src/option.ts'
import { address, type Card } from '../src/reply.ts'
import type { Act } from '../src/store/audit.ts'

const PAGE = 10
const PAGES_MAX = 10_000
/** Members' acts are counted over so many full days. */
const DAYS = 30

export default command({
  name: 'audit',
  description: 'What organizers and staff did, and how much members do',
  permission: 'staff',
  group: 'staff',
  options: { page: integer('Which page; the first is the newest', 1, PAGES_MAX).default(1) },
  shows: ['page'],
  run: async (context, { page }) => ({ card: await show(context, page) }),
  presses: {
    page: press({
      args: { n: z.coerce.number().int().min(1).max(PAGES_MAX) },
      permission: 'staff',
      run: async (context, { n }) => ({ update: { card: await show(context, n) } }),
    }),
  },
})

async function show(context: Context, page: number): Promise<Card> {
  const { store, caller } = context
  const found = await store.audit.list(caller.id, (page - 1) * PAGE, PAGE + 1)
  const hasEarlier = found.length > PAGE && page < PAGES_MAX
  return {
    title: page === 1 ? say`What organizers and staff did` : say`What organizers and staff did, page ${page}`,
    body:
      found.length === 0
        ? say`Nothing is written down here.`
        : say`${found.slice(0, PAGE).map((act) => say`${{ when: act.at }}: ${sentence(act)}`)}`,
    ...(page === 1 && { fields: await members(context) }),
    buttons: [
      ...(hasEarlier ? [{ label: say`Earlier`, press: address('audit.page', { n: page + 1 }) }] : []),
      ...(page > 1 ? [{ label: say`Later`, press: address('audit.page', { n: page - 1 }) }] : []),
    ],
  }
}

/** Members are counted, never named, and only up to last midnight, so that no two answers of a day tell of one person. */
async function members({ store, organization, now }: Context): Promise<{ label: Text; value: Text }[]> {
  const { zone } = organization
  const { joined, left, saidYes, tookBack } = await store.audit.counts(midnight(now, zone, DAYS), midnight(now, zone))
  return [
    { label: say`People who joined a community in the last ${DAYS} days`, value: roughly(joined) },
    { label: say`Who left one`, value: roughly(left) },
    { label: say`Who let the organization know something`, value: roughly(saidYes) },
    { label: say`Who took that back`, value: roughly(tookBack) },
  ]
}

/** How an act is told: who did it, to which community, and what was noted besides. */
type Telling = (who: Text, community: Text, detail: Text) => Text

/** What each act noted in the audit log reads like. An act that is missing here is told in its own words. */
const TELLINGS: Record<string, Telling> = {
  'request accepted': (who, c) => say`${who} let someone into ${c}.`,
  'request declined': (who, c) => say`${who} declined a request to join ${c}.`,
  'invitation made': (who, c) => say`${who} made an invitation code for ${c}.`,
  'organizer named': (who, c) => say`${who} left ${c} and named another organizer.`,
  'became organizer': (who, c) => say`${who} volunteered to look after ${c}.`,
  'community approved': (who, c) => say`${who} approved ${c}.`,
  'community declined': (who, c) => say`${who} declined ${c}.`,
  'community ended': (who, c) => say`${who} looked at ${c}, which its founder had taken back.`,
  'community made sensitive': (who, c) => say`${who} made ${c} sensitive.`,
  'personal links made': (who, c, detail) => say`${who} made ${detail} personal links into ${c}.`,
  'topic declined': (who, c) => say`${who} declined a topic of ${c}.`,
  'topic planned': (who, c) => say`${who} planned a topic of ${c}.`,
  'topic delivered': (who, c) => say`${who} delivered a topic of ${c}.`,
  'ballot opened': (who, c) => say`${who} opened a ballot in ${c}.`,
  'ballot changed': (who, c) => say`${who} changed a ballot in ${c} before anybody had voted.`,
  'ballot closed early': (who, c) => say`${who} closed a ballot in ${c} early.`,
  'ballot withdrawn': (who, c) => say`${who} withdrew a ballot in ${c}.`,
  'outcome stated': (who, c) => say`${who} said what follows from a decision of ${c}.`,
  'support needed changed': (who, c, detail) => say`${who} set the support that topics of ${c} need to ${detail}.`,
  'setup changed': (who, _, detail) => say`${who} changed the setup: ${detail}.`,
  'destination tried again': (who, _, detail) => say`${who} had ${detail} tried again.`,
  'destination started': (who, _, detail) => say`${who} started ${detail}.`,
  'held removals let go': (who, _, detail) => say`${who} let the removals go that were held back from ${detail}.`,
  'destination paused': (who, _, detail) => say`${who} paused ${detail}.`,
  'list chosen': (who, c, detail) => say`${who} chose the list or tag of ${c} in ${detail}.`,
  'destination told again': (who, _, detail) => say`${who} had ${detail} told again since a day.`,
  'destination compared': (who, _, detail) => say`${who} had ${detail} compared with what it should hold.`,
  'destination turned to release only': (who, _, detail) => say`${who} turned ${detail} to release only.`,
  'destination turned to standing': (who, _, detail) => say`${who} turned ${detail} to standing.`,
  'person stopped': (who, _, detail) => say`${who} stopped somebody's being passed on to ${detail}.`,
  'absentees let go': (who, _, detail) => say`${who} said that the many who are gone from ${detail} have left.`,
  'absentees put back': (who, _, detail) => say`${who} had the many who were gone from ${detail} put back.`,
  'people asked': (who, _, detail) => say`${who} asked people whose address ${detail} does not take to look at it.`,
  'failed reports ignored': (who, _, detail) => say`${who} let the failed reports to ${detail} be.`,
  'record handed out': (who) => say`${who} handed out what is stored about somebody.`,
  'proof handed out': (who) => say`${who} handed out the proof of a yes.`,
  'person forgotten': (who) => say`${who} forgot somebody who asked for it by letter.`,
  'stuck effects tried again': (who, _, detail) => say`${who} had stuck ${detail} tried again.`,
  'stuck effects ignored': (who, _, detail) => say`${who} let stuck ${detail} be.`,
}

function sentence({ act, role, actor, about, detail }: Act): Text {
  const nobody = role === 'staff' ? say`Someone of staff` : say`An organizer`
  const who = actor === null ? nobody : say`${{ strong: actor }}`
  const words = say`${detail ?? ''}`
  const community = communityIn(about)
  const tell = Object.hasOwn(TELLINGS, act) ? TELLINGS[act] : undefined
  if (tell) return tell(who, community, words)
  const where = about === 'nothing' ? say`` : say` (${community})`
  return detail ? say`${who}: ${act}${where}, ${words}.` : say`${who}: ${act}${where}.`
}

function communityIn(about: Act['about']): Text {
  if (about === 'hidden') return say`a hidden community`
  if (about === 'gone' || about === 'nothing') return say`a community that is gone`
  return say`${{ strong: about.community }}`
}
