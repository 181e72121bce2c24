/**
 * A TCP proxy on loopback that fails on request: it cuts a connection in the worst moment, after the server did what
 * it was asked and before the answer arrives, lets nothing through while everything looks connected, or is slow. Knows
 * nothing of the protocol; one piece of data from the server counts as the answer.
 */

import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

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
  /** Answers of a connection arrive one after another, each after this time; 0: at once. */
  slow(delayMs: number): void
  /** The present connections stay open, and nothing passes them any more; new ones are served. */
  abandon(): void
  /** The present connections are reset. */
  reset(): void
  close(): Promise<void>
}

export async function startFaultProxy(serverPort: number): Promise<FaultProxy> {
  let armed: (() => Promise<void>) | undefined
  let gate = Promise.resolve()
  let cuts = 0
  let connections = 0
  const open = new Set<Socket>()
  const abandoned = new WeakSet<Socket>()
  const valve = openValve()
  let delayMs = 0
  const onAnswer = (answer: Buffer, client: Socket, server: Socket) => {
    if (abandoned.has(client)) return
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
    let answered = Promise.resolve()
    server.on('data', (answer) => {
      const pass = () => valve.pass(() => onAnswer(answer, client, server))
      if (delayMs > 0) answered = answered.then(() => sleep(delayMs))
      void answered.then(pass)
    })
    const ask = (request: Buffer) => valve.pass(() => abandoned.has(client) || server.write(request))
    void gate.then(() => client.on('data', ask))
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
    slow: (ms) => {
      delayMs = ms
    },
    abandon: () => {
      for (const socket of open) abandoned.add(socket)
    },
    reset: () => {
      for (const socket of open) socket.resetAndDestroy()
    },
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}

function openValve() {
  let held: (() => unknown)[] | undefined
  return {
    pass: (action: () => unknown) => (held ? void held.push(action) : action()),
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
