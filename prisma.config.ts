import { defineConfig } from 'prisma/config'

// Prisma's CLI downloads a schema engine on every command, though `generate` never runs it. Naming any executable as
// that engine keeps the install free of the network (docs/decisions/002).
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({ schema: 'prisma/schema.prisma' })
