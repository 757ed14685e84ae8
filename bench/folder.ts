import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

const made: string[] = []

process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** A folder for this run, removed when the process ends, however it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/kindred-bench-`)
  made.push(folder)
  return folder
}
