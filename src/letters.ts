import { forget } from './forgetting.ts'
import type { Database } from './store/database.ts'

/** How requests that come by letter are answered from the command line: what to type. */
export const LETTERS_HELP = [
  'npm run staff -- export PERSON        everything stored about somebody, as JSON, to be sent to them',
  'npm run staff -- erase PERSON --yes   forgets somebody here, and wherever they were told of',
  'npm run staff -- proof YES            what was shown for one yes, when, where, and what was pressed, as JSON',
  'PERSON is an address, an account such as discord:80351110224678912, or the number destinations know somebody by.',
  'YES is the number of a yes, as destinations hold it beside each person.',
].join('\n')

/** A request that can't be carried out as it was typed; its message says what to do. */
export class BadRequest extends Error {}

/** A request as it was typed, once it is understood. */
export interface Letter {
  verb: 'export' | 'erase' | 'proof'
  about: string
  isSure: boolean
}

/** Understands what was typed, before anything is opened for it. */
export function readLetter(words: string[]): Letter {
  const [verb, about = '', ...rest] = words
  const isKnown = verb === 'export' || verb === 'erase' || verb === 'proof'
  if (!isKnown || !about || rest.some((word) => word !== '--yes')) throw new BadRequest(LETTERS_HELP)
  return { verb, about, isSure: rest.length > 0 }
}

/** What staff do for somebody who asks by letter, written into the audit. Gives what is to be printed. */
export async function answerLetter(database: Database, { verb, about, isSure }: Letter, now: Date): Promise<string> {
  if (verb === 'export') return exportOf(database, about, now)
  if (verb === 'erase') return erase(database, about, isSure, now)
  return proof(database, about, now)
}

const FROM_COMMAND_LINE = { id: '', name: 'The command line' }

async function exportOf(database: Database, about: string, now: Date): Promise<string> {
  return database.transaction(async (store) => {
    const { id } = one(about, await store.records.find(about))
    await store.audit.note(FROM_COMMAND_LINE, 'staff', 'record handed out', now)
    return JSON.stringify({ madeAt: now.toISOString(), ...(await store.records.of(id)) }, null, 2)
  })
}

async function erase(database: Database, about: string, isSure: boolean, now: Date): Promise<string> {
  return database.transaction(async (store) => {
    const { id, accounts } = one(about, await store.records.find(about))
    const recipients = await store.sent.recipientsOf(id)
    const outside =
      recipients.length === 0 ? 'Nobody outside was ever told of them.' : `To be told too: ${recipients.join(', ')}.`
    if (!isSure) {
      return `This is ${accounts?.join(', ') ?? 'somebody without an account'}. ${outside}\nTo forget them for good, add --yes.`
    }
    // Staff were shown one person; both would be gone.
    if ((await store.people.whoNow(id)) !== id)
      throw new BadRequest(
        'They became one person with another at this moment. Look again who they are, then add --yes.',
      )
    await forget({ store, now }, id)
    await store.audit.note(FROM_COMMAND_LINE, 'staff', 'person forgotten', now)
    return `Forgotten here. ${outside}${recipients.length > 0 ? ' That is done by Kindred while it runs; /status says where it is not done yet.' : ''}\nBackups that hold them are gone within 7 days.`
  })
}

async function proof(database: Database, about: string, now: Date): Promise<string> {
  return database.transaction(async (store) => {
    const found = await store.records.proofOf(about)
    if (!found)
      throw new BadRequest(`There is no yes of the number ${about}. Whoever was forgotten has none here any more.`)
    await store.audit.note(FROM_COMMAND_LINE, 'staff', 'proof handed out', now)
    return JSON.stringify(found, null, 2)
  })
}

type Candidate = { id: string; name: string; accounts: string[] | null }

/** The one person meant; where an address is shared, staff name the account, and nobody is guessed. */
function one(about: string, found: Candidate[]): Candidate {
  const [first, ...others] = found
  if (!first) throw new BadRequest(`There is nobody here under ${about}.`)
  if (others.length === 0) return first
  const accounts = found.flatMap((candidate) => candidate.accounts ?? []).join('\n  ')
  throw new BadRequest(`${found.length} people go by ${about}. Name the account of the one you mean:\n  ${accounts}`)
}
