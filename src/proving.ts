import type { Context } from './command.ts'
import type { Direction } from './core/direction.ts'
import type { Card } from './reply.ts'
import { askWhetherOne } from './uniting.ts'

/** What follows from an address being somebody's. */
export interface Proven {
  /** Their yeses, which it is used for from now on. */
  standing: Direction[]
  /** Asks whether another account of that address is theirs too. */
  asks: Card | undefined
}

/** An address is somebody's, since they have shown that they read its mail. */
export async function prove(
  context: Pick<Context, 'store' | 'caller' | 'where' | 'now'>,
  email: string,
): Promise<Proven> {
  const { store, caller, where, now } = context
  await store.people.proveEmail(caller.id, email, now)
  if (where.platform === 'web') await store.people.signsInBy(caller.accountId, email)
  await store.reports.settle({ personId: caller.id }, now)
  const standing = (await store.directions.of(caller.id)).filter((one) => !one.revokedAt)
  return { standing, asks: await askWhetherOne(context, email) }
}
