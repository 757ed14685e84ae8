import type { Command } from '../../src/command.ts'
import type { OptionShape } from '../../src/option.ts'
import { parseCommand } from '../../src/slack/parse.ts'
import { LOBBY } from '../../src/terminal/chat.ts'
import type { Line, Speaker } from '../../src/terminal/line.ts'
import { MAIN } from '../../src/terminal/print.ts'
import type { GuildHandle, Person } from './hand.ts'
import type { Actor } from './people.ts'
import { inOneLine, named, plain } from './plain.ts'
import { type Shown, shownMessage } from './shown.ts'
import type { DiscordStage } from './stage.ts'
import type { Value } from './typed.ts'
import type { Channel, Message } from './world.ts'

/** What somebody, a room or a mailbox was shown. */
export interface Said {
  /** `ana`, `ana#den`, `:parents-united`, `mail ana@example.org`. */
  to: string
  words: string
  buttons: string[]
  files: { name: string; text: string }[]
  /** It took the place of an earlier message. */
  replaces?: boolean
}

/** Plays the terminal's lines through people in front of Discord: a server for each workspace, a channel for each room. */
export function createPlayer(stage: DiscordStage, commands: Command[], zone: string) {
  const { fake } = stage
  const guilds = new Map<string, GuildHandle>()
  const people = new Map<string, Person>()
  const warnings = new Set<string>()
  /** Discord shows times by the clock of a device, which goes as its owner says. */
  const zones = new Map<string, string>()
  let before = new Map<string, string>()

  function guildOf(workspace: string): GuildHandle {
    const known = guilds.get(workspace)
    if (known) return known
    const guild = fake.guild(workspace)
    guild.renameChannel(guild.general.id, LOBBY)
    guilds.set(workspace, guild)
    return guild
  }

  function personOf({ name, isStaff, workspace = MAIN, room }: Speaker) {
    const key = seatOf(name, workspace)
    const person = people.get(key) ?? guildOf(workspace).member(name, { staff: isStaff })
    people.set(key, person)
    return room === undefined ? person : person.in(room)
  }

  /** A command as Discord's own form sends it. */
  function types(speaker: Speaker, text: string): Promise<Shown> {
    const [, own] = /^\/?my zone (\S+)$/.exec(text) ?? []
    if (own) zones.set(seatOf(speaker.name, speaker.workspace), own)
    const { command, raw } = parseCommand(text, (name) => commands.find((one) => one.name === name)?.shapes)
    const found = commands.find((one) => one.name === command)
    const options = Object.fromEntries(
      Object.entries(raw).map(([name, typed]) => {
        const shape = found?.shapes.find((one) => one.name === name)
        return [name, shape ? typedAs(shape, typed) : typed]
      }),
    )
    return personOf(speaker).types(found?.group ? `${found.group} ${command}` : command, options)
  }

  /** What the terminal shows as buttons may be an option of a list, in the newest message or in an earlier one. */
  function presses(person: Actor, label: string, containing?: string): Promise<Shown> {
    const seen = person.sees().reverse()
    const waiting = seen.filter(({ message }) => message?.onlyFor !== undefined && !message.pressed)
    // Words are looked for as they are read: times by a clock.
    const newest = [...waiting, ...seen].find(
      (one) =>
        plain(one.text, fake.world, zone).includes(containing ?? '') &&
        [...one.buttons, ...one.options].includes(label),
    )
    const inIt = newest?.text ?? containing
    return newest?.options.includes(label) ? person.selects(label, inIt) : person.presses(label, inIt)
  }

  async function act(line: Extract<Line, { speaker: Speaker }>): Promise<Shown | undefined> {
    switch (line.kind) {
      case 'command':
        return types(line.speaker, line.text)
      case 'press':
        return presses(personOf(line.speaker), line.labels[0] ?? '', line.containing)
      case 'fields':
        return personOf(line.speaker).fills(line.fields)
      case 'look':
        return undefined
      default:
        return line satisfies never
    }
  }

  /** Before somebody enters a room they read who will see them there, and press once more; the terminal has no such rooms. */
  async function goesOn(speaker: Speaker, shown: Shown | undefined): Promise<Shown | undefined> {
    const [label = '', outside] = shown?.buttons ?? []
    if (!shown || outside !== `${label} without the room`) return shown
    warnings.add(inOneLine(shown.text.split('\n').slice(1).join(' ')))
    return personOf(speaker).presses(label, shown.text)
  }

  const placeOf = (channel: Channel, message: Message): string => {
    const workspace = [...guilds].find(([, guild]) => guild.id === channel.guildId)?.[0] ?? MAIN
    const reader = message.onlyFor ?? channel.recipientId
    if (reader === undefined) return seatOf(`:${channel.name}`, workspace)
    return [...people].find(([, { id }]) => id === reader)?.[0] ?? 'nobody'
  }

  const said = (message: Message, channel: Channel): Said => {
    const to = placeOf(channel, message)
    const own = zones.get(to) ?? zone
    const { text, options, buttons, files } = shownMessage(message)
    // A picture shows the figures of the table beneath it.
    const texts = files.filter(({ name }) => !name.endsWith('.png'))
    return {
      to,
      words: inOneLine(plain(text, fake.world, own)),
      buttons: [...options, ...buttons],
      files: texts.map(({ name, text: inside }) => ({ name, text: named(inside, fake.world) })),
    }
  }

  /** What stands there now and did not before, what took the place of something first. */
  function fresh(): Said[] {
    const all = [...fake.world.channels.values()].flatMap((channel) =>
      [...(fake.world.messages.get(channel.id)?.values() ?? [])].map((message) => ({ message, channel })),
    )
    // What Discord itself says in a thread stands nowhere else.
    const changed = all.filter(({ message }) => !message.system && before.get(message.id) !== signatureOf(message))
    const isNew = ({ message }: (typeof all)[number]) => Number(!before.has(message.id))
    return changed
      .sort((a, b) => isNew(a) - isNew(b) || (BigInt(a.message.id) < BigInt(b.message.id) ? -1 : 1))
      .map(({ message, channel }) => said(message, channel))
  }

  return {
    guildOf,

    /** What people read about who would see them in a room. */
    warnings,

    /** Lets time pass, and does what falls due on the way, in order of time. */
    advance: (ms: number) =>
      stage.runner.advance(new Date(fake.now().getTime() + ms), (time) =>
        fake.pass(time.getTime() - fake.now().getTime()),
      ),

    /** Plays what somebody does. What comes of it is in `fresh`, until the next line is begun. */
    async begin(line: Line): Promise<Said[]> {
      before = new Map(
        [...fake.world.messages.values()].flatMap((all) =>
          [...all.values()].map((message) => [message.id, signatureOf(message)] as const),
        ),
      )
      if (!('speaker' in line)) return []
      const to = seatOf(line.speaker.name, line.speaker.workspace)
      const also = (words: string): Said[] => [{ to, words, buttons: [], files: [] }]
      try {
        const shown = await goesOn(line.speaker, await act(line))
        if (shown?.kind === 'failed') return also(`failed: ${shown.text}`)
        const { form } = shown ?? {}
        return form ? also(wordsOfForm(form.title, form.fields)) : []
      } catch (error) {
        // Discord's own client would not let them; anything else is found by whoever compares.
        return also(`not sent: ${error instanceof Error ? error.message : error}`)
      }
    },

    fresh,
  }
}

/** A form as words, the same for every platform. */
export function wordsOfForm(
  title: string,
  fields: { name: string; label: string; description?: string; required: boolean }[],
): string {
  // A label too long for its place is read in full below it.
  const lines = fields.map(
    ({ name, label, description, required }) =>
      `${name}: ${description ?? label}${required ? '' : ' (may be left out)'}`,
  )
  return inOneLine(['form', title, ...lines].join('; '))
}

/** Somebody, or a room, in a workspace. */
export function seatOf(name: string, workspace = MAIN): string {
  return workspace === MAIN ? name : `${name}#${workspace}`
}

function signatureOf({ content, embeds, components, attachments }: Message): string {
  return JSON.stringify([content, embeds, components, attachments])
}

function typedAs(shape: OptionShape, typed: string): Value {
  if (shape.kind === 'integer') return Number(typed)
  if (shape.kind === 'yesno') return typed === 'yes'
  return typed
}
