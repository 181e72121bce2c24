/** An HTTP server that fails where a test wants it to: before it did what it was asked, or after. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** `before`: cut without a look; `after`: done, and the answer cut off; `unavailable`: a balancer's 502, not done. */
export type Fault = 'before' | 'after' | 'unavailable'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler = (request: {
  path: string
  headers: IncomingMessage['headers']
  body: string
}) => Promise<Answer>

export interface FaultyServer {
  readonly url: string
  /** Paths in the order of the requests. */
  readonly asked: string[]
  /** The next `times` requests to the path fail in this way. */
  failNext(path: string, fault: Fault, times: number): void
  close(): Promise<void>
}

export async function startFaultyServer(handle: Handler): Promise<FaultyServer> {
  const faults: { path: string; fault: Fault }[] = []
  const asked: string[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    asked.push(path)
    const at = faults.findIndex((one) => one.path === path)
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault
    const body = await bodyOf(request)
    if (fault === 'before') return void request.socket.destroy()
    if (fault === 'unavailable') return void response.writeHead(502).end('bad gateway')
    const answer = await handle({ path, headers: request.headers, body })
    if (fault === 'after') return void request.socket.destroy()
    response
      .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      .end(answer.body)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://localhost:${port}`,
    asked,
    failNext(path, fault, times) {
      for (let time = 0; time < times; time++) faults.push({ path, fault })
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
