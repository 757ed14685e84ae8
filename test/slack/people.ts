import type { Interaction, Outcome } from './acts.ts'
import { dmWith, isIn } from './channels.ts'
import type { Carried, Delivery, Envelope } from './delivery.ts'
import { type Interactions, TROUBLE } from './interactions.ts'
import {
  actionPayload,
  closedPayload,
  commandPayload,
  messageShortcutPayload,
  shortcutPayload,
  submissionPayload,
  suggestionPayload,
} from './payloads.ts'
import type { Settings } from './settings.ts'
import {
  failed,
  fieldsOf,
  filled,
  type Given,
  NOTHING,
  optionsOf,
  type Shown,
  shownMessage,
  shownView,
  touchesIn,
  valueFor,
} from './shown.ts'
import { type createSight, escaped, type Found, lookupIn } from './sight.ts'
import { closeViews, homeOf } from './views.ts'
import { viewOnWire } from './wire.ts'
import { type Channel, type Json, type Message, type Team, textOf, type User, type World, words } from './world.ts'

export type Sight = ReturnType<typeof createSight>

export interface PeopleParts {
  world: World
  settings: Settings
  sight: Sight
  interactions: Interactions
  delivery: Delivery
  respondUrl: (token: string) => string
  /** Real time after which someone gives up on an answer. */
  patienceMs: number
}

export type People = ReturnType<typeof createPeople>

/** People in front of Slack: what they do goes to the app, what they are shown for it comes back. */
export function createPeople(parts: PeopleParts) {
  const { world, settings, sight, interactions, delivery, respondUrl, patienceMs } = parts
  /** Options the app found while somebody typed. */
  const offered = new Map<string, Json[]>()
  const { atHome, inSight, allInSight, topForm, places, find, sightOf } = sight

  function shownFor(outcome: Outcome | undefined): Shown {
    if (!outcome || outcome.kind === 'gone' || outcome.kind === 'choices') return NOTHING
    if (outcome.kind === 'failed') return failed(outcome.why)
    if (outcome.kind === 'message') return shownMessage(outcome.message)
    return shownView(outcome.view, outcome.kind === 'errors' ? outcome.errors : {})
  }

  /** Sends what somebody did, and waits for what they are shown for it. */
  async function send(one: Interaction, envelope: Envelope, what: string): Promise<Outcome | undefined> {
    if (one.user.isDeleted) throw new Error(`${one.user.name}'s account has ended`)
    const { install } = one.team
    if (!install) interactions.fail(one, `${what} failed with the error "app_not_installed"`)
    else void delivery.send(envelope).then((carried) => heard(one, carried, what))
    return interactions.outcome(one, patienceMs)
  }

  function heard(one: Interaction, carried: Carried, what: string): void {
    if (carried.isAcked) {
      interactions.acked(one, carried.body)
      return
    }
    const word = carried.why.includes('timeout') ? 'operation_timeout' : 'dispatch_failed'
    interactions.fail(one, one.view ? TROUBLE : `${what} failed with the error "${word}"`)
  }

  async function act(one: Interaction, envelope: Envelope, what: string): Promise<Shown> {
    const shown = shownFor(await send(one, envelope, what))
    const { sent, acked = Number.NaN, shown: seen = Number.NaN } = one.times
    return { ...shown, times: { ackedMs: acked - sent, shownMs: seen - sent } }
  }

  const interactive = (payload: Json, accepts = false): Envelope => ({ type: 'interactive', payload, accepts })

  /** Somebody touches something, which gets this value if it keeps one. */
  async function touch(team: Team, user: User, found: Found, value?: Json): Promise<Shown> {
    const { block, element, message, view } = found
    const [blockId, actionId] = [words(block.block_id), words(element.action_id)]
    const channel = team.channels.get(message?.channelId ?? '')
    const holder = view ?? message
    if (holder && value) holder.values[blockId] = { ...holder.values[blockId], [actionId]: value }
    if (message) message.pressed = true
    const one = interactions.begin({
      kind: 'action',
      team,
      user,
      ...(message && { message }),
      ...(channel && { channel }),
      ...(view && { view }),
    })
    const { type, text, style, url, placeholder } = element
    const action = {
      type,
      action_id: actionId,
      block_id: blockId,
      ...(type === 'button' && { text, ...(element.value !== undefined && { value: element.value }) }),
      ...(style !== undefined && { style }),
      ...(url !== undefined && { url }),
      ...(placeholder !== undefined && { placeholder }),
      ...value,
      action_ts: world.ts(),
    }
    return act(one, interactive(actionPayload(one, action, respondUrl(one.token))), textOf(text) || 'That')
  }

  return {
    inSight,
    allInSight,
    topForm,

    async types(team: Team, user: User, channel: Channel, line: string): Promise<Shown> {
      const [command = '', ...rest] = line.split(' ')
      const declared = settings.commands?.find((one) => one.command === command)
      const isOffered = team.install?.scopes.includes('commands') && (declared || !settings.commands)
      if (!isOffered || !command.startsWith('/')) throw new Error(`${user.name} is not offered ${command} here`)
      if (!isIn(channel, user.id)) throw new Error(`${user.name} is not in #${channel.name}`)
      if (channel.isArchived) throw new Error(`#${channel.name} is archived`)
      atHome.delete(user.id)
      const text = escaped(team, rest.join(' ').trim(), declared?.escapes ?? true)
      const one = interactions.begin({ kind: 'command', team, user, channel })
      const payload = commandPayload(one, channel, command, text, respondUrl(one.token))
      return act(one, { type: 'slash_commands', payload, accepts: true }, command)
    },

    async presses(team: Team, user: User, label: string, containing: string): Promise<Shown> {
      const named = (element: Json) =>
        element.type === 'button' && textOf(element.text).toLowerCase() === label.toLowerCase()
      const form = topForm(user)
      const isSubmit = form && textOf(form.given.submit).toLowerCase() === label.toLowerCase()
      const found = find(team, user, containing, named)
      if (form && isSubmit && found?.view !== form) return this.fills(team, user, {})
      if (found) return touch(team, user, found)
      throw new Error(`${user.name} sees no button [${label}] with "${containing}". In sight: ${sightOf(team, user)}`)
    },

    async selects(team: Team, user: User, given: Given, containing: string): Promise<Shown> {
      const named = [given].flat()
      const lookup = lookupIn(team)
      const has = (element: Json, name: string) => {
        const kind = /(user|channel|conversation)s_select$/.exec(words(element.type))?.[1]
        if (kind) return lookup(kind === 'user' ? 'user' : 'channel', name) !== undefined
        const all = [...optionsOf(element), ...(offered.get(words(element.action_id)) ?? [])]
        return all.some(({ text, value }) => textOf(text) === name || value === name)
      }
      const isIt = (element: Json) => element.type !== 'button' && named.every((name) => has(element, name))
      const found = find(team, user, containing, isIt)
      if (!found)
        throw new Error(`${user.name} sees no select with ${named.join(', ')}. In sight: ${sightOf(team, user)}`)
      return touch(
        team,
        user,
        found,
        valueFor(found.element, named, lookup, offered.get(words(found.element.action_id))),
      )
    },

    async fills(team: Team, user: User, fields: Record<string, Given>): Promise<Shown> {
      const view = topForm(user)
      if (!view) throw new Error(`${user.name} has no form open`)
      if (view.given.submit === undefined) throw new Error(`"${textOf(view.given.title)}" has nothing to send`)
      view.values = filled(view, fields, lookupIn(team), [...offered.values()].flat())
      const one = interactions.begin({ kind: 'submission', team, user, view })
      return act(one, interactive(submissionPayload(one, view), true), 'That')
    },

    /** Somebody closes the form in front of them, or all of them. */
    closes(team: Team, user: User, all: boolean): void {
      for (const view of closeViews(world, user.id, all)) {
        if (view.given.notify_on_close !== true) continue
        const one = interactions.begin({ kind: 'closing', team, user, view })
        void send(one, interactive(closedPayload(one, view, all)), 'That')
        interactions.settle(one, { kind: 'gone' })
      }
    },

    async opensHome(team: Team, user: User): Promise<Shown> {
      atHome.add(user.id)
      const before = homeOf(world, user.id)
      const isHeard = settings.events.includes('app_home_opened') && settings.hasHome && team.install
      if (!isHeard) return before ? shownView(before) : NOTHING
      const one = interactions.begin({ kind: 'home', team, user })
      const event = { type: 'app_home_opened', user: user.id, channel: dmWith(world, team, user.id).id, tab: 'home' }
      world.tell({ team, event: { ...event, ...(before && { view: viewOnWire(team, before) }) } })
      await interactions.outcome(one, patienceMs)
      const home = homeOf(world, user.id)
      return home ? shownView(home) : NOTHING
    },

    async shortcut(team: Team, user: User, callbackId: string, message?: Message): Promise<Shown> {
      const type = message ? 'message' : 'global'
      const isOffered = settings.shortcuts?.some((one) => one.callbackId === callbackId && one.type === type) ?? true
      if (!isOffered || !team.install?.scopes.includes('commands'))
        throw new Error(`${user.name} is not offered the shortcut ${callbackId}`)
      const channel = team.channels.get(message?.channelId ?? '')
      const more = { ...(message && { message }), ...(channel && { channel }) }
      const one = interactions.begin({ kind: 'shortcut', team, user, ...more })
      const payload = message
        ? messageShortcutPayload(one, callbackId, world.ts(), respondUrl(one.token))
        : shortcutPayload(one, callbackId, world.ts())
      return act(one, interactive(payload), callbackId)
    },

    /** What is offered while somebody types into a select whose options the app finds. */
    async completes(team: Team, user: User, field: string, value: string): Promise<string[]> {
      const isIt = (element: Json) => words(element.type).endsWith('external_select')
      for (const { view, message, blocks } of places(team, user)) {
        const named = view ? fieldsOf(view).filter(({ label, blockId }) => [label, blockId].includes(field)) : []
        const names = [field, ...named.map(({ name }) => name)]
        const all = [
          ...touchesIn(blocks),
          ...(view ? fieldsOf(view) : []).map((one) => ({ block: { block_id: one.blockId }, element: one.element })),
        ]
        const found = all.find(({ element }) => isIt(element) && names.includes(words(element.action_id)))
        if (!found) continue
        const channel = team.channels.get(message?.channelId ?? '')
        const more = { ...(message && { message }), ...(view && { view }), ...(channel && { channel }) }
        const one = interactions.begin({ kind: 'suggestion', team, user, ...more })
        const payload = suggestionPayload(one, found.element, words(found.block.block_id), value)
        const outcome = await send(one, interactive(payload, true), 'That')
        if (outcome?.kind !== 'choices') throw new Error('No result: the options did not come')
        offered.set(words(found.element.action_id), outcome.choices)
        return outcome.choices.map(({ text }) => textOf(text))
      }
      throw new Error(`${user.name} sees nothing to type ${field} into`)
    },
  }
}
