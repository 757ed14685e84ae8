import { type Agenda, agenda } from './agenda.ts'
import { agreements } from './agreements.ts'
import { answerLinks } from './answer-links.ts'
import { apiKeys } from './api-keys.ts'
import { apiReads } from './api-reads.ts'
import { attendance } from './attendance.ts'
import { audit } from './audit.ts'
import { ballots } from './ballots.ts'
import { board } from './board.ts'
import { calendars } from './calendars.ts'
import { campaigns } from './campaigns.ts'
import { cards } from './cards.ts'
import { closing } from './closing.ts'
import { codes } from './codes.ts'
import { communities } from './communities.ts'
import { delegations } from './delegations.ts'
import { deliveries } from './deliveries.ts'
import { destinationCare } from './destination-care.ts'
import { destinations } from './destinations.ts'
import { digests } from './digests.ts'
import { directions } from './directions.ts'
import { drafts } from './drafts.ts'
import { effects } from './effects.ts'
import { erasures } from './erasures.ts'
import { installations } from './installations.ts'
import { invitations } from './invitations.ts'
import { itemAnswers } from './item-answers.ts'
import { items } from './items.ts'
import { jobRuns } from './job-runs.ts'
import { leases } from './leases.ts'
import { listChoices } from './list-choices.ts'
import { mails } from './mails.ts'
import { marks } from './marks.ts'
import { meetupLists } from './meetup-lists.ts'
import { meetups } from './meetups.ts'
import { memberships } from './memberships.ts'
import { mutes } from './mutes.ts'
import { needs } from './needs.ts'
import { news } from './news.ts'
import { notices } from './notices.ts'
import { organizations } from './organization.ts'
import { people } from './people.ts'
import { personalLinks } from './personal-links.ts'
import { posts } from './posts.ts'
import { queue } from './queue.ts'
import { reconciling } from './reconciling.ts'
import { records } from './records.ts'
import { reports } from './reports.ts'
import { restores } from './restores.ts'
import { retention } from './retention.ts'
import { roomCare } from './room-care.ts'
import { rooms } from './rooms.ts'
import { rsvps } from './rsvps.ts'
import { sent } from './sent.ts'
import { staffNotes } from './staff-notes.ts'
import { suppressions } from './suppressions.ts'
import { tombstones } from './tombstones.ts'
import { topics } from './topics.ts'
import { totals } from './totals.ts'
import type { Tools, Tx } from './transaction.ts'
import { unions } from './unions.ts'
import { votes } from './votes.ts'
import { walks } from './walks.ts'
import { webFiles } from './web-files.ts'
import { webLinks } from './web-links.ts'
import { webMessages } from './web-messages.ts'
import { webSessions } from './web-sessions.ts'
import { workspaces } from './workspaces.ts'

/** Everything stored, by noun. An object of this lives as long as its transaction. */
export type Store = ReturnType<typeof storeOn>

/** The store on one open transaction. */
export function storeOn(tx: Tx, tools: Tools) {
  let waiting: Promise<Agenda> | undefined
  return {
    /** What waited when it was first asked for in this transaction. */
    agenda(): Promise<Agenda> {
      waiting ??= agenda(tx)
      return waiting
    },
    agreements: agreements(tx, tools),
    answerLinks: answerLinks(tx, tools),
    apiKeys: apiKeys(tx, tools),
    apiReads: apiReads(tx),
    attendance: attendance(tx),
    audit: audit(tx, tools),
    ballots: ballots(tx, tools),
    board: board(tx),
    calendars: calendars(tx, tools),
    campaigns: campaigns(tx),
    cards: cards(tx, tools),
    closing: closing(tx, tools),
    /** What only the voter of a secret vote will have. */
    newReceipt: (): string => tools.draws.ballotKey(),
    codes: codes(tx, tools),
    communities: communities(tx, tools),
    delegations: delegations(tx),
    deliveries: deliveries(tx, tools),
    destinationCare: destinationCare(tx),
    listChoices: listChoices(tx, tools),
    destinations: destinations(tx),
    digests: digests(tx),
    directions: directions(tx, tools),
    drafts: drafts(tx, tools),
    effects: effects(tx),
    erasures: erasures(tx, tools),
    installations: installations(tx, tools),
    invitations: invitations(tx, tools),
    itemAnswers: itemAnswers(tx),
    items: items(tx, tools),
    jobRuns: jobRuns(tx),
    leases: leases(tx),
    mails: mails(tx, tools),
    marks: marks(tx, tools),
    meetupLists: meetupLists(tx),
    meetups: meetups(tx, tools),
    memberships: memberships(tx, tools),
    mutes: mutes(tx),
    needs: needs(tx, tools),
    news: news(tx, tools),
    notices: notices(tx, tools),
    organization: organizations(tx),
    people: people(tx, tools),
    personalLinks: personalLinks(tx, tools),
    posts: posts(tx, tools),
    queue: queue(tx),
    reconciling: reconciling(tx),
    records: records(tx),
    reports: reports(tx, tools),
    suppressions: suppressions(tx),
    restores: restores(tx, tools),
    retention: retention(tx),
    roomCare: roomCare(tx, tools),
    rooms: rooms(tx, tools),
    rsvps: rsvps(tx),
    sent: sent(tx),
    staffNotes: staffNotes(tx),
    tombstones: tombstones(tx, tools),
    topics: topics(tx, tools),
    totals: totals(tx),
    unions: unions(tx, tools),
    webFiles: webFiles(tx, tools),
    webLinks: webLinks(tx, tools),
    webMessages: webMessages(tx, tools),
    webSessions: webSessions(tx, tools),
    votes: votes(tx, tools),
    walks: walks(tx),
    workspaces: workspaces(tx),
  }
}
