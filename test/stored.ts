import type { Stage } from './stage.ts'

/** Everything stored, as text: what a backup would hold. */
export async function stored(stage: Stage): Promise<string> {
  return stage.database.backup(stage.now(), 'everything', async (text) => {
    let all = ''
    for await (const part of text) all += part
    return all
  })
}
