import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Command } from '../command.ts'
import type { Answer } from '../platform.ts'
import { readAddress } from '../reply.ts'
import type { Raw } from '../router.ts'
import type { Desk, Sent } from './desk.ts'
import { commandForm, pressForm, type Wrong } from './forms.ts'
import type { Visit, WebParts } from './parts.ts'
import { type Html, plainly } from './render.ts'
import { askWho } from './sign-in.ts'

/** Commands as pages: each is a form made from its options, and every answer has its buttons. */
export function actRoutes(app: Hono, parts: WebParts, desk: Desk): void {
  const { router, commands, books } = parts
  const find = (name: string) => commands.find((command) => command.name === name)

  app.get('/do/:name', async (c) => {
    const visit = await desk.visit(c)
    const command = find(c.req.param('name'))
    if (!command) return desk.missing(c, visit)
    const raw = known(command, c.req.query())
    const isShown = command.shows !== undefined && Object.keys(raw).every((name) => command.shows?.includes(name))
    // Whoever is not signed in can fill in a form, and is asked who they are once they send it.
    if (!visit.signedIn && ((isShown && !command.isPublic) || command.permission !== 'guest'))
      return askWho(c, visit, desk, { go: { command: command.name, raw } })
    const answer = isShown ? await router.look(desk.looker(visit), command.name, raw) : undefined
    return commandPage(c, visit, command, raw, answer)
  })

  app.post('/do/:name', async (c) => {
    const visit = await desk.visit(c)
    const command = find(c.req.param('name'))
    if (!command) return desk.missing(c, visit)
    const sent = await desk.sent(c, visit)
    if (sent instanceof Response) return sent
    const raw = known(command, sent.fields)
    if (!visit.signedIn) return askWho(c, visit, desk, { go: { command: command.name, raw } })
    const answer = await router.run(desk.delivery(visit.signedIn, sent.once, command.name), command.name, raw)
    if (answer.refused) return commandPage(c, visit, command, raw, answer)
    return answerPage(c, visit, command, answer, sent)
  })

  app.get('/files/:name', async (c) => {
    const visit = await desk.visit(c)
    const file = visit.signedIn && (await books.file(c.req.param('name'), visit.signedIn.personId))
    if (!file) return desk.missing(c, visit)
    c.header('Content-Disposition', `attachment; filename="${file.name}"`)
    return c.body(file.text, 200, { 'Content-Type': `${file.type}; charset=utf-8` })
  })

  app.get('/press', (c) => c.redirect('/', 303))

  app.post('/press', async (c) => {
    const visit = await desk.visit(c)
    const sent = await desk.sent(c, visit)
    if (sent instanceof Response) return sent
    const { press = '', ...fields } = sent.fields
    const read = readAddress(press)
    const command = read && find(read.command)
    if (!read || !command) return desk.missing(c, visit)
    if (!visit.signedIn) return pressedByVisitor(c, visit, press, command)
    // What has to be typed first is asked on a page of its own.
    if (!read.press && router.form(press, fields)) return commandPage(c, visit, command, { ...read.args, ...fields })
    const form = router.form(press, fields)
    if (form) return formPage(c, visit, command, press, sent)
    const answer = await router.press(desk.delivery(visit.signedIn, sent.once, press), press, fields)
    // What was typed is not lost by a refusal; a button with nothing to type has no form to show again.
    if (answer.refused && router.form(press, {})) return formPage(c, visit, command, press, sent, answer)
    return answerPage(c, visit, command, answer, sent)
  })

  async function pressedByVisitor(c: Context, visit: Visit, press: string, command: Command) {
    const { press: name, args = {} } = readAddress(press) ?? {}
    if (name && Object.hasOwn(command.presses, name) && command.presses[name]?.isPublic) {
      const answer = await router.look(desk.looker(visit), press, {})
      return answerPage(c, visit, command, answer, undefined)
    }
    const community = await books.community(args.c ?? args.community ?? '')
    if (command.name === 'join' && community) return askWho(c, visit, desk, { join: community })
    return askWho(c, visit, desk, { go: { command: command.name, raw: known(command, args) } })
  }

  async function answerPage(c: Context, visit: Visit, command: Command, answer: Answer, sent: Sent | undefined) {
    // A message that was pressed is over once something else takes its place.
    if (sent?.message !== undefined && visit.signedIn && !answer.refused)
      await books.done(sent.message, visit.signedIn.personId)
    const { file } = answer.content
    const kept = file && visit.signedIn && (await books.keep(file, visit.signedIn.accountId))
    // Whoever is forgotten by it is signed in no more.
    const left = answer.replaces && !answer.content.card ? await desk.visit(c) : visit
    const main = html`<div role="status">${desk.show(answer, desk.pressing(left))}</div>
${file && kept ? html`<p><a href="/files/${kept}" download="${file.name}">Take the file ${file.name}</a></p>` : ''}`
    return desk.send(c, left, { title: command.description, main, isPrivate: true }, answer.refused ? 422 : 200)
  }

  async function commandPage(c: Context, visit: Visit, command: Command, raw: Raw, answer?: Answer) {
    const wrong = wrongOf(answer)
    const said = answer && !wrong ? desk.show(answer, desk.pressing(visit)) : ''
    // Whoever is not to do it at all has nothing to fill in.
    const isBarred = answer?.refused && !wrong && command.permission === 'staff' && Object.keys(raw).length === 0
    const form = html`${(command.shapes.length > 0 || !answer) && !isBarred ? await formOf(visit, command, raw, wrong) : ''}`
    const isLook = answer !== undefined && !answer.refused
    const main = html`${said}${isLook && command.shapes.length > 0 ? html`<details><summary>More to choose</summary>${form}</details>` : isLook ? '' : form}`
    return desk.send(c, visit, { title: command.description, main, isPrivate: true }, answer?.refused ? 422 : 200)
  }

  async function formOf(visit: Visit, command: Command, raw: Raw, wrong: Wrong | undefined): Promise<Html> {
    const option = command.shapes.find((shape) => shape.kind === 'community')
    const communities = option ? await router.complete(desk.looker(visit), command.name, option.name, '') : []
    const values = { ...raw }
    return commandForm(command, communities, {
      ...{ action: `/do/${command.name}`, hidden: desk.hidden(visit), values, wrong },
    })
  }

  async function formPage(c: Context, visit: Visit, command: Command, press: string, sent: Sent, answer?: Answer) {
    const { press: _, ...values } = sent.fields
    const form = router.form(press, {})
    if (!form) return desk.missing(c, visit)
    const wrong = wrongOf(answer)
    const said = answer && !wrong ? desk.show(answer, desk.pressing(visit)) : ''
    const main = html`${said}${pressForm(form, { action: '/press', hidden: desk.hidden(visit, sent.message), values, wrong })}`
    const title = form.title || command.description
    return desk.send(c, visit, { title, main, isPrivate: true }, answer ? 422 : 200)
  }
}

/** The fields that a command has. */
function known(command: Command, fields: Raw): Raw {
  const names = command.shapes.map((shape) => shape.name)
  return Object.fromEntries(Object.entries(fields).filter(([name, words]) => names.includes(name) && words !== ''))
}

function wrongOf(answer: Answer | undefined): Wrong | undefined {
  if (!answer?.mistake) return undefined
  return { field: answer.mistake.field, words: plainly(answer.mistake.text, answer) }
}
