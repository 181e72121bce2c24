import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { LoadLimits, Precedence, RefusedFor } from '../operation/admission.ts'
import { NO_METRICS } from '../operation/metrics.ts'
import { builtService, testConfig } from './http-service.testing.ts'
import type { HttpService } from './http-service.ts'
import { leavePlace } from './server/admitting-server.ts'
import type { ServiceApp } from './service-app.ts'

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>
}

let service: HttpService | undefined
const sockets: Socket[] = []
let end = () => {}
let held = new Promise<void>(() => {})
let handled = 0
let arrived = 0

afterEach(async () => {
  end()
  for (const socket of sockets.splice(0)) socket.destroy()
  await service?.close()
})

function routes(app: ServiceApp): void {
  const answers = { 200: { description: 'Done' } }
  const wait = async () => {
    handled += 1
    await held
    return { done: true }
  }
  const config = { answers, limited: false, knowsCaller: async () => {} }
  const bodyLimit = 100_000
  app.post('/begin', { bodyLimit, config: { ...config, door: 'open', begins: true } }, wait)
  app.get('/step/:id', { config: { ...config, door: 'wallet' } }, wait)
  app.post(
    '/step/:id',
    { bodyLimit, schema: { body: z.unknown() }, config: { ...config, door: 'wallet' } },
    wait,
  )
  app.get('/stream', { config: { ...config, door: 'open' } }, async (request) => {
    leavePlace(request.raw)
    return wait()
  })
}

async function start(limits: Partial<LoadLimits>) {
  held = new Promise((resolve) => {
    end = resolve
  })
  handled = 0
  arrived = 0
  const refused: (readonly [RefusedFor | 'slow_bodies', Precedence])[] = []
  const lines: string[] = []
  service = await builtService({
    config: testConfig({ logLevel: 'info', features: ['openapi'], ...limits }),
    routes,
    metrics: {
      ...NO_METRICS,
      refused: (reason, precedence) => void refused.push([reason, precedence]),
      contentType: 'text/plain',
      text: async () => 'figures',
    },
    logTo: { write: (line) => void lines.push(line) },
  })
  service.app.server.on('request', () => {
    arrived += 1
  })
  const { port } = await service.listen()
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  const hold = async (count: number, path = '/step/1', init?: RequestInit) => {
    const before = handled
    const answers = Array.from({ length: count }, () => ask(path, init))
    await eventually('they are in flight', () => handled === before + count)
    return { answers }
  }
  return { port, ask, hold, refused, lines }
}

/** Sends text as it stands. */
function say(port: number, text: string): { received(): string; closed(): boolean; socket: Socket } {
  let received = ''
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text))
  sockets.push(socket)
  socket.on('data', (chunk) => {
    received += chunk.toString()
  })
  socket.on('error', () => {})
  return { received: () => received, closed: () => socket.closed, socket }
}

const post = (path: string, headers: string, body = '') =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${headers}\r\n\r\n${body}`

async function isAdmitted(ask: (path: string) => Promise<Response>): Promise<boolean> {
  const before = handled
  const refused = ask('/step/1').then(() => false)
  return Promise.race([refused, eventually('it is handled', () => handled > before)])
}

describe('a service with as much to do as it may have', () => {
  it('refuses the next request with 503 and Retry-After at once, and serves again when there is a place', async () => {
    const { ask, hold, refused } = await start({ maxRequestsInFlight: 10 })
    const { answers: first } = await hold(10)
    const answer = await takesAtMost(50, () => ask('/step/2', { headers: { 'x-request-id': 'mine' } }))
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toMatch(/^[123]$/)
    expect(answer.headers.get('x-request-id')).toBe('mine')
    expect(await answer.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'There is too much to do at the moment; try again',
    })
    expect(refused).toEqual([['in_flight', 'running']])
    expect(handled).toBe(10)
    end()
    for (const one of first) expect((await one).status).toBe(200)
    expect((await ask('/step/2')).status).toBe(200)
  })

  it('refuses what is new before steps of what runs', async () => {
    const { ask, hold, refused } = await start({ maxRequestsInFlight: 10 })
    await hold(8)
    const answer = await ask('/begin', { method: 'POST' })
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ exception: true, code: '503' })
    await hold(2)
    expect(refused).toEqual([['in_flight', 'new']])
  })

  it.each(['/livez', '/readyz', '/metrics', '/livez/', '/readyz?verbose'])(
    'answers %s always',
    async (path) => {
      const { ask, hold } = await start({ maxRequestsInFlight: 10 })
      await hold(10)
      expect((await ask(path)).status).toBe(200)
    },
  )

  it('says in a refusal what every answer says in its headers', async () => {
    const { ask, hold } = await start({ maxRequestsInFlight: 10 })
    const {
      answers: [first],
    } = await hold(10)
    const refusal = await ask('/step/2')
    end()
    const usual = await first
    for (const [name, value] of usual?.headers ?? []) {
      if (['x-request-id', 'content-length', 'date'].includes(name)) continue
      expect([name, refusal.headers.get(name)]).toEqual([name, value])
    }
    expect(refusal.headers.get('access-control-expose-headers')).toContain('retry-after')
  })

  it('describes the refusal at every operation', async () => {
    const { ask } = await start({})
    const document = (await (await ask('/api.json')).json()) as ApiDocument
    for (const operations of Object.values(document.paths))
      for (const { responses } of Object.values(operations)) expect(responses).toHaveProperty('503')
  })

  it('does not read the body of what it refuses, nor let it be sent where it is asked before', async () => {
    const { port, hold } = await start({ maxRequestsInFlight: 10 })
    await hold(10)
    const large = say(port, post('/step/2', 'content-length: 900000'))
    const asking = say(port, post('/step/2', 'content-length: 10\r\nexpect: 100-continue'))
    for (const { received, closed } of [large, asking]) {
      await eventually('it is refused', () => received().startsWith('HTTP/1.1 503 '))
      await eventually('it is closed', closed)
      expect(received()).toContain('connection: close')
    }
  })

  it('keeps the connection of a refused request whose body is small', async () => {
    const { port, hold } = await start({ maxRequestsInFlight: 10 })
    await hold(10)
    const { received, socket, closed } = say(port, post('/step/2', 'content-length: 2', '{}'))
    await eventually('it is refused', () => received().includes('"temporarily_unavailable"'))
    socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await eventually('it is answered', () => received().includes('HTTP/1.1 200 '))
    expect(closed()).toBe(false)
  })

  it('lets a body be sent that is asked for before, while there is a place', async () => {
    const { port } = await start({})
    const { received, socket } = say(port, post('/step/2', 'content-length: 2\r\nexpect: 100-continue'))
    await eventually('it may go on', () => received().startsWith('HTTP/1.1 100 '))
    end()
    socket.write('{}')
    await eventually('it is answered', () => received().includes('HTTP/1.1 200 '))
  })

  it('says so in the log once a second, and not once a request', async () => {
    const { ask, hold, lines } = await start({ maxRequestsInFlight: 10 })
    await hold(10)
    await Promise.all(Array.from({ length: 20 }, () => ask('/step/2')))
    await eventually('it is logged', () => lines.some((line) => JSON.parse(line).refused >= 20))
    expect(lines.filter((line) => line.includes('too much to do'))).toHaveLength(1)
  })
})

describe('what waits for somebody else', () => {
  it('keeps nobody out: slow bodies', async () => {
    const { port, ask } = await start({ maxRequestsInFlight: 10 })
    const slow = Array.from({ length: 10 }, () => say(port, post('/step/2', 'content-length: 2', '{')))
    await eventually('they have begun', () => arrived === 10)
    for (let place = 0; place < 10; place++) await eventually('a place was given back', () => isAdmitted(ask))
    for (const { socket } of slow) socket.write('}')
    await eventually('they are handled when they are complete', () => handled === 20)
    end()
    await eventually('they are answered', () => slow.every(({ received }) => received().includes(' 200 ')))
  })

  it('keeps nobody out: long answers that say so', async () => {
    const { hold } = await start({ maxRequestsInFlight: 10 })
    for (let stream = 0; stream < 20; stream++) await hold(1, '/stream')
    await hold(10)
  })

  it('of too many slow bodies the one that took longest is cut', async () => {
    const { port, refused } = await start({ maxSlowBodies: 2 })
    const body = () => say(port, post('/step/2', 'content-length: 2', '{'))
    const early = [body(), body()]
    await sleep(500)
    expect(early.map(({ closed }) => closed())).toEqual([false, false])
    const late = body()
    await eventually('one is cut', () => early.some(({ closed }) => closed()))
    await sleep(300)
    expect(early.filter(({ closed }) => closed())).toHaveLength(1)
    expect(late.closed()).toBe(false)
    expect(refused).toEqual([['slow_bodies', 'running']])
  })
})
