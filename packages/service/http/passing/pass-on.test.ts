import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { open, start } from '../http-service.testing.ts'
import type { ServiceApp } from '../service-app.ts'
import { type PassedRequest, passOn } from './pass-on.ts'

type Answering = (request: IncomingMessage, response: ServerResponse) => void

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function behind(answer: Answering): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

async function front(url: string, passed: Partial<PassedRequest> = {}, settings = {}) {
  const routes = (app: ServiceApp) => {
    for (const method of ['GET', 'POST'] as const)
      app.route({
        method,
        url: '/passed',
        schema: {},
        bodyLimit: 1000,
        config: open,
        handler: (request, reply) =>
          passOn(
            request,
            reply,
            { name: 'other', url },
            {
              path: '/there?a=b',
              body: method === 'POST' ? JSON.stringify(request.body) : undefined,
              ...passed,
            },
          ),
      })
  }
  return start(settings, { routes })
}

describe('a request that is passed on', () => {
  it('takes the headers along that are named, those of ours, the sender and the request id', async () => {
    let heard: IncomingMessage | undefined
    const url = await behind((request, response) => {
      heard = request
      response.end('{}')
    })
    const { ask } = await front(url, { headers: { 'x-api-key': 'ours' } })
    await ask('/passed', {
      headers: {
        accept: 'text/x',
        'accept-language': 'de',
        'last-event-id': '7',
        'x-request-id': 'abc',
        'x-forwarded-for': '203.0.113.9',
        cookie: 'a=b',
        authorization: 'Bearer x',
        'x-api-key': 'theirs',
        'x-forwarded-host': 'evil.example',
      },
    })
    expect(heard?.url).toBe('/there?a=b')
    expect(heard?.headers).toMatchObject({
      accept: 'text/x',
      'accept-language': 'de',
      'last-event-id': '7',
      'x-request-id': 'abc',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-api-key': 'ours',
    })
    for (const name of ['cookie', 'authorization', 'x-forwarded-host'])
      expect(heard?.headers).not.toHaveProperty(name)
  })

  it('brings status, body and the named headers back, and no cookie', async () => {
    const url = await behind((_request, response) => {
      response.writeHead(409, {
        'content-type': 'application/json',
        'retry-after': '3',
        'set-cookie': 'theirs=1',
        'x-instance': 'other-9',
        'x-more': '1',
      })
      response.end('{"message":"no"}')
    })
    const { ask } = await front(url, { answerHeaders: ['x-more'] })
    const answer = await ask('/passed')
    expect([answer.status, await answer.text()]).toEqual([409, '{"message":"no"}'])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'retry-after': '3',
      'x-more': '1',
      'x-instance': 'test-1',
    })
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  it('takes its body along', async () => {
    const url = await behind((request, response) => request.pipe(response))
    const { ask } = await front(url)
    const body = JSON.stringify({ name: 'ä', more: [1, 2] })
    const answer = await ask('/passed', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await answer.text()).toBe(body)
  })

  it('leaves its connection to the next one', async () => {
    let connections = 0
    const url = await behind((_request, response) => void response.end('there'))
    servers.at(-1)?.on('connection', () => {
      connections += 1
    })
    const { ask } = await front(url)
    for (let asked = 0; asked < 5; asked += 1) {
      expect(await (await ask('/passed')).text()).toBe('there')
      // What belongs to the end of a call is done by then.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(connections).toBe(1)
    const headers = { 'content-type': 'application/json' }
    for (let asked = 0; asked < 3; asked += 1)
      expect((await ask('/passed', { method: 'POST', headers, body: '{}' })).status).toBe(200)
  })

  it('is asked once more where a connection broke before an answer, unless it changes something', async () => {
    let asked = 0
    const url = await behind((request, response) => {
      asked += 1
      if (asked % 2 === 1) request.socket.destroy()
      else response.end('there')
    })
    const { ask } = await front(url)
    expect(await (await ask('/passed')).text()).toBe('there')
    expect(asked).toBe(2)
    const headers = { 'content-type': 'application/json' }
    const answer = await ask('/passed', { method: 'POST', headers, body: '{}' })
    expect([answer.status, answer.headers.get('retry-after'), asked]).toEqual([503, '2', 3])
    expect(await answer.json()).toMatchObject({
      message: 'The other does not answer at the moment; try again',
    })
  })

  it('ends there when whoever asked went away', async () => {
    let isGone = false
    let isThere = false
    const url = await behind((request) => {
      isThere = true
      request.socket.once('close', () => {
        isGone = true
      })
    })
    const { port } = await front(url)
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /passed HTTP/1.1\r\nhost: x\r\n\r\n')
    await eventually('it was passed on', () => isThere)
    socket.destroy()
    await eventually('the other end is told', () => isGone)
  })

  it('tells a refusal of our key as what the caller says it is', async () => {
    const url = await behind((_request, response) => {
      response.statusCode = 401
      response.end('{}')
    })
    const { ask } = await front(url, { keyRefused: { status: 502, message: 'our key' } })
    const answer = await ask('/passed')
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ message: 'our key' })
  })
})

describe('an event stream that is passed on', () => {
  const sse = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }

  it('comes piece by piece, and ends when the other end does', async () => {
    let say: ((text: string) => void) | undefined
    let end: (() => void) | undefined
    const url = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write('retry: 1000\n\n')
      say = (text) => void response.write(text)
      end = () => void response.end()
    })
    const { ask } = await front(url)
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
    const url = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write(':\n\n')
      response.once('close', () => {
        isGone = true
      })
    })
    const { ask } = await front(url)
    const leaving = new AbortController()
    const answer = await ask('/passed', { signal: leaving.signal })
    await answer.body?.getReader().read()
    leaving.abort()
    await eventually('the other end is told', () => isGone)
  })

  it('is one of as many as an instance serves, and gives its place back', async () => {
    const url = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write(':\n\n')
    })
    const { ask } = await front(url, {}, { maxEventStreams: 1 })
    const leaving = new AbortController()
    const first = await ask('/passed', { signal: leaving.signal })
    expect(first.status).toBe(200)
    expect((await ask('/passed')).status).toBe(503)
    leaving.abort()
    await eventually('there is room again', async () => {
      const later = await ask('/passed')
      await later.body?.cancel()
      return later.status === 200
    })
  })

  it('ends when the service stops, so that its reader finds another instance', async () => {
    const url = await behind((_request, response) => {
      response.writeHead(200, sse)
      response.write(':\n\n')
    })
    const { ask, service } = await front(url)
    const reader = (await ask('/passed')).body?.getReader()
    await reader?.read()
    const closing = service.close()
    expect((await reader?.read())?.done).toBe(true)
    await closing
  })
})
