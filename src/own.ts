import type { Context } from './command.ts'
import type { Direction } from './core/direction.ts'
import { maskEmail, ON_THE_WEB, placeName } from './core/person.ts'
import { lines, say, type Text } from './core/say.ts'
import { heldOf } from './ledger.ts'
import { address, type Button, type Card } from './reply.ts'
import type { ApiRead } from './store/api-reads.ts'
import type { WithStanding } from './store/communities.ts'
import type { AskingState } from './store/directions.ts'
import type { Sent } from './store/sent.ts'

/** A community by its name, which on the web leads to its page. */
export function communityName({ name, slug }: Pick<WithStanding, 'name' | 'slug'>, where: Context['where']): Text {
  return where.platform === ON_THE_WEB.platform && slug ? say`${{ link: `/c/${slug}`, label: name }}` : say`${name}`
}

/** The same in the middle of a sentence. */
export function communityNamed({ name, slug }: Pick<WithStanding, 'name' | 'slug'>, { platform }: Context['where']) {
  return platform === ON_THE_WEB.platform && slug ? { link: `/c/${slug}`, label: name } : { strong: name }
}

/** How many of each kind a card shows; the file has them all. */
const SHOWN = 5
const COMMUNITIES_SHOWN = 10
const VOTES_SHOWN = 20

const OLDER = say`Older ones are in the file.`
const FILE_BUTTON: Button = { label: say`Everything as a file`, press: address('my.file') }
const FORGET_BUTTON: Button = { label: say`Forget me`, press: address('my.forget') }

/** What `/my` shows first: where one is in, what is known, and where to go from there. */
export async function overview(context: Context): Promise<Card> {
  const { store, caller } = context
  const mine = await store.communities.mine(caller.id)
  const pausedAt = await store.people.pausedSince(caller.id)
  const yeses = (await store.directions.of(caller.id)).filter((one) => !one.revokedAt)
  const askings = await store.directions.askings(caller.id)
  const held = yeses.filter((one) => heldOf(one, askings)).length
  return {
    title: say`My communities and data`,
    ...(pausedAt && { body: pausedText(pausedAt) }),
    fields: [
      {
        label: say`Communities`,
        value: mine.length === 0 ? noneYet() : say`${mine.map((one) => one.name).join(', ')}`,
      },
      { label: say`Address`, value: addressText(context) },
      {
        label: say`What the organization may know`,
        value: say`${{ count: yeses.length - held, one: 'yes', other: 'yeses' }} in force${held > 0 ? say`, ${{ count: held, one: 'yes', other: 'yeses' }} on hold` : say``}. Details: ${{ typed: '/sharing' }}`,
      },
    ],
    buttons: [
      { label: say`My communities`, press: address('my.communities') },
      { label: say`My data`, press: address('my.data') },
      { label: say`Notices`, press: address('my.notices') },
      pauseButton(pausedAt),
      FILE_BUTTON,
      FORGET_BUTTON,
    ],
  }
}

/** The communities one is in, a page at a time. */
export async function communitiesCard({ store, caller, where }: Context, page: number): Promise<Card> {
  const mine = await store.communities.mine(caller.id)
  const shown = mine.slice(page * COMMUNITIES_SHOWN, (page + 1) * COMMUNITIES_SHOWN)
  const buttons: Button[] = [
    ...(page > 0 ? [{ label: say`Back`, press: address('my.communities', { n: page - 1 }) }] : []),
    ...(mine.length > (page + 1) * COMMUNITIES_SHOWN
      ? [{ label: say`More`, press: address('my.communities', { n: page + 1 }) }]
      : []),
  ]
  return {
    title: say`My communities`,
    ...(mine.length === 0 && { body: noneYet() }),
    fields: shown.map((one) => ({ label: communityName(one, where), value: standingText(one) })),
    ...(buttons.length > 0 && { buttons }),
  }
}

/** What is stored about a person, what was passed on, and what waits. */
export async function dataCard(context: Context): Promise<Card> {
  const { store, caller, organization, now } = context
  const { accounts, createdAt, pausedAt } = await store.people.ownOf(caller.id)
  const ledger = await store.directions.of(caller.id)
  const askings = await store.directions.askings(caller.id)
  const sent = await store.sent.of(caller.id, SHOWN)
  const waiting = await store.sent.waitingOf(caller.id)
  const reads = await store.apiReads.of(caller.id, SHOWN + 1)
  const undoable = await store.unions.undoable(caller.id, now)
  const more = ledger.length > SHOWN ? OLDER : undefined
  return {
    title: say`What is stored about me`,
    ...(pausedAt && { body: pausedText(pausedAt) }),
    fields: [
      { label: say`Name`, value: say`${caller.name}, known since ${{ when: createdAt }}` },
      {
        label: say`Accounts`,
        value: say`${accounts.map(({ platform, workspace, externalId }) => `${placeName(platform, workspace)}: ${externalId}`).join('; ')}`,
      },
      { label: say`Address`, value: addressText(context) },
      {
        label: say`Time zone`,
        value: say`${caller.zone ?? organization.zone}. Another: ${{ typed: '/my zone Europe/Berlin' }}`,
      },
      {
        label: say`My yeses`,
        value: lines(
          ...ledger.slice(0, SHOWN).map((one) => yesText(one, askings)),
          more,
          ledger.length === 0 && say`None.`,
        ),
      },
      {
        label: say`Passed on`,
        value: lines(
          ...sent.map(sentText),
          sent.length === 0 && say`Nothing was passed on in the last ${organization.keepSentDays} days.`,
        ),
      },
      ...(reads.length > 0
        ? [
            {
              label: say`Read over the API`,
              value: lines(...reads.slice(0, SHOWN).map(readText), reads.length > SHOWN && OLDER),
            },
          ]
        : []),
      {
        label: say`Waiting to be passed on`,
        value: lines(
          ...waiting.map(({ recipient, op, communityName }) => say`${recipient}: ${opText(op)} ${communityName}`),
          waiting.length === 0 && say`Nothing.`,
        ),
      },
    ],
    buttons: [
      FILE_BUTTON,
      pauseButton(pausedAt),
      FORGET_BUTTON,
      ...undoable
        .slice(0, SHOWN)
        .map(({ id }) => ({ label: say`Undo uniting my accounts`, press: address('my.separate', { u: id }) })),
    ],
  }
}

/** The votes of one's own with their keys, by which each is found in the export of its ballot. */
export async function votesCard({ store, caller }: Context): Promise<Card> {
  const votes = await store.votes.of(caller.id, VOTES_SHOWN)
  return {
    title: say`My votes`,
    body:
      votes.length === 0
        ? say`None yet. What awaits your vote: ${{ typed: '/vote' }}`
        : say`Under its key each stands in the export of its ballot. Of a secret vote nobody knows the key but whoever has the receipt.`,
    fields: votes.map(({ question, communityName, key, isDelegated }) => ({
      label: say`${question}`,
      value: say`${communityName}${isDelegated ? say`, by your delegate` : say``}: ${key}`,
    })),
  }
}

/** What forgetting means, and when each part of it has happened. */
export async function forgetCard({ store, caller, organization, where }: Context): Promise<Card> {
  const recipients = await store.sent.recipientsOf(caller.id)
  const outside =
    recipients.length === 0
      ? say`Nobody outside was ever told of you.`
      : say`Usually within a minute these are told to forget you too: ${recipients.join(', ')}. You hear ${receiptWay(where)} when each says that it is done; who can't be reached is told as soon as that works.`
  return {
    title: say`Shall ${organization.name} forget you here?`,
    body: lines(
      say`At once: your communities, yeses, address, settings and everything else about you here are deleted. A community only you look after asks its members who would help. This can't be undone.`,
      outside,
      say`Within 7 days: the last backup that holds you is gone.`,
      say`What stays is a coded mark that tells nobody who you are, so that no import and no backup brings you back. You can come back yourself at any time, with ${{ typed: '/join' }}.`,
    ),
    buttons: [
      { label: say`Yes, forget me`, press: address('my.forget-now') },
      { label: say`Keep everything`, press: address('my.keep') },
    ],
  }
}

/** How somebody who is forgotten hears that each has done it: whoever has but a page of ours would see it nowhere. */
export function receiptWay({ platform }: Context['where']): string {
  return platform === ON_THE_WEB.platform ? 'by mail' : 'here'
}

function pauseButton(pausedAt: Date | null): Button {
  return pausedAt
    ? { label: say`Go on`, press: address('my.resume') }
    : { label: say`Pause everything`, press: address('my.pause') }
}

function pausedText(since: Date): Text {
  return say`Paused since ${{ when: since }}: nobody is told anything about you, and you get no notices but those somebody waits for you to answer.`
}

function addressText({ caller }: Context): Text {
  if (!caller.email) return say`none. Give one with ${{ typed: '/email you@example.org' }}`
  const proven = caller.emailProvenAt ? say`, proven on ${{ when: caller.emailProvenAt }}` : say``
  return say`${maskEmail(caller.email)}${proven}`
}

function noneYet(): Text {
  return say`None yet. Find one with ${{ typed: '/communities' }}.`
}

function standingText({ standing, state, slug }: WithStanding): Text {
  const as = standing.organizer ? say`You are a member and look after it.` : say`You are a member.`
  const what =
    standing.state === 'pledged' || state === 'seed'
      ? say`You have pledged; it is not open yet.`
      : standing.state === 'requested'
        ? say`You have asked to join.`
        : as
  return say`${what} Leave with ${{ typed: `/leave ${slug ?? ''}` }}.`
}

function yesText(one: Direction, askings: AskingState[]): Text {
  const ended = one.revokedAt ? say`, taken back on ${{ when: one.revokedAt }}` : say``
  const wording = one.wording.split('\n').map((line) => say`${line}`)
  const held = heldOf(one, askings)
  const rests = held ? say` On hold: ${held}.` : say``
  return say`${{ strong: one.communityName }}, ${{ when: one.at }}${ended} (${one.act}; ${one.place}), to these words:\n${wording}${rests}`
}

function sentText({ at, recipient, op, communityName }: Omit<Sent, 'communityId' | 'destination' | 'revision'>): Text {
  return say`${{ when: at }}: ${recipient} was told that you ${opText(op)} ${communityName}`
}

function readText({ recipient, key, times, at }: ApiRead): Text {
  const by = key === null ? say`` : say` (key “${key}”)`
  return say`${recipient}${by} looked up what you let them know: ${{ count: times, one: 'time', other: 'times' }} that day, last ${{ when: at }}`
}

function opText(op: 'in' | 'out'): Text {
  return op === 'in' ? say`are in` : say`are no longer in`
}
