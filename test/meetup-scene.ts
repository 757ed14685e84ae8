import { afterEach, beforeEach, expect } from 'vitest'
import { NEED } from './lookup.ts'
import { MUSEUM, openStage, type Stage } from './stage.ts'

/** The stage of the test that runs: opened before each, and closed after it without a failure. */
export let stage: Stage

/** Opens a stage in Berlin before each test of a file. */
export function onStage(): void {
  beforeEach(async () => {
    stage = await openStage({ organization: { ...MUSEUM, zone: 'Europe/Berlin' } })
  })
  afterEach(async () => {
    expect(stage.failures).toEqual([])
    await stage.close()
  })
}

/** Plays lines one after the other; gives what was shown by the last of them, as text. */
export async function play(...lines: string[]): Promise<string> {
  let last = ''
  for (const line of lines) last = JSON.stringify(await stage.play(line))
  return last
}

const shownTo = (where: Record<string, string>, words: RegExp) =>
  stage.outputs.filter((one) => {
    const shown = JSON.stringify(one)
    return words.test(shown) && Object.entries(where).every(([key, value]) => shown.includes(`"${key}":"${value}"`))
  }).length

/** How often somebody was told words like these, in private. */
export const told = (who: string, words: RegExp) => shownTo({ to: who }, words)

/** How often words like these were said, or shown, in a room. */
export const said = (room: string, words: RegExp) => shownTo({ room }, words)

/** Parents United, which Ana looks after, with some members. */
export const scene = (...members: string[]) =>
  play(
    `@ana /start-community "Parents United" ${NEED} pledges:1`,
    ...members.map((name) => `@${name} /join parents-united`),
  )

/** Ana plans a meetup and announces it. */
export const planned = (title: string, more = '', when = 'in 5 days') => [
  `@ana /meetup "${title}" "${when}" ${more}`,
  '@ana [Announce it]',
]

/** Ana opens a meetup to look after it. */
export const lookAfter = (title: string) => ['@ana /meetups', `@ana [${title}]`, '@ana [Look after it]']
