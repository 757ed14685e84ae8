import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { usage } from '../src/command.ts'
import { loadCommands } from '../src/load-commands.ts'
import { plainPrinter } from '../src/terminal/print.ts'
import { folders, openStage } from './stage.ts'

const readme = fileURLToPath(new URL('../README.md', import.meta.url))
/** `UPDATE_DOCS=1 npx vitest run test/docs.test.ts` writes the parts that come from the code. */
const updates = process.env.UPDATE_DOCS === '1'

test("the README's command table is made from the commands", async () => {
  const commands = await loadCommands(folders.commands)
  const groups = [undefined, 'organize', 'staff'] as const
  const rows = groups.flatMap((group) =>
    commands
      .filter((command) => command.group === group)
      .map((command) => `| ${who[group ?? 'everyone']} | \`${usage(command)}\` | ${command.description} |`),
  )
  await holds('commands', ['| for | command | |', '| --- | --- | --- |', ...rows].join('\n'))
})

test("the README's transcript is what really happens", async () => {
  const block = part(await readFile(readme, 'utf8'), 'transcript')
  const typed = block.split('\n').filter((line) => line.startsWith('> '))
  expect(typed.length).toBeGreaterThan(2)
  const stage = await openStage()
  const lines: string[] = []
  const print = plainPrinter((line) => lines.push(line), true)
  for (const line of typed) {
    print({ typed: line.slice(2) })
    for (const output of await stage.play(line.slice(2))) print(output)
  }
  await stage.close()
  await holds('transcript', ['```text', ...lines, '```'].join('\n'))
})

const who = { everyone: 'everyone', organize: 'organizers', staff: 'staff' }

/** Compares a part of the README between its two comments, or writes it. */
async function holds(name: string, wanted: string): Promise<void> {
  const text = await readFile(readme, 'utf8')
  const found = part(text, name)
  if (updates)
    await writeFile(
      readme,
      text.replace(found, () => wanted),
    )
  else expect(found).toBe(wanted)
}

function part(text: string, name: string): string {
  const [, found] = new RegExp(`<!-- ${name}:[^>]*-->\\n([\\s\\S]*?)\\n?<!-- /${name} -->`).exec(text) ?? []
  if (found === undefined) throw new Error(`README.md has no part “${name}”`)
  return found
}
