import type { NoticeKind } from '../../src/core/notice.ts'
import type { Browser } from './browser.ts'
import type { WebStage } from './stage.ts'

/** What notices about meetups are. */
const ABOUT_MEETUPS: NoticeKind[] = ['meetup', 'seat', 'changed', 'soon']

/** An organizer plans a meetup on the web, and announces it. */
export async function meets(
  stage: WebStage,
  organizer: Browser,
  words: Record<string, string>,
  community = 'parents-united',
): Promise<void> {
  await organizer.opens(`/do/meetup?community=${community}`)
  await organizer.sends({ when: '16 January 2026 18:30', ...words })
  await organizer.presses('Announce it')
  await stage.settle()
}

/** Somebody on the web whose address is proven, who joins, and hears of meetups by mail. */
export async function joins(stage: WebStage, address: string, community = 'parents-united'): Promise<Browser> {
  const browser = await stage.person(address)
  const id = await personOf(stage, address)
  await stage.read((store) => store.people.proveEmail(id, address, stage.now()))
  await wantsMail(stage, id)
  await browser.opens(`/c/${community}`)
  await browser.presses('Join')
  return browser
}

/** From now on they hear of meetups by mail. */
export async function wantsMail(stage: WebStage, personId: string): Promise<void> {
  await stage.read(async (store) => {
    for (const kind of ABOUT_MEETUPS) await store.notices.choose(personId, kind, 'mail')
  })
}

/** The id of somebody who was on the web. */
export async function personOf(stage: WebStage, address: string): Promise<string> {
  return (await stage.read((store) => store.people.byWeb(address, undefined, stage.now()))).id
}

/** The link by which a mail to an address is answered that says these words. */
export function answerLink(stage: WebStage, address: string, words: string): string {
  const mail = stage.mails.filter(({ to, text }) => to === address && text.includes(words)).at(-1)
  const [link] = mail?.text.match(/https?:\/\/\S+\/answer\/[\w-]+/) ?? []
  if (!link) throw new Error(`no mail to ${address} about ${words} has a link to answer`)
  return link
}

/** The address of somebody's own calendar, as their page tells it. */
export async function ownCalendar(browser: Browser): Promise<string> {
  await browser.opens('/do/meetups')
  const { $ } = await browser.presses('My own calendar')
  return $('a[href$=".ics"]').attr('href') ?? ''
}

/** Somebody's answer to a meetup: where they stand, and with how many guests. */
export async function answerTo(stage: WebStage, personId: string, title: string): Promise<string> {
  return stage.read(async (store) => {
    const listing = { personId, communityId: undefined, which: 'coming' as const, skip: 0, take: 20 }
    const listed = (await store.meetupLists.list(listing, stage.now())).find((one) => one.title === title)
    const own = listed && (await store.rsvps.own(listed, personId))
    return own ? `${own.state}+${own.guests}` : 'none'
  })
}
