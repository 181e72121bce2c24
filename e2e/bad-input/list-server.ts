/**
 * A web server of the tests' own, where status lists are published that nobody else would publish: each at an address
 * that is used once, with whatever answer the case wants, and with a count of those who came for it.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Serve = (response: ServerResponse) => void

export interface ListServer {
  /** The address of something new; `host` is another name of this machine. */
  publish(make: (uri: string) => Serve | Promise<Serve>, host?: string): Promise<string>
  /** For the address, and for what would lie below it. */
  requestsFor(uri: string): number
  close(): Promise<void>
}

export async function openListServer(): Promise<ListServer> {
  const served = new Map<string, Serve>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const serve = served.get(path)
    if (serve === undefined) response.writeHead(404).end()
    else serve(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    async publish(make, host = '127.0.0.1') {
      const path = `/lists/${randomUUID()}`
      const uri = `http://${host}:${port}${path}`
      served.set(path, await make(uri))
      return uri
    },
    requestsFor: (uri) => asked.filter((path) => path.startsWith(new URL(uri).pathname)).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An answer that is all there. */
export function body(type: string, content: string | Uint8Array, more: object = {}): Serve {
  return (response) => response.writeHead(200, { 'content-type': type, ...more }).end(content)
}

export function status(code: number): Serve {
  return (response) => response.writeHead(code).end()
}

export function redirect(location: string): Serve {
  return (response) => response.writeHead(302, { location }).end()
}
