import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** Kindred as it is started in life, in a process of its own. */
export interface Running {
  /** Everything it printed and logged so far. */
  said(): string
  /** Ends it as it is, or asks it to stop; gives its exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
}

/** Starts Kindred in a folder, with nothing set but what is given. */
export function startProcess(folder: string, settings: Record<string, string>): Running {
  const { PATH = '' } = process.env
  const child: ChildProcess = spawn(process.execPath, ['--import', tsx, main], {
    cwd: folder,
    env: { PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const hear = (words: unknown) => {
    said += words
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return {
    said: () => said,
    async end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
