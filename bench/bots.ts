import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Program } from './start.ts'

/** A bot in a process of its own. */
export interface BotProcess {
  /** CPU time it used so far, in ms. */
  cpuMs(): Promise<number>
  /** In MB, with nothing in it that could be let go. */
  memory(): Promise<{ heap: number; resident: number }>
  /** Stands still until it may go on, so that another may be measured alone. */
  freeze(): void
  goOn(): Promise<void>
  stop(): Promise<void>
}

const READY_WITHIN_MS = 60_000
const WAKE_MS = 200
const MB = 1024 * 1024

/** Loaded before the program: says what the process uses when it is asked. */
const METER = `
  process.on('message', async (isToSweep) => {
    // What is let go of in a finalizer is gone after the next turn.
    for (let n = 0; isToSweep && n < 3; n++) {
      globalThis.gc()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const { heapUsed, rss } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    process.send({ heapUsed, rss, cpuMs: (user + system) / 1000 })
  })
  process.channel.unref()`
const METERED = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(METER)}`]

const usedSchema = z.object({ heapUsed: z.number(), rss: z.number(), cpuMs: z.number() })

/** Starts a program, and waits until it says that it is ready. */
export async function started({ words, cwd, environment }: Program, isReady: RegExp): Promise<BotProcess> {
  const { PATH = '', HOME = '/' } = process.env
  const child = spawn(process.execPath, [...METERED, ...words], {
    cwd,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  // What a job missed while it stood still is no news.
  const complaints = child.stderr && createInterface({ input: child.stderr })
  complaints?.on('line', (line) => {
    if (!line.includes('missed execution')) process.stderr.write(`${line}\n`)
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('not ready in time')), READY_WITHIN_MS)
    let written = ''
    child.stdout?.on('data', (chunk) => {
      written += chunk
      if (!isReady.test(written)) return
      clearTimeout(late)
      resolve()
    })
    child.on('exit', () => {
      clearTimeout(late)
      reject(new Error(`ended before it was ready (npm run build makes dist/ anew): ${written}`))
    })
  })
  async function used(isToSweep: boolean): Promise<z.infer<typeof usedSchema>> {
    child.send(isToSweep)
    const [said] = await once(child, 'message')
    return usedSchema.parse(said)
  }
  return {
    cpuMs: async () => (await used(false)).cpuMs,
    async memory() {
      const { heapUsed, rss } = await used(true)
      return { heap: heapUsed / MB, resident: rss / MB }
    },
    freeze: () => void child.kill('SIGSTOP'),
    async goOn() {
      child.kill('SIGCONT')
      // What came meanwhile is not part of what is measured.
      await pause(WAKE_MS)
    },
    async stop() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
    },
  }
}
