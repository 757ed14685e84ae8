/**
 * `npm run migration -- name` writes the next migration from schema.prisma. Prisma's own `migrate` downloads an engine;
 * this uses the same engine as WASM, from npm, on an embedded database. A test asks it whether anything is missing.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine as Engine } from '@prisma/schema-engine-wasm'
import { PrismaPGlite } from 'pglite-prisma-adapter'

// Node has it; its type is only in the browser's library.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>
}

const folder = fileURLToPath(new URL('./migrations', import.meta.url))
const schemaFile = fileURLToPath(new URL('./schema.prisma', import.meta.url))

/** The schema as it is written down. */
export const readSchema = (): Promise<string> => readFile(schemaFile, 'utf8')

/** The SQL that leads from the migrations in this folder to a schema; empty when nothing is missing. */
export async function missingSql(schema: string): Promise<string> {
  const pglite = await PGlite.create('memory://')
  const engine = await openEngine(schema, pglite)
  try {
    const { stdout } = await engine.diff({
      from: {
        tag: 'migrations',
        baseDir: folder,
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
        shadowDbInitScript: '',
        migrationDirectories: await readMigrations(),
      },
      to: { tag: 'schemaDatamodel', files: [{ path: schemaFile, content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    })
    const sql = stdout ?? ''
    return sql.includes('This is an empty migration') ? '' : sql
  } finally {
    await pglite.close()
  }
}

async function readMigrations() {
  const names = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory())
  return Promise.all(
    names
      .map((entry) => entry.name)
      .sort()
      .map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(`${folder}/${path}/migration.sql`, 'utf8') },
        },
      })),
  )
}

async function openEngine(schema: string, pglite: PGlite): Promise<Engine> {
  engine ??= loadEngine()
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPGlite(pglite))
  return (await engine).new({ datamodels: [[schemaFile, schema]] }, () => undefined, factory)
}

/** Loaded once: the package keeps views of the memory of the first instance, and reads a second one's words wrongly. */
let engine: Promise<typeof Engine> | undefined

/** The package imports its .wasm as a module, which Node 20 does not do without a flag; so it is put together here. */
async function loadEngine(): Promise<typeof Engine> {
  const glueUrl = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const glue = await import(glueUrl)
  const wasm = await readFile(new URL('./schema_engine_bg.wasm', glueUrl))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  // wasm-bindgen exports its start function untyped.
  ;(instance.exports.__wbindgen_start as () => void)()
  return glue.SchemaEngine
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const name = process.argv[2]
  if (!name || !/^[a-z0-9_]+$/.test(name)) {
    console.error('Name the migration in lower case, for example: npm run migration -- add_tags')
    process.exit(2)
  }
  const sql = await missingSql(await readSchema())
  if (!sql) console.log('schema.prisma and the migrations agree: nothing to write.')
  else {
    const taken = (await readdir(folder)).map((one) => Number.parseInt(one, 10)).filter(Number.isFinite)
    const next = String(Math.max(0, ...taken) + 1).padStart(4, '0')
    await mkdir(`${folder}/${next}_${name}`, { recursive: true })
    await writeFile(`${folder}/${next}_${name}/migration.sql`, sql)
    console.log(`Wrote prisma/migrations/${next}_${name}/migration.sql`)
  }
}
