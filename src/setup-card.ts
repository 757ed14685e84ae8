import type { Server } from './command.ts'
import type { Organization } from './core/organization.ts'
import { say, type Text } from './core/say.ts'
import { address, type Card } from './reply.ts'

/** The organization as staff see it, with what each part of it is changed by. */
export function setupCard(organization: Organization, server: Server | undefined): Card {
  const missing = say`not set`
  const or = (value: string | undefined): Text => (value ? say`${value}` : missing)
  return {
    title: organization.isSetUp ? say`${{ strong: organization.name }}` : say`Not set up yet`,
    body: organization.isSetUp
      ? say`People are asked whether ${{ strong: organization.recipient }} may know. With another name there, everybody is asked anew.`
      : say`Tell people who asks them: the organization's name, and a link to its privacy notice.`,
    fields: [
      { label: say`Privacy notice (nobody is asked without it)`, value: or(organization.privacyNotice) },
      { label: say`Contact`, value: or(organization.contact) },
      { label: say`Sender`, value: or(organization.sender) },
      { label: say`Language and time zone`, value: say`${organization.language}, ${organization.zone}` },
      { label: say`Minimum age`, value: say`${organization.minimumAge}` },
      { label: say`Pledges`, value: say`${organization.pledgesFrom} to ${organization.pledgesTo}` },
      { label: say`Staff look at new communities first`, value: organization.approvesCommunities ? say`yes` : say`no` },
      { label: say`Blocked words`, value: say`${organization.blockList.length}` },
      { label: say`Staff`, value: or(organization.staffIds.join(', ')) },
      {
        label: say`Staff room and e-mail`,
        value: say`${or(roomOf(organization, server))}, ${or(organization.staffEmail)}`,
      },
      { label: say`Support a topic needs`, value: say`${organization.topicThreshold}` },
      { label: say`Kept`, value: kept(organization) },
    ],
    buttons: [
      { label: say`What people read`, press: address('setup.words') },
      { label: say`What holds`, press: address('setup.rules') },
      { label: say`Where and who`, press: address('setup.places') },
      { label: say`How people decide`, press: address('setup.deciding') },
      { label: say`How long things are kept`, press: address('setup.keeping') },
    ],
  }
}

/** The staff room by its name, where it is in the server that asks; ids are no words for people. */
function roomOf({ staffRoom }: Organization, server: Server | undefined): string | undefined {
  if (!staffRoom) return undefined
  const here = server?.places.find(({ id }) => id === staffRoom.place)
  return here ? `#${here.name}` : server ? 'a channel elsewhere' : staffRoom.place
}

function kept({ keepPeopleMonths, keepAuditMonths, keepSentDays, keepSeedsMonths }: Organization): Text {
  const months = (count: number) => ({ count, one: 'month', other: 'months' })
  const days = { count: keepSentDays, one: 'day', other: 'days' }
  return say`people who are gone ${months(keepPeopleMonths)}, acts of organizers and staff ${months(keepAuditMonths)}, what was sent ${days}, communities that did not open ${months(keepSeedsMonths)}`
}
