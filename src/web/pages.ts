import { Feed } from 'feed'
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Command } from '../command.ts'
import { asWords } from '../core/markup.ts'
import { isGuestName, type Names } from '../core/person.ts'
import { say } from '../core/say.ts'
import { address } from '../reply.ts'
import type { WebMessage } from '../store/web-messages.ts'
import type { Desk } from './desk.ts'
import { saying, type Visit, type WebParts } from './parts.ts'
import type { Html } from './render.ts'

/** What the start shows of somebody's own, each the answer of a command to somebody who only looks. */
const OWN: { command: string; raw: Record<string, string> }[] = [
  { command: 'my', raw: { part: 'waiting' } },
  { command: 'my', raw: { part: 'communities' } },
]

/** Pages to look at: the start, the directory, each community, one's notices. */
export function pageRoutes(app: Hono, parts: WebParts, desk: Desk): void {
  const { books, router, commands, site } = parts

  app.get('/', async (c) => {
    const visit = await desk.visit(c)
    const { about, signedIn } = visit
    if (!signedIn) {
      const main = html`<p>Find people who share your need, and have a say in what ${about.name} sends you.</p>
<div class="buttons"><a href="/do/start-community">Start a community</a> <a href="/sign-in">Sign in</a></div>
${await directory(visit, {})}`
      const preview = { description: `Communities at ${about.name}: find one, or start it.`, url: `${site}/` }
      return desk.send(c, visit, { title: about.name, main, preview })
    }
    const own = []
    for (const { command, raw } of OWN) own.push(await router.look(desk.looker(visit), command, raw))
    const unnamed = isGuestName(signedIn.account.name)
      ? html`<p>Others read you as ${signedIn.account.name}. <a href="/do/my?part=name">Say what they are to call you</a>.</p>`
      : ''
    const main = html`${unnamed}${askByMail(visit, desk)}${own.map((answer) => desk.show(answer, desk.pressing(visit)))}${await directory(visit, { show: 'wanted' })}`
    return desk.send(c, visit, { title: about.name, main })
  })

  app.get('/communities', async (c) => {
    const visit = await desk.visit(c)
    const { search = '', tag = '' } = c.req.query()
    const main = html`<form class="fields" role="search"><div class="field"><label for="search">Words in the name, or in what it is for</label>
<input id="search" name="search" type="search" maxlength="60" value="${search}"></div><button class="main">Search</button></form>
${await directory(visit, { ...(search && { search }), ...(tag && { tag }) })}`
    const preview = { description: `Communities at ${visit.about.name}`, url: `${site}/communities` }
    return desk.send(c, visit, { title: 'Communities', main, preview })
  })

  async function directory(visit: Visit, raw: Record<string, string>): Promise<Html> {
    const answer = await router.look(desk.looker(visit), 'communities', raw)
    return html`${desk.show(answer, desk.pressing(visit))}`
  }

  app.get('/communities.atom', async (c) => {
    const { name } = (await books.visit(undefined)).about
    const newest = await books.newest()
    const feed = new Feed({
      title: `Communities at ${name}`,
      id: `${site}/communities`,
      link: `${site}/communities`,
      feedLinks: { atom: `${site}/communities.atom` },
      updated: newest[0]?.since ?? new Date(0),
      copyright: '',
      generator: 'Kindred',
    })
    for (const one of newest) {
      const link = `${site}/c/${one.slug}`
      // A feed's titles and summaries are read as HTML.
      feed.addItem({ title: asWords(one.name), id: link, link, date: one.since, description: asWords(one.need) })
    }
    return c.body(feed.atom1(), 200, { 'Content-Type': 'application/atom+xml; charset=utf-8' })
  })

  app.get('/c/:slug', async (c) => {
    const visit = await desk.visit(c)
    const slug = c.req.param('slug')
    const shown = await books.community(slug)
    // What not everybody may find is no page for who is not known; the command knows what the others may see.
    if (!shown && !visit.signedIn) return desk.missing(c, visit)
    const answer = await router.look(desk.looker(visit), 'about', { community: shown?.id ?? slug })
    const room = visit.signedIn && (await books.room(slug, visit.signedIn.personId))
    const { title: _, ...card } = answer.content.card ?? {}
    // The page has that title already.
    const about = shown ? { ...answer, content: { ...answer.content, ...(answer.content.card && { card }) } } : answer
    const title = shown?.name ?? 'Community'
    const calendar = shown?.hasCalendar
      ? { title: `Calendar of ${title}`, url: `/c/${shown.slug}/calendar.ics` }
      : undefined
    const link = calendar ? html`<p><a href="${calendar.url}">Calendar of this community</a></p>` : ''
    const main = html`${desk.show(about, desk.pressing(visit))}${link}${visit.signedIn && (shown || room) ? acts(slug, room) : ''}${room ? saidIn(room, visit) : ''}`
    const preview = shown && { description: shown.need, url: `${site}/c/${shown.slug}` }
    return desk.send(c, visit, { title, main, preview, calendar, isPrivate: !shown }, answer.refused ? 404 : 200)
  })

  /** What can be done about a community, as far as it has a page of its own. */
  function acts(slug: string, room: { isOrganizer: boolean } | undefined): Html {
    const allowed = ['guest', ...(room ? ['member'] : []), ...(room?.isOrganizer ? ['organizer'] : [])]
    const possible = commands.filter((command) => isAbout(command) && allowed.includes(command.permission))
    const links = possible.map(
      ({ name, description }) =>
        html`<li><a href="/do/${name}?community=${encodeURIComponent(slug)}">${description}</a></li>`,
    )
    return links.length > 0 ? html`<details><summary>What you can do here</summary><ul>${links}</ul></details>` : html``
  }

  function saidIn({ said, names }: { said: WebMessage[]; names: Names }, visit: Visit): Html {
    const messages = said.map(({ content, at }) => html`<li>${one(content, at, names, visit, 3)}</li>`)
    return html`<section aria-label="What was said here"><h2>What was said here</h2>${said.length > 0 ? html`<ul class="plain">${messages}</ul>` : html`<p>Nothing yet.</p>`}</section>`
  }

  function one(content: WebMessage['content'], at: Date, names: Names, visit: Visit, level: 2 | 3, key?: string): Html {
    const zone = visit.signedIn?.zone ?? visit.about.zone
    const reading = { names, zone, language: 'en' }
    return html`${desk.show({ ...reading, content: { text: say`${{ when: at }}` } }, undefined)}${desk.show({ ...reading, content }, desk.pressing(visit, '/press', key), level)}`
  }

  app.get('/notices', async (c) => {
    const visit = await desk.visit(c)
    if (!visit.signedIn) return c.redirect('/sign-in', 303)
    const { messages, names } = await books.inbox(visit.signedIn.personId)
    const all = messages.map(
      ({ key, content, at }) => html`<li>${one(content, at, names, visit, 2, key)}
<form method="post" action="/notices/done">${desk.hidden(visit, key)}<button class="quiet">Done with this</button></form></li>`,
    )
    const main = html`${messages.length > 0 ? html`<ul class="plain">${all}</ul>` : html`<p>Nothing waits for you.</p>`}
<p><a href="/do/my?part=notices">Choose how you hear of what</a></p>`
    return desk.send(c, visit, { title: 'Notices', main, isPrivate: true })
  })

  app.post('/notices/done', async (c) => {
    const visit = await desk.visit(c)
    const sent = await desk.sent(c, visit)
    if (sent instanceof Response) return sent
    if (visit.signedIn && sent.message !== undefined) await books.done(sent.message, visit.signedIn.personId)
    return c.redirect('/notices', 303)
  })

  app.get('/unsubscribe/:token', async (c) => {
    const visit = await desk.visit(c)
    const main = html`<p>Get no more of these by mail? You go on hearing of it here, under Notices.</p>
<form method="post" class="buttons">${desk.hidden(visit)}<button>No more by mail</button></form>`
    return desk.send(c, visit, { title: 'No more of these by mail', main, isPrivate: true })
  })

  // Mail programs send it by themselves, with no cookie and no seal (RFC 8058): the link alone is the permission.
  app.post('/unsubscribe/:token', (c) => unsubscribed(c))

  async function unsubscribed(c: Context) {
    const visit = await desk.visit(c)
    if (!(await books.unsubscribe(c.req.param('token') ?? ''))) return desk.missing(c, visit)
    const main = html`<p role="status">Done: no more of these by mail.</p>`
    return desk.send(c, visit, { title: 'No more of these by mail', main, isPrivate: true })
  }
}

/** Asks whoever has nothing but an address whether they are mailed, until they have said so. */
export function askByMail(visit: Visit, desk: Desk): Html {
  if (!visit.signedIn?.isUnasked) return html``
  return desk.show(saying(BY_MAIL, visit.about.zone), desk.pressing(visit))
}

/** Nobody is mailed who did not want it. */
const BY_MAIL = {
  card: {
    title: say`Shall we mail you when something needs you?`,
    body: say`When your request is answered, say, or a community of yours opens. Without mail you find it here, under Notices.`,
    buttons: [
      { label: say`Yes, by mail`, press: address('my.by-mail', { y: 1 }) },
      { label: say`No, I look here`, press: address('my.by-mail') },
    ],
  },
}

const isAbout = (command: Command) =>
  command.group !== 'staff' && command.name !== 'about' && command.shapes.some((shape) => shape.kind === 'community')
