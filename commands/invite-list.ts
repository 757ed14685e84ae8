import { readAddressList, writeAddressList } from '../src/address-list.ts'
import { type Context, command } from '../src/command.ts'
import { isWanted } from '../src/core/community.ts'
import { sameEmail } from '../src/core/person.ts'
import { endOfPersonal } from '../src/core/personal-link.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { community, type Found, file } from '../src/option.ts'
import type { Reply } from '../src/reply.ts'

const FILE_MAX = 10_000_000
/** What the new column is called, for a mailing tool's merge field. */
const COLUMN = 'join_link'

export default command({
  name: 'invite-list',
  description: 'A personal link for each address on a list',
  permission: 'staff',
  group: 'staff',
  options: {
    community: community('The community', 'any'),
    file: file('The list: a CSV file with a column of e-mail addresses', { max: FILE_MAX }).optional(),
  },
  async run(context, { community: found, file: list }) {
    const why = whyNot(found, context.now)
    if (why) throw new Refusal(why, 'community')
    return list === undefined ? howTo(context, found) : invite(context, found, list)
  },
})

/** Why nobody can be written to about a community; nothing where they can. */
function whyNot(found: Found, now: Date): Text | undefined {
  const name = { strong: found.name }
  if (found.sensitive) return say`${name} is sensitive: nobody is written to about it.`
  if (found.visibility === 'secret')
    return say`${name} is secret: its organizers let people in with ${{ typed: '/invite' }}.`
  if (found.state === 'waiting') return say`${name} waits to be approved. Links can be made after that.`
  if (found.state !== 'open' && !isWanted(found, now)) return say`${name} takes nobody in any more.`
  return undefined
}

function howTo({ site }: Context, found: Found): Reply {
  const page = { link: `${site}/do/invite-list`, label: 'this page' }
  return {
    text: lines(
      say`A list goes in as a file, on ${page}: a CSV file with a column of e-mail addresses.`,
      say`You get it back with one more column, ${{ typed: COLUMN }}, which holds a link into ${{ strong: found.name }} for each address.`,
    ),
  }
}

async function invite({ store, caller, now, site }: Context, found: Found, text: string): Promise<Reply> {
  const list = readAddressList(text)
  const { addresses } = list
  const links = await store.personalLinks.make(
    found.id,
    addresses.filter((one) => one !== undefined),
    now,
  )
  const column = addresses.map((one) => {
    const token = one === undefined ? undefined : links.get(sameEmail(one))
    return token === undefined ? '' : `${site}/i/${token}`
  })
  const withoutAddress = addresses.filter((one) => one === undefined).length
  const forgotten = column.filter((link) => link === '').length - withoutAddress
  await store.audit.note(caller, 'staff', 'personal links made', now, { community: found, detail: String(links.size) })
  return {
    text: lines(
      say`${rowsOf(addresses.length)} read, ${{ count: links.size, one: 'personal link', other: 'personal links' }} into ${{ strong: found.name }} made. Each is for the address in its row, and ends ${{ when: endOfPersonal(now) }}.`,
      withoutAddress > 0 && say`Without a link, for want of an e-mail address: ${rowsOf(withoutAddress)}.`,
      forgotten > 0 && say`Without a link, because their owners asked to be forgotten here: ${rowsOf(forgotten)}.`,
      say`The file holds your rows as they were, and the links in the column ${{ typed: COLUMN }}. Kindred keeps neither for longer than an hour.`,
    ),
    file: {
      name: `${found.slug ?? 'community'}-links.csv`,
      type: 'text/csv',
      text: writeAddressList(list, COLUMN, column),
    },
  }
}

function rowsOf(count: number) {
  return { count, one: 'row', other: 'rows' }
}
