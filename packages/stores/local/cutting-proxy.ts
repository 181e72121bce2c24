/**
 * A TCP proxy that cuts a connection in the worst moment: after the server did what it was asked, before the answer
 * arrives. Knows nothing of the protocol; one piece of data from the server counts as the answer.
 */
import { connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  readonly port: number
  /** The next answer is thrown away and its connection cut; new connections wait until `meanwhile` is done. */
  cutAtNextAnswer(meanwhile?: () => Promise<void>): void
  /** How many connections were cut. */
  cuts(): number
  close(): Promise<void>
}

export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
  let armed: (() => Promise<void>) | undefined
  let gate = Promise.resolve()
  let cuts = 0
  const open = new Set<Socket>()
  const onAnswer = (answer: Buffer, client: Socket, server: Socket) => {
    if (!armed) return void client.write(answer)
    cuts += 1
    gate = armed()
    armed = undefined
    client.destroy()
    server.destroy()
  }
  const listener = createServer((client) => {
    const server = connect({ port: serverPort, host: '127.0.0.1' })
    for (const socket of [client, server]) track(socket, open)
    client.once('close', () => server.destroy())
    server.once('close', () => client.destroy())
    server.on('data', (answer) => onAnswer(answer, client, server))
    void gate.then(() => client.on('data', (request) => server.write(request)))
  })
  const port = await listen(listener)
  return {
    port,
    cutAtNextAnswer: (meanwhile = async () => {}) => {
      armed = meanwhile
    },
    cuts: () => cuts,
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => listener.close(() => resolve()))
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
