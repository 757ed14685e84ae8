import type { Delivered } from './crash-child.ts'

/** What somebody does while the house is killed around them, act by act. */
const SCRIPTS = {
  stays: ['join', 'yes', 'off', 'on', 'email', 'code'],
  leaves: ['join', 'yes', 'email', 'code', 'leave'],
  forgets: ['join', 'yes', 'email', 'code', 'forget'],
  withdraws: ['join', 'email', 'code', 'yes', 'off'],
} as const
type Kind = keyof typeof SCRIPTS
type Act = (typeof SCRIPTS)[Kind][number]
const KINDS = ['stays', 'leaves', 'forgets', 'withdraws'] as const

/** Somebody, and how far they got: what they were told of is done. */
export interface CrashPerson {
  name: string
  email: string
  kind: Kind
  /** Forgets themselves only after the webhook has heard of them. */
  isPatient: boolean
  done: number
}

/** What somebody sees of the world outside the house. */
export interface Outlook {
  /** The code of the newest mail to an address. */
  codeFor(email: string): string | undefined
  hasHeardOf(email: string): boolean
}

export function crashPerson(i: number): CrashPerson {
  const name = `person-${i}`
  const kind = KINDS[i % KINDS.length] ?? 'stays'
  return { name, email: `${name}@example.org`, kind, isPatient: i % (2 * KINDS.length) < KINDS.length, done: 0 }
}

/** What they wrote to the organizers on leaving. */
export const farewellOf = ({ name }: CrashPerson) => `moved away with ${name}.`

export const isFinished = ({ kind, done }: CrashPerson) => done === SCRIPTS[kind].length

/** What somebody does next; nothing where they are through, or wait for something. `yes` is the address of the button. */
export function nextOf(person: CrashPerson, outlook: Outlook, yes: string): Delivered | undefined {
  const { name, email, kind, isPatient, done } = person
  const act: Act | undefined = SCRIPTS[kind][done]
  const community = 'parents-united'
  const typed = (command: string, raw: Record<string, string>) => ({ id: `${name}/${act}`, name, command, raw })
  switch (act) {
    case 'join':
      return typed('join', { community })
    case 'yes':
      return { ...typed('sharing', {}), press: yes }
    case 'off':
    case 'on':
      return typed('sharing', { community, answer: act })
    case 'email':
      return typed('email', { address: email })
    case 'code': {
      const code = outlook.codeFor(email)
      return code === undefined ? undefined : typed('email', { address: code })
    }
    case 'leave':
      return typed('leave', { community, reason: farewellOf(person) })
    case 'forget':
      return isPatient && !outlook.hasHeardOf(email) ? undefined : { ...typed('my', {}), press: 'my.forget-now' }
    case undefined:
      return undefined
    default:
      return act satisfies never
  }
}
