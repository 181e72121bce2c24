/**
 * Closing a server without waiting for connections on which nothing happens. Node closes what is idle after a
 * request, but counts a connection that never carried one as busy until its header time-out, a minute; browsers and
 * HTTP clients open such connections in advance. It looks at sockets only and never cuts an answer.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections of one server, as far as closing it is concerned. */
export interface QuietConnections {
  /** Runs `close` and meanwhile ends connections as they become quiet. */
  closeAround(close: () => Promise<void>): Promise<void>
}

const SWEEP_MS = 50
/** A request may be on its way on a connection that was made just now. */
const UNUSED_GRACE_MS = 1000

/** Call before the server listens. */
export function quietConnections(server: Server): QuietConnections {
  const unused = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', (request) => unused.delete(request.socket))
  return {
    async closeAround(close) {
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      const grace = setTimeout(() => {
        for (const socket of unused) socket.destroy()
      }, UNUSED_GRACE_MS)
      try {
        await close()
      } finally {
        clearInterval(sweep)
        clearTimeout(grace)
      }
    },
  }
}
