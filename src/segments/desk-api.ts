import { z } from 'zod'
import type { Connector, Entry, Result } from './segment-store.ts'

/** Nothing is sent, so a batch is as long as one statement of the store takes. */
const BATCH = 1_000

const settings = z.object({})

/**
 * A department that asks over the read API (docs/api.md) and is sent nothing. It is a destination all the same, so that people
 * are asked whether it may know.
 */
export const deskApi: Connector<typeof settings> = {
  name: 'api',
  settings,
  steps: [
    'Set PURPOSE to `service` and RECIPIENT to what people call the department, such as `the service desk`.',
    'Start Kindred, look in `/status` at how many it would know of, and press *Start*.',
    'Make a key with `/api-keys`, and give it to the department.',
    'Ask as docs/api.md says: one person at a time.',
  ],
  fields: 'number, communities, since when, and by which yes; only when asked',
  byAddress: false,
  // Its keys are bound to its name, so each is a place of its own.
  place: (_, name) => name,
  open: () => ({
    batch: BATCH,
    check: async () => undefined,
    put: async (_, entries) => entries.map(asWanted),
    take: async (_, entries) => entries.map(asWanted),
    forget: async () => ({ result: 'applied' }),
  }),
}

/** What can be read is what is wanted at that moment. */
const asWanted = (_: Entry): Result => ({ result: 'applied' })
