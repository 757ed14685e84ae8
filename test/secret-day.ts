import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keyOfReceipt } from '../src/core/receipt.ts'
import { logTo } from '../src/log.ts'
import { address } from '../src/reply.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { opened } from './lookup.ts'
import { openRaw, type Raw } from './raw.ts'
import { openStage, type Stage } from './stage.ts'

const OPTIONS = ['Ana', 'Ben', 'Cem', 'Dia', 'Eva']
const STEP_MS = 15_000

/** A day on which many voted in secret, and what only they know: their receipts' keys by their names. */
export interface SecretDay {
  raw: Raw
  stage: Stage
  ballotId: string
  keys: Map<string, string>
  /** What was written down, lines. */
  log: string[]
  /** The ballot closes by its time. */
  close(): Promise<void>
  end(): Promise<void>
}

/**
 * `people` vote on a secret ballot of an afternoon, one after another in no order; one in six changes the vote by its
 * receipt and one in six tries to without; and they do other things in between. Some of it fails inside.
 */
export async function playSecretDay(people: number): Promise<SecretDay> {
  const log: string[] = []
  const raw = await openRaw({ isChanged: true })
  const stage = await openStage({ place: raw.place, log: logTo('info', { write: (line) => void log.push(line) }) })
  const { slug } = await opened(stage)
  const order = drawsFrom(seededBytes('who comes when'))
  const choices = drawsFrom(seededBytes('who wants whom'))
  const pick = <T>(from: T[], draws = order): T => from[Math.floor(draws.fraction() * from.length)] as T
  const names = Array.from({ length: people }, (_, i) => `person-${i}`)
  let acts = 1_000_000
  let clock = stage.now().getTime()
  const delivery = (name: string) => {
    clock += STEP_MS
    // Like those of Discord: the later, the larger.
    return deliveryOf(`day/${++acts}`, name, new Date(clock))
  }
  const types = (name: string, command: string, raw: Record<string, string>) =>
    stage.router.run(delivery(name), command, raw)
  const presses = async (name: string, to: string, args: Record<string, string>) =>
    wordsOf(await stage.router.press(delivery(name), address(to, args)))

  for (const name of names) await types(name, 'join', { community: slug ?? '' })
  await stage.pass('1h')
  clock = stage.now().getTime()
  const ballots: string[] = []
  for (const words of ['"Who speaks for us?" secret:yes closes:"5 hours"', '"Who brings cake?" closes:"3 days"']) {
    await stage.actor('ana').types(`/ballot ${words} options:"${OPTIONS.join('; ')}"`)
    await stage.actor('ana').presses('Open it')
    const [row] = await raw.sql('select id from ballots order by id desc limit 1')
    ballots.push(String(row?.id))
  }
  const [ballotId = '', cake = ''] = ballots
  const mark = () => String(Math.floor(choices.fraction() * OPTIONS.length))
  const vote = (name: string, receipt?: string) =>
    presses(name, 'vote.cast', { b: ballotId, m: mark(), ...(receipt && { x: receipt }) })

  /** What else somebody may do. */
  const somethingElse = async (i: number) => {
    const name = pick(names)
    if (i % 4 === 0) await types(`late-${i}`, 'join', { community: slug ?? '' })
    else if (i % 4 === 1) await presses(name, 'vote.cast', { b: cake, m: mark() })
    else if (i % 4 === 2) await types(name, 'my', {})
    else await types(name, 'propose', { community: slug ?? '', title: `Topic ${i}`, why: 'so that we talk about it' })
  }

  /** As where something is wrong with the tables: the database says which row it was, the log must not. */
  const fails = async (table: string, name: string) => {
    await raw.sql(`alter table ${table} add constraint broken check (ballot_id = '') not valid`)
    const said = await vote(name)
    await raw.sql(`alter table ${table} drop constraint broken`)
    if (!said.includes('Something went wrong')) throw new Error(`it did not fail: ${said}`)
  }

  const receipts = new Map<string, string>()
  const toChange: string[] = []
  for (const [i, name] of shuffled(names, order.fraction).entries()) {
    if (i % 50 === 7) await fails('ballot_votes', name)
    if (i % 50 === 9) await fails('ballot_voters', name)
    const said = await vote(name)
    const receipt = /Your receipt: ([0-9A-Z]{26})/.exec(said)?.[1]
    if (!receipt) throw new Error(`no receipt for ${name}: ${said}`)
    receipts.set(name, receipt)
    if (i % 6 === 0) toChange.push(name)
    if (i % 6 === 3) await vote(pick([...receipts.keys()]))
    if (i % 2 === 0) await somethingElse(i / 2)
    const [again] = i % 6 === 5 ? toChange.splice(Math.floor(order.fraction() * toChange.length), 1) : []
    if (again) await vote(again, receipts.get(again))
  }
  const keys = new Map([...receipts].map(([name, receipt]) => [name, keyOfReceipt(receipt)]))
  return {
    ...{ raw, stage, ballotId, keys, log },
    close: () => stage.pass('5h'),
    async end() {
      await stage.close()
      await raw.close()
    },
  }
}

function shuffled<T>(things: T[], fraction: () => number): T[] {
  return things
    .map((thing) => ({ thing, at: fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing)
}
