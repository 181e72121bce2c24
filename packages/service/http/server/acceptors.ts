/**
 * Taking connections as fast as they come. A listening socket is asked for one connection a turn of the loop (libuv 1.45):
 * under load, where turns take 20 ms, thousands of callers would wait for minutes before anybody knows of them. So several
 * sockets listen at the same port, where the system can do that (Linux), and hand what they accept to the one server.
 */
import type { Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly backlog: number
}

/** Each takes one connection a turn: at 20 ms a turn, 1,600 a second. */
const ACCEPTORS = 32
/** SO_REUSEPORT spreads connections over the sockets on Linux; elsewhere it is refused or means something else. */
const CAN_SHARE = process.platform === 'linux'

export interface Acceptors {
  close(): Promise<void>
}

/**
 * Makes the server listen by `listen`, whose options it must be given, and lets more sockets accept for it. Throws like
 * `listen` does, also where the port is in use by one that would share it.
 */
export async function listenWidely(
  server: HttpServer,
  options: ListenOptions,
  listen: (options: ListenOptions & { readonly reusePort: boolean }) => Promise<unknown>,
): Promise<Acceptors> {
  if (CAN_SHARE && options.port !== 0) await refuseUsedPort(options)
  await listen({ ...options, reusePort: CAN_SHARE })
  const address = server.address()
  if (!CAN_SHARE || address === null || typeof address === 'string') return { close: async () => undefined }
  const more = Array.from({ length: ACCEPTORS - 1 }, () =>
    // As an HTTP server sets up its own connections.
    createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket)),
  )
  const shared = { host: address.address, port: address.port, backlog: options.backlog, reusePort: true }
  await Promise.all(more.map((one) => listening(one, shared)))
  return { close: async () => void (await Promise.all(more.map(closed))) }
}

/** A socket that does not share finds out whether somebody listens already, even one that would share. */
async function refuseUsedPort({ host, port }: ListenOptions): Promise<void> {
  const probe = createServer()
  await listening(probe, { host, port })
  await closed(probe)
}

export function listening(server: Server, options: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()))
}
