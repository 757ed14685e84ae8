import { startBareBot } from '../test/discord/bare-bot.ts'

// discord.js holds back all but 50 answers a second by itself; measured is what it can do, not what it lets itself do.
const [api = '', token = ''] = process.argv.slice(2)
const bot = await startBareBot({ api, token }, { rest: { globalRequestsPerSecond: Number.POSITIVE_INFINITY } })
process.on('SIGTERM', () => {
  for (const error of bot.errors) process.stderr.write(`the bare bot failed: ${error}\n`)
  process.exit(0)
})
process.stdout.write('ready\n')
