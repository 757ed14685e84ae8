import type { Draws } from '../core/ids.ts'
import type { Keys } from '../core/keys.ts'
import type { Prisma } from './generated/client.ts'

/** A transaction of Prisma's, which every noun's functions close over. */
export type Tx = Prisma.TransactionClient

/** What store functions need besides the transaction. */
export interface Tools {
  draws: Draws
  keys: Keys
}
