import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { inject } from 'vitest'

/** An embedded database in memory for one stage, to be given back. */
export interface Spare {
  pglite: PGlite
  giveBack(): Promise<void>
}

/** Opening one takes as long as many a test, so each worker keeps one and empties it between stages. */
let waiting: PGlite | undefined

export async function takeSpare(): Promise<Spare> {
  const pglite = waiting ?? (await openFromImage())
  waiting = undefined
  return {
    pglite,
    async giveBack() {
      // Two stages at once in one test: the second one's is not kept.
      if (waiting) return pglite.close()
      await empty(pglite)
      waiting = pglite
    },
  }
}

async function openFromImage(): Promise<PGlite> {
  return PGlite.create({ dataDir: 'memory://', loadDataDir: new Blob([await readFile(inject('image'))]) })
}

/** As the migrations left it. */
async function empty(pglite: PGlite): Promise<void> {
  const { rows } = await pglite.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> '_prisma_migrations'`,
  )
  await pglite.exec(`truncate ${rows.map((row) => row.name).join(', ')} cascade`)
}
