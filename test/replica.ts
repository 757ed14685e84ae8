import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Order, Said, Task } from './replica-child.ts'

const CHILD = fileURLToPath(new URL('replica-child.ts', import.meta.url))

/** What somebody was shown for something, and the buttons under it. */
export interface Shown {
  words: string
  buttons: Record<string, string>
}

export type Given = Exclude<Order, { skipMs: number }>

/** One of several houses, seen from outside: it carries out what it is given. */
export interface Replica {
  carryOut(given: Given): Promise<Shown>
  /** Its clock goes on by so much at once. */
  skip(ms: number): Promise<void>
  failures: string[]
  end(): Promise<void>
}

/** Starts a house in a process of its own. */
export async function startReplica(task: Task): Promise<Replica> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), CHILD, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const failures: string[] = []
  const waiting = new Map<string, (shown: Shown | Promise<never>) => void>()
  let skipped: (() => void) | undefined
  const give = (order: Order) => void child.stdin.write(`${JSON.stringify(order)}\n`)
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      const error = new Error(`${task.name} ended with ${code}`)
      reject(error)
      for (const answer of waiting.values()) answer(Promise.reject(error))
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The child's own words, typed there.
      const said = JSON.parse(line) as Said
      if ('ready' in said) resolve()
      else if ('skipped' in said) skipped?.()
      else if ('failure' in said) failures.push(said.failure)
      else {
        waiting.get(said.id)?.(said)
        waiting.delete(said.id)
      }
    })
  })
  return {
    failures,
    carryOut: (given) =>
      new Promise((resolve) => {
        waiting.set(given.id, resolve)
        give(given)
      }),
    skip: (skipMs) =>
      new Promise((resolve) => {
        skipped = resolve
        give({ skipMs })
      }),
    async end() {
      child.stdin.end()
      await ended
    },
  }
}
