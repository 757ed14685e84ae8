import { nextDaily } from './schedule.ts'

const SPREAD_MINUTES = 30

/**
 * When a destination is next asked whom it holds: at night, each a few minutes from the others, and not at the same minute for
 * every organization that sends from the same service.
 */
export function nextLook(destination: string, organization: string, zone: string, after: Date): Date {
  const seed = [...`${organization}/${destination}`].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521,
    7,
  )
  const minute = 30 + (seed % SPREAD_MINUTES)
  return nextDaily({ daily: `03:${minute}`, zone }, after)
}
