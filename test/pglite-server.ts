import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { PGlite } from '@electric-sql/pglite'

/** PostgreSQL's embedded build behind a socket, so that what speaks to a server can be tested where there is none. */
export interface PgliteServer {
  url: string
  close(): Promise<void>
}

const SSL_REQUEST = 80877103
const READY = 'Z'.charCodeAt(0)
const IDLE = 'I'.charCodeAt(0)
const TERMINATE = 'X'.charCodeAt(0)

/**
 * Hands on the messages of the protocol as they come. There is one session for all connections: each has it from its first
 * message until the server says that it is ready and in no transaction, the others wait; a connection that goes away in
 * between is rolled back, as a server does. It checks no password and can cancel nothing.
 */
export async function openPgliteServer(): Promise<PgliteServer> {
  const pglite = await PGlite.create('memory://')
  const sockets = new Set<Socket>()
  let turn = Promise.resolve()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)))
    turnTaker(socket)
  })

  function turnTaker(socket: Socket): void {
    let isStarted = false
    let rest: Buffer = Buffer.alloc(0)
    let pass: (() => void) | undefined
    let work = Promise.resolve()
    const take = async () => {
      const before = turn
      turn = new Promise((resolve) => {
        pass = resolve
      })
      await before
    }
    const give = () => {
      pass?.()
      pass = undefined
    }
    const handle = async (came: Buffer) => {
      rest = Buffer.concat([rest, came])
      const bytes = rest.subarray(0, endOfWhole(rest, isStarted))
      rest = rest.subarray(bytes.length)
      if (bytes.length === 0 || (isStarted && bytes[0] === TERMINATE)) return
      if (!isStarted && bytes.readUInt32BE(4) === SSL_REQUEST) return void socket.write('N')
      isStarted = true
      if (!pass) await take()
      const answer = Buffer.from(await pglite.execProtocolRaw(bytes))
      socket.write(answer)
      // ReadyForQuery is the last message of an answer: its letter, a length of 5, and the state.
      if (answer.at(-6) === READY && answer.at(-1) === IDLE) give()
    }
    const next = (step: () => Promise<void>) => {
      work = work.then(step).catch((error) => void socket.destroy(error))
    }
    socket.on('data', (bytes) => next(() => handle(bytes)))
    socket.on('close', () =>
      next(async () => {
        if (pass) await pglite.exec('rollback')
        give()
      }),
    )
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server on TCP has an address of this shape (node:net).
  const { port } = server.address() as AddressInfo
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await turn
      await pglite.close()
    },
  }
}

/** Where the last whole message ends. Each is a letter, which only the first lacks, and a length that counts itself. */
function endOfWhole(bytes: Buffer, isStarted: boolean): number {
  const letter = isStarted ? 1 : 0
  let end = 0
  while (bytes.length >= end + letter + 4) {
    const next = end + letter + bytes.readUInt32BE(end + letter)
    if (next > bytes.length) break
    end = next
  }
  return end
}
