/** A service for tests of what all services share: its routes have every door and kind of body. */
import { afterEach } from 'vitest'
import { z } from 'zod'
import { fail } from './answers/wire-errors.ts'
import { createHttpService, type HttpService, type HttpServiceOptions } from './http-service.ts'
import type { ServiceApp } from './service-app.ts'

type Settings = Partial<HttpServiceOptions['config']>

/** In development on loopback, on whatever port is free, and silent. */
export function testConfig(settings: Settings = {}): HttpServiceOptions['config'] {
  return {
    service: 'test',
    mode: 'development',
    webHost: '127.0.0.1',
    webPort: 0,
    baseUrl: 'http://localhost:1',
    instance: 'test-1',
    trustedProxies: [],
    logLevel: 'silent',
    features: [],
    ...settings,
  }
}

const running: HttpService[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.close()))
})

/** Closed when the test is over. */
export async function builtService(options: Partial<HttpServiceOptions>): Promise<HttpService> {
  const service = await createHttpService({
    title: 'Test',
    description: 'A service of the test',
    config: testConfig(),
    routes: testRoutes,
    checks: [],
    ...options,
  })
  running.push(service)
  return service
}

/** Listening, with an API page, and with the lines of its log. */
export async function start(config: Settings = {}, more: Partial<HttpServiceOptions> = {}) {
  const lines: string[] = []
  const service = await builtService({
    config: testConfig({ logLevel: 'info', features: ['openapi'], ...config }),
    logTo: { write: (line) => void lines.push(line) },
    ...more,
  })
  const { port } = await service.listen()
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
  return { service, ask, port, lines }
}

/** The one route that a test may hold open. */
export const slow = { arrived: () => {}, mayEnd: Promise.resolve() }

export const open = { door: 'open', limited: false } as const

function testRoutes(app: ServiceApp) {
  const Body = z.strictObject({ name: z.string().max(20), tags: z.array(z.string()).optional() })
  app.post(
    '/things',
    {
      schema: { body: Body, response: { 200: z.object({ name: z.string() }) } },
      bodyLimit: 1000,
      config: { door: 'management', scope: 'sessions:write' },
    },
    async (request) => ({ name: request.body.name }),
  )
  app.get(
    '/things/:id',
    {
      schema: { params: z.object({ id: z.string().max(40) }) },
      config: { door: 'management', scope: 'sessions:read' },
    },
    async (request) => ({ id: request.params.id }),
  )
  app.delete(
    '/things/:thing',
    { bodyLimit: 100, config: { door: 'management', scope: 'sessions:read' } },
    async () => ({}),
  )
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

export const FORM_TYPE = 'application/x-www-form-urlencoded'

export const form = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': FORM_TYPE },
})

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
