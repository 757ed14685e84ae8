import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type CommandInteractionOption,
  type Interaction,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  RESTJSONErrorCodes,
  type StringSelectMenuInteraction,
} from 'discord.js'
import type { Command } from '../command.ts'
import { say } from '../core/say.ts'
import type { Answer } from '../platform.ts'
import type { Raw, Router } from '../router.ts'
import { deliveryOf } from './delivery.ts'
import { isCode, keptUp } from './faults.ts'
import { modalOf } from './forms.ts'
import { LIMITS } from './limits.ts'
import { messageWords } from './message-words.ts'
import { attached, bodyOf, replacing } from './posts.ts'
import { type Page, PINGS_NOBODY, type Render } from './render.ts'

/** The parts that answering needs. */
export interface Answering {
  router: Router
  commands: Command[]
  render: Render
  now(): Date
  logFailure(where: string, error: unknown): void
}

/** What can be acknowledged and answered later. */
type Answerable =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | ButtonInteraction
  | StringSelectMenuInteraction
  | ModalSubmitInteraction

/** Interactions remembered, so that one delivered twice is answered once. */
const SEEN_KEPT = 2_000

/** Carries what Discord delivers to the router, and the answer back. */
export function answering({
  router,
  commands,
  render,
  now,
  logFailure,
}: Answering): (one: Interaction) => Promise<void> {
  const seen = new Set<string>()
  const complain = tellOnce(logFailure)

  function isRepeated(id: string): boolean {
    if (seen.has(id)) return true
    const [oldest] = seen
    if (seen.size >= SEEN_KEPT && oldest !== undefined) seen.delete(oldest)
    seen.add(id)
    return false
  }

  /** Sends the first answer, before anything that may take long; false where nobody waits for it any more. */
  async function acknowledged(one: Answerable, acknowledge: () => Promise<unknown>): Promise<boolean> {
    try {
      // There are three seconds in all.
      await keptUp(acknowledge, [0])
      return true
    } catch (error) {
      complain('acknowledge', error)
      if (!isCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)) return false
      // A repetition is refused where the first request arrived and only its answer was lost. Should another process have
      // sent it, nothing is done twice all the same: the router knows the id. The library has to be told.
      one.deferred = true
      return true
    }
  }

  async function typed(one: ChatInputCommandInteraction): Promise<void> {
    const { command, raw } = wordsOf(one)
    const form = router.form(command, raw)
    if (form) return void (await acknowledged(one, () => one.showModal(modalOf(form))))
    if (!(await acknowledged(one, () => one.deferReply({ flags: MessageFlags.Ephemeral })))) return
    await answer(one, await router.run(deliveryOf(one, now()), command, raw), true)
  }

  /** Somebody chose a command on a message, whose words fill in its form. */
  async function chosen(one: MessageContextMenuCommandInteraction): Promise<void> {
    const { commandName, targetMessage, guild } = one
    const command = commands.find(({ fromMessage }) => fromMessage?.label === commandName)?.name ?? commandName
    const channelName = (id: string) => guild?.channels.cache.get(id)?.name
    const form = router.fromMessage(command, messageWords(targetMessage.content, channelName))
    if (form) return void (await acknowledged(one, () => one.showModal(modalOf(form))))
    // Discord's menu is older than the commands.
    if (!(await acknowledged(one, () => one.deferReply({ flags: MessageFlags.Ephemeral })))) return
    await answer(one, await router.run(deliveryOf(one, now()), command, {}), true)
  }

  async function pressed(one: ButtonInteraction | StringSelectMenuInteraction): Promise<void> {
    // Where one of several is chosen, each is an address of its own.
    const press = one.isStringSelectMenu() ? (one.values[0] ?? '') : one.customId
    const form = router.form(press, {})
    if (form) return void (await acknowledged(one, () => one.showModal(modalOf(form))))
    if (!(await acknowledged(one, () => one.deferUpdate()))) return
    const given = await router.press(deliveryOf(one, now()), press)
    await answer(one, given, given.replaces && isPrivate(one))
  }

  async function filled(one: ModalSubmitInteraction): Promise<void> {
    const onMessage = one.isFromMessage()
    const first = () => (onMessage ? one.deferUpdate() : one.deferReply({ flags: MessageFlags.Ephemeral }))
    if (!(await acknowledged(one, first))) return
    const fields = Object.fromEntries(
      [...one.fields.fields].map(([name, field]) => [name, 'value' in field ? String(field.value) : '']),
    )
    const given = await router.press(deliveryOf(one, now()), one.customId, fields)
    await answer(one, given, !onMessage || (given.replaces && isPrivate(one)))
  }

  async function completed(one: AutocompleteInteraction): Promise<void> {
    const { name, value } = one.options.getFocused(true)
    const command = one.options.getSubcommand(false) ?? one.commandName
    const choices = await router.complete(deliveryOf(one, now()), command, name, value)
    try {
      await one.respond(choices.slice(0, LIMITS.choices))
    } catch (error) {
      complain('autocomplete', error)
    }
  }

  /** Shows an answer in the place of what waits for it, or after it; always to one person alone. */
  async function answer(one: Answerable, given: Answer, inPlace: boolean): Promise<void> {
    const [first, ...others] = render(given.content, given)
    try {
      if (inPlace) await keptUp(() => one.editReply({ ...replacing(first), ...sent(first) }))
      else await follow(one, first)
      for (const page of others) await follow(one, page)
    } catch (error) {
      complain('answer', error)
      if (!isCode(error, RESTJSONErrorCodes.InvalidFormBodyOrContentType)) return
      const [instead] = render({ text: say`It was done, but the answer can't be shown here.` }, given)
      await follow(one, instead).catch((again: unknown) => complain('answer', again))
    }
  }

  return async (one) => {
    try {
      if (isRepeated(one.id)) return
      if (one.isChatInputCommand()) await typed(one)
      else if (one.isMessageContextMenuCommand()) await chosen(one)
      else if (one.isButton() || one.isStringSelectMenu()) await pressed(one)
      else if (one.isModalSubmit()) await filled(one)
      else if (one.isAutocomplete()) await completed(one)
    } catch (error) {
      logFailure('discord', error)
    }
  }
}

/** What everybody meets now and then (too late, answered twice, gone) is logged once; anything else each time. */
function tellOnce(logFailure: Answering['logFailure']) {
  const told = new Set<string>()
  const usual = [
    RESTJSONErrorCodes.UnknownInteraction,
    RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged,
    RESTJSONErrorCodes.UnknownWebhook,
    RESTJSONErrorCodes.InvalidWebhookToken,
    RESTJSONErrorCodes.UnknownMessage,
  ]
  return (where: string, error: unknown): void => {
    const code = usual.find((one) => isCode(error, one))
    const key = `${where}/${code}`
    if (code !== undefined && told.has(key)) return
    if (code !== undefined) told.add(key)
    logFailure(`discord/${where}`, error)
  }
}

async function follow(one: Answerable, page: Page): Promise<void> {
  const { flags = 0, ...body } = bodyOf(page)
  await keptUp(() => one.followUp({ ...body, ...sent(page), flags: flags | MessageFlags.Ephemeral }))
}

/** What goes along with every message: its files, and that it pings nobody. */
function sent(page: Page) {
  const files = attached(page).map(({ data, ...rest }) => ({ attachment: data, ...rest }))
  return { files, allowedMentions: PINGS_NOBODY }
}

/** Whether the message that was pressed is seen by that person alone, so that its place may be taken. */
function isPrivate(one: ButtonInteraction | StringSelectMenuInteraction | ModalSubmitInteraction): boolean {
  return !one.inGuild() || (one.message?.flags.has(MessageFlags.Ephemeral) ?? false)
}

/** The command that was meant, behind its group or not, and its options as words. */
function wordsOf(one: ChatInputCommandInteraction): { command: string; raw: Raw } {
  const command = one.options.getSubcommand(false)
  const [first] = one.options.data
  const given: readonly CommandInteractionOption[] = command ? (first?.options ?? []) : one.options.data
  return {
    command: command ?? one.commandName,
    raw: Object.fromEntries(given.map((option) => [option.name, worded(option)])),
  }
}

function worded({ value }: CommandInteractionOption): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value ?? '')
}
