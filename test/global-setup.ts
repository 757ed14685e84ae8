import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import type { TestProject } from 'vitest/node'
import { applyMigrations } from '../src/store/migrations.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated, empty database to start each test's own from: six times as fast as migrating one. */
    image: string
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(`${tmpdir()}/kindred-test-`)
  const pglite = await PGlite.create('memory://')
  const sql = {
    run: async (statements: string) => void (await pglite.exec(statements)),
    query: async (statement: string, values: unknown[]) =>
      (await pglite.query<Record<string, unknown>>(statement, values)).rows,
  }
  await applyMigrations(sql, fileURLToPath(new URL('../prisma/migrations', import.meta.url)), new Date())
  const dump = await pglite.dumpDataDir('none')
  await pglite.close()
  await writeFile(`${folder}/image.tar`, Buffer.from(await dump.arrayBuffer()))
  project.provide('image', `${folder}/image.tar`)
  return () => rm(folder, { recursive: true, force: true })
}
