import { z } from 'zod'
import { type Context, command, press, type Server } from '../src/command.ts'
import { NOT_SET_UP, type Organization, timeZone } from '../src/core/organization.ts'
import { ON_THE_WEB, sameEmail } from '../src/core/person.ts'
import { Refusal } from '../src/core/refusal.ts'
import { KEEPING } from '../src/core/retention.ts'
import { say } from '../src/core/say.ts'
import { THRESHOLD } from '../src/core/topic.ts'
import { oneLine } from '../src/core/words.ts'
import { integer, text, yesNo } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'
import { settleAll } from '../src/settling.ts'
import { setupCard } from '../src/setup-card.ts'

/** What people read. */
const words = {
  name: text('Name of the organization', { max: 80 }).optional(),
  recipient: text('Who would write to people, in words they know, such as: the Museum', { max: 60 }).optional(),
  privacy: text('Link to the privacy notice', { max: 300 }).optional(),
  contact: text('Contact for questions', { max: 120 }).optional(),
  sender: text("Sender's name on mails", { max: 60 }).optional(),
}
/** What holds. */
const rules = {
  age: integer('Minimum age', 0, 21).optional(),
  'pledges-from': integer('Fewest pledges a founder may ask for', 1, 1_000).optional(),
  'pledges-to': integer('Most pledges a founder may ask for', 1, 1_000).optional(),
  approve: yesNo('Do staff look at new communities first?').optional(),
  block: text('Words no name may hold, separated by commas', { max: 500, long: true }).optional(),
}
/** Where and who. */
const places = {
  zone: text('Time zone, such as Europe/Berlin', { max: 60 }).optional(),
  language: text('Language, such as en', { max: 10 }).optional(),
  staff: text('Staff, as platform:id separated by commas', { max: 500, long: true }).optional(),
  'staff-room': text('Room where staff are told things', { max: 100 }).optional(),
  'staff-email': text('E-mail address of staff', { max: 254 }).optional(),
}

/** For how long. */
const keeping = {
  'keep-people': integer(
    'Months until who is in nothing and was not seen is forgotten',
    ...KEEPING.peopleMonths,
  ).optional(),
  'keep-audit': integer('Months for which acts of organizers and staff are kept', ...KEEPING.auditMonths).optional(),
  'keep-sent': integer('Days for which what was sent is written down', ...KEEPING.sentDays).optional(),
  'keep-seeds': integer('Months for which communities that did not open are kept', ...KEEPING.seedsMonths).optional(),
}
/** By how many. */
const deciding = {
  support: integer('Members who must support a topic before it is on a ballot', ...THRESHOLD).optional(),
}

const all = { ...words, ...rules, ...places, ...keeping, ...deciding }
type Wanted = { [K in keyof typeof all]?: z.output<(typeof all)[K]> }

export default command({
  name: 'setup',
  description: 'Describe the organization',
  permission: 'staff',
  group: 'staff',
  options: all,
  shows: [],
  async run(context, wanted) {
    if (Object.values(wanted).every((value) => value === undefined))
      return { card: withRooms(context, setupCard(context.organization, context.server?.())) }
    return { card: withRooms(context, setupCard(await save(context, wanted), context.server?.())) }
  },
  presses: {
    words: press({ args: {}, permission: 'staff', title: 'What people read', fields: words, run: saved }),
    rules: press({ args: {}, permission: 'staff', title: 'What holds', fields: rules, run: saved }),
    places: press({ args: {}, permission: 'staff', title: 'Where and who', fields: places, run: saved }),
    keeping: press({
      args: {},
      permission: 'staff',
      title: 'How long things are kept',
      fields: keeping,
      run: saved,
    }),
    deciding: press({ args: {}, permission: 'staff', title: 'How people decide', fields: deciding, run: saved }),
  },
})

/** Where rooms are made is of one server, so it is a command of its own. */
const withRooms = ({ server }: Context, card: Card): Card =>
  server ? { ...card, buttons: [...(card.buttons ?? []), { label: say`Rooms here`, press: address('rooms') }] } : card

async function saved(context: Context, wanted: Wanted): Promise<Reply> {
  return {
    update: { text: say`Saved.`, card: withRooms(context, setupCard(await save(context, wanted), context.server?.())) },
  }
}

async function save(
  { store, caller, where, server, organization: old, now }: Context,
  wanted: Wanted,
): Promise<Organization> {
  const optional = {
    privacyNotice: linkOf(wanted.privacy) ?? old.privacyNotice,
    contact: lineOf(wanted.contact) ?? old.contact,
    sender: lineOf(wanted.sender) ?? old.sender,
    staffRoom: wanted['staff-room'] ? { ...where, place: placeOf(wanted['staff-room'], where, server) } : old.staffRoom,
    staffEmail: emailOf(wanted['staff-email']) ?? old.staffEmail,
  }
  const name = lineOf(wanted.name) ?? old.name
  if (name === NOT_SET_UP.name)
    throw new Refusal(say`Give the organization's name first: ${{ typed: '/setup name:"City Museum"' }}.`)
  const organization: Organization = {
    isSetUp: true,
    name,
    recipient: lineOf(wanted.recipient) ?? (old.isSetUp ? old.recipient : name),
    language: languageOf(wanted.language) ?? old.language,
    zone: zoneOf(wanted.zone) ?? old.zone,
    minimumAge: wanted.age ?? old.minimumAge,
    pledgesFrom: wanted['pledges-from'] ?? old.pledgesFrom,
    pledgesTo: wanted['pledges-to'] ?? old.pledgesTo,
    approvesCommunities: wanted.approve ?? old.approvesCommunities,
    blockList: listOf(wanted.block) ?? old.blockList,
    staffIds: staffOf(wanted.staff) ?? old.staffIds,
    keepPeopleMonths: wanted['keep-people'] ?? old.keepPeopleMonths,
    keepAuditMonths: wanted['keep-audit'] ?? old.keepAuditMonths,
    keepSentDays: wanted['keep-sent'] ?? old.keepSentDays,
    keepSeedsMonths: wanted['keep-seeds'] ?? old.keepSeedsMonths,
    topicThreshold: wanted.support ?? old.topicThreshold,
    // Empty ones are left out rather than stored as undefined.
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
  }
  if (organization.pledgesFrom > organization.pledgesTo)
    throw new Refusal(say`The fewest pledges must not be more than the most.`)
  await store.organization.save(organization)
  await store.destinations.rename(organization.recipient)
  // With many people it takes seconds, so only where it can change anything.
  if (organization.recipient !== old.recipient) await settleAll(store, now)
  if (organization.privacyNotice) await store.staffNotes.resolve('no-privacy-notice', now)
  await store.audit.note(caller, 'staff', 'setup changed', now, {
    detail: Object.keys(wanted)
      .filter((key) => key in all)
      .join(', '),
  })
  return organization
}

/** A room as it is typed: by its name, with or without “#”, or picked from the platform's own list. */
function placeOf(typed: string, { platform }: Context['where'], serverOf: (() => Server) | undefined): string {
  const words = oneLine(typed)
  if (platform === ON_THE_WEB.platform)
    throw new Refusal(
      say`Staff have no room on the web. Name one from a chat, or give the e-mail address of staff instead.`,
      'staff-room',
    )
  const server = serverOf?.()
  if (!server) return words
  const name = words.replace(/^(<#(\d+)>|#?(.*))$/, '$2$3')
  const found = server.places.find((place) => place.id === name || place.name === name.toLowerCase())
  if (!found) throw new Refusal(say`There is no channel “${words}” here that Kindred can see.`)
  return found.id
}

function lineOf(typed: string | undefined): string | undefined {
  return typed === undefined ? undefined : oneLine(typed)
}

function listOf(typed: string | undefined): string[] | undefined {
  return typed?.split(',').map(oneLine).filter(Boolean)
}

function staffOf(typed: string | undefined): string[] | undefined {
  const ids = listOf(typed)
  const wrong = ids?.find((one) => !/^[a-z]+:\S+$/.test(one))
  if (wrong)
    throw new Refusal(
      say`“${wrong}” is no account. It looks like slack:U024BE7LH, discord:80351110224678912 or web:ana@example.org.`,
    )
  // On the web somebody is their address, which is compared in small letters.
  return ids?.map((one) => (one.startsWith('web:') ? sameEmail(one) : one))
}

function emailOf(typed: string | undefined): string | undefined {
  const parsed = z.email().optional().safeParse(typed?.trim())
  if (!parsed.success) throw new Refusal(say`“${typed ?? ''}” is not an e-mail address.`)
  return parsed.data
}

function languageOf(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined
  try {
    return Intl.getCanonicalLocales(typed.trim())[0]
  } catch {
    // The runtime says by a RangeError that it is no language tag.
    throw new Refusal(say`“${typed}” is not a language. It looks like en or de.`)
  }
}

function linkOf(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined
  if (!/^https?:\/\/\S+$/i.test(typed.trim()) || !URL.canParse(typed.trim())) {
    throw new Refusal(say`The privacy notice must be a link that begins with https://.`)
  }
  return typed.trim()
}

function zoneOf(typed: string | undefined): string | undefined {
  const parsed = timeZone.optional().safeParse(typed?.trim())
  if (!parsed.success) throw new Refusal(say`“${typed ?? ''}” is not a time zone. It looks like Europe/Berlin.`)
  return parsed.data
}
