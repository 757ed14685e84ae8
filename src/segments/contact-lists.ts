import { inTurn } from './api.ts'
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

/** Why nobody was found, made or seen. */
type Unmet = Exclude<Result, Met>

/** Somebody found or made, or why not. */
export type Meeting = { contact: Contact; isNew?: boolean } | Unmet

const UNSAID: Unmet = { result: 'retry', why: 'It did not say what became of this one.' }

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
  /** Whether a list holds anybody by one of these addresses, each asked for on its own; where whoever is missing has left. */
  isOn?(list: string, emails: string[][], signal: AbortSignal): Promise<(boolean | Unmet)[]>
  remove(list: string, contacts: Contact[], signal: AbortSignal): Promise<Result[]>
  /** Some of those on a list, from the first or from where the last page ended, and where this one does, if there are more. */
  members(list: string, from: string | undefined, signal: AbortSignal): Promise<MembersPage>
  /** Deletes a contact that was made for us. */
  erase(contact: Contact, signal: AbortSignal): Promise<void>
}

/** Some of those on a list; `next` is undefined where there are no more. */
export interface MembersPage {
  listed: Listed[]
  next?: string | undefined
}

/** The most letters of a list's name that every store takes. */
const NAME_MAX = 100

/** What a segment's list is called where none is there yet: two communities may have one name, so its key is in it. */
export function listName({ key, name }: Segment): string {
  const end = ` (${key})`
  return `Kindred: ${[...name].slice(0, NAME_MAX - 'Kindred: '.length - end.length).join('')}${end}`
}

/**
 * Segments as lists of contacts. Whoever has another address now is put on as who has that address, and taken off as who had
 * the one before: the contact itself is the organization's, and Kindred changes no address in it.
 */
export function contactLists({ limits, members, erase, isOn, ...store }: ContactStore): SegmentStore {
  const { find, add, remove } = store
  const meet = remembering(store.meet, limits.batch)
  /** Of whom is being forgotten, the lists they are off, so that a store that takes few requests is not begun with anew. */
  const isOff = new Map<string, Set<string>>()
  const listOf = ({ id, key }: Segment): string => {
    if (id === undefined) throw new Error(`the list of ${key} was not made`)
    return id
  }

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

  async function putOn(segment: Segment, entries: Entry[], signal: AbortSignal): Promise<Result[]> {
    const list = listOf(segment)
    const strangers = entries.filter(({ id }) => id === undefined)
    const met = await meet(strangers, signal)
    const meetings: Meeting[] = entries.map((entry) =>
      entry.id === undefined
        ? (met[strangers.indexOf(entry)] ?? UNSAID)
        : { contact: { id: entry.id, email: entry.email } },
    )
    const contacts = meetings.flatMap((one) => ('contact' in one ? one.contact : []))
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
      const heard = added[at++] ?? UNSAID
      if (heard.result !== 'applied' && heard.result !== 'accepted') return heard
      const before = taken[i]
      // One that it does not know any more is on no list.
      if (before && ['retry', 'wait', 'rejected'].includes(before.result)) return before
      return { ...heard, id: meeting.contact.id, ...(meeting.isNew && { isNew: true }) }
    })
    meet.forget(entries.filter((_, i) => !isOpen(results[i])))
    return results
  }

  async function takeFrom(segment: Segment, entries: Entry[], signal: AbortSignal): Promise<Result[]> {
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
  }

  /** Does the work for all but those whom the list is known to have held, and who have left it meanwhile. */
  async function butForLeft(
    segment: Segment,
    entries: Entry[],
    signal: AbortSignal,
    work: (stayed: Entry[]) => Promise<Result[]>,
  ): Promise<Result[]> {
    const known = isOn ? entries.filter(({ heldAs = [] }) => heldAs.length > 0) : []
    const emails = known.map(({ heldAs = [] }) => heldAs)
    const are = isOn && known.length > 0 ? await isOn(listOf(segment), emails, signal) : []
    const others = new Map<Entry, Result>()
    for (const [i, entry] of known.entries()) {
      const is = are[i] ?? UNSAID
      if (is === false) others.set(entry, { result: 'left' })
      else if (is !== true) others.set(entry, is)
    }
    const stayed = entries.filter((entry) => !others.has(entry))
    const results = stayed.length > 0 ? await work(stayed) : []
    return entries.map((entry) => others.get(entry) ?? results[stayed.indexOf(entry)] ?? UNSAID)
  }

  return {
    ...store,
    batch: limits.batch,
    put: (segment, entries, signal) => butForLeft(segment, entries, signal, (stayed) => putOn(segment, stayed, signal)),
    take: (segment, entries, signal) =>
      butForLeft(segment, entries, signal, (stayed) => takeFrom(segment, stayed, signal)),
    async forget({ person, held, isOurs }: Forgotten, signal) {
      const off = isOff.get(person) ?? new Set<string>()
      if (isOff.size > 10 * limits.batch) isOff.clear()
      isOff.set(person, off)
      const emails = [...new Set(held.flatMap((one) => one.emails))]
      const found = emails.length > 0 ? await find(emails, signal) : []
      const contacts = ({ emails, ids }: Forgotten['held'][number]) => [
        ...ids.map((id) => ({ id, email: '' })),
        ...found.filter(({ id, email }) => emails.includes(email.toLowerCase()) && !ids.includes(id)),
      ]
      for (const one of held) {
        if (one.segment.id === undefined || off.has(one.segment.id)) continue
        const results = await takeOff(one.segment.id, [contacts(one)], signal).catch((error: unknown) => {
          // Nobody is on a list that is not there any more.
          if (error instanceof Gone) return []
          throw error
        })
        const open = results.find(({ result }) => ['retry', 'wait', 'rejected'].includes(result))
        if (open) return open
        off.add(one.segment.id)
      }
      const all = new Map(held.flatMap(contacts).map((one) => [one.id, one]))
      if (isOurs) for (const one of all.values()) await erase(one, signal)
      isOff.delete(person)
      return { result: 'applied' }
    },
    async *list(segment, signal) {
      for (let from: string | undefined; ; ) {
        const { listed, next } = yield* inTurn(() => members(listOf(segment), from, signal))
        yield* listed
        if (next === undefined) return
        from = next
      }
    },
  }
}

const isOpen = (one: Meeting | Result | undefined) =>
  one === undefined || ('result' in one && (one.result === 'retry' || one.result === 'wait'))

/**
 * Meets nobody twice until they are on their list. A store that takes few requests in a time may take no more than the
 * meetings of a batch, and would be asked the same for ever; and who was made for us is new to it only once.
 */
function remembering(meet: ContactStore['meet'], batch: number) {
  const met = new Map<string, Meeting>()
  const keyOf = ({ person, email }: Entry) => `${person} ${email}`
  async function meetAnew(entries: Entry[], signal: AbortSignal): Promise<(Meeting | undefined)[]> {
    const unmet = entries.filter((entry) => !met.has(keyOf(entry)))
    if (met.size > 10 * batch) met.clear()
    const answers = unmet.length > 0 ? await meet(unmet, signal) : []
    unmet.forEach((entry, i) => {
      const answer = answers[i]
      if (answer && !isOpen(answer)) met.set(keyOf(entry), answer)
    })
    return entries.map((entry) => met.get(keyOf(entry)) ?? answers[unmet.indexOf(entry)])
  }
  return Object.assign(meetAnew, {
    forget(entries: Entry[]) {
      for (const entry of entries) met.delete(keyOf(entry))
    },
  })
}
