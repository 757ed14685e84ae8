import type { Limits } from './limits.ts'
import {
  type Entry,
  type Forgotten,
  Gone,
  type Listed,
  type Met,
  type Result,
  type Segment,
  type SegmentStore,
} from './segment-store.ts'

/** A person as a store knows them. */
export interface Contact {
  id: string
  email: string
  /** Made a moment ago, so that the store need not be asked about them. */
  isMade?: boolean
}

/** Somebody found or made, or why not. */
export type Meeting = { contact: Contact; isNew?: boolean } | Exclude<Result, Met>

/**
 * A store that keeps contacts, and lists or tags to put them on: what all of these have in common is in `contactLists`, and
 * what differs is here. Every call may be repeated, and answers with one result each, in order.
 */
export interface ContactStore extends Pick<SegmentStore, 'hear' | 'poll' | 'absent' | 'close'> {
  limits: Limits
  check(): Promise<void>
  make(segment: Segment, signal: AbortSignal): Promise<string>
  /** Finds or makes whoever has these addresses. Nobody is subscribed to anything by that, nor is a contact changed. */
  meet(entries: Entry[], signal: AbortSignal): Promise<Meeting[]>
  /** Those of the addresses that it knows. */
  find(emails: string[], signal: AbortSignal): Promise<Contact[]>
  add(list: string, contacts: Contact[], signal: AbortSignal): Promise<Result[]>
  remove(list: string, contacts: Contact[], signal: AbortSignal): Promise<Result[]>
  members(list: string, signal: AbortSignal): AsyncIterable<Listed>
  /** Deletes a contact that was made for us. */
  erase(contact: Contact, signal: AbortSignal): Promise<void>
}

/**
 * Segments as lists of contacts. Whoever has another address now is put on as who has that address, and taken off as who had
 * the one before: the contact itself is the organization's, and Kindred changes no address in it.
 */
export function contactLists({ limits, members, erase, ...store }: ContactStore): SegmentStore {
  const { meet, find, add, remove } = store
  const listOf = ({ id, key }: Segment): string => {
    if (id === undefined) throw new Error(`the list of ${key} was not made`)
    return id
  }

  /** Contacts that were made, and then not put on: the next try finds them, and they were made for us all the same. */
  const made = new Set<string>()

  /** Whom the store may hold for an entry, by whatever it was called. */
  async function heldFor(entries: Entry[], emailsOf: (entry: Entry) => string[], signal: AbortSignal) {
    const emails = [...new Set(entries.flatMap(emailsOf).map((email) => email.toLowerCase()))].filter(Boolean)
    const found = emails.length > 0 ? await find(emails, signal) : []
    return entries.map((entry) => {
      const own = emailsOf(entry).map((email) => email.toLowerCase())
      return found.filter(({ email }) => own.includes(email.toLowerCase()))
    })
  }

  /** Takes contacts off a list, several for each entry, and gives for each entry the worst that came of it. */
  async function takeOff(list: string, contacts: Contact[][], signal: AbortSignal): Promise<Result[]> {
    const results = contacts.flat().length > 0 ? await remove(list, contacts.flat(), signal) : []
    let at = 0
    return contacts.map((own) => {
      const each = results.slice(at, at + own.length)
      at += own.length
      return each.find(({ result }) => result !== 'applied' && result !== 'accepted') ?? { result: 'applied' }
    })
  }

  return {
    ...store,
    batch: limits.batch,
    async put(segment, entries, signal) {
      const list = listOf(segment)
      const strangers = entries.filter(({ id }) => id === undefined)
      const met = strangers.length > 0 ? await meet(strangers, signal) : []
      const meetings: Meeting[] = entries.map((entry) =>
        entry.id === undefined
          ? (met[strangers.indexOf(entry)] ?? { result: 'retry', why: 'It did not say what became of this one.' })
          : { contact: { id: entry.id, email: entry.email } },
      )
      const contacts = meetings.flatMap((one) => ('contact' in one ? one.contact : []))
      for (const one of meetings) if ('contact' in one && one.isNew) made.add(one.contact.id)
      const added = contacts.length > 0 ? await add(list, contacts, signal) : []
      const stale = await heldFor(entries, ({ earlier }) => earlier, signal)
      const taken = await takeOff(
        list,
        entries.map((entry, i) => {
          const meeting = meetings[i]
          const now = meeting && 'contact' in meeting ? meeting.contact.id : undefined
          const before = [...(entry.earlierId ? [{ id: entry.earlierId, email: '' }] : []), ...(stale[i] ?? [])]
          // Only once the new one is on: nobody is without.
          return now === undefined ? [] : before.filter(({ id }) => id !== now)
        }),
        signal,
      )
      let at = 0
      const results = meetings.map((meeting, i): Result => {
        if (!('contact' in meeting)) return meeting
        const heard = added[at++] ?? { result: 'retry', why: 'It did not say what became of this one.' }
        if (heard.result !== 'applied' && heard.result !== 'accepted') return heard
        const before = taken[i]
        // One that it does not know any more is on no list.
        if (before && ['retry', 'wait', 'rejected'].includes(before.result)) return before
        return { ...heard, id: meeting.contact.id, ...(made.has(meeting.contact.id) && { isNew: true }) }
      })
      for (const one of results) if ('id' in one && one.id !== undefined) made.delete(one.id)
      return results
    },
    async take(segment, entries, signal) {
      const found = await heldFor(
        entries,
        ({ id, email, earlier }) => (id === undefined ? [email, ...earlier] : earlier),
        signal,
      )
      const contacts = entries.map(({ id, earlierId, email }, i) => [
        ...(id ? [{ id, email }] : []),
        ...(earlierId ? [{ id: earlierId, email: '' }] : []),
        ...(found[i] ?? []).filter((one) => one.id !== id && one.id !== earlierId),
      ])
      return takeOff(listOf(segment), contacts, signal)
    },
    async forget({ held, isOurs }: Forgotten, signal) {
      const emails = [...new Set(held.flatMap((one) => one.emails))]
      const found = emails.length > 0 ? await find(emails, signal) : []
      const contacts = ({ emails, ids }: Forgotten['held'][number]) => [
        ...ids.map((id) => ({ id, email: '' })),
        ...found.filter(({ id, email }) => emails.includes(email.toLowerCase()) && !ids.includes(id)),
      ]
      for (const one of held) {
        if (one.segment.id === undefined) continue
        const results = await takeOff(one.segment.id, [contacts(one)], signal).catch((error: unknown) => {
          // Nobody is on a list that is not there any more.
          if (error instanceof Gone) return []
          throw error
        })
        const open = results.find(({ result }) => ['retry', 'wait', 'rejected'].includes(result))
        if (open) return open
      }
      const all = new Map(held.flatMap(contacts).map((one) => [one.id, one]))
      if (isOurs) for (const one of all.values()) await erase(one, signal)
      return { result: 'applied' }
    },
    list: (segment, signal) => members(listOf(segment), signal),
  }
}
