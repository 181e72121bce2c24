import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { start } from '../http-service.testing.ts'
import { BODY_LIMITS } from '../request-bodies.ts'
import { type ForwardOptions, forwardPrefix } from './forward-prefix.ts'

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

/** A service behind, which notes what it got and answers as told. */
async function behind(answer: RequestListener = (_request, response) => response.end('{"done":true}')) {
  const seen: Seen[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function inFront(to: string, more: Partial<ForwardOptions> = {}) {
  const baseUrl = 'http://localhost:7101'
  return start(
    { features: [] },
    { routes: (app) => forwardPrefix(app, { prefix: '/wallet-api', to, baseUrl, ...more }) },
  )
}

/** Written as it is, since `fetch` would make it well-formed. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()))
    socket.on('error', reject)
    ends.push(() => socket.destroy())
  })
}

describe('calls below a prefix', () => {
  it('go on with method, address, body and headers, and come back with status, headers and body', async () => {
    const { seen, url } = await behind((_request, response) => {
      response.writeHead(201, {
        'content-type': 'application/json',
        'set-cookie': ['a=1', 'b=2'],
        'x-own': 'y',
      })
      response.end('{"made":1}')
    })
    const { ask } = await inFront(url)
    const answer = await ask('/wallet-api/things?a=%20b', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'login=x', 'x-countersign-csrf': 't' },
      body: '{"x":"ä"}',
    })
    expect([answer.status, await answer.json()]).toEqual([201, { made: 1 }])
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.headers.get('x-own')).toBe('y')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/wallet-api/things?a=%20b', body: '{"x":"ä"}' })
    expect(seen[0]?.headers).toMatchObject({
      cookie: 'login=x',
      'x-countersign-csrf': 't',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-request-id': answer.headers.get('x-request-id'),
    })
  })

  it('pass no redirect over, and no error by', async () => {
    const { url } = await behind((request, response) => {
      response.writeHead(request.url === '/wallet-api/away' ? 303 : 409, {
        location: 'https://elsewhere.example/',
      })
      response.end('{}')
    })
    const { ask } = await inFront(url)
    const away = await ask('/wallet-api/away')
    expect([away.status, away.headers.get('location')]).toEqual([303, 'https://elsewhere.example/'])
    expect((await ask('/wallet-api/x')).status).toBe(409)
  })

  it('append who sent them to what the sender says, and let nobody say the rest', async () => {
    const { seen, url } = await behind()
    const { ask } = await inFront(url)
    await ask('/wallet-api', {
      headers: {
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
        forwarded: 'for=1.2.3.4',
        'x-real-ip': '1.2.3.4',
        te: 'trailers',
      },
    })
    expect(seen[0]?.headers['x-forwarded-for']).toBe('203.0.113.7, 127.0.0.1')
    expect(seen[0]?.headers['x-forwarded-proto']).toBe('http')
    for (const name of ['forwarded', 'x-real-ip', 'te']) expect(seen[0]?.headers).not.toHaveProperty(name)
  })

  it('are those below the prefix alone, and none that may be read as another address', async () => {
    const { seen, url } = await behind()
    const { port } = await inFront(url)
    for (const path of [
      '/wallet-apis/x',
      '/wallet-api/../livez',
      '/wallet-api/%2e%2e/livez',
      '/wallet-api/.%2E/livez',
      '/wallet-api/a%2f..%2f..',
      '/wallet-api//evil.example/x',
      '/wallet-api/a\\..\\b',
      '/elsewhere',
    ]) {
      const answer = await raw(port, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
      expect([path, answer.slice(9, 12)]).toEqual([path, '404'])
    }
    expect(seen).toEqual([])
  })

  it('keep headers of the connection to the connection, and lengths to the server', async () => {
    const { seen, url } = await behind()
    const { port } = await inFront(url)
    const text = [
      'GET /wallet-api/x HTTP/1.1',
      'host: localhost',
      'connection: close, x-secret',
      'x-secret: 1',
      'keep-alive: timeout=5',
      'upgrade: h2c',
      'content-length: 0',
      '',
      '',
    ].join('\r\n')
    expect((await raw(port, text)).slice(9, 12)).toBe('200')
    for (const name of ['x-secret', 'keep-alive', 'upgrade', 'content-length', 'transfer-encoding'])
      expect(seen[0]?.headers).not.toHaveProperty(name)
    // Two answers to where a message ends: the server itself refuses it.
    const smuggled = [
      'POST /wallet-api/x HTTP/1.1',
      'host: localhost',
      'content-type: text/plain',
      'content-length: 4',
      'transfer-encoding: chunked',
      '',
      '0',
      '',
      'GET /wallet-api/y HTTP/1.1',
      '',
      '',
    ].join('\r\n')
    expect((await raw(port, smuggled)).slice(9, 12)).toBe('400')
    expect(seen).toHaveLength(1)
  })

  it('stream: the first event is there before the last', async () => {
    let tell: (text: string) => void = () => {}
    const { url } = await behind((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      tell = (text) => response.write(text)
      response.write('data: 1\n\n')
    })
    const { ask } = await inFront(url)
    const answer = await ask('/wallet-api/events')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('data: 1\n\n')
    tell('data: 2\n\n')
    expect((await reader?.read())?.value).toBe('data: 2\n\n')
    await reader?.cancel()
  })

  it('end behind when the caller goes away', async () => {
    let isGone = false
    const { url, seen } = await behind((request) => {
      request.socket.once('close', () => {
        isGone = true
      })
    })
    const { ask } = await inFront(url)
    const away = new AbortController()
    const asked = ask('/wallet-api/slow', { signal: away.signal }).catch(() => undefined)
    await eventually('the call', () => seen.length === 1)
    away.abort()
    await asked
    await eventually('the end of it', () => isGone)
  })

  it('are 502 when nobody is behind, and 504 when nobody answers in time, in the shape of every error', async () => {
    const nobody = await inFront('http://127.0.0.1:1')
    const unreachable = await nobody.ask('/wallet-api/x', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect([unreachable.status, await unreachable.json()]).toEqual([
      502,
      expect.objectContaining({
        exception: true,
        error: 'temporarily_unavailable',
        correlationId: unreachable.headers.get('x-request-id'),
      }),
    ])
    const { url } = await behind(() => {})
    const silent = await inFront(url, { timeoutMs: 100 })
    const late = await silent.ask('/wallet-api/x')
    expect([late.status, ((await late.json()) as { correlationId?: string }).correlationId]).toEqual([
      504,
      late.headers.get('x-request-id'),
    ])
  })

  it('are asked again over a new connection when the kept one was closed, if they change nothing', async () => {
    const { url, server } = await behind()
    const { ask } = await inFront(url)
    for (let round = 0; round < 3; round += 1) {
      expect((await ask('/wallet-api/x')).status).toBe(200)
      server.closeIdleConnections()
    }
  })

  it('have bodies of the kinds and sizes that the service behind reads', async () => {
    const { seen, url } = await behind()
    const { ask } = await inFront(url)
    const send = (type: string, body: string, headers = {}) =>
      ask('/wallet-api/x', { method: 'POST', headers: { 'content-type': type, ...headers }, body })
    expect((await send('text/html', '<p>')).status).toBe(415)
    expect((await send('text/plain', 'openid4vp://x')).status).toBe(200)
    const large = 'x'.repeat(BODY_LIMITS.message + 1)
    expect((await send('text/plain', large)).status).toBe(401)
    expect((await send('text/plain', large, { cookie: 'login=x' })).status).toBe(200)
    expect(seen.at(-1)?.body).toHaveLength(large.length)
    expect(
      (await send('text/plain', 'x'.repeat(BODY_LIMITS.exchange + 1), { cookie: 'login=x' })).status,
    ).toBe(413)
  })
})
