import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/**
 * The tables of which old versions of rows are removed for good (VACUUM FULL) once a secret ballot is closed, and the order in
 * which a backup has their rows: in none that tells when they came.
 */
export const SECRET_TABLES: Readonly<Record<string, string>> = {
  ballot_voters: 'ballot_id, person_id',
  ballot_votes: 'ballot_id, key',
}

/**
 * Writes who voted and what was chosen anew, each in an order that has nothing to do with when it came: votes by their random
 * keys, voters by a hash. All rows of both are of one transaction then, so that neither their places nor their transactions
 * pair them any more.
 */
export async function rewriteSecretly(tx: Tx, ballotId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    with gone as (delete from ballot_votes where ballot_id = ${ballotId} returning ballot_id, key, vote)
    insert into ballot_votes (ballot_id, key, vote) select ballot_id, key, vote from gone order by md5(key)`)
  await tx.$executeRaw(Prisma.sql`
    with gone as (delete from ballot_voters where ballot_id = ${ballotId} returning ballot_id, person_id, voted)
    insert into ballot_voters (ballot_id, person_id, voted) select ballot_id, person_id, voted from gone order by md5(person_id)`)
}
