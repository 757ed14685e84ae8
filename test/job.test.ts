import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { restOf } from '../src/discord/bot.ts'
import { attempt } from '../src/jobs/job.ts'
import { deadline } from '../src/platform.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the requests of an effect end when it is given up on', async () => {
  let given: AbortSignal | undefined
  const ended = attempt(0, new Date(), 0, async () => {
    given = deadline.getStore()
    await new Promise(() => undefined)
  })
  await vi.advanceTimersByTimeAsync(14_000)
  expect(given?.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(given?.aborted).toBe(true)
  expect(await ended).toMatchObject({ failure: 'no answer within 15 seconds', isOpen: true })
})

test('Discord is asked nothing for an effect that is over', async () => {
  vi.useRealTimers()
  let asks = 0
  const server = createServer((_, response) => {
    asks++
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  const rest = restOf({ token: 'token', api: `http://127.0.0.1:${port}` })
  const asked = deadline.run(AbortSignal.abort(), () => rest.get('/users/@me'))
  await expect(asked).rejects.toThrow('abort')
  expect(asks).toBe(0)
  server.closeAllConnections()
  server.close()
})
