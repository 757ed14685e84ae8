import { randomBytes } from 'node:crypto'
import { choicesOf, type Interaction, isPromise, type Outcome, waitsFor } from './acts.ts'
import { broke, Refused } from './errors.ts'
import { createMessage, dropMessage, editMessage, isTrue, written } from './messages.ts'
import { closeViews, judgeView, pushView, updateView } from './views.ts'
import { isJson, type Json, type Message, messagesIn, type Team, type World, words } from './world.ts'

const TRIGGER_MS = 3_000
const RESPONSE_MS = 1_800_000
const RESPONSES_MAX = 5
/** Real time in which an answer may still come another way than in private. */
const LINGER_MS = 250
/** What is long ago is forgotten, so that many interactions do not fill the memory. */
const KEEP = 20_000
const RESPONSE_PARTS = [
  'text',
  'blocks',
  'response_type',
  'replace_original',
  'delete_original',
  'thread_ts',
  'metadata',
]
const MORE_PARTS = ['mrkdwn', 'unfurl_links', 'unfurl_media', 'attachments', 'parse', 'link_names']

export type Interactions = ReturnType<typeof createInteractions>

export function createInteractions(world: World, note: (what: string, problems: string[]) => void) {
  const byTrigger = new Map<string, Interaction>()
  const byToken = new Map<string, Interaction>()
  /** Those somebody still waits for. */
  const open = new Set<Interaction>()
  /** Those Slack itself still waits for. */
  const unheard = new Set<Interaction>()

  const age = (one: Interaction) => world.clock.now() - one.at

  function settle(one: Interaction, outcome: Outcome): void {
    if (isPromise(outcome)) {
      one.meanwhile = outcome
      return
    }
    one.outcome ??= outcome
    one.times.shown ??= performance.now()
    open.delete(one)
    for (const wake of one.settled.splice(0)) wake()
  }

  /** What comes in private may be said by a job, or beside the answer: it is the answer only if no other comes soon. */
  function linger(one: Interaction, thing: Outcome): void {
    one.meanwhile ??= thing
    const isEmpty = thing.kind === 'message' && !thing.message.text && thing.message.blocks.length === 0
    if (!isEmpty && !isPromise(thing)) setTimeout(() => settle(one, thing), LINGER_MS).unref()
  }

  world.onAppeared(({ userId, place, thing }) => {
    for (const one of open) {
      if (one.user.id !== userId || !waitsFor(one, place)) continue
      if (place === 'direct') linger(one, thing)
      else settle(one, thing)
    }
  })

  function begin(given: Pick<Interaction, 'kind' | 'team' | 'user'> & Partial<Interaction>): Interaction {
    const one: Interaction = {
      triggerId: `${randomBytes(6).readUIntBE(0, 6)}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`,
      isExchanged: false,
      token: randomBytes(24).toString('base64url'),
      uses: 0,
      at: world.clock.now(),
      settled: [],
      times: { sent: performance.now() },
      ...given,
    }
    byTrigger.set(one.triggerId, one)
    byToken.set(one.token, one)
    open.add(one)
    unheard.add(one)
    if (byTrigger.size > KEEP)
      for (const old of [...byTrigger.values()].slice(0, KEEP / 10)) {
        byTrigger.delete(old.triggerId)
        byToken.delete(old.token)
      }
    return one
  }

  /** Writes into the place it came from: for the one person, or for all. */
  function say(one: Interaction, body: Json): Message {
    const { team, user, channel } = one
    const { install } = team
    if (!channel || !install) throw new Refused('channel_not_found')
    const isForAll = body.response_type === 'in_channel'
    const threadTs = words(body.thread_ts)
    return createMessage(world, channel, written(body), {
      userId: install.botUserId,
      botId: install.botId,
      ...(threadTs && { threadTs }),
      ...(!isForAll && { onlyFor: user.id }),
    })
  }

  /** What came with the acknowledgement of a form that was sent. */
  function submitted(one: Interaction, body: Json): void {
    const { view, user } = one
    if (!view) return
    const action = words(body.response_action)
    if (!action) {
      if (Object.keys(body).length > 0) throw broke('response_action', `unknown answer ${JSON.stringify(body)}`)
      closeViews(world, user.id, false)
    } else if (action === 'clear') closeViews(world, user.id, true)
    else if (action === 'errors') {
      const errors = isJson(body.errors) ? body.errors : {}
      const inputs = view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => words(block_id))
      const odd = Object.keys(errors).filter((name) => !inputs.includes(name))
      if (odd.length > 0 || Object.keys(errors).length === 0)
        throw broke('response_action', `errors for no input block: ${odd.join(', ')}`)
      settle(one, { kind: 'errors', view, errors })
    } else if (action === 'update') updateView(world, view, judgeView(body.view, 'modal'))
    else if (action === 'push') pushView(world, view.teamId, user.id, judgeView(body.view, 'modal'))
    else throw broke('response_action', `unknown response_action ${action}`)
  }

  return {
    begin,
    settle,

    /** The acknowledgement came, maybe with something in it. */
    acked(one: Interaction, given: unknown): void {
      one.times.acked = performance.now()
      unheard.delete(one)
      const body = isJson(given) ? given : typeof given === 'string' && given ? { text: given } : {}
      const isEmpty = Object.keys(body).length === 0
      try {
        if (one.kind === 'submission') submitted(one, body)
        else if (one.kind === 'suggestion') settle(one, { kind: 'choices', choices: choicesOf(body) })
        else if (one.kind === 'command' && !isEmpty) settle(one, { kind: 'message', message: say(one, body) })
        else if (!isEmpty) throw broke('payload', 'this acknowledgement takes no payload')
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        note(`acknowledgement of a ${one.kind}`, error.broken.length > 0 ? error.broken : [error.code])
        settle(one, { kind: 'failed', why: TROUBLE })
      }
    },

    fail(one: Interaction, why: string): void {
      unheard.delete(one)
      settle(one, { kind: 'failed', why })
    },

    /** Whether the app has heard of everything that people did. */
    isAllHeard: () => unheard.size === 0,

    /** Takes the one view a trigger is good for. */
    exchange(triggerId: unknown, team: Team): Interaction {
      const one = byTrigger.get(words(triggerId))
      if (!one || one.team !== team) throw broke('invalid_trigger_id')
      if (age(one) > TRIGGER_MS) throw new Refused('expired_trigger_id')
      if (one.isExchanged) throw new Refused('exchanged_trigger_id')
      return one
    },

    /** A message to a response_url. */
    respond(token: string, body: Json): void {
      const one = byToken.get(token)
      if (!one) throw broke('invalid_url', 'there is no such response_url')
      if (age(one) > RESPONSE_MS) throw new Refused('expired_url')
      if (one.uses >= RESPONSES_MAX) throw new Refused('used_url')
      const odd = Object.keys(body).filter((name) => ![...RESPONSE_PARTS, ...MORE_PARTS].includes(name))
      if (odd.length > 0) throw broke('invalid_arguments', `unknown arguments ${odd.join(', ')}`)
      const { message, channel } = one
      const takes = isTrue(body.replace_original) || isTrue(body.delete_original)
      if (takes && (!message || !channel)) throw broke('invalid_arguments', 'there is no original to replace or delete')
      one.uses += 1
      if (!takes || !message || !channel) {
        settle(one, { kind: 'message', message: say(one, body) })
        return
      }
      if (!messagesIn(world, message.channelId).has(message.ts)) throw new Refused('message_not_found')
      if (isTrue(body.delete_original)) {
        dropMessage(world, message)
        settle(one, { kind: 'gone' })
      } else settle(one, { kind: 'message', message: editMessage(world, channel, message, written(body)) })
    },

    /** Waits until there is something to see; what said that more is to come is taken when nothing does. */
    async outcome(one: Interaction, patienceMs: number): Promise<Outcome | undefined> {
      const until = performance.now() + patienceMs
      while (!one.outcome && performance.now() < until)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(1, until - performance.now()))
          one.settled.push(() => {
            clearTimeout(timer)
            resolve()
          })
        })
      open.delete(one)
      return one.outcome ?? one.meanwhile
    },
  }
}

/** What Slack's client says when an answer makes no sense to it. */
export const TROUBLE = 'We had some trouble connecting. Try again?'
