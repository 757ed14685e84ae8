import { benchCommands } from './commands.ts'
import { benchCount } from './count.ts'
import { benchDestinations } from './destinations.ts'
import { benchDiscord } from './discord.ts'
import { benchMemory } from './memory.ts'
import { openServer, type Server } from './postgres.ts'
import { benchReports } from './reports.ts'
import { benchSegment } from './segment.ts'
import { benchSlack } from './slack.ts'
import { benchStart } from './start.ts'
import { benchWeb } from './web.ts'

/** What a bench is given: `server` is a sentence where there is no PostgreSQL; `isSmoke`: show only that it works. */
export type Bench = (server: Server | string, isSmoke: boolean) => Promise<void>

/** `npm run bench` runs all, `npm run bench -- NAME` one; `-- --smoke` each once, in seconds, with figures that mean nothing. */
const benches: Record<string, Bench> = {
  commands: benchCommands,
  reports: benchReports,
  destinations: benchDestinations,
  segment: benchSegment,
  memory: benchMemory,
  start: benchStart,
  discord: benchDiscord,
  slack: benchSlack,
  web: benchWeb,
  count: async (_server, isSmoke) => benchCount(isSmoke),
}

const words = process.argv.slice(2)
const isSmoke = words.includes('--smoke')
const names = words.filter((word) => word !== '--smoke')
const unknown = names.find((name) => !(name in benches))
if (unknown) {
  process.stderr.write(`There is no bench “${unknown}”. There are: ${Object.keys(benches).join(', ')}.\n`)
  process.exit(1)
}

// Ends by way of `exit`, on which whatever was started is stopped and its files are removed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const server = await openServer()
try {
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) await bench(server, isSmoke)
  }
} finally {
  if (typeof server !== 'string') await server.stop()
}
