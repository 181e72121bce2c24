/** Services behind and in front, for tests of calls that are passed on. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach } from 'vitest'
import { open, start } from '../http-service.testing.ts'
import type { ServiceApp } from '../service-app.ts'
import type { Upstream } from './call-upstream.ts'
import { forwardPrefix } from './forward-prefix.ts'
import { type PassedRequest, passOn } from './pass-on.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void

/** A service behind, which notes what it got once it has it, and answers as told. */
export async function behind(answer: Answering = (_request, response) => response.end('{"done":true}')) {
  const seen: Seen[] = []
  const heard = { connections: 0 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      answer(request, response)
    })
  })
  server.on('connection', () => {
    heard.connections += 1
  })
  return { seen, heard, server, url: await listening(server) }
}

/** Its address; closed when the test is over. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Behind = Pick<Upstream, 'url' | 'silenceMs'>

/** Of a service of a page: everything below `/passed`. */
export async function prefixInFront(to: Behind, settings = {}) {
  const upstream = { name: 'other', ...to }
  return start({ features: [], ...settings }, { routes: (app) => forwardPrefix(app, '/passed', upstream) })
}

/** One route. */
export async function routeInFront(to: Behind, settings = {}, passed: Partial<PassedRequest> = {}) {
  const upstream = { name: 'other', ...to }
  const routes = (app: ServiceApp) => {
    for (const method of ['GET', 'POST'] as const)
      app.route({
        method,
        url: '/passed',
        schema: {},
        bodyLimit: 1000,
        config: open,
        handler: (request, reply) =>
          passOn(request, reply, upstream, {
            path: '/passed?a=b',
            body: method === 'POST' ? JSON.stringify(request.body) : undefined,
            ...passed,
          }),
      })
  }
  return start(settings, { routes })
}

/** Written as it is, since `fetch` would make it well-formed; answers with all that came until the end. */
export function raw(port: number, ...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()))
    socket.on('error', reject)
    ends.push(() => socket.destroy())
  })
}

export const json = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
})
