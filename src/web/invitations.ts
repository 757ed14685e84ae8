import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { guestName, maskEmail, ON_THE_WEB } from '../core/person.ts'
import { address as addressOf } from '../reply.ts'
import type { Desk } from './desk.ts'
import { type Invited, saying, type Visit, type WebParts } from './parts.ts'
import { HOW_MANY } from './sign-in.ts'

const REASON_MAX = 500

/**
 * Personal links, from letters that an organization sends. Such a link tells who was written to, not who holds it: it lets
 * that address join one community, and neither signs in nor tells what the person is or was.
 */
export function invitationRoutes(app: Hono, parts: WebParts, desk: Desk): void {
  const { books, router } = parts

  // Scanners of mail open every link, so nothing is done by opening it.
  app.get('/i/:token', async (c) => {
    const visit = await desk.visit(c)
    const invited = await books.invited(c.req.param('token'))
    if (invited === undefined) return desk.missing(c, visit)
    if (invited === 'ended' || !invited.community) return over(c, visit)
    return offer(c, visit, invited.address, invited.community)
  })

  app.post('/i/:token', async (c) => {
    const visit = await desk.visit(c)
    const sent = await desk.sent(c, visit)
    if (sent instanceof Response) return sent
    const invited = await books.invited(c.req.param('token'))
    if (invited === undefined) return desk.missing(c, visit)
    if (invited === 'ended' || !invited.community) return over(c, visit)
    const { community, address } = invited
    const { reason = '', yes } = sent.fields
    if (yes !== undefined) return confirm(c, visit, address, community, yes)
    if (community.onRequest && !reason.trim()) return offer(c, visit, address, community, 'Say in a few words why.')
    const account = { ...ON_THE_WEB, externalId: address, name: guestName(parts.draw()), isProvisional: true }
    const press = community.onRequest
      ? addressOf('join.ask', { c: community.id })
      : addressOf('join', { community: community.id })
    const delivery = desk.delivery({ account, isStaff: false, isUnseen: true }, sent.once, press)
    // What is answered would tell what they were before, so all are told the same.
    const answer = await router.press(
      delivery,
      press,
      community.onRequest ? { reason: reason.slice(0, REASON_MAX) } : {},
    )
    if (answer.failed)
      return desk.apology(c, visit, 'That did not work', 'Nothing was changed. Try again in a while.', 422)
    const who = maskEmail(address)
    const done = community.onRequest
      ? `The request of ${who} is with its organizers, unless it was answered before.`
      : community.isWanted
        ? `${who} has pledged, if it had not before. Sign in to see what becomes of it.`
        : `${who} is in, if it was not before.`
    const asked = community.onRequest ? [] : await books.questions(community)
    const questions = asked.map(
      ({ print, content }) => html`<section>${desk.show(saying(content, visit.about.zone), undefined)}
<form method="post" class="buttons">${desk.hidden(visit)}<button name="yes" value="${print}">Yes</button></form>
<p class="soft">A Yes counts once it is said again in the mail that we then send to ${who}. To say no, do nothing.</p></section>`,
    )
    const main = html`<p role="status">${done}</p>${questions}
<p>To see and change what is yours, <a href="/sign-in">sign in</a>.</p>`
    return desk.send(c, visit, { title: community.name, main, isPrivate: true })
  })

  function offer(c: Context, visit: Visit, address: string, community: Asked, wrong?: string) {
    const isWrong = wrong ? html` aria-invalid="true" aria-describedby="reason-wrong"` : ''
    const field = html`<p>Its organizers let people in: tell them why you would like to join.</p>
<div class="field"><label for="reason">Why would you like to join?</label>
<textarea id="reason" name="reason" rows="3" maxlength="${REASON_MAX}" required${isWrong}></textarea>${wrong ? html`<span class="wrong" role="alert" id="reason-wrong">${wrong}</span>` : ''}</div>`
    const main = html`<p>${community.need}</p>
<p>You were invited as <strong>${maskEmail(address)}</strong>. Not you? <a href="/c/${community.slug}">Use your own address</a>.</p>
<form method="post" class="fields">${desk.hidden(visit)}${community.onRequest ? field : ''}
<button class="main">${verb(community)}</button></form>`
    return desk.send(c, visit, { title: community.name, main, isPrivate: true }, wrong ? 422 : 200)
  }

  /** A Yes is a direction only from the mailbox of the person it is about. */
  async function confirm(c: Context, visit: Visit, address: string, community: Asked, print: string) {
    const question = (await books.questions(community)).find((one) => one.print === print)
    if (!question)
      return desk.apology(c, visit, 'That question is over', 'Its words have changed since. Open your link again.', 422)

    if (!parts.mails)
      return desk.apology(
        c,
        visit,
        'No mail can be sent from here',
        'Tell the organization. Nothing was passed on.',
        422,
      )
    const allowed = desk.mayMail(visit)
    if (!allowed.allowed) return desk.tooFast(c, visit, allowed.waitSeconds)
    await books.mailLink(
      { kind: 'mail', address, yes: { community: community.id, print } },
      visit.from,
      question.content,
    )
    const main = html`<p>A mail is on its way to ${maskEmail(address)}. Say Yes there within 15 minutes, and it counts. Until then nothing is passed on. ${HOW_MANY}</p>`
    return desk.send(c, visit, { title: 'Look into your mail', main, isPrivate: true })
  }

  const over = (c: Context, visit: Visit) =>
    desk.apology(
      c,
      visit,
      'That invitation is over',
      'It is too old, or the community can no longer be joined. Look what else there is.',
      404,
    )
}

type Asked = NonNullable<Invited['community']>

function verb({ onRequest, isWanted }: Asked): string {
  if (onRequest) return 'Ask to join'
  return isWanted ? 'Pledge' : 'Join'
}
