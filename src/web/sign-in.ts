import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import type { Command } from '../command.ts'
import { EMAIL_MAX, emailAddress, maskEmail } from '../core/person.ts'
import { MAILS_AN_HOUR } from '../core/rate.ts'
import { say } from '../core/say.ts'
import type { Answer } from '../platform.ts'
import { address } from '../reply.ts'
import type { Raw } from '../router.ts'
import type { WebLink } from '../store/web-links.ts'
import type { Desk } from './desk.ts'
import { commandForm } from './forms.ts'
import { waitWords } from './guard.ts'
import { askByMail } from './pages.ts'
import { type Entered, type Shown, saying, type Visit, type WebParts } from './parts.ts'
import type { Html } from './render.ts'

/** What somebody was about to do comes back with a form; more of it than this was not typed by anybody. */
const GO_MAX = 8_000

/** Said to everybody, since nobody is told that theirs was one too many. */
export const HOW_MANY = `No more than ${MAILS_AN_HOUR} mails an hour are sent to one address, so after that wait a while.`

const goSchema = z.object({ command: z.string(), raw: z.record(z.string(), z.string()) })

/** What somebody was about to do when they were asked who they are. */
export interface About {
  go?: { command: string; raw: Raw }
  join?: Shown
}

/** Asks whoever is not known for an address; a mail to it goes on from here. */
export function askWho(
  c: Context,
  visit: Visit,
  desk: Desk,
  { go, join }: About,
  wrong?: string,
  typed = '',
  status: 200 | 422 | 429 = wrong ? 422 : 200,
) {
  const carried = go && JSON.stringify(go)
  const why = join
    ? html`<p>To join ${join.name}, give your e-mail address. A mail goes there with a button that lets you in.</p>`
    : html`<p>Give your e-mail address. A mail goes there with a button that signs you in${go ? ', and then you go on here' : ''}.</p>`
  const main = html`${why}
<form method="post" action="/sign-in" class="fields">${desk.hidden(visit)}
${carried && carried.length > GO_MAX ? html`<p class="wrong">What you typed is too long to be kept meanwhile. Copy it from the page before, and send it once you are signed in.</p>` : ''}${carried && carried.length <= GO_MAX ? html`<input type="hidden" name="go" value="${carried}">` : ''}${join ? html`<input type="hidden" name="join" value="${join.id}">` : ''}
<div class="field"><label for="address">Your e-mail address</label>
<input id="address" name="address" type="email" autocomplete="email" maxlength="${EMAIL_MAX}" required value="${typed}"${wrong ? html` aria-invalid="true" aria-describedby="address-wrong"` : ''}>
${wrong ? html`<span class="wrong" role="alert" id="address-wrong">${wrong}</span>` : ''}</div>
<button class="main">Send me the mail</button>
</form>
<p class="soft">Do you use Discord or Slack with us? Type ${html`<code>/web</code>`} there, and you come in as who you are there.</p>`
  const title = join ? `Join ${join.name}` : 'Who are you?'
  return desk.send(c, visit, { title, main, isPrivate: true }, status)
}

/** Signing in and out, by links that are mailed or given in a chat. */
export function signInRoutes(app: Hono, parts: WebParts, desk: Desk): void {
  const { books, router, commands } = parts

  app.get('/sign-in', async (c) => {
    const visit = await desk.visit(c)
    return visit.signedIn ? c.redirect('/', 303) : askWho(c, visit, desk, {})
  })

  app.post('/sign-in', async (c) => {
    const visit = await desk.visit(c)
    const sent = await desk.sent(c, visit)
    if (sent instanceof Response) return sent
    const { fields } = sent
    const go = goOf(fields.go)
    const join = fields.join ? await books.community(fields.join) : undefined
    const typed = (fields.address ?? '').trim()
    const checked = emailAddress.safeParse(typed)
    const about = { ...(go && { go }), ...(join && { join }) }
    if (!checked.success)
      return askWho(
        c,
        visit,
        desk,
        about,
        'That is not an e-mail address. It looks like you@example.org.',
        typed.slice(0, EMAIL_MAX),
      )
    if (!parts.mails)
      return desk.apology(
        c,
        visit,
        'No mail can be sent from here',
        'Type /web in Discord or Slack to come in from there, or tell the organization.',
        422,
      )
    const allowed = desk.mayMail(visit)
    if (!allowed.allowed) {
      const wait = `Many mails were asked for at once. ${waitWords(allowed.waitSeconds)} and send it again.`
      return askWho(c, visit, desk, about, wait, typed, 429)
    }
    const link = { kind: 'mail' as const, address: checked.data, ...(go && { go }), ...(join && { join: join.id }) }
    await books.mailLink(link, visit.from)
    // The same words for every address, and the same work, so that nobody learns whose is known here.
    const main = html`<p>A mail is on its way to ${maskEmail(checked.data)}. Press the button in it within 15 minutes.</p>
<p class="soft">Nothing there? Look where unwanted mail goes, or <a href="/sign-in">ask for another one</a>. ${HOW_MANY}</p>`
    return desk.send(c, visit, { title: 'Look into your mail', main, isPrivate: true })
  })

  app.get('/enter/:token', async (c) => {
    const visit = await desk.visit(c)
    const token = c.req.param('token')
    const link = await books.lookAtLink(token)
    if (!link) return used(c, visit)
    const { title, words, label } = await offerOf(link, visit)
    const main = html`${words}<form method="post" action="/enter/${token}" class="buttons">${desk.hidden(visit)}<button>${label}</button></form>`
    return desk.send(c, visit, { title, main, isPrivate: true })
  })

  app.post('/enter/:token', async (c) => {
    const before = await desk.visit(c)
    const sent = await desk.sent(c, before)
    if (sent instanceof Response) return sent
    const entered = await books.enter(c.req.param('token'), before.cookie)
    if (!entered) return used(c, before)
    const visit = desk.signIn(c, before, entered.token, entered.signedIn)
    return welcome(c, visit, entered, c.req.param('token'))
  })

  app.post('/sign-out', async (c) => {
    const visit = await desk.visit(c)
    const sent = await desk.sent(c, visit)
    if (sent instanceof Response) return sent
    await books.signOut(visit.cookie)
    desk.leave(c)
    return c.redirect('/', 303)
  })

  const used = (c: Context, visit: Visit) =>
    desk.apology(
      c,
      visit,
      'That link is over',
      'It was used already, or is too old. Ask for a new one under Sign in.',
      404,
    )

  /** What the button of a link says that it does; nothing is done before it is pressed. */
  async function offerOf(link: WebLink, visit: Visit): Promise<{ title: string; words: Html; label: string }> {
    const { name } = visit.about
    switch (link.kind) {
      case 'start':
        return {
          title: 'Sign in',
          words: html`<p>You started Kindred, so you come in as staff.</p>`,
          label: 'Sign in as staff',
        }
      case 'chat':
        return { title: 'Sign in', words: html`<p>You come in as ${link.name}, as in your chat.</p>`, label: 'Sign in' }
      case 'mail': {
        const as = html`<p>The button also signs you in here, as ${maskEmail(link.address)}.</p>`
        const community = await books.community(link.join ?? link.yes?.community ?? '')
        if (link.yes && community) {
          const question = (await books.questions(community)).find((one) => one.print === link.yes?.print)
          if (question)
            return {
              title: `${name} asks`,
              words: html`${desk.show(saying(question.content, visit.about.zone), undefined)}${as}`,
              label: 'Yes',
            }
        }
        if (link.join && community)
          return {
            title: `Join ${community.name}`,
            words: html`<p>${community.need}</p>${as}`,
            label: community.isWanted ? 'Pledge' : 'Join',
          }
        return { title: 'Sign in', words: html`<p>You come in as ${maskEmail(link.address)}.</p>`, label: 'Sign in' }
      }
      default:
        return link satisfies never
    }
  }

  /** What somebody sees who has just come in: what became of what they were about to do. */
  async function welcome(c: Context, visit: Visit, { signedIn, link, asks }: Entered, token: string) {
    const act = (press: string): Promise<Answer> => router.press(desk.delivery(signedIn, token, press), press)
    const union = asks ? desk.show(saying(asks, visit.about.zone), desk.pressing(visit)) : html``
    const answered = (title: string, answer: Answer) =>
      desk.send(c, visit, {
        title,
        main: html`${union}<div role="status">${desk.show(answer, desk.pressing(visit))}</div>${link.kind === 'mail' && link.join ? askByMail(visit, desk) : ''}`,
        isPrivate: true,
      })
    if (link.kind === 'mail') {
      const community = await books.community(link.join ?? link.yes?.community ?? '')
      if (link.yes && community)
        return answered(community.name, await act(address('sharing.yes', { c: community.id, q: link.yes.print, f: 1 })))
      if (link.join && community)
        return answered(community.name, await act(address('join', { community: community.id })))
      const command = commands.find(({ name }) => name === link.go?.command)
      const { raw = {} } = link.go ?? {}
      const isShown = command?.shows !== undefined && Object.keys(raw).every((name) => command.shows?.includes(name))
      if (command && !isShown && command.shapes.length > 0) {
        const values = await namedIn(command, raw)
        const form = commandForm(command, [], { action: `/do/${command.name}`, hidden: desk.hidden(visit), values })
        return desk.send(c, visit, {
          title: command.description,
          main: html`${union}<p>You are signed in. Here is what you were about to send.</p>${form}`,
          isPrivate: true,
        })
      }
      if (command && !asks) return c.redirect(`/do/${command.name}?${new URLSearchParams(raw)}`, 303)
    }
    if (!asks) return c.redirect('/', 303)
    return answered('You are signed in', { ...saying(say`That is done.`, visit.about.zone), replaces: false })
  }

  /** A community that a button named by its id stands in a form by its name. */
  async function namedIn(command: Command, raw: Raw): Promise<Raw> {
    const option = command.shapes.find(({ kind }) => kind === 'community')?.name ?? ''
    const community = raw[option] && (await books.community(raw[option]))
    return community ? { ...raw, [option]: community.name } : raw
  }
}

function goOf(words: string | undefined): About['go'] {
  if (!words || words.length > GO_MAX) return undefined
  try {
    return goSchema.parse(JSON.parse(words))
  } catch {
    // Somebody made it up: they go on from the start.
    return undefined
  }
}
