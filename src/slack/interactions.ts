import type { types, ViewResponseAction } from '@slack/bolt'
import type { Command } from '../command.ts'
import { clipped } from '../core/pieces.ts'
import { say, type Text } from '../core/say.ts'
import type { Answer } from '../platform.ts'
import type { Form } from '../reply.ts'
import type { Delivery, Router } from '../router.ts'
import type { Answers, ReplyAddress } from './answers.ts'
import type { Api } from './api.ts'
import { type Doer, doers, placeOf } from './doers.ts'
import { type Home, menu } from './home.ts'
import { LIMITS } from './limits.ts'
import { channelsIn, messageWords, parseLine } from './parse.ts'
import {
  addressOf,
  commandBody,
  eventBody,
  messageActionBody,
  pressBody,
  replyTo,
  shortcutBody,
  submissionBody,
} from './payloads.ts'
import { plainly } from './pens.ts'
import { type People, within } from './people.ts'
import { FROM_HOME, filledIn, modalOf, type Origin, originOf, waitingView } from './views.ts'

/** The parts that answering needs. */
export interface Answering {
  api: Api
  router: Router
  commands: Command[]
  answers: Answers
  people: People
  home: Home
  /** The one command, as people type it. */
  command: string
  now(): Date
  logFailure(where: string, error: unknown): void
}

/** Tells Slack that something arrived; of a submitted form, also what becomes of it. */
export type Ack = (response?: ViewResponseAction) => Promise<void>

/** What Slack delivers, carried to the router, and the answer back. */
export interface Interactions {
  typed(body: unknown, ack: Ack): Promise<void>
  pressed(body: unknown, ack: Ack): Promise<void>
  filled(body: unknown, ack: Ack): Promise<void>
  chosen(body: unknown, ack: Ack): Promise<void>
  /** Somebody chose a shortcut on a message. */
  chosenOn(body: unknown, ack: Ack): Promise<void>
  /** Somebody looks at Kindred's page. */
  opened(body: unknown): Promise<void>
}

export function interactions(parts: Answering): Interactions {
  const { api, router, commands, answers, home, now, logFailure } = parts
  const { isRepeated, deliveryOf } = doers(parts)
  const shapesOf = (name: string) => commands.find((command) => command.name === name)?.shapes

  /** Does something for somebody of a workspace Kindred is in; through shared channels others reach its buttons too. */
  async function carried(doer: Doer, act: (delivery: Delivery) => Promise<Answer>): Promise<Answer> {
    if (!(await api.isIn(doer.workspace))) return local({ text: NOT_HERE })
    return act(await deliveryOf(doer))
  }

  /** Opens a view while there is time; nothing where Slack gives none any more. */
  async function open(workspace: string, trigger: string, view: types.ModalView): Promise<string | undefined> {
    try {
      return (await api.call(workspace, 'views.open', { trigger_id: trigger, view })).view.id
    } catch (error) {
      logFailure('slack/open', error)
      return undefined
    }
  }

  async function openForm(doer: Doer, trigger: string, form: Form, origin: Origin, to?: ReplyAddress): Promise<void> {
    if (await open(doer.workspace, trigger, modalOf(form, origin))) return
    // A button has a trigger of its own.
    const instead = local({
      text: say`Slack gave too little time to open the form.`,
      card: { buttons: [{ label: say`Open the form`, press: form.address }] },
    })
    await (to ? answers.reply(doer, to, instead) : answers.tell(doer, instead))
  }

  async function typed(raw: unknown, ack: Ack): Promise<void> {
    await ack()
    const body = commandBody.parse(raw)
    const line = parseLine(body.text, shapesOf)
    const at = now().getTime()
    const doer: Doer = {
      id: body.trigger_id,
      workspace: body.team_id,
      account: body.user_id,
      name: body.user_name,
      place: placeOf({ id: body.channel_id, name: body.channel_name }),
      about: line?.command ?? '',
      named: channelsIn(body.text),
    }
    if (isRepeated(doer)) return
    const to: ReplyAddress = { url: body.response_url, at, isPrivate: false }
    if (!line) return answers.reply(doer, to, local(menu(commands)))
    const form = router.form(line.command, line.raw)
    const { place } = doer
    if (form)
      return openForm(doer, body.trigger_id, form, { address: form.address, at, place, url: body.response_url }, to)
    await answers.reply(doer, to, await carried(doer, (one) => router.run(one, line.command, line.raw)))
  }

  async function pressed(raw: unknown, ack: Ack): Promise<void> {
    await ack()
    const body = pressBody.parse(raw)
    const { trigger_id, user, view, channel, response_url } = body
    const [action] = body.actions
    const address = action ? addressOf(action) : ''
    const place = channel && placeOf(channel)
    const isHome = view?.type === 'home'
    const isAtHome = isHome || view?.private_metadata === FROM_HOME
    const doer: Doer = {
      id: trigger_id,
      workspace: body.team?.id ?? '',
      account: user.id,
      name: user.name ?? user.username ?? '',
      place,
      about: address,
      isAtHome,
    }
    if (isRepeated(doer)) return
    const at = now().getTime()
    const to = response_url === undefined ? undefined : replyTo(body, response_url, at)
    const form = router.form(address, {})
    if (form) {
      const { url, isPrivate, isConversation, thread } = to ?? {}
      const way = { url, isPrivate, isConversation, thread }
      const origin: Origin = { address: form.address, place, at, ...way, isHome: isAtHome }
      if (view && !isHome) {
        await api.call(doer.workspace, 'views.update', { view_id: view.id, view: modalOf(form, origin) })
        return
      }
      return openForm(doer, trigger_id, form, origin, to)
    }
    const shown =
      view && !isHome ? view.id : isHome ? await open(doer.workspace, trigger_id, waitingView(true)) : undefined
    const given = await carried(doer, (one) => router.press(one, address))
    if (to) await answers.reply(doer, to, given)
    else await (shown ? answers.show(doer, shown, given) : answers.tell(doer, given))
    if (isAtHome) await home.draw(await deliveryOf(doer))
  }

  async function filled(raw: unknown, ack: Ack): Promise<void> {
    const body = submissionBody.parse(raw)
    const { view, user } = body
    const origin = originOf(view.private_metadata)
    if (!origin) return ack()
    const { values } = view.state
    const { place, url, at } = origin
    const doer: Doer = {
      // The view's own id stays the same when a form is sent again after a mistake.
      id: body.trigger_id ?? `${view.id}.${view.hash ?? ''}`,
      workspace: body.team?.id ?? '',
      account: user.id,
      name: user.name ?? user.username ?? '',
      place,
      about: origin.address,
      isAtHome: origin.isHome ?? false,
    }
    if (isRepeated(doer)) return ack()
    const work = carried(doer, (one) => router.press(one, origin.address, filledIn(values)))
    const soon = await within(LIMITS.submissionMs, work, undefined)
    const { mistake } = soon ?? {}
    const shown = soon && url === undefined ? answers.viewOf(doer, soon) : undefined
    if (soon && mistake && mistake.field in values) {
      const words = clipped(plainly(mistake.text, soon, parts.command), LIMITS.fieldError)
      return ack({ response_action: 'errors', errors: { [mistake.field]: words } })
    }
    if (url !== undefined) {
      await ack()
      const { isPrivate = false, isConversation = false, thread } = origin
      await answers.reply(doer, { url, at, isPrivate, isConversation, thread }, soon ?? (await work))
    } else if (shown) await ack({ response_action: 'update', view: shown })
    else {
      await ack({ response_action: 'update', view: waitingView(doer.isAtHome) })
      await answers.show(doer, view.id, await work)
    }
    if (origin.isHome) await home.draw(await deliveryOf(doer))
  }

  async function chosen(raw: unknown, ack: Ack): Promise<void> {
    await ack()
    const { team, user, trigger_id, callback_id } = shortcutBody.parse(raw)
    const doer: Doer = {
      id: trigger_id,
      workspace: team?.id ?? '',
      account: user.id,
      name: user.name ?? user.username ?? '',
      about: callback_id,
    }
    if (isRepeated(doer)) return
    const form = router.form(callback_id, {})
    if (form) return openForm(doer, trigger_id, form, { address: form.address, at: now().getTime() })
    const shown = await open(doer.workspace, trigger_id, waitingView())
    const given = await carried(doer, (one) => router.press(one, callback_id))
    await (shown ? answers.show(doer, shown, given) : answers.tell(doer, given))
  }

  async function chosenOn(raw: unknown, ack: Ack): Promise<void> {
    await ack()
    const { team, user, trigger_id, callback_id, channel, message, response_url: url } = messageActionBody.parse(raw)
    const place = placeOf(channel)
    const doer: Doer = {
      id: trigger_id,
      workspace: team?.id ?? '',
      account: user.id,
      name: user.name ?? user.username ?? '',
      place,
      about: callback_id,
    }
    if (isRepeated(doer)) return
    const at = now().getTime()
    const to: ReplyAddress = { url, at, isPrivate: false }
    const form = router.fromMessage(callback_id, messageWords(message.text ?? ''))
    if (form) return openForm(doer, trigger_id, form, { address: form.address, at, place, url }, to)
    // The manifest in the workspace is older than the commands.
    await answers.reply(doer, to, await carried(doer, (one) => router.run(one, callback_id, {})))
  }

  async function opened(raw: unknown): Promise<void> {
    const { team_id, event_id, event } = eventBody.parse(raw)
    if (event.tab !== 'home' || event.user === undefined) return
    const doer: Doer = { id: event_id, workspace: team_id, account: event.user, name: '', about: '' }
    if (isRepeated(doer) || !(await api.isIn(team_id))) return
    await home.draw(await deliveryOf(doer))
  }

  return { typed, pressed, filled, chosen, chosenOn, opened }
}

const NOT_HERE = say`Kindred is not connected to your workspace, so nothing was done. Whoever runs it can bring it in.`

/** An answer that needs nothing of the house. */
function local(content: { text?: Text } & Answer['content']): Answer {
  return { content, names: {}, zone: 'UTC', language: 'en', replaces: false }
}
