import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  createHttpService,
  type HttpService,
  type HttpServiceOptions,
  type ServiceApp,
} from './http-service.ts'
import { fail } from './wire-errors.ts'

const running: HttpService[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.close()))
})

type Settings = Partial<HttpServiceOptions['config']>

/** The one route that a test may hold open. */
const slow = { arrived: () => {}, mayEnd: Promise.resolve() }

async function start(config: Settings = {}, more: Partial<HttpServiceOptions> = {}) {
  const lines: string[] = []
  const service = await createHttpService({
    title: 'Test',
    description: 'A service of the test',
    config: {
      service: 'test',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl: 'http://localhost:1',
      instance: 'test-1',
      trustedProxies: [],
      logLevel: 'info',
      features: ['openapi'],
      ...config,
    },
    routes: testRoutes,
    checks: [],
    logTo: { write: (line) => void lines.push(line) },
    ...more,
  })
  running.push(service)
  const { port } = await service.listen()
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
  return { service, ask, port, lines }
}

function refusalsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line): readonly string[] => JSON.parse(line).refusal ?? [])
}

const open = { door: 'open', limited: false } as const

function testRoutes(app: ServiceApp) {
  const Body = z.strictObject({ name: z.string().max(20), tags: z.array(z.string()).optional() })
  app.post(
    '/things',
    {
      schema: { body: Body, response: { 200: z.object({ name: z.string() }) } },
      bodyLimit: 1000,
      config: { door: 'management' },
    },
    async (request) => ({ name: request.body.name }),
  )
  app.get(
    '/things/:id',
    { schema: { params: z.object({ id: z.string().max(40) }) }, config: { door: 'management' } },
    async (request) => ({ id: request.params.id }),
  )
  app.delete('/things/:thing', { bodyLimit: 100, config: { door: 'management' } }, async () => ({}))
  app.post(
    '/token',
    {
      schema: { body: z.object({ grant_type: z.string() }) },
      bodyLimit: 100,
      config: { door: 'wallet', limited: true, accepts: ['form'] },
    },
    async (request) => ({ grant: request.body.grant_type }),
  )
  app.post(
    '/text',
    { schema: { body: z.string() }, bodyLimit: 100, config: { ...open, accepts: ['text'] } },
    async (request) => ({ got: request.body }),
  )
  app.get('/metadata', { config: { door: 'wallet', limited: false } }, async () => ({ issuer: 'x' }))
  app.get('/spent', { config: { door: 'wallet', limited: false } }, async () =>
    fail({ status: 400, code: 'invalid_grant', message: 'The code is spent' }),
  )
  app.get('/broken', { config: open }, async () => {
    throw new Error('password is hunter2')
  })
  app.get('/store', { config: open }, async () => {
    throw Object.assign(new Error('redis://secret@host'), { name: 'StoreUnavailable' })
  })
  app.get(
    '/unlike-its-schema',
    { schema: { response: { 200: z.object({ a: z.string() }) } }, config: open },
    async (_request, reply) => reply.send(JSON.parse('{"a":1}')),
  )
  app.get('/slow', { config: open }, async () => {
    slow.arrived()
    await slow.mayEnd
    return { done: true }
  })
}

const FORM_TYPE = 'application/x-www-form-urlencoded'

const form = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': FORM_TYPE },
})

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

describe('errors', () => {
  it('at an unknown address are 404 in the management shape with the request id', async () => {
    const { ask } = await start()
    const answer = await ask('/nothing', { headers: { 'x-request-id': 'abc-1' } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('x-request-id')).toBe('abc-1')
    expect(await answer.json()).toEqual({
      exception: true,
      id: 'NotFoundException',
      status: 'Not Found',
      code: '404',
      message: 'There is nothing at this address',
      correlationId: 'abc-1',
    })
  })

  it('of the wrong method are 405 and name the right ones, over all routes of the address', async () => {
    const { ask } = await start()
    const answer = await ask('/things/1', json({}))
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS'])
    expect((await ask('/token')).status).toBe(405)
    expect(await (await ask('/token')).json()).toMatchObject({ error: 'invalid_request' })
    expect((await ask('/token', { method: 'HEAD' })).status).toBe(405)
    expect(
      (await ask('/things', { method: 'PUT', headers: { 'content-type': 'image/png' }, body: 'x' })).status,
    ).toBe(405)
  })

  it('of a schema are 400 and list every field', async () => {
    const { ask } = await start()
    const answer = await ask('/things', json({ name: 5, tags: ['a', 6], other: 1 }))
    expect(answer.status).toBe(400)
    const text = await answer.text()
    for (const field of ['body/name', 'body/tags/1', 'other']) expect(text).toContain(field)
  })

  it('that a handler chose go out in the shape of the route', async () => {
    const { ask } = await start()
    const answer = await ask('/spent')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: 'invalid_grant', error_description: 'The code is spent' })
  })

  it('that nobody foresaw tell nothing, and are in the log with their stack', async () => {
    const { ask, lines } = await start()
    const answer = await ask('/broken')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('hunter2')
    expect(lines.find((line) => line.includes('request failed'))).toContain('service.test.ts')
    expect((await ask('/unlike-its-schema')).status).toBe(500)
  })

  it('of the store are 503 with a time to come back', async () => {
    const { ask } = await start()
    const answer = await ask('/store')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.text()).not.toContain('redis')
  })

  it('of the HTTP parser and of a malformed address have our shape too', async () => {
    const { ask, port } = await start()
    expect(await (await ask('/things/%zz')).json()).toMatchObject({ exception: true, code: '400' })
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      socket.on('close', () => resolve(text))
    })
    expect(raw).toMatch(/^HTTP\/1\.1 400 /)
    expect(raw).toContain('"exception":true')
  })
})

describe('bodies', () => {
  it('beyond the limit are 413 in our shape', async () => {
    const { ask } = await start()
    const answer = await ask('/things', json({ name: 'x'.repeat(1000) }))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ exception: true, code: '413' })
  })

  it.each([
    ['nested too deeply', '['.repeat(65) + ']'.repeat(65)],
    ['reaching for the prototype', '{"name":"a","__proto__":{"x":1}}'],
    ['reaching for the constructor', '{"name":"a","constructor":{"prototype":{"x":1}}}'],
    ['naming a member twice', '{"name":"a","name":"b"}'],
    ['naming a member twice, once escaped', '{"name":"a","\\u006eame":"b"}'],
    ['not JSON', '{"name":'],
    ['empty', ''],
  ])('that are %s are 400', async (_what, body) => {
    const { ask } = await start()
    const answer = await ask('/things', json(body))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ exception: true, code: '400' })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jwt', 'multipart/form-data'])(
    'of type %s are 415 where JSON is read',
    async (type) => {
      const { ask } = await start()
      const answer = await ask('/things', json('{"name":"a"}', { 'content-type': type }))
      expect(answer.status).toBe(415)
    },
  )

  it('may be forms and text where the route says so, a parameter only once', async () => {
    const { ask } = await start()
    expect(await (await ask('/token', form('grant_type=a%20b'))).json()).toEqual({ grant: 'a b' })
    const repeated = await ask('/token', form('grant_type=a&grant_type=b'))
    expect(repeated.status).toBe(400)
    expect(await repeated.json()).toMatchObject({ error: 'invalid_request' })
    expect(
      await (
        await ask('/text', {
          method: 'POST',
          body: 'openid4vp://',
          headers: { 'content-type': 'text/plain' },
        })
      ).json(),
    ).toEqual({ got: 'openid4vp://' })
  })

  it('are answered and read at an address with a slash at the end', async () => {
    const { ask } = await start()
    expect(await (await ask('/things/', json({ name: 'a' }))).json()).toEqual({ name: 'a' })
  })
})

describe('headers', () => {
  it('keep a browser from doing anything with an answer, errors included', async () => {
    const { ask } = await start()
    for (const path of ['/things/1', '/nothing', '/broken']) {
      const { headers } = await ask(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-instance')).toBe('test-1')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('let any origin read at the door of the wallet, errors and preflight included', async () => {
    const { ask } = await start()
    expect((await ask('/metadata')).headers.get('access-control-allow-origin')).toBe('*')
    expect((await ask('/spent')).headers.get('access-control-allow-origin')).toBe('*')
    const preflight = await ask('/token', { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('dpop')
    const management = await ask('/things', { method: 'OPTIONS' })
    expect(management.headers.get('access-control-allow-methods')).toBeNull()
    expect(management.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('carry a request id of our own when the given one is no harmless word', async () => {
    const { ask } = await start()
    for (const id of ['a b', 'x'.repeat(200), '"quoted"']) {
      const given = (await ask('/metadata', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
      expect(given).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('hide the instance in production, unless there are several', async () => {
    const production = { mode: 'production', managementApiKey: 'k'.repeat(20) } as const
    const alone = await start(production)
    expect((await alone.ask('/metadata')).headers.get('x-instance')).toBeNull()
    const clustered = await start(production, { clustered: true })
    expect((await clustered.ask('/metadata')).headers.get('x-instance')).toBe('test-1')
  })
})

describe('the management door', () => {
  it('wants the key where there is one, and leaves the other doors open', async () => {
    const { ask } = await start({ managementApiKey: 'k'.repeat(20) })
    expect((await ask('/things', json({ name: 'a' }))).status).toBe(401)
    expect((await ask('/things', json({ name: 'a' }, { 'x-api-key': 'k'.repeat(20) }))).status).toBe(200)
    expect((await ask('/things/1', { headers: { authorization: `Bearer ${'k'.repeat(20)}` } })).status).toBe(
      200,
    )
    expect((await ask('/things/1', { method: 'HEAD' })).status).toBe(401)
    expect((await ask('/metadata')).status).toBe(200)
  })

  it('is shut to a rebound name', async () => {
    const { service } = await start()
    const answer = await service.app.inject({ url: '/things/1', headers: { host: 'evil.example' } })
    expect(answer.statusCode).toBe(403)
  })

  it('keeps a service without a key from listening on more than loopback and in production', async () => {
    await expect(start({ webHost: '0.0.0.0' })).rejects.toMatchObject({ name: 'StartRefused' })
    await expect(start({ mode: 'production' })).rejects.toMatchObject({ name: 'StartRefused' })
  })

  it('cannot be forgotten: a route that names no door stops the start', async () => {
    const routes = (app: ServiceApp) => void app.get('/open', async () => ({}))
    await expect(start({}, { routes })).rejects.toThrow('names no door')
  })
})

describe('limits', () => {
  it('of a body cannot be forgotten: a route that names none stops the start', async () => {
    const routes = (app: ServiceApp) => void app.post('/open', { config: open }, async () => ({}))
    await expect(start({}, { routes })).rejects.toThrow('/open names no bodyLimit')
  })

  it('of senders cannot be forgotten where no credential is asked for', async () => {
    const routes = (app: ServiceApp) => void app.get('/open', { config: { door: 'open' } }, async () => ({}))
    await expect(start({}, { routes })).rejects.toThrow('/open does not say whether it is limited')
  })

  it('of a sender end in 429 with a time to come back, for calls that cost something alone', async () => {
    const { ask } = await start({ senderRequestsPerSecond: 0.1, senderRequestsAtOnce: 3 })
    const statuses: number[] = []
    for (let time = 0; time < 5; time++) statuses.push((await ask('/token', form('grant_type=a'))).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    const refused = await ask('/token', form('grant_type=a'))
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1)
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
    expect((await ask('/metadata')).status).toBe(200)
    expect((await ask('/things/1')).status).toBe(200)
  })

  it('of a sender are those of the one whom a trusted proxy names', async () => {
    const limits = { senderRequestsPerSecond: 0.1, senderRequestsAtOnce: 1 }
    const askedAs = async (address: string, trustedProxies: readonly string[]) => {
      const { ask } = await start({ ...limits, trustedProxies })
      const askAs = async (sender: string) => {
        const asked = form('grant_type=a')
        return (
          await ask('/token', { ...asked, headers: { 'content-type': FORM_TYPE, 'x-forwarded-for': sender } })
        ).status
      }
      return [await askAs('198.51.100.1'), await askAs(address)]
    }
    expect(await askedAs('198.51.100.2', ['127.0.0.0/8'])).toEqual([200, 200])
    expect(await askedAs('198.51.100.1', ['127.0.0.0/8'])).toEqual([200, 429])
    expect(await askedAs('198.51.100.2', [])).toEqual([200, 429])
  })

  it('of a body are known before any of it is read', async () => {
    const { port } = await start()
    const head = 'POST /things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
    const spoken = speak(port, `${head}content-length: 1001\r\n\r\n`)
    expect(await spoken.first).toMatch(/^HTTP\/1\.1 413 /)
    spoken.socket.destroy()
  })
})

describe('a connection that takes too long', () => {
  const connectionLimits = { headersMs: 200, requestMs: 400, checkMs: 50 }
  const head = 'POST /things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

  it.each([
    ['over its first byte', '', /^HTTP\/1\.1 408 /],
    ['over its headers', head, /^HTTP\/1\.1 408 /],
    ['over its body', `${head}content-length: 20\r\n\r\n{"name":`, /^HTTP\/1\.1 408 /],
    ['over a body that was refused', `${head}content-length: 2000\r\n\r\n{"name":`, /^HTTP\/1\.1 413 /],
  ])('%s is told so and destroyed, however long its peer would hold it', async (_what, sent, answer) => {
    const { port, service } = await start({}, { connectionLimits })
    const spoken = speak(port, sent)
    expect(await spoken.first).toMatch(answer)
    await expect.poll(() => connectionsOf(service), { timeout: 60_000 }).toBe(0)
    expect(await spoken.all).toMatch(/^HTTP[\s\S]*\r\n\r\n\{[^{]*\}$/)
  })

  it('is not one whose request is served slowly', async () => {
    const { ask } = await start({}, { connectionLimits })
    // Longer than both limits: what nothing may come of is waited for.
    slow.mayEnd = new Promise((resolve) => setTimeout(resolve, 700))
    expect((await ask('/slow')).status).toBe(200)
  })
})

/** Never ends its side, as an attacker would not. */
function speak(port: number, text: string) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text))
  const first = Promise.withResolvers<string>()
  const all = Promise.withResolvers<string>()
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk.toString()
    first.resolve(heard)
  })
  socket.on('error', () => {})
  for (const end of ['end', 'close']) socket.on(end, () => all.resolve(heard))
  return { socket, first: first.promise, all: all.promise }
}

function connectionsOf({ app }: HttpService): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

describe('the API page', () => {
  it('is where / leads, and may run its own scripts only', async () => {
    const { ask } = await start()
    const home = await ask('/')
    expect([home.status, home.headers.get('location')]).toEqual([302, '/swagger'])
    const page = await ask('/swagger')
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self';")
    const html = await page.text()
    expect(html).not.toMatch(/<script>|<style/)
    for (const [, path] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const part = await ask(new URL(path ?? '', 'http://x/swagger').pathname)
      expect(part.status).toBe(200)
      await part.arrayBuffer()
    }
  })

  it('shows a document with the routes, their schemas and their doors', async () => {
    const { ask } = await start({ managementApiKey: 'k'.repeat(20) })
    const document = await (await ask('/api.json')).json()
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1/),
      paths: {
        '/things': { post: { security: [{ managementKey: [] }] } },
        '/things/{id}': { get: expect.anything() },
        '/token': {
          post: { requestBody: { content: { 'application/x-www-form-urlencoded': expect.anything() } } },
        },
      },
    })
    expect(document).not.toHaveProperty(['paths', '/token', 'post', 'security'])
    expect(document).not.toHaveProperty(['paths', '/things', 'put'])
  })

  it('is gone when the feature is off', async () => {
    const { ask } = await start({ features: [] })
    expect((await ask('/swagger')).status).toBe(404)
    expect((await ask('/api.json')).status).toBe(404)
  })
})

describe('the log', () => {
  it('names the refusal of each request, whoever refused it', async () => {
    const { ask, lines } = await start()
    const asked: readonly (readonly [string, Promise<Response>])[] = [
      ['address_unknown', ask('/nowhere')],
      ['method_not_allowed', ask('/things', { method: 'PUT' })],
      ['page_foreign', ask('/things/1', { headers: { 'sec-fetch-site': 'cross-site' } })],
      ['request_invalid', ask('/things', json({ name: 7 }))],
      ['content_type_wrong', ask('/things', { method: 'POST', body: 'x' })],
      ['parameter_repeated', ask('/token', form('a=1&a=2'))],
    ]
    await Promise.all(asked.map(([, answer]) => answer))
    await expect.poll(() => refusalsIn(lines).toSorted()).toEqual(asked.map(([code]) => code).toSorted())
  })

  it('has one line a request with the pattern and nothing of query, body or credentials', async () => {
    const { ask, lines, service } = await start({ managementApiKey: 'key-'.repeat(6) })
    await ask('/things/id-4711?code=query-secret', {
      headers: { authorization: `Bearer ${'key-'.repeat(6)}` },
    })
    await ask('/token', {
      method: 'POST',
      body: 'grant_type=body-secret',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    await service.close()
    const requests = lines.map((line) => JSON.parse(line)).filter((line) => line.route !== undefined)
    expect(requests).toHaveLength(2)
    expect(requests[0]).toMatchObject({
      level: 'info',
      service: 'test',
      instance: 'test-1',
      method: 'GET',
      route: '/things/:id',
      status: 200,
      ms: expect.any(Number),
      requestId: expect.any(String),
    })
    expect(lines.join()).not.toMatch(/4711|secret|key-/)
  })
})

describe('health and stopping', () => {
  it('tells the shape that probes of the field know', async () => {
    const { ask } = await start()
    expect(await (await ask('/livez')).json()).toEqual([{ name: 'http', healthy: true }])
  })

  it('is ready until it drains, and serves on meanwhile', async () => {
    const { ask, service } = await start()
    expect((await ask('/readyz')).status).toBe(200)
    service.drain()
    const answer = await ask('/readyz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ ready: false })
    expect((await ask('/metadata')).status).toBe(200)
    expect((await ask('/livez')).status).toBe(200)
  })

  it('is not ready when a check fails', async () => {
    const { ask } = await start(
      {},
      { checks: [{ name: 'sessions', check: () => Promise.reject(new Error('inside')) }] },
    )
    const answer = await ask('/readyz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      checks: [{ name: 'sessions', healthy: false, note: 'failed' }],
    })
  })

  it('lets a request in flight end and takes no new one', async () => {
    const { ask, service, port } = await start()
    const arrived = new Promise<void>((resolve) => {
      slow.arrived = resolve
    })
    const end = Promise.withResolvers<void>()
    slow.mayEnd = end.promise
    const inFlight = ask('/slow')
    await arrived
    const closed = service.close()
    end.resolve()
    expect(await (await inFlight).json()).toEqual({ done: true })
    await closed
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow()
  })
})
