import { questionCard } from './asking.ts'
import { isWanted } from './core/community.ts'
import { ON_THE_WEB, type Person, sameEmail } from './core/person.ts'
import { lines, say } from './core/say.ts'
import { communityFeed, hasCalendar, ownFeed } from './meetups/feeds.ts'
import { prove } from './proving.ts'
import { type Card, type Content, peopleNamed } from './reply.ts'
import type { WithStanding } from './store/communities.ts'
import type { Database } from './store/database.ts'
import type { Store } from './store/store.ts'
import type { WebLink } from './store/web-links.ts'
import type { WebMessage } from './store/web-messages.ts'
import { askWhetherOne } from './uniting.ts'
import type { Books, Entered, Shown } from './web/parts.ts'

const NEWEST = 50

/** What the pages read and write, each time in a transaction of its own. */
export function booksOf(database: Database, site: string, now: () => Date, wake: () => void): Books {
  const read = <T>(work: (store: Store) => Promise<T>) => database.transaction(work)
  const named = async (store: Store, messages: WebMessage[]) =>
    store.people.names(
      messages.flatMap(({ content }) => peopleNamed(content)),
      ON_THE_WEB.platform,
      ON_THE_WEB.workspace,
    )
  return {
    async visit(token) {
      const { signedIn, organization } = await database.glance((store) => store.webSessions.visit(token, now()))
      const { name, privacyNotice, contact, zone } = organization
      return { signedIn, about: { name, privacyNotice, contact, zone } }
    },
    signOut: (token) => read((store) => store.webSessions.end(token)),
    async mailLink(link, from, question) {
      await read(async (store) => {
        const token = await store.webLinks.make(link, now(), from)
        if (token === undefined) return
        const { name } = await store.organization.get()
        const letter = letterOf(link, `${site}/enter/${token}`, name, question)
        await store.mails.want(null, letter, now(), minutesOn(now(), 15))
      })
      wake()
    },
    lookAtLink: (token) => read((store) => store.webLinks.look(token, now())),
    async enter(token, before) {
      const entered = await read(async (store) => {
        const given = await enter(store, token, before, now())
        if (given) await store.webSessions.end(before)
        return given
      })
      wake()
      return entered
    },
    newest: () =>
      read(async (store) => {
        const all = await store.communities.newest(NEWEST)
        return all.flatMap((one) => shownOf(one, now()) ?? [])
      }),
    community: (words) =>
      read(async (store) => (words ? shownOf(await store.communities.find(words, words, ''), now()) : undefined)),
    room: (slug, personId) =>
      read(async (store) => {
        const found = await store.communities.find(slug, slug, personId)
        if (found?.standing.state !== 'member') return undefined
        const said = await store.webMessages.inRoomOf(found.id)
        return { said, names: await named(store, said), isOrganizer: found.standing.organizer }
      }),
    inbox: (personId) =>
      read(async (store) => {
        const messages = await store.webMessages.to(personId)
        return { messages, names: await named(store, messages) }
      }),
    keep: (file, accountId) => read((store) => store.webFiles.keep(accountId, file, now())),
    file: (name, personId) => read((store) => store.webFiles.read(name, personId, now())),
    done: (message, personId) => read((store) => store.webMessages.done(message, personId)),
    invited: (token) =>
      read(async (store) => {
        const link = await store.personalLinks.read(token, now())
        if (link === undefined || link === 'ended') return link
        const { communityId, email } = link
        const address = sameEmail(email)
        const found = await store.communities.get(communityId)
        const shown = shownOf(found, now())
        return {
          address,
          community: shown && { ...shown, onRequest: !shown.isWanted && found?.visibility === 'request' },
        }
      }),
    questions: (community) =>
      read(async (store) => {
        const organization = await store.organization.get()
        if (!organization.privacyNotice) return []
        const askings = await store.destinations.list()
        return askings.map((asking) => {
          const card = questionCard({ organization }, asking, community, true)
          const print = new URLSearchParams(card.buttons?.[0]?.press.split('?')[1]).get('q') ?? ''
          return { print, content: { card } }
        })
      }),
    communityCalendar: (words) => read((store) => communityFeed({ store, site, now: now() }, words)),
    ownCalendar: (token) => read((store) => ownFeed({ store, site, now: now() }, token)),
    answering: (token) => read((store) => store.answerLinks.read(token, now())),
    unsubscribe: (token) => read((store) => store.notices.unsubscribe(token)),
    apiKey: (token) => database.glance((store) => store.apiKeys.shown(token)),
    readCommunities: (keyId, who) => read((store) => store.apiReads.read(keyId, who, now())),
    isReady: () => read(async (store) => Boolean(await store.organization.get())),
    waiting: () => read((store) => store.effects.waiting()),
  }
}

/** What everybody may find of a community. */
function shownOf(found: WithStanding | undefined, now: Date): Shown | undefined {
  if (!found?.slug || found.sensitive || found.visibility === 'secret') return undefined
  if (found.state !== 'open' && !isWanted(found, now)) return undefined
  const { id, slug, name, need, state, openedAt, createdAt } = found
  const isOfAll = { isWanted: state === 'seed', hasCalendar: hasCalendar(found) }
  return { id, slug, name, need, ...isOfAll, since: openedAt ?? createdAt }
}

/** Uses a link up and signs its bearer in: by the account of the address it was mailed to, or of who was given it. */
async function enter(store: Store, token: string, before: string, now: Date): Promise<Entered | undefined> {
  const link = await store.webLinks.use(token, before, now)
  if (!link) return undefined
  const { caller, isStaff } = await whoEnters(store, link, now)
  const asks = link.kind === 'mail' ? await proven(store, caller, link.address, now) : undefined
  const session = await store.webSessions.begin(caller.accountId, isStaff, now)
  const signedIn = await store.webSessions.of(session, now)
  return signedIn && { token: session, signedIn, link, asks: asks && { card: asks } }
}

/** What follows from reading an address's mail: it is theirs, but where they gave another one that stays the one they use. */
async function proven(store: Store, caller: Person, address: string, now: Date): Promise<Card | undefined> {
  const context = { store, caller, where: ON_THE_WEB, now }
  if (!caller.emailProvenAt) return (await prove(context, address)).asks
  if (sameEmail(caller.email ?? '') === sameEmail(address)) return undefined
  await store.tombstones.lift(address)
  return askWhetherOne(context, address)
}

async function whoEnters(store: Store, link: WebLink, now: Date) {
  switch (link.kind) {
    case 'chat': {
      const account = await store.people.onWeb(await store.people.whoNow(link.personId), link.name, now)
      return { caller: account, isStaff: link.isStaff }
    }
    case 'start':
      return { caller: await store.people.byWeb('operator', 'Operator', now), isStaff: true }
    case 'mail':
      return {
        caller: await store.people.byWeb(sameEmail(link.address), undefined, now),
        isStaff: false,
      }
    default:
      return link satisfies never
  }
}

function letterOf(link: WebLink & { kind: 'mail' }, url: string, name: string, question: Content | undefined) {
  const asked = question?.card?.title
  const words = asked
    ? say`Somebody holding your personal link said Yes to this: ${asked} It counts only once you open this and say Yes yourself:`
    : link.join
      ? say`Open this and press the button to join:`
      : say`Open this and press the button to sign in:`
  return {
    to: link.address,
    subject: asked ? say`${name}: is that a Yes?` : link.join ? say`${name}: join here` : say`${name}: sign in here`,
    text: lines(
      words,
      say`${{ link: url, label: 'Open the page' }}`,
      say`It works once, for 15 minutes. If you did not ask for it, do nothing.`,
    ),
  }
}

const minutesOn = (now: Date, minutes: number) => new Date(now.getTime() + minutes * 60_000)
