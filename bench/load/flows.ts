/**
 * Flows of requests: each worker runs one flow after another over its own connections, several workers at once, so
 * that a server always has something to do. With several ports every request goes to the next instance in turn.
 */
import { type HttpClient, openClient, type WireReply, type WireRequest } from './http-client.ts'

/** Sends one request of a flow and answers its reply; anything but success throws. */
export type Send = (request: WireRequest) => Promise<WireReply>

/** One whole flow; throws when anything in it is not as it has to be. */
export type Flow = (send: Send) => Promise<void>

export interface Exchange {
  readonly request: WireRequest
  readonly reply: WireReply
}

export interface FlowLoad {
  readonly ports: readonly number[]
  readonly concurrency: number
}

export async function runFlows(flow: Flow, count: number, load: FlowLoad): Promise<void> {
  let left = count
  const work = async (index: number) => {
    const target = openTarget(load.ports, index)
    try {
      while (left-- > 0) await flow(target.send)
    } finally {
      target.close()
    }
  }
  await Promise.all(Array.from({ length: load.concurrency * load.ports.length }, (_, index) => work(index)))
}

/** Runs one flow and tells what was said. */
export async function recordFlow(flow: Flow, port: number): Promise<readonly Exchange[]> {
  const target = openTarget([port], 0)
  const exchanges: Exchange[] = []
  try {
    await flow(async (request) => {
      const reply = await target.send(request)
      exchanges.push({ request, reply })
      return reply
    })
  } finally {
    target.close()
  }
  return exchanges
}

/** A connection to each port, used in turn; workers begin at different ones. */
export function openTarget(ports: readonly number[], first: number): HttpClient {
  const clients = ports.map(openClient)
  let turn = first
  return {
    send: async (request) => {
      const client = clients[turn++ % clients.length]
      if (client === undefined) throw new Error('no port to send to')
      const reply = await client.send(request)
      if (reply.status >= 200 && reply.status < 300) return reply
      throw new Error(`${request.method} ${request.path}: ${reply.status} ${reply.body.slice(0, 300)}`)
    },
    close: () => {
      for (const client of clients) client.close()
    },
  }
}

/** Sends the requests of recorded exchanges again, byte for byte. */
export function replay(exchanges: readonly Exchange[]): Flow {
  return async (send) => {
    for (const { request } of exchanges) await send(request)
  }
}
