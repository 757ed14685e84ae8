import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openClient } from '../src/segments/client.ts'

test('many requests under one signal are no leak to be warned of', async () => {
  const server = createServer((_, response) => setTimeout(() => response.end('{}'), 20))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server on TCP has an address of this shape (node:net).
  const { port } = server.address() as AddressInfo
  const warnings: Error[] = []
  const warned = (warning: Error) => void warnings.push(warning)
  process.on('warning', warned)
  const client = openClient(new URL(`http://127.0.0.1:${port}`), 'private', 20)
  const signal = AbortSignal.timeout(5_000)
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.send({ method: 'GET' }, signal)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  process.off('warning', warned)
  expect(warnings).toEqual([])
  await client.close()
  await new Promise((resolve) => server.close(resolve))
})
