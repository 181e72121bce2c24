/** A receiver of callbacks on loopback that is there, away, slow or refusing as a test says, and writes down what it took. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface TakenCallback {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface CallbackReceiver {
  readonly url: string
  /** In the order of their coming, those that were answered with something else than 2xx as well. */
  readonly came: readonly TakenCallback[]
  /** What it answers from now on. */
  status: number
  /** How long it waits before that, in milliseconds. */
  waitMs: number
  /** Nobody is there. */
  away(): Promise<void>
  back(): Promise<void>
  stop(): Promise<void>
}

export async function startCallbackReceiver(port: number): Promise<CallbackReceiver> {
  const came: TakenCallback[] = []
  let server: Server | undefined
  const take = async (request: IncomingMessage): Promise<number> => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { headers } = request
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>
    const { status, waitMs } = receiver
    if (waitMs > 0) await delay(waitMs)
    came.push({ id: String(headers['webhook-id']), headers, text, body })
    return status
  }
  const receiver: CallbackReceiver = {
    url: `http://127.0.0.1:${port}`,
    came,
    status: 204,
    waitMs: 0,
    away: async () => {
      const closing = server
      server = undefined
      closing?.closeAllConnections()
      await new Promise<void>((resolve) =>
        closing === undefined ? resolve() : closing.close(() => resolve()),
      )
    },
    back: async () => {
      const opened = createServer((request, response) => {
        void take(request).then((status) => response.writeHead(status).end())
      })
      server = opened
      await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    },
    stop: () => receiver.away(),
  }
  await receiver.back()
  return receiver
}
