/**
 * A balancer that repeats everything: what it cannot pass on, what was cut and what an instance answered with 502 or 503
 * goes to the next instance at once, byte for byte, whatever the method. So do the balancers of many operators, and a step
 * that was taken before its answer got lost arrives a second time.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@countersign/local-servers/ports'

export interface RepeatingBalancer {
  readonly url: string
  /** How many requests were sent more than once. */
  repeats(): number
  close(): Promise<void>
}

/** Rounds over all instances before it gives up and says 502. */
const ROUNDS = 3
const PAUSE_MS = 100
/** An instance that says nothing for so long has got the request, and the next one gets it, too. */
const SILENCE_MS = 2000

export async function startRepeatingBalancer(instances: readonly string[]): Promise<RepeatingBalancer> {
  let turn = 0
  let repeats = 0
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await text(incoming)
    turn += 1
    const first = turn
    for (let attempt = 0; attempt < ROUNDS * instances.length; attempt++) {
      if (attempt > 0) repeats += 1
      const instance = instances[(first + attempt) % instances.length] ?? ''
      const answer = await passOn(instance, incoming, body)
      if (answer !== undefined) {
        outgoing.writeHead(answer.status, answer.headers).end(answer.body)
        return
      }
      await delay(PAUSE_MS)
    }
    outgoing.writeHead(502).end()
  }

  const port = await freePort()
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  )
  return {
    url: `http://127.0.0.1:${port}`,
    repeats: () => repeats,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

interface Passed {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Undefined when the instance is gone, silent or not ready. */
function passOn(instance: string, incoming: IncomingMessage, body: string): Promise<Passed | undefined> {
  const { connection: _connection, ...headers } = incoming.headers
  return new Promise((resolve) => {
    const outgoing = request(
      instance + incoming.url,
      { method: incoming.method, headers, timeout: SILENCE_MS },
      (response) => {
        const status = response.statusCode ?? 502
        text(response).then(
          (read) =>
            resolve(
              [502, 503].includes(status) ? undefined : { status, headers: plain(response), body: read },
            ),
          () => resolve(undefined),
        )
      },
    )
    outgoing.once('timeout', () => outgoing.destroy()).once('error', () => resolve(undefined))
    outgoing.end(body)
  })
}

/** Its own length and connection are the server's business. */
function plain({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { connection: _connection, 'transfer-encoding': _encoding, 'keep-alive': _alive, ...rest } = headers
  return rest
}
