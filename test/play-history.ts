import type { Answer } from '../src/platform.ts'
import { buttonIn, wordsOf } from './delivery.ts'
import { type Act, COMMUNITIES, PEOPLE, RECIPIENTS, type Step } from './histories.ts'
import { type Asked, questionsIn, sameAsking, thanksIn } from './said.ts'
import { addressOf } from './witness.ts'
import type { World } from './world.ts'

const HOUR_MS = 3_600_000

/** A community of this history. */
export interface Slot {
  segment: string
  name: string
}

/** A question somebody was shown, with its buttons. */
interface Question extends Asked {
  who: string
  segment: string
  yes: string
  no: string
}

/** People of one history: they press what they were shown, and what they are told is written down as what they said. */
export function createCast(world: World, history: string, slots: Slot[]) {
  const { said } = world
  // The first two were there before and have proven an address, which takes longest; the others come for the first time.
  const names = Array.from({ length: PEOPLE }, (_, i) => (i < 2 ? `old-${i}` : `${history}-${i}`))
  const questions: Question[] = []
  const undos = new Map<string, { address: string; until: number }>()
  const lists = new Map<string, { address: string; asked: (Asked & { segment: string })[] }>()
  const pending = new Map<string, string>()
  const wrong: string[] = []

  const nameOf = (who: number) => names[who % PEOPLE] ?? ''
  const slotOf = (where: number): Slot => slots[where % COMMUNITIES] ?? { segment: '', name: '' }
  const called = (name: string) => slots.find((slot) => slot.name === name)?.segment ?? `unknown ${name}`
  const expected = (holds: boolean, what: string) => holds || wrong.push(what)
  const staff = `${history}-staff`

  /** What may be asked of somebody right now. */
  const current = (who: string, segment: string): Asked[] =>
    said.isIn(who, segment) && !said.isSensitive(segment) ? world.places.map((place) => place.asked()) : []

  /** Keeps what somebody sees: questions with their buttons, and what they were thanked for. */
  function see(who: string, answer: Answer): Asked[] {
    const words = wordsOf(answer)
    const yes = buttonIn(answer, 'Yes')
    for (const asked of questionsIn(words)) {
      const segment = called(asked.name)
      if (yes) questions.push({ ...asked, who, segment, yes, no: buttonIn(answer, 'Not now') ?? '' })
      said.show(who, segment, asked)
    }
    const thanked = thanksIn(words).map((asked) => ({ ...asked, segment: called(asked.name) }))
    for (const { segment, ...asked } of thanked) {
      const may = current(who, segment).some((one) => sameAsking(one, asked))
      expected(may, `${who} was thanked for ${segment}, ${asked.recipient}, which nobody could ask`)
      expected(said.wasShown(who, segment, asked), `${who} said yes to what they were not shown: ${segment}`)
      said.yes(who, segment, asked)
    }
    return thanked
  }

  async function join(who: string, { segment }: Slot): Promise<void> {
    const answer = await world.run(who, 'join', { community: segment })
    if (wordsOf(answer).startsWith("You're in")) said.join(who, segment, world.now())
    expected(
      said.isIn(who, segment) || said.isSensitive(segment),
      `${who} was not let into ${segment}: ${wordsOf(answer)}`,
    )
    see(who, answer)
  }

  async function leave(who: string, { segment }: Slot): Promise<void> {
    const answer = await world.run(who, 'leave', { community: segment })
    const left = wordsOf(answer).startsWith('You have left')
    expected(left === said.isIn(who, segment), `${who} left ${segment}: ${wordsOf(answer)}`)
    if (left) said.leave(who, segment)
    see(who, answer)
    const address = buttonIn(answer, 'Undo')
    if (address) undos.set(`${who}/${segment}`, { address, until: world.now().getTime() + HOUR_MS })
  }

  async function undo(who: string, { segment }: Slot): Promise<void> {
    const found = undos.get(`${who}/${segment}`)
    if (!found) return
    const wasIn = said.isIn(who, segment)
    const answer = await world.press(who, found.address)
    const isBack = wordsOf(answer).startsWith("You're back")
    const may = !wasIn && world.now().getTime() <= found.until && !said.isSensitive(segment)
    expected(isBack === may, `${who} came back to ${segment}: ${wordsOf(answer)}`)
    if (isBack) said.join(who, segment, world.now())
    see(who, answer)
  }

  /** Presses a button under the newest question about a community. */
  async function answer(who: string, { segment }: Slot, says: 'yes' | 'no'): Promise<void> {
    const question = questions.findLast((one) => one.who === who && one.segment === segment)
    if (!question) return
    const may = says === 'yes' && current(who, segment).some((one) => sameAsking(one, question))
    const thanked = see(who, await world.press(who, question[says]))
    expected(thanked.length > 0 === may, `${who} pressed ${says} for ${segment}: ${thanked.length}`)
  }

  async function type(who: string, raw: { community: string; answer: string }): Promise<void> {
    const answer = await world.run(who, 'sharing', raw)
    if (wordsOf(answer).includes('is taken back')) {
      for (const { segment } of slots) if ([segment, 'all'].includes(raw.community)) said.withdraw(who, segment)
    }
    see(who, answer)
    const address = buttonIn(answer, 'Yes to all')
    const asked = questionsIn(wordsOf(answer)).map((one) => ({ ...one, segment: called(one.name) }))
    if (address) lists.set(who, { address, asked })
  }

  /** Says yes to everything on the list as it was shown, and to nothing else. */
  async function yesToAll(who: string): Promise<void> {
    const list = lists.get(who)
    if (!list) return
    const answer = await world.press(who, list.address)
    see(who, answer)
    if (!wordsOf(answer).startsWith('Thank you')) return
    for (const { segment, ...asked } of list.asked) {
      if (current(who, segment).some((one) => sameAsking(one, asked))) said.yes(who, segment, asked)
    }
  }

  async function give(who: string, n: number): Promise<void> {
    const address = addressOf(who, n)
    const answer = await world.run(who, 'email', { address })
    if (wordsOf(answer).startsWith('A code is on its way')) pending.set(who, address)
    see(who, answer)
  }

  async function code(who: string): Promise<void> {
    const address = pending.get(who)
    const words = address && world.codeFor(address)
    if (!words) return
    const answer = await world.run(who, 'email', { address: words })
    if (wordsOf(answer).includes('is yours')) said.prove(who, address)
    see(who, answer)
  }

  async function prove(who: string, n: number): Promise<void> {
    await give(who, n)
    await world.work()
    await code(who)
  }

  /** Presses one button after the other, beginning from what `/my` shows; false where there is none. */
  async function pressOwn(who: string, ...labels: string[]): Promise<boolean> {
    let answer = await world.run(who, 'my', {})
    for (const label of labels) {
      const address = buttonIn(answer, label)
      if (!address) return false
      answer = await world.press(who, address)
    }
    return true
  }

  async function pause(who: string): Promise<void> {
    const may = !said.isPaused(who)
    expected((await pressOwn(who, 'Pause everything')) === may, `${who} could not pause, or twice`)
    said.pause(who)
  }

  async function goOn(who: string): Promise<void> {
    const may = said.isPaused(who)
    expected((await pressOwn(who, 'Go on')) === may, `${who} could not go on, or twice`)
    said.goOn(who)
  }

  async function forgetMe(who: string): Promise<void> {
    expected(await pressOwn(who, 'Forget me', 'Yes, forget me'), `${who} could not be forgotten`)
    said.forget(who)
    world.expectForgetting()
    pending.delete(who)
    lists.delete(who)
    for (const key of undos.keys()) if (key.startsWith(`${who}/`)) undos.delete(key)
  }

  async function perform(act: Act): Promise<void> {
    switch (act.act) {
      case 'join':
        return join(nameOf(act.who), slotOf(act.where))
      case 'leave':
        return leave(nameOf(act.who), slotOf(act.where))
      case 'undo':
        return undo(nameOf(act.who), slotOf(act.where))
      case 'yes':
        return answer(nameOf(act.who), slotOf(act.where), 'yes')
      case 'not now':
        return answer(nameOf(act.who), slotOf(act.where), 'no')
      case 'type on':
      case 'type off':
        return type(nameOf(act.who), { community: slotOf(act.where).segment, answer: act.act.slice(5) })
      case 'type all on':
      case 'type all off':
        return type(nameOf(act.who), { community: 'all', answer: act.act.slice(9) })
      case 'yes to all':
        return yesToAll(nameOf(act.who))
      case 'address':
        return give(nameOf(act.who), act.n)
      case 'code':
        return code(nameOf(act.who))
      case 'pause':
        return pause(nameOf(act.who))
      case 'go on':
        return goOn(nameOf(act.who))
      case 'forget me':
        return forgetMe(nameOf(act.who))
      case 'resume':
        return world.resume(act.at, staff)
      case 'the other house works':
        return world.otherWorks()
      case 'rename':
        return rename(RECIPIENTS[act.to] ?? '')
      case 'make sensitive':
        return makeSensitive(slotOf(act.where))
      default:
        return act satisfies never
    }
  }

  async function rename(recipient: string): Promise<void> {
    await world.run(staff, 'setup', { recipient }, true)
    said.rename(recipient)
  }

  async function makeSensitive({ segment }: Slot): Promise<void> {
    const button = buttonIn(await world.run(staff, 'sensitive', { community: segment }, true), 'Make it sensitive')
    if (!button) return
    await world.press(staff, button, true)
    said.makeSensitive(segment)
  }

  async function play(step: Step): Promise<void> {
    switch (step.act) {
      case 'prove':
        return prove(nameOf(step.who), step.n)
      case 'share':
        await join(nameOf(step.who), slotOf(step.where))
        await answer(nameOf(step.who), slotOf(step.where), 'yes')
        return said.hasProven(nameOf(step.who)) ? undefined : prove(nameOf(step.who), 0)
      case 'work':
        return world.work()
      case 'pass':
        return world.pass(step.minutes)
      case 'suffer':
        return world.places[step.at]?.suffer(step.fault)
      case 'during':
        return world.places[step.at]?.witness.interrupt(step.when, () => perform(step.what))
      case 'crash':
        return world.crash(step.at, step.when)
      case 'restart':
        return world.restart()
      default:
        return perform(step)
    }
  }

  return {
    names,
    wrong,
    play,

    /** How every history begins. */
    async arrive(): Promise<void> {
      for (const name of names.slice(0, 2)) if (!said.hasProven(name)) await prove(name, 0)
    },

    /** Leaves the world as it was found, but for what it holds of the past. */
    async depart(): Promise<void> {
      for (const name of names) if (said.isPaused(name)) await goOn(name)
      for (const name of names) for (const slot of slots) if (said.isIn(name, slot.segment)) await leave(name, slot)
      if (said.recipient() !== RECIPIENTS[0]) await rename(RECIPIENTS[0] ?? '')
    },
  }
}
