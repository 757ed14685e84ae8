import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { destinationVariables, readConfig, variables } from '../src/config.ts'
import { csv } from '../src/segments/csv.ts'
import { table } from '../src/segments/table.ts'
import { webhook } from '../src/segments/webhook.ts'

const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8')

/** Every variable as the example should show it: a line of explanation, and the value that holds without it. */
function shown(schema: z.ZodObject, prefix = ''): string[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    // Every variable is a zod type with a default or left out; none has another kind of schema.
    const { description, safeParse } = field as z.ZodType
    return `# ${description}\n#${prefix}${name}=${safeParse(undefined).data ?? ''}`
  })
}

test('the example of the settings explains every variable that is read, and no other', () => {
  const entries = example.match(/^# .*\n#[A-Z0-9_]+=.*$/gm) ?? []
  const read = [
    ...shown(variables),
    ...shown(destinationVariables, 'FILES_'),
    ...shown(csv.settings, 'FILES_'),
    ...shown(webhook.settings, 'CRM_'),
    ...shown(table.settings, 'BASE_'),
  ]
  expect(entries).toEqual(read)
  expect(example.match(/^#?[A-Z0-9_]+=/gm)).toHaveLength(read.length)
})

test('copying the example changes nothing', () => {
  expect(readConfig(parseEnv(example))).toEqual(readConfig({}))
})
