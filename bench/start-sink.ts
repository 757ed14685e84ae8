import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Holds, SinkSays } from './sink.ts'

/** A sink that runs. */
export interface Sink {
  settings: { URL: string; SECRET: string; ALLOW_PRIVATE: 'yes' }
  /** What it holds; it begins anew after that. */
  holds(): Promise<Holds>
  stop(): Promise<void>
}

const SECRET = `whsec_${Buffer.from('a secret of the bench, 32 bytes.').toString('base64')}`

/** Starts a receiver of webhooks on this machine, in a process of its own (sink.ts). */
export async function startSink(): Promise<Sink> {
  const child = fork(fileURLToPath(new URL('./sink.ts', import.meta.url)), [SECRET])
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  // It says nothing else (sink.ts).
  const heard = async () => ((await once(child, 'message')) as [SinkSays])[0]
  const first = await heard()
  if (!('url' in first)) throw new Error('the sink did not say where it is')
  return {
    settings: { URL: first.url, SECRET, ALLOW_PRIVATE: 'yes' },
    async holds() {
      const said = heard()
      child.send('?')
      const holds = await said
      if ('url' in holds) throw new Error('the sink did not say what it holds')
      return holds
    },
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
      process.off('exit', kill)
    },
  }
}
