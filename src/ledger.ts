import type { Context } from './command.ts'
import { type Direction, question } from './core/direction.ts'
import { heldText } from './core/held.ts'
import { lines, say, type Text } from './core/say.ts'
import type { Found } from './option.ts'
import { address, type Reply } from './reply.ts'
import type { AskingState } from './store/directions.ts'

/** Discord takes 25 buttons; with more communities one names the one meant. */
const BUTTONS_MAX = 20

/** Whether a yes would change something: there is none, or it is on hold until it is given anew. */
export const isOff = ({ standing, heldBy }: AskingState) => !standing || heldBy !== null

/** Why a yes that is in force is not carried out at present; undefined where it is. */
export function heldOf(one: Direction, askings: AskingState[]): Text | undefined {
  const { purpose, recipient, communityId, revokedAt } = one
  const asking = askings.find(
    (each) => each.purpose === purpose && each.recipient === recipient && each.communityId === communityId,
  )
  if (revokedAt || !asking?.heldBy || !asking.heldSince) return undefined
  return heldText(asking.heldBy, asking.heldSince)
}

/** What was agreed, when, and in which words. */
export async function ledger({ store, caller }: Context, found: Found | undefined): Promise<Reply> {
  const all = await store.directions.of(caller.id, found?.id)
  const standing = all.filter((one) => !one.revokedAt)
  const askings = await store.directions.askings(caller.id, found?.id)
  const off = askings.filter((asking) => !asking.standing)
  if (standing.length === 0 && off.length === 0)
    return {
      text: say`Nobody is told anything about you. When you join a community you are asked whether the organization may know.`,
    }
  const communities = [...new Map(standing.map((one) => [one.communityId, one.communityName]))]
  return {
    card: {
      title: found
        ? say`What the organization may know about you and ${{ strong: found.name }}`
        : say`What the organization may know about you`,
      fields: [
        ...standing.map((one) => {
          const held = heldOf(one, askings)
          return held
            ? {
                label: say`${one.communityName}: on hold`,
                value: lines(say`Why: ${held}.`, againText(one), agreed(one)),
              }
            : { label: say`${one.communityName}: on`, value: agreed(one) }
        }),
        ...off.map((one) => ({
          label: say`${one.communityName}: off`,
          value: question(one, { name: one.communityName }),
        })),
      ],
      buttons: [
        ...(found && standing.length > 1
          ? standing.slice(0, BUTTONS_MAX).map((one) => ({
              label:
                one.purpose === 'letters' ? say`Letters off: ${one.recipient}` : say`Service off: ${one.recipient}`,
              press: address('sharing.back', { y: one.id }),
            }))
          : []),
        ...communities.slice(0, BUTTONS_MAX).map(([id, name]) => ({
          label: say`Turn off for ${name}`,
          press: address('sharing.off', { c: id }),
        })),
      ].slice(0, BUTTONS_MAX),
    },
  }
}

function againText({ communityName }: Direction): Text {
  return say`To say yes anew: ${{ typed: `/sharing "${communityName}" on` }}`
}

function agreed({ wording, at, act }: Direction): Text {
  return say`You said yes on ${{ when: at }} (${act}) to:\n${wording.split('\n').map((line) => say`${line}`)}`
}
