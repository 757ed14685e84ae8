import type { Organization } from '../../src/core/organization.ts'
import { durationMs } from '../../src/core/schedule.ts'
import { FAULTS, rehearsed } from '../../src/segments/rehearsal.ts'
import { readLine } from '../../src/terminal/line.ts'
import { MAIN, type Output } from '../../src/terminal/print.ts'
import { MUSEUM, openStage, type StageOptions, textOf } from '../stage.ts'
import { inOneLine } from './plain.ts'
import { createPlayer, type Said, seatOf, wordsOfForm } from './player.ts'
import { openDiscordStage } from './stage.ts'

const ZONE = 'Europe/Berlin'
const ORGANIZATION: Organization = { ...MUSEUM, contact: 'hello@museum.example', sender: 'City Museum', zone: ZONE }

/** A card everyone sees is drawn once a second at most, so that long passes before each line. */
const BETWEEN_LINES_MS = 1_000
/** What is tried again is tried again at the same time on both. */
const CHANCE = 0.5
/** An answer of several pages comes one page after the other. */
const [PATIENCE_MS, LOOK_MS] = [300, 10]

type Destinations = NonNullable<StageOptions['destinations']>

/** What one line showed on each platform, by whom it was shown to. */
export interface Played {
  terminal: Record<string, string>
  discord: Record<string, string>
}

/** Where each platform's destinations write. */
export interface Folders {
  terminal: string
  discord: string
}

/**
 * The same house twice, in the terminal and on Discord, where the same people do the same at the same time. `expected` turns
 * what the terminal showed into what Discord should. Where it is not `limited`, Discord takes as many requests as there are.
 */
export async function openBoth(
  now: string,
  folders: Folders,
  destinations: (folder: string, now: () => Date) => Destinations,
  expected: (words: string) => string,
  limited: boolean,
) {
  const terminal = await openStage({
    now,
    chance: CHANCE,
    organization: ORGANIZATION,
    destinations: destinations(folders.terminal, () => terminal.now()),
  })
  const start = new Date(now)
  const there = destinations(folders.discord, () => stage.fake.now()).map((one) => ({
    ...one,
    ...rehearsed(one.store),
  }))
  const { staffRoom: _, ...organization } = ORGANIZATION
  const options = { now: () => start, chance: CHANCE, organization, limited }
  const stage = await openDiscordStage({ ...options, destinations: there })
  const player = createPlayer(stage, terminal.commands, ZONE)
  const museum = player.guildOf(MAIN)
  // Brought in before staff are there, it is no news to them.
  player.guildOf('den')
  const staffRoom = { platform: 'discord', workspace: museum.id, place: museum.channel('staff').id }
  await stage.read((store) => store.organization.save({ ...organization, staffRoom }))
  const drawn = createDrawn()
  const cards = new Map<string, string>()

  async function onTerminal(line: string): Promise<Said[]> {
    const from = terminal.outputs.length
    await terminal.sleep(`${BETWEEN_LINES_MS / 1_000}s`)
    await terminal.play(line)
    return onlyNews(
      terminal.outputs.slice(from).flatMap((output) => saidBy(output) ?? []),
      cards,
    )
  }

  async function onDiscord(text: string, isAll: (said: Said[]) => boolean): Promise<Said[]> {
    const mails = stage.mails.length
    stage.fake.pass(BETWEEN_LINES_MS)
    const line = readLine(drawn.onDiscord(text))
    const shown = await player.begin(line)
    if (line.kind === 'store') {
      const fault = FAULTS.find((one) => one === line.fault)
      if (fault) there.find(({ name }) => name === line.name)?.suffer(fault)
    }
    if (line.kind === 'advance') {
      // Kindred may not have heard yet that its last answer arrived; weeks later it would be told that it is too late.
      await stage.bot.answered()
      await player.advance(durationMs(line.duration) ?? 0)
    } else await stage.settle()
    const all = () => [...shown, ...player.fresh(), ...stage.mails.slice(mails).map(saidByMail)]
    for (const end = performance.now() + PATIENCE_MS; !isAll(all()) && performance.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    return all()
  }

  return {
    stage,
    warnings: () => [...player.warnings],
    failures: () => [...terminal.failures, ...stage.failures],

    /** What was drawn on Discord in the stead of what the terminal drew. */
    drawnFor: (onTerminal: string) => drawn.onDiscord(onTerminal),

    /** Plays one line on both; what was drawn differently reads the same. */
    async play(line: string): Promise<Played> {
      if (['nothing', 'comment'].includes(readLine(line).kind)) return { terminal: {}, discord: {} }
      const wanted = mapped(byReader(await onTerminal(line)), expected)
      const read = (said: Said[]) => {
        const found = byReader(said)
        drawn.learn(wanted, found)
        return mapped(found, drawn.onTerminal)
      }
      const said = await onDiscord(line, (one) => areSame(read(one), wanted))
      return { terminal: wanted, discord: read(said) }
    },

    async close() {
      await terminal.close()
      await stage.close()
    },
  }
}

/** Whether everybody was shown the same. */
export function areSame(one: Record<string, string>, other: Record<string, string>): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Codes of mails and invitations, and numbers that stand for people, yeses and deliveries. */
const DRAWN =
  /\b(?:(?:terminal\/|discord\/)\w{17,26}|calendar\/[\w.-]{17,120}|\d{6}|[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9A-HJKMNP-TV-Z]{26})\b|(?<=\/unsubscribe\/)[\w-]+/g

/** What was drawn for the terminal, and what was drawn on Discord in its stead. */
function createDrawn() {
  const [there, here] = [new Map<string, string>(), new Map<string, string>()]
  return {
    onDiscord: (words: string) => words.replace(DRAWN, (one) => there.get(one) ?? one),
    onTerminal: (words: string) => words.replace(DRAWN, (one) => here.get(one) ?? one),
    learn(terminal: Record<string, string>, discord: Record<string, string>): void {
      for (const [to, words] of Object.entries(terminal)) {
        const [theirs, ours] = [words.match(DRAWN) ?? [], discord[to]?.match(DRAWN) ?? []]
        if (theirs.length !== ours.length) continue
        for (const [i, one] of theirs.entries()) {
          const other = ours[i]
          if (other === undefined || there.has(one) || here.has(other)) continue
          there.set(one, other)
          here.set(other, one)
        }
      }
    },
  }
}

function saidBy(output: Output): Said | undefined {
  if ('shown' in output) {
    const { workspace, to, room, shown, replaces = false } = output
    const { buttons, file, ...words } = shown
    return {
      to: seatOf(to ?? `:${room}`, workspace),
      words: inOneLine(textOf({ ...output, shown: words })),
      buttons: buttons?.map(({ label }) => label) ?? [],
      files: file ? [file] : [],
      replaces,
    }
  }
  if ('form' in output) {
    const { workspace, to, form } = output
    return { to: seatOf(to, workspace), words: wordsOfForm(form.title, form.fields), buttons: [], files: [] }
  }
  if ('mail' in output) return saidByMail(output.mail)
  return undefined
}

function saidByMail({ to, text }: { to: string; text: string }): Said {
  return { to: `mail ${to}`, words: inOneLine(text), buttons: [], files: [] }
}

/** The terminal shows a card at each drawing; in a chat only the last is seen, and nothing of one that changes no word. */
function onlyNews(said: Said[], cards: Map<string, string>): Said[] {
  const isCard = ({ to, replaces }: Said) => to.startsWith(':') && replaces === true
  const cardOf = ({ to, words }: Said) => `${to} ${words.split(/[.:]/)[0]}`
  return said.filter((one, i) => {
    const isLast = !said.slice(i + 1).some((later) => isCard(later) && cardOf(later) === cardOf(one))
    if (!one.to.startsWith(':') || (isCard(one) && !isLast)) return !one.to.startsWith(':')
    const looks = JSON.stringify([one.words, one.buttons])
    const isNew = !isCard(one) || cards.get(cardOf(one)) !== looks
    cards.set(cardOf(one), looks)
    return isNew
  })
}

/** Everything each reader was shown, in one line: several pages of Discord's are one answer of the terminal's. */
function byReader(said: Said[]): Record<string, string> {
  const read: Record<string, string> = {}
  for (const { to, words, buttons, files } of said.toSorted((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0))) {
    const labels = buttons.map((label) => `[${label}]`)
    const held = files.map(({ name, text }) => `<${name}: ${inOneLine(text)}>`)
    read[to] = [read[to], words, ...labels, ...held].filter(Boolean).join(' ')
  }
  return read
}

function mapped(all: Record<string, string>, change: (words: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(all).map(([to, words]) => [to, change(words)]))
}
