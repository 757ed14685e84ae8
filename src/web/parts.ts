import type { Command } from '../command.ts'
import type { Names } from '../core/person.ts'
import type { Text } from '../core/say.ts'
import type { Answer } from '../platform.ts'
import type { Content, TextFile } from '../reply.ts'
import type { Raw, Router } from '../router.ts'
import type { Answering } from '../store/answer-links.ts'
import type { ApiKey } from '../store/api-keys.ts'
import type { DirectedPerson } from '../store/api-reads.ts'
import type { WebLink } from '../store/web-links.ts'
import type { WebMessage } from '../store/web-messages.ts'
import type { SignedIn } from '../store/web-sessions.ts'

/** What every page says of the organization. */
export interface About {
  name: string
  privacyNotice?: string | undefined
  contact?: string | undefined
  zone: string
}

/** A community as everybody may see it. */
export interface Shown {
  id: string
  slug: string
  name: string
  need: string
  isWanted: boolean
  /** Everybody may read when it meets. */
  hasCalendar: boolean
  /** When it was opened, or was first wanted. */
  since: Date
}

/** Whom a personal link was written to, and what it lets them join. */
export interface Invited {
  address: string
  /** Empty where it can't be joined any more. */
  community: (Shown & { onRequest: boolean }) | undefined
}

/** Somebody has just signed in: what their cookie is to hold, and what they are shown first. */
export interface Entered {
  token: string
  signedIn: SignedIn
  link: WebLink
  /** The question whether another account of that address is theirs too. */
  asks: Content | undefined
}

/** What the pages need of the store, each in a transaction of its own. */
export interface Books {
  /** Who a cookie stands for, and what every page says. */
  visit(token: string | undefined): Promise<{ signedIn: SignedIn | undefined; about: About }>
  signOut(token: string): Promise<void>
  /**
   * Mails a link to an address, the same for every address; `from` is the network address it was asked from, `question` what
   * a yes is asked about once more.
   */
  mailLink(link: WebLink & { kind: 'mail' }, from: string, question?: Content): Promise<void>
  lookAtLink(token: string): Promise<WebLink | undefined>
  /** Signs in by a link; what the browser held before is worth nothing any more. */
  enter(token: string, before: string): Promise<Entered | undefined>
  /** What everybody may find, the newest first. */
  newest(): Promise<Shown[]>
  /** By its slug, or its id; nothing of what not everybody may find. */
  community(words: string): Promise<Shown | undefined>
  /** The room of a community on the web: what was said there, for its members alone. */
  room(slug: string, personId: string): Promise<{ said: WebMessage[]; names: Names; isOrganizer: boolean } | undefined>
  inbox(personId: string): Promise<{ messages: WebMessage[]; names: Names }>
  done(message: string, personId: string): Promise<void>
  /** Keeps a file for somebody for an hour; gives its name in an address. */
  keep(file: TextFile, accountId: string): Promise<string>
  file(name: string, personId: string): Promise<TextFile | undefined>
  /** What a personal link says; `ended` once it is too old. */
  invited(token: string): Promise<Invited | 'ended' | undefined>
  /** The questions whether the organization may know, as they are asked about a community, each with its mark. */
  questions(community: Shown): Promise<{ print: string; content: Content }[]>
  unsubscribe(token: string): Promise<boolean>
  /** When a community meets, as a calendar; nothing of what not everybody may find. */
  communityCalendar(words: string): Promise<string | undefined>
  /** What somebody comes to, by the secret address of their calendar. */
  ownCalendar(token: string): Promise<string | undefined>
  /** Who answers to which meetup by a link in a mail; `ended` once it is over. */
  answering(token: string): Promise<Answering | 'ended' | undefined>
  /** The key of the API that somebody shows. */
  apiKey(token: string): Promise<Pick<ApiKey, 'id' | 'scopes'> | undefined>
  /** What somebody let the department of a key know, which is written down as read; nothing of whoever did not. */
  readCommunities(keyId: string, who: string): Promise<DirectedPerson | undefined>
  /** Whether the database answers. */
  isReady(): Promise<boolean>
  /** How much of each kind of work waits. */
  waiting(): Promise<Record<string, number>>
}

/** What a tool posts to `/hooks/<destination>`, with the address as the tool knows it. */
export interface Posting {
  method: string
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

/** What the web is made of. */
export interface WebParts {
  books: Books
  router: Router
  commands: Command[]
  /** Hands on what was posted to a destination; without a posting, says whether anybody would take one. */
  hear(destination: string, posting?: Posting): Promise<'nobody' | 'forged' | 'unreadable' | 'taken'>
  /** Reads a command as it stands in a text. */
  parse(typed: string): { command: string; raw: Raw }
  site: string
  /** Whether mails can be sent at all. */
  mails: boolean
  /** How many proxies stand in front of us. */
  proxies: number
  metricsToken: string | undefined
  /** Others than this machine can reach it. */
  isPublic: boolean
  /** A keyed hash that stands in every form of a browser, under each key in use. */
  formHashes(cookie: string): string[]
  /** Something nobody can guess. */
  draw(): string
  now(): Date
  logFailure(where: string, error: unknown): void
}

/** Who looks at a page, and how it is drawn for them. */
export interface Visit {
  /** Nobody, where they are not signed in. */
  signedIn: SignedIn | undefined
  /** What their cookie holds, signed in or not. */
  cookie: string
  /** Where they come from, to keep one from asking for too much. */
  from: string
  about: About
}

/** An answer together with the words it has no place for. */
export type Answered = Pick<Answer, 'content' | 'names' | 'zone' | 'language'>

/** A page's own words as an answer of ours. */
export function saying(content: Content | Text, zone: string): Answered {
  return { content: 'key' in content ? { text: content } : content, names: {}, zone, language: 'en' }
}
