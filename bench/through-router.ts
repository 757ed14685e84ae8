import type { Router } from '../src/router.ts'
import { type Act, type Actor, deliveryOf, type Party, ROUND } from './acts.ts'
import type { Bare } from './bare.ts'
import { COMMUNITY, inviteActors, WHERE } from './museum.ts'
import type { Recording } from './replay.ts'
import { hear } from './tap.ts'

/** The subject: acts as a platform brings them to the router. `answer` gives what the person is told, as JSON. */
export interface Subject extends Party {
  answer(act: Act, actor: Actor, delivery: string): Promise<string>
}

export function throughRouter(router: Router): Subject {
  let yes = ''
  const answer = async (act: Act, { externalId, name }: Actor, delivery: string) => {
    const account = { ...WHERE, externalId, name, isStaff: false }
    const given = { id: delivery, account, where: WHERE, now: new Date() }
    const community = COMMUNITY.slug
    const acting = {
      join: () => router.run(given, 'join', { community }),
      on: () => router.press(given, yes),
      off: () => router.run(given, 'sharing', { community, answer: 'off' }),
      leave: () => router.run(given, 'leave', { community }),
    }
    const answered = await acting[act]()
    // The same address for everyone: it names the community and the words asked, not the person.
    if (act === 'join') yes ||= answered.content.card?.buttons?.[0]?.press ?? ''
    return JSON.stringify(answered)
  }
  return { name: 'router', answer, act: async (act, actor, delivery) => void (await answer(act, actor, delivery)) }
}

/** What each act sends and answers, taken from somebody who has done all of it once before. */
export async function record(
  subject: Subject,
  bare: Bare,
): Promise<{ recordings: Record<Act, Recording>; answers: Record<Act, string> }> {
  const [actor] = await inviteActors(bare, 'recorded', 1)
  if (!actor) throw new Error('nobody to record')
  for (const act of ROUND) await subject.act(act, actor, deliveryOf(actor))
  const taken = async (act: Act): Promise<Recording & { answer: string }> => {
    const delivery = deliveryOf(actor)
    let answer = ''
    const { sent } = await hear(async () => {
      answer = await subject.answer(act, actor, delivery)
    })
    return { sent, actor, delivery, answer }
  }
  const join = await taken('join')
  const on = await taken('on')
  const off = await taken('off')
  await subject.act('on', actor, deliveryOf(actor))
  const leave = await taken('leave')
  return {
    recordings: { join, on, off, leave },
    answers: { join: join.answer, on: on.answer, off: off.answer, leave: leave.answer },
  }
}
