import type { Platform } from '../platform.ts'
import { type Content, peopleNamed, readAddress } from '../reply.ts'

/**
 * Puts a message where it stands on the web, with the people it is about; under the same key it takes the place of the
 * earlier one.
 */
export type Put = (
  key: string,
  where: { place: string } | { account: string },
  content: Content,
  about: string[],
) => Promise<void>

/** The web as the jobs see it: a room is a part of its community's page, which its members alone are shown. */
export function webPlatform(put: Put): Platform {
  return {
    name: 'web',
    // A page is drawn when somebody opens it, so nobody is disturbed by a change.
    drawEveryMs: 0,
    makeRoom: async (_, { name }) => ({ id: name }),
    // Nobody is seen there; whoever belongs to the community is let in by being shown it.
    letIn: async () => 'here',
    letOut: async () => undefined,
    async post({ place, account }, content, _, key) {
      await put(key, account === null ? { place: place ?? '' } : { account }, content, aboutWhom(content))
    },
    async draw({ place }, content, _, key, externalId) {
      await put(externalId ?? key, { place: place ?? '' }, content, aboutWhom(content))
      return externalId ?? key
    },
  }
}

/** Whom a message names, and whom its buttons do something about. */
function aboutWhom(content: Content): string[] {
  const { buttons = [], choice } = content.card ?? {}
  const pressed = [...buttons, ...(choice?.options ?? [])].flatMap(({ press }) => readAddress(press)?.args.p ?? [])
  return [...new Set([...peopleNamed(content), ...pressed])]
}
