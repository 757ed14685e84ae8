import { actingAs, arrive } from './arriving.ts'
import { askNext } from './asking.ts'
import type { Command, Context, Press, Server, Where } from './command.ts'
import type { Draws } from './core/ids.ts'
import type { AccountRef } from './core/person.ts'
import { personLimiter } from './core/rate.ts'
import { Refusal } from './core/refusal.ts'
import { say, type Text } from './core/say.ts'
import { formBefore, formFromMessage, pressOf } from './form.ts'
import { parse, unknownCommand } from './mistakes.ts'
import type { Found } from './option.ts'
import { permit } from './permit.ts'
import type { Answer } from './platform.ts'
import { type Form, peopleNamed, type Reply, readAddress } from './reply.ts'
import { resolveCommunities, withDraft } from './resolve.ts'
import type { Database } from './store/database.ts'

/** One thing a platform delivers: who did it, where and when. The same id again is the same thing again. */
export interface Delivery {
  id: string
  /** A provisional name is good for whoever is met first, and renames nobody. */
  account: AccountRef & { name: string; isProvisional?: boolean; isStaff: boolean; language?: string }
  where: Where
  now: Date
  server?: () => Server
  /** What is answered is not shown to whom it is about, so nothing counts as read by them. */
  isUnseen?: true
}

/** Options or form fields as they arrive from any platform: words by name. */
export type Raw = Record<string, string>

/** One of several things to choose while typing. */
export interface Choice {
  name: string
  value: string
}

/** The one path from a person's words to a reply. */
export interface Router {
  run(delivery: Delivery, command: string, raw: Raw): Promise<Answer>
  press(delivery: Delivery, address: string, fields?: Raw): Promise<Answer>
  /**
   * What a command or a button would answer, for a page that is drawn without anybody asking: nothing of it is kept, and
   * nobody is met.
   */
  look(delivery: Delivery, address: string, raw: Raw): Promise<Answer>
  /** Communities to offer while their name is being typed: the caller's own first, and none they may not know of. */
  complete(delivery: Delivery, command: string, option: string, words: string): Promise<Choice[]>
  /** The form to open before `run` or `press`, told without touching the database, since platforms give 3 seconds. */
  form(address: string, raw: Raw): Form | undefined
  /** The form of a command that is begun from a message, filled in with its words. */
  fromMessage(command: string, words: string): Form | undefined
}

/** What happens at the edges of the router: failures are logged, and whoever does the work is woken after a commit. */
export interface RouterTools {
  draws: Draws
  site: string
  logFailure(reference: string, command: string, error: unknown): void
  wake(): void
}

/** Platforms offer so many while something is typed (Discord). */
const CHOICES_MAX = 25

export function createRouter(commands: Command[], database: Database, tools: RouterTools): Router {
  const mayGoOn = personLimiter()
  const find = (name: string) => commands.find((command) => command.name === name)

  async function handle(
    delivery: Delivery,
    name: string,
    act: (context: Context) => Promise<Reply>,
    isLook = false,
  ): Promise<Answer> {
    let reading = { names: {}, zone: 'UTC', language: 'en' }
    const answer = (text: Text): Answer => ({ ...reading, content: { text }, replaces: false })
    try {
      const { platform, workspace, externalId } = delivery.account
      // Whoever looks does nothing; how often is for the platform to say.
      const pace = isLook ? undefined : mayGoOn(`${platform}/${workspace}/${externalId}`, delivery.now)
      if (pace?.allowed === false) {
        const seconds = { count: pace.waitSeconds, one: 'second', other: 'seconds' }
        throw new Refusal(say`That was a lot at once. Wait ${seconds} and try again; nothing of this one was done.`)
      }
      const given = await database.transaction(async (store) => {
        const { id, account, where, now, server, isUnseen } = delivery
        // Whoever acts from a page as an account of a chat is not met in any workspace of that chat by it.
        const workspace = where.platform === platform ? where.workspace : account.workspace
        const opening = await store.deliveries.open(delivery.id, account, now, workspace)
        // What was answered is our own JSON, written below.
        if (!opening.isNew) return (opening.answer as Answer | null) ?? answer(say`That was done already.`)
        const person = await arrive(store, opening, delivery)
        const { organization } = opening
        reading = {
          names: {},
          zone: person.zone ?? organization.zone,
          language: account.language ?? person.language ?? organization.language,
        }
        const caller = { ...person, ...actingAs(opening, account) }
        const here = { where, now, store, organization, commands, server, site: tools.site, isUnseen }
        const context: Context = { ...here, caller, delivery: id, runsIt: account.isStaff }
        const reply = await act(context)
        // A recipient that came up since is asked about once, at the person's next own act; but beside a secret vote nothing
        // is written, not even that somebody was asked.
        const mayBeAsked = opening.hasUnasked && !isLook && !reply.isSecret && !reply.card && !reply.update
        const asked = mayBeAsked && (await askNext(context))
        if (asked) reply.card = asked
        if (reply.announce && where.place) {
          await store.cards.place(reply.announce.card, reply.announce.id, { ...where, place: where.place }, now)
        }
        const content = reply.update ?? {
          ...(reply.text && { text: reply.text }),
          ...(reply.card && { card: reply.card }),
          ...(reply.file && { file: reply.file }),
        }
        const names = await store.people.names(peopleNamed(content), where.platform, where.workspace)
        const whole: Answer = { ...reading, names, content, replaces: reply.update !== undefined }
        if (isLook) throw new Looked(whole)
        if (!reply.isSecret) await store.deliveries.answered(delivery.id, keptOf(whole))
        // Last, since all who vote on one ballot wait for each other from here to the end.
        await store.cards.redrawAll(reply.redraw ?? [], now)
        return whole
      })
      tools.wake()
      return given
    } catch (error) {
      if (error instanceof Looked) return error.answer
      if (error instanceof Refusal)
        return { ...answer(error.text), refused: true, ...(error.mistake && { mistake: error.mistake }) }
      const reference = tools.draws.word()
      tools.logFailure(reference, name, error)
      const text = say`Something went wrong on our side and nothing was changed. Try again; if it happens again, tell staff this reference: ${reference}`
      return { ...answer(text), refused: true, failed: true }
    }
  }

  async function run(delivery: Delivery, name: string, words: Raw, isLook = false): Promise<Answer> {
    const command = find(name)
    const raw = filled(words, command)
    if (!command) return handle(delivery, name, () => Promise.reject(new Refusal(unknownCommand(name, commands))))
    return handle(
      delivery,
      name,
      async (context) => {
        const typed = await withDraft(context, command, raw)
        const resolved = await resolveCommunities(context, command, typed)
        if ('reply' in resolved) return resolved.reply
        const options = parse(command.options, { ...typed, ...resolved.found }, command, typed)
        await permit(command.permission, context, Object.values(resolved.found)[0])
        return command.run(context, options)
      },
      isLook,
    )
  }

  async function press(delivery: Delivery, pressed: string, sent: Raw = {}, isLook = false): Promise<Answer> {
    const fields = filled(sent)
    const read = readAddress(pressed)
    if (!read) return handle(delivery, 'press', () => Promise.reject(new Refusal(OUT_OF_DATE)))
    if (!read.press) return run(delivery, read.command, { ...read.args, ...fields }, isLook)
    const command = find(read.command)
    const found = command && pressOf(command, read.press)
    const act = async (context: Context) => {
      if (!command || !found) throw new Refusal(OUT_OF_DATE)
      const args = await pressArgs(context, found, { ...read.args, ...fields }, command)
      // An act on a community by button is permitted by what the caller is to it, as if it had been typed.
      await permit(found.permission, context, Object.values(args).find(isFound))
      return found.run(context, args)
    }
    return handle(delivery, `${read.command}.${read.press}`, act, isLook)
  }

  async function complete({ account }: Delivery, name: string, option: string, words: string): Promise<Choice[]> {
    const command = find(name)
    const isCommunity = command?.shapes.some((shape) => shape.name === option && shape.kind === 'community')
    if (!command || !isCommunity) return []
    const ownOnly = command.permission === 'member' || command.permission === 'organizer'
    return database.transaction((store) => store.communities.suggest(account, words, ownOnly, CHOICES_MAX))
  }

  return {
    run: (delivery, name, raw) => run(delivery, name, raw),
    press: (delivery, pressed, sent) => press(delivery, pressed, sent),
    look: (delivery, pressed, raw) => press(delivery, pressed, raw, true),
    form: (pressed, raw) => formBefore(commands, pressed, raw),
    fromMessage: (name, words) => formFromMessage(commands, name, words),
    complete,
  }
}

/** Ends a look, so that nothing of it stays. */
class Looked extends Error {
  constructor(readonly answer: Answer) {
    super('looked')
  }
}

/** What is kept of an answer in case it is asked for again: never a file, which may hold everything about somebody. */
function keptOf(answer: Answer): Answer {
  const { file, ...content } = answer.content
  if (!file) return answer
  return {
    ...answer,
    content: { ...content, text: say`The file was made already. Ask for it again to get another one.` },
  }
}

const OUT_OF_DATE = say`That button is out of date. Type the command instead; ${{ typed: '/help' }} lists them.`

/** What was left blank was left out; but a file with nothing in it is a file. */
function filled(raw: Raw, command?: Command): Raw {
  const isFile = (name: string) => command?.shapes.some((shape) => shape.name === name && shape.kind === 'file')
  return Object.fromEntries(Object.entries(raw).filter(([name, words]) => words.trim() !== '' || isFile(name)))
}

async function pressArgs(context: Context, found: Press, raw: Raw, command: Command): Promise<Record<string, unknown>> {
  const { c } = raw
  const community = c === undefined ? undefined : await context.store.communities.get(c, context.caller.id)
  if (c !== undefined && !community) throw new Refusal(say`That community is no longer there.`)
  return parse(found.args, { ...raw, ...(community && { c: community }) }, command, raw)
}

function isFound(value: unknown): value is Found {
  return typeof value === 'object' && value !== null && 'standing' in value
}
