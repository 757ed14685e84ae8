import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Answer } from '../platform.ts'
import { address, type Button, type Content, readAddress } from '../reply.ts'
import type { Answering } from '../store/answer-links.ts'
import type { Desk } from './desk.ts'
import type { Visit, WebParts } from './parts.ts'

/** What can be answered by a link; for all else there is a page for who is signed in. */
const ANSWERS = ['yes', 'maybe', 'no', 'take', 'pass', 'wait', 'guests', 'remind']
/** What they say besides the meetup: how many guests, and whether to remind. */
const WORDS = ['g', 'y']

/**
 * Links in mails about meetups: whoever has one answers to one meetup for the person it was mailed to, and can do nothing
 * else by it. It signs nobody in.
 */
export function answerRoutes(app: Hono, parts: WebParts, desk: Desk): void {
  const { books, router, draw } = parts

  // Scanners of mail open every link, so nothing is done by opening it.
  app.get('/answer/:token', async (c) => {
    const visit = await desk.visit(c)
    const link = await books.answering(c.req.param('token'))
    if (typeof link !== 'object') return over(c, visit, link)
    const answer = await look(link)
    return show(c, visit, link, [answer], answer.refused ? 404 : 200)
  })

  // The link alone is the permission: a mail program may open it in a window of its own, with no cookie.
  app.post('/answer/:token', async (c) => {
    const visit = await desk.visit(c)
    const sent = await desk.sent(c, visit, true)
    if (sent instanceof Response) return sent
    const link = await books.answering(c.req.param('token'))
    if (typeof link !== 'object') return over(c, visit, link)
    const press = within(sent.fields.press ?? '', link.meetupId)
    if (!press) return desk.missing(c, visit)
    const answer = await router.press(desk.delivery(acting(link), sent.once, press), press)
    if (!answer.refused && answer.content.card) return show(c, visit, link, [answer])
    // A sentence alone says nothing of where they stand now.
    return show(c, visit, link, [answer, await look(link)], answer.refused ? 422 : 200)
  })

  /** The meetup as the person of the link sees it; nothing of it is kept. */
  const look = (link: Answering) =>
    router.look(desk.delivery(acting(link), draw(), 'look'), address('meetups.open', { m: link.meetupId }), {})

  /** Nobody is renamed by it, and nothing else counts as read, since whoever has the link may be another. */
  const acting = ({ account }: Answering) => ({
    account: { ...account, isProvisional: true },
    isStaff: false,
    isUnseen: true as const,
  })

  function show(c: Context, visit: Visit, link: Answering, answers: Answer[], status: 200 | 404 | 422 = 200) {
    const pressing = desk.pressing(visit, c.req.path)
    const [first, ...others] = answers
      .filter((one, i) => i === 0 || !one.refused)
      .map((one) => desk.show({ ...one, content: answerable(one.content, link.meetupId) }, pressing))
    const main = html`<div role="status">${first}</div>${others}
<p class="soft">You answer as ${link.account.name}, to this one meetup. Whoever has the link of your mail can.</p>`
    return desk.send(c, visit, { title: 'Do you come?', main, isPrivate: true }, status)
  }

  function over(c: Context, visit: Visit, link: 'ended' | undefined) {
    if (link === undefined) return desk.missing(c, visit)
    const words = 'The meetup is over, or cannot be answered from a mail any more. What is yours is under Meetups.'
    return desk.apology(c, visit, 'That link is over', words, 404)
  }
}

/** What is pressed as an answer to this very meetup, and nothing else along with it. */
function within(pressed: string, meetupId: string): string | undefined {
  const { command, press = '', args } = readAddress(pressed) ?? {}
  if (command !== 'meetups' || !ANSWERS.includes(press) || args?.m !== meetupId) return undefined
  const words = Object.fromEntries(WORDS.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])))
  return address(`meetups.${press}`, { m: meetupId, ...words })
}

/** A message with those buttons alone that the link can press. */
function answerable({ text, card }: Content, meetupId: string): Content {
  const { buttons = [], choice, ...words } = card ?? {}
  const can = ({ press }: Pick<Button, 'press'>) => within(press, meetupId) !== undefined
  return {
    ...(text && { text }),
    ...(card && {
      card: { ...words, buttons: buttons.filter(can), ...(choice?.options.every(can) && { choice }) },
    }),
  }
}
