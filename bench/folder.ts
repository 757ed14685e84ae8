import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** A folder for this run, removed when the process ends, however it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/kindred-bench-`)
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
