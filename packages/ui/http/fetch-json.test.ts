import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { apiClient } from './api-client.ts'
import { fetchJson } from './fetch-json.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function served(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const failing = (status: number, body: unknown, headers = {}) =>
  served((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })

describe('a call of a page', () => {
  it('gives the answer', async () => {
    const url = await served((_request, response) => response.end('{"a":1}'))
    expect(await fetchJson(url)).toEqual({ ok: true, value: { a: 1 } })
  })

  it('tells a refusal with its code and the id under which it stands in the log', async () => {
    const url = await failing(409, {
      exception: true,
      code: '409',
      error: 'used',
      message: 'It was used',
      correlationId: 'c-1',
    })
    expect(await fetchJson(url)).toEqual({
      ok: false,
      error: { kind: 'refused', status: 409, code: 'used', message: 'It was used', correlationId: 'c-1' },
    })
  })

  it('tells a refusal of the other shape, and when to come back', async () => {
    const url = await failing(
      503,
      { error: 'temporarily_unavailable', error_description: 'Try again' },
      { 'retry-after': '2', 'x-request-id': 'r-1' },
    )
    expect(await fetchJson(url)).toEqual({
      ok: false,
      error: {
        kind: 'failed',
        status: 503,
        code: 'temporarily_unavailable',
        message: 'Try again',
        correlationId: 'r-1',
        retryAfterSeconds: 2,
      },
    })
  })

  it('survives an answer that is no JSON', async () => {
    const url = await served((_request, response) => {
      response.writeHead(502)
      response.end('<html>bad gateway</html>')
    })
    expect(await fetchJson(url)).toMatchObject({ ok: false, error: { kind: 'failed', status: 502 } })
  })

  it('says that nobody answered, or that it was too late', async () => {
    const url = await served(() => {})
    expect(await fetchJson(url, { timeoutMs: 50 })).toMatchObject({
      ok: false,
      error: { kind: 'late', status: 0 },
    })
    expect(await fetchJson('http://127.0.0.1:1/')).toMatchObject({
      ok: false,
      error: { kind: 'unreachable' },
    })
  })

  it('follows no redirect, and sends the page’s token with what changes something', async () => {
    const seen: unknown[] = []
    const url = await served((request, response) => {
      seen.push([request.method, request.headers['x-countersign-csrf'], request.headers['content-type']])
      response.end('{}')
    })
    const api = apiClient(url, () => 'token-1')
    await api.get('/a')
    await api.send('POST', '/b', { x: 1 })
    expect(seen).toEqual([
      ['GET', undefined, undefined],
      ['POST', 'token-1', 'application/json'],
    ])
    const away = await served((_request, response) => {
      response.writeHead(302, { location: url })
      response.end()
    })
    expect(await fetchJson(away)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })
})
