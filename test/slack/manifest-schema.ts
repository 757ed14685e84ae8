import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { manifest } from '../../src/slack/manifest.ts'

// For the gate, which knows where Slack's own schema of manifests is: `npx tsx test/slack/manifest-schema.ts FILE`.
const [file = ''] = process.argv.slice(2)
// The schema has words of its own that say how Slack's page draws it.
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  JSON.parse(await readFile(file, 'utf8')),
)
for (const isSocket of [true, false]) {
  const made = manifest({ command: '/community', publicUrl: 'https://kindred.example', isSocket })
  if (!validate(made)) {
    process.stderr.write(`${JSON.stringify(validate.errors, undefined, 2)}\n`)
    process.exitCode = 1
  }
  process.stdout.write(
    `the manifest ${isSocket ? 'with' : 'without'} a socket: ${validate.errors ? 'wrong' : 'valid'}\n`,
  )
}
