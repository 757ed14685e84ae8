import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What it is told: to die once it has had so many events, and for how long; or to say what it has, and begin anew. */
export type Told = { dieAfter: number; forMs: number } | 'how many?'
export type Says = { url: string } | { requests: number; events: number; distinct: number; dead: boolean }

/** A data plane of the Segment spec in a process of its own, that can die under load and come back. */
function sink(): void {
  let [requests, events] = [0, 0]
  let ids = new Set<string>()
  let death: { dieAfter: number; forMs: number } | undefined
  let port = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests++
      // Sent by the two parties of this bench.
      const { batch } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { batch: { messageId: string }[] }
      events += batch.length
      for (const { messageId } of batch) ids.add(messageId)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}')
      if (death && ids.size >= death.dieAfter) die()
    })
  })
  function die(): void {
    const ms = death?.forMs ?? 0
    death = undefined
    server.close()
    server.closeAllConnections()
    setTimeout(() => server.listen(port, '127.0.0.1'), ms)
  }
  // Connections are kept from one party's turn to its next, or one would begin on a connection that is just being ended.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  server.once('listening', () => {
    // A server on TCP has an address of this shape (node:net).
    port = (server.address() as AddressInfo).port
    const says: Says = { url: `http://127.0.0.1:${port}` }
    process.send?.(says)
  })
  process.on('message', (told: Told) => {
    if (told !== 'how many?') {
      death = told
      return
    }
    const says: Says = { requests, events, distinct: ids.size, dead: !server.listening }
    process.send?.(says)
    ;[requests, events] = [0, 0]
    ids = new Set()
  })
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit())
}

if (process.send) sink()
