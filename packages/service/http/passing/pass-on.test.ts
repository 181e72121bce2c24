import { gzipSync } from 'node:zlib'
import { eventually } from '@countersign/testing/time/eventually'
import { describe, expect, it } from 'vitest'
import { behind, json, prefixInFront, routeInFront } from './passing.testing.ts'

const WAYS = [
  ['by a route', routeInFront],
  ['below a prefix', prefixInFront],
] as const

const sse = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }

describe.each(WAYS)('a call that is passed on %s', (_way, inFront) => {
  it('says who sent it and under which request id, and lets nobody say the rest', async () => {
    const other = await behind()
    const { ask } = await inFront(other)
    const answer = await ask('/passed?a=b', {
      headers: {
        accept: 'text/x',
        'accept-language': 'de',
        'last-event-id': '7',
        'x-request-id': 'abc',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'for=1.2.3.4',
        'x-real-ip': '1.2.3.4',
        te: 'trailers',
      },
    })
    expect(answer.headers.get('x-request-id')).toBe('abc')
    expect(other.seen).toMatchObject([
      {
        method: 'GET',
        url: '/passed?a=b',
        headers: {
          accept: 'text/x',
          'accept-language': 'de',
          'last-event-id': '7',
          'x-request-id': 'abc',
          'x-forwarded-for': '203.0.113.9, 127.0.0.1',
        },
      },
    ])
    for (const name of ['x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-real-ip', 'te'])
      expect(other.seen[0]?.headers).not.toHaveProperty(name)
  })

  it('brings status, headers and body back, and says itself who answered', async () => {
    const { url } = await behind((_request, response) => {
      response.writeHead(409, {
        'content-type': 'application/json',
        'retry-after': '3',
        'x-instance': 'other-9',
        'x-request-id': 'theirs',
      })
      response.end('{"message":"no"}')
    })
    const { ask } = await inFront({ url })
    const answer = await ask('/passed')
    expect([answer.status, await answer.text()]).toEqual([409, '{"message":"no"}'])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'retry-after': '3',
      'x-instance': 'test-1',
      'x-content-type-options': 'nosniff',
    })
    expect(answer.headers.get('x-request-id')).not.toBe('theirs')
  })

  it('comes back packed as whoever asked takes it, and not again to who has it', async () => {
    const packed = gzipSync('{"long":"text"}')
    const { url } = await behind((request, response) => {
      if (request.headers['if-none-match'] === '"a"') return response.writeHead(304, { etag: '"a"' }).end()
      const isTaken = request.headers['accept-encoding'] === 'gzip'
      response.writeHead(200, {
        'content-type': 'application/json',
        vary: 'accept-encoding',
        etag: '"a"',
        ...(isTaken && { 'content-encoding': 'gzip' }),
      })
      return response.end(isTaken ? packed : '{"long":"text"}')
    })
    const { ask } = await inFront({ url })
    for (const [encoding, said] of [
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const answer = await ask('/passed', { headers: { 'accept-encoding': encoding } })
      expect([answer.headers.get('content-encoding'), await answer.json()]).toEqual([said, { long: 'text' }])
      expect([answer.headers.get('vary'), answer.headers.get('etag')]).toEqual(['accept-encoding', '"a"'])
    }
    expect((await ask('/passed', { headers: { 'if-none-match': '"a"' } })).status).toBe(304)
  })

  it('follows no redirect', async () => {
    const elsewhere = await behind()
    const { url } = await behind((_request, response) => {
      response.writeHead(303, { location: elsewhere.url })
      response.end()
    })
    const { ask } = await inFront({ url })
    expect((await ask('/passed')).status).toBe(303)
    expect(elsewhere.seen).toEqual([])
  })

  it('takes its body along', async () => {
    const other = await behind((_request, response) => void response.end(other.seen.at(-1)?.body))
    const { ask } = await inFront(other)
    const body = JSON.stringify({ name: 'ä', more: [1, 2] })
    expect(await (await ask('/passed', json(body))).text()).toBe(body)
    expect(other.seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': `${Buffer.byteLength(body)}`,
    })
  })

  it('leaves its connection to the next one, unless it changes something', async () => {
    const { heard, server, url } = await behind()
    const { ask } = await inFront({ url })
    for (let asked = 0; asked < 5; asked += 1) {
      expect(await (await ask('/passed')).text()).toBe('{"done":true}')
      // What belongs to the end of a call is done by then.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(heard.connections).toBe(1)
    for (let asked = 0; asked < 3; asked += 1) expect((await ask('/passed', json('{}'))).status).toBe(200)
    expect(heard.connections).toBe(4)
    const open = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    await eventually('the others are closed', async () => (await open()) === 1)
  })

  it('is asked again over a new connection when the kept one was closed', async () => {
    const { server, url } = await behind()
    const { ask } = await inFront({ url })
    for (let round = 0; round < 3; round += 1) {
      expect((await ask('/passed')).status).toBe(200)
      server.closeIdleConnections()
    }
  })

  it('is asked once more where a connection broke before an answer, unless it changes something', async () => {
    const other = await behind((request, response) => {
      if (other.seen.length % 2 === 1) request.socket.destroy()
      else response.end('there')
    })
    const { ask } = await inFront(other)
    expect(await (await ask('/passed')).text()).toBe('there')
    expect(other.seen).toHaveLength(2)
    const answer = await ask('/passed', json('{}'))
    expect([answer.status, answer.headers.get('retry-after'), other.seen.length]).toEqual([503, '2', 3])
    expect(await answer.json()).toMatchObject({
      exception: true,
      error: 'temporarily_unavailable',
      message: 'The other does not answer at the moment; try again',
      correlationId: answer.headers.get('x-request-id'),
    })
  })

  it('is 503 when nobody is behind', async () => {
    const { ask } = await inFront({ url: 'http://127.0.0.1:1' })
    expect((await ask('/passed')).status).toBe(503)
    expect((await ask('/passed', json('{}'))).status).toBe(503)
  })

  it('is 504 when nobody answers in time, and is asked once', async () => {
    const { seen, url } = await behind(() => {})
    const { ask } = await inFront({ url, silenceMs: 100 })
    const answer = await ask('/passed')
    expect(answer.status).toBe(504)
    expect(await answer.json()).toMatchObject({
      message: 'The other did not answer in time',
      correlationId: answer.headers.get('x-request-id'),
    })
    expect(seen).toHaveLength(1)
  })

  it('breaks where the answer does, in its middle too', async () => {
    const { url } = await behind((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
    })
    const { ask } = await inFront({ url, silenceMs: 100 })
    const answer = await ask('/passed')
    await expect(answer.text()).rejects.toThrow()
  })

  it('ends there when whoever asked went away', async () => {
    let isGone = false
    const { seen, url } = await behind((request) => {
      request.socket.once('close', () => {
        isGone = true
      })
    })
    const { ask } = await inFront({ url })
    const away = new AbortController()
    const asked = ask('/passed', { signal: away.signal }).catch(() => undefined)
    await eventually('it was passed on', () => seen.length === 1)
    away.abort()
    await asked
    await eventually('the other end is told', () => isGone)
  })
})

describe.each(WAYS)('an event stream that is passed on %s', (_way, inFront) => {
  it('comes piece by piece, and ends when the other end does', async () => {
    let say: ((text: string) => void) | undefined
    let end: (() => void) | undefined
    const { url } = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write('retry: 1000\n\n')
      say = (text) => void response.write(text)
      end = () => void response.end()
    })
    const { ask } = await inFront({ url })
    const answer = await ask('/passed')
    expect(answer.headers.get('content-type')).toBe(sse['content-type'])
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    const reader = answer.body?.getReader()
    const next = async () => Buffer.from((await reader?.read())?.value ?? new Uint8Array()).toString()
    expect(await next()).toBe('retry: 1000\n\n')
    say?.('id: 1\ndata: x\n\n')
    expect(await next()).toBe('id: 1\ndata: x\n\n')
    end?.()
    expect((await reader?.read())?.done).toBe(true)
  })

  it('ends at the other service when the reader goes away', async () => {
    let isGone = false
    const { url } = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write(':\n\n')
      response.once('close', () => {
        isGone = true
      })
    })
    const { ask } = await inFront({ url })
    const leaving = new AbortController()
    const answer = await ask('/passed', { signal: leaving.signal })
    await answer.body?.getReader().read()
    leaving.abort()
    await eventually('the other end is told', () => isGone)
  })

  it('is one of as many as an instance serves, and gives its place back', async () => {
    const { url } = await behind((_request, response) => {
      response.writeHead(200, { ...sse, etag: '"theirs"' })
      response.write(':\n\n')
    })
    const { ask } = await inFront({ url }, { maxEventStreams: 1 })
    const leaving = new AbortController()
    const first = await ask('/passed', { signal: leaving.signal })
    expect(first.status).toBe(200)
    const second = await ask('/passed')
    expect([second.status, second.headers.get('etag')]).toEqual([503, null])
    leaving.abort()
    await eventually('there is room again', async () => {
      const later = await ask('/passed')
      await later.body?.cancel()
      return later.status === 200
    })
  })

  it('keeps no place among the connections: as many streams as are let in are there at once', async () => {
    const other = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write(':\n\n')
    })
    const { ask } = await inFront(other, { maxEventStreams: 300 })
    const leaving = new AbortController()
    const heard = new Set<number>()
    // Each is a request like others until its answer begins, and of those there are not so many at once.
    for (let round = 0; round < 15; round += 1) {
      const asked = Array.from({ length: 20 }, () => ask('/passed', { signal: leaving.signal }))
      for (const { status } of await Promise.all(asked)) heard.add(status)
    }
    expect([...heard]).toEqual([200])
    expect(other.heard.connections).toBe(300)
    leaving.abort()
  })

  it('ends when the service stops, so that its reader finds another instance', async () => {
    const { url } = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write(':\n\n')
    })
    const { ask, service } = await inFront({ url })
    const reader = (await ask('/passed')).body?.getReader()
    await reader?.read()
    const closing = service.close()
    expect((await reader?.read())?.done).toBe(true)
    await closing
  })
})

describe('by a route', () => {
  it('goes no header along but those that are named and ours, and comes no cookie back', async () => {
    const other = await behind((_request, response) => {
      response.writeHead(200, { 'set-cookie': 'theirs=1', 'x-more': '1' })
      response.end('{}')
    })
    const { ask } = await routeInFront(other, {}, { headers: { 'x-api-key': 'ours' } })
    const answer = await ask('/passed', {
      headers: { cookie: 'a=b', authorization: 'Bearer x', 'x-api-key': 'theirs', 'x-own': 'y' },
    })
    expect(other.seen[0]?.headers['x-api-key']).toBe('ours')
    for (const name of ['cookie', 'authorization', 'x-own'])
      expect(other.seen[0]?.headers).not.toHaveProperty(name)
    expect([answer.headers.getSetCookie(), answer.headers.get('x-more')]).toEqual([[], null])
  })

  it('a refusal of our key is told as what the caller says it is', async () => {
    const { url } = await behind((_request, response) => {
      response.statusCode = 401
      response.end('{}')
    })
    const { ask } = await routeInFront({ url }, {}, { keyRefused: { status: 502, message: 'our key' } })
    const answer = await ask('/passed')
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ message: 'our key' })
  })
})
