import { describe, expect, it } from 'vitest'
import { BODY_LIMITS } from '../request-bodies.ts'
import { behind, prefixInFront, raw } from './passing.testing.ts'

describe('calls below a prefix', () => {
  it('go on with method, address and headers, and come back with headers, cookies among them', async () => {
    const other = await behind((_request, response) => {
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], 'x-own': 'y', 'content-length': '10' })
      response.end('{"made":1}')
    })
    const { ask, port } = await prefixInFront(other)
    const answer = await ask('/passed/things?a=%20b', {
      method: 'DELETE',
      headers: { cookie: 'login=x', 'x-countersign-csrf': 't' },
    })
    expect([answer.status, await answer.json()]).toEqual([201, { made: 1 }])
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect([answer.headers.get('x-own'), answer.headers.get('content-length')]).toEqual(['y', '10'])
    expect(other.seen).toMatchObject([
      {
        method: 'DELETE',
        url: '/passed/things?a=%20b',
        headers: { cookie: 'login=x', 'x-countersign-csrf': 't', host: `127.0.0.1:${port}` },
      },
    ])
  })

  it('are those below the prefix alone, and none that may be read as another address', async () => {
    const other = await behind()
    const { port } = await prefixInFront(other)
    for (const path of [
      '/passeds/x',
      '/%70assed/x',
      '/passed/../livez',
      '/passed/%2e%2e/livez',
      '/passed/.%2E/livez',
      '/passed/a%2f..%2f..',
      '/passed//evil.example/x',
      '/passed/a\\..\\b',
      '/elsewhere',
    ]) {
      const answer = await raw(port, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
      expect([path, answer.slice(9, 12)]).toEqual([path, '404'])
    }
    expect(other.seen).toEqual([])
  })

  it('keep headers of the connection to the connection, and lengths to the server', async () => {
    const other = await behind()
    const { port } = await prefixInFront(other)
    const text = [
      'GET /passed/x HTTP/1.1',
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
      expect(other.seen[0]?.headers).not.toHaveProperty(name)
    // Two answers to where a message ends: the server itself refuses it.
    const smuggled = [
      'POST /passed/x HTTP/1.1',
      'host: localhost',
      'content-type: text/plain',
      'content-length: 4',
      'transfer-encoding: chunked',
      '',
      '0',
      '',
      'GET /passed/y HTTP/1.1',
      '',
      '',
    ].join('\r\n')
    expect((await raw(port, smuggled)).slice(9, 12)).toBe('400')
    expect(other.seen).toHaveLength(1)
  })

  it('have bodies of the kinds and sizes that the service behind reads', async () => {
    const other = await behind()
    const { ask } = await prefixInFront(other)
    const send = (type: string, body: string, headers = {}) =>
      ask('/passed/x', { method: 'POST', headers: { 'content-type': type, ...headers }, body })
    expect((await send('text/html', '<p>')).status).toBe(415)
    expect((await send('text/plain', 'openid4vp://x')).status).toBe(200)
    const large = 'x'.repeat(BODY_LIMITS.message + 1)
    expect((await send('text/plain', large)).status).toBe(401)
    expect((await send('text/plain', large, { cookie: 'login=x' })).status).toBe(200)
    expect(other.seen.at(-1)?.body).toHaveLength(large.length)
    const tooLarge = 'x'.repeat(BODY_LIMITS.exchange + 1)
    expect((await send('text/plain', tooLarge, { cookie: 'login=x' })).status).toBe(413)
  })

  it('have bodies without a length, and are refused once those are too large', async () => {
    const other = await behind()
    const { port } = await prefixInFront(other)
    const head = [
      'DELETE /passed/x HTTP/1.1',
      'host: localhost',
      'connection: close',
      'cookie: login=x',
      'content-type: text/plain',
      'transfer-encoding: chunked',
      '',
      '',
    ].join('\r\n')
    const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`
    expect((await raw(port, head, chunk(5), '0\r\n\r\n')).slice(9, 12)).toBe('200')
    expect(other.seen[0]).toMatchObject({ body: 'xxxxx', headers: { 'transfer-encoding': 'chunked' } })
    const answer = await raw(port, head, chunk(BODY_LIMITS.exchange), chunk(1), '0\r\n\r\n')
    expect(answer.slice(9, 12)).toBe('413')
    expect(other.seen).toHaveLength(1)
  })
})
