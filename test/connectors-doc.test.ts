import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { connectors } from '../src/segments/connectors.ts'
import type { Connector } from '../src/segments/segment-store.ts'

const file = fileURLToPath(new URL('../docs/connectors.md', import.meta.url))
/** `UPDATE_DOCS=1 npx vitest run test/connectors-doc.test.ts` writes the part that comes from the code. */
const updates = process.env.UPDATE_DOCS === '1'
const PART = /(<!-- connectors:[^>]*-->\n)([\s\S]*?)(\n<!-- \/connectors -->)/
const STEPS_MAX = 9

/** Opened with the least it needs, to see what it can do; nothing is asked of any service. */
const LEAST: Record<string, Record<string, string>> = {}

test('docs/connectors.md says of each connector what the code says', async () => {
  const text = await readFile(file, 'utf8')
  const wanted = connectors.map(chapter).join('\n\n')
  const [, , found] = PART.exec(text) ?? []
  if (updates) await writeFile(file, text.replace(PART, (_, before, __, after) => `${before}${wanted}${after}`))
  else expect(found).toBe(wanted)
})

test('each is connected in under ten steps, and each of its variables is explained', () => {
  for (const { name, steps, settings, fields } of connectors) {
    expect(steps.length, name).toBeGreaterThan(0)
    expect(steps.length, name).toBeLessThanOrEqual(STEPS_MAX)
    expect(fields, name).not.toBe('')
    for (const [variable, field] of Object.entries(settings.shape))
      expect((field as z.ZodType).description, `${name} ${variable}`).toBeTruthy()
  }
})

test('every name of a file that the guide tells of is there', async () => {
  const text = await readFile(file, 'utf8')
  const named = [...text.matchAll(/`((?:src|test|docs)\/[\w./-]+\.(?:ts|md))`/g)].flatMap(([, path]) => path ?? [])
  expect(named.length).toBeGreaterThan(5)
  for (const path of named) await readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)))
})

function chapter(connector: Connector): string {
  const { name, steps, fields, byAddress, settings } = connector
  const example = `\`DESTINATIONS=crm=${name}\``
  const rows = Object.entries(settings.shape).map(([variable, field]) => {
    // Every variable is a zod type with a default or left out; none has another kind of schema.
    const { description, safeParse } = field as z.ZodType
    return `| \`CRM_${variable}\` | ${cell(description ?? '')} | ${usual(safeParse(undefined))} |`
  })
  return [
    `### ${name}`,
    '',
    `${example}. Passed on: ${fields}. It knows people by ${byAddress ? 'their address' : 'our number for them'}.`,
    '',
    ...steps.map((step, i) => `${i + 1}. ${step}`),
    '',
    '| variable | | without it |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function usual({ success, data }: { success: boolean; data?: unknown }): string {
  if (!success) return 'must be set'
  return data === undefined || data === '' ? 'nothing' : `\`${cell(String(data))}\``
}

const cell = (words: string) => words.replaceAll('|', '\\|')
