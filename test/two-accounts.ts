import { deliveryOf, wordsOf } from './delivery.ts'
import { codeFor, type Stage } from './stage.ts'

/** The address that several accounts prove in tests of uniting. */
export const SHARED = 'family@example.org'

/** Somebody proves the shared address; gives what they are shown. */
export async function proves(stage: Stage, name: string, address = SHARED): Promise<string> {
  await stage.actor(name).types(`/email ${address}`)
  return stage.actor(name).types(`/email ${codeFor(stage, address)}`)
}

/** Both say that they are one person, `first` before `second`; gives what the second is told. */
export async function becomeOne(
  stage: Stage,
  first: string,
  second: string,
  label = 'Yes, one person',
): Promise<string> {
  await stage.actor(first).presses(label)
  return stage.actor(second).presses(label)
}

/** Takes the newest union back that somebody is offered to undo. */
export async function undoes(stage: Stage, name: string): Promise<string> {
  await stage.actor(name).types('/my data')
  return stage.actor(name).presses('Undo uniting my accounts')
}

/** The addresses behind every "Yes" to being one that somebody was shown, the oldest first. */
export function questionsTo(stage: Stage, name: string): string[] {
  const shown = stage.outputs.flatMap((one) => ('shown' in one && one.to === name ? [one.shown] : []))
  const presses = shown.flatMap((one) => one.buttons?.map((button) => button.press) ?? [])
  return [...new Set(presses.filter((press) => press.startsWith('my.one')))]
}

let deliveries = 0

/** Presses a button by its address, however long ago it was shown. */
export async function pressesAt(stage: Stage, name: string, address = ''): Promise<string> {
  return wordsOf(await stage.router.press(deliveryOf(`at/${++deliveries}`, name, stage.now()), address))
}

/** The newest file somebody was given, as text. */
export function fileGiven(stage: Stage, name: string): string {
  const found = stage.outputs.findLast((one) => 'shown' in one && one.to === name && one.shown.file)
  return (found && 'shown' in found && found.shown.file?.text) || ''
}
