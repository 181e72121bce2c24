import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { form, json, slow, start } from './http-service.testing.ts'
import type { ServiceApp } from './service-app.ts'

function refusalsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line): readonly string[] => JSON.parse(line).refusal ?? [])
}

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
    expect(lines.find((line) => line.includes('request failed'))).toContain('service.testing.ts')
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

  it.each(['9007199254740993', '-9007199254740992', '1e400'])(
    'with the number %s are 400, with its place',
    async (number) => {
      const { ask } = await start()
      const answer = await ask('/things', json(`{"name":"a","tags":[{"n":1},{"n":${number}}]}`))
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ message: expect.stringContaining('$.tags[1].n') })
    },
  )

  it('have no member that is null', async () => {
    const { ask } = await start()
    const answer = await ask('/things', json('{"name":"a","unheard_of":null}'))
    expect(answer.status).toBe((await ask('/things', json('{"name":"a"}'))).status)
    expect((await ask('/things', json('{"name":null}'))).status).toBe(400)
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

describe('the API page', () => {
  it('is where / leads, and may run its own scripts only', async () => {
    const { ask } = await start()
    const home = await ask('/')
    expect([home.status, home.headers.get('location')]).toEqual([302, './swagger'])
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
