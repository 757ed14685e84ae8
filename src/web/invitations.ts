import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { maskEmail, ON_THE_WEB } from '../core/person.ts'
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
    const { community, address } = invited
    const form = html`<form method="post" class="fields">${desk.hidden(visit)}
${community.onRequest ? html`<div class="field"><label for="reason">Why would you like to join?</label><textarea id="reason" name="reason" rows="3" maxlength="${REASON_MAX}" required></textarea></div>` : ''}
<button class="main">${verb(invited)}</button></form>`
    const main = html`<p>${community.need}</p>
<p>You were invited as <strong>${maskEmail(address)}</strong>. Not you? <a href="/c/${community.slug}">Use your own address</a>.</p>
${community.onRequest ? html`<p>Its organizers let people in: tell them why you would like to join.</p>` : ''}${form}`
    return desk.send(c, visit, { title: community.name, main, isPrivate: true })
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
    if (yes !== undefined) return confirm(c, visit, address, community.id, yes)
    const account = { ...ON_THE_WEB, externalId: address, name: maskEmail(address), isProvisional: true }
    const press = community.onRequest
      ? addressOf('join.ask', { c: community.id })
      : addressOf('join', { community: community.id })
    const delivery = desk.delivery({ account, isStaff: false }, sent.once, press)
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

  /** A Yes is a direction only from the mailbox of the person it is about. */
  async function confirm(c: Context, visit: Visit, address: string, community: string, print: string) {
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
    await books.mailLink({ kind: 'mail', address, yes: { community, print: print.slice(0, 40) } }, visit.from)
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

function verb({ community }: Invited): string {
  if (community?.onRequest) return 'Ask to join'
  return community?.isWanted ? 'Pledge' : 'Join'
}
