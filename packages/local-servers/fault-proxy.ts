/**
 * A TCP proxy on loopback that fails on request: it cuts a connection in the worst moment, after the server did what
 * it was asked and before the answer arrives, or lets nothing through while everything looks connected. Knows nothing
 * of the protocol; one piece of data from the server counts as the answer.
 */
import { connect, createServer, type Socket } from 'node:net'

export interface FaultProxy {
  readonly port: number
  /** The next answer is thrown away and its connection cut; new connections wait until `meanwhile` is done. */
  cutAtNextAnswer(meanwhile?: () => Promise<void>): void
  /** How many connections were made so far. */
  connections(): number
  /** How many connections were cut. */
  cuts(): number
  /** From now on nothing passes and nothing breaks; `thaw` lets through what came meanwhile. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export async function startFaultProxy(serverPort: number): Promise<FaultProxy> {
  let armed: (() => Promise<void>) | undefined
  let gate = Promise.resolve()
  let cuts = 0
  let connections = 0
  const open = new Set<Socket>()
  const valve = openValve()
  const onAnswer = (answer: Buffer, client: Socket, server: Socket) => {
    if (!armed) return void client.write(answer)
    cuts += 1
    gate = armed()
    armed = undefined
    client.destroy()
    server.destroy()
  }
  const listener = createServer((client) => {
    connections += 1
    const server = connect({ port: serverPort, host: '127.0.0.1' })
    for (const socket of [client, server]) track(socket, open)
    client.once('close', () => server.destroy())
    server.once('close', () => client.destroy())
    server.on('data', (answer) => valve.pass(() => onAnswer(answer, client, server)))
    void gate.then(() => client.on('data', (request) => valve.pass(() => server.write(request))))
  })
  const port = await listen(listener)
  return {
    port,
    cutAtNextAnswer: (meanwhile = async () => {}) => {
      armed = meanwhile
    },
    connections: () => connections,
    cuts: () => cuts,
    freeze: valve.freeze,
    thaw: valve.thaw,
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}

function openValve() {
  let held: (() => void)[] | undefined
  return {
    pass: (action: () => void) => (held ? void held.push(action) : action()),
    freeze: () => {
      held ??= []
    },
    thaw: () => {
      const waiting = held ?? []
      held = undefined
      for (const action of waiting) action()
    },
  }
}

function track(socket: Socket, open: Set<Socket>): void {
  open.add(socket)
  socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy())
}

function listen(listener: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = listener.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
