import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { open, start, testConfig } from './http-service.testing.ts'
import type { HttpServiceOptions, MountedOptions } from './http-service.ts'
import type { ServiceApp } from './service-app.ts'

const KEYS = { own: 'k'.repeat(16), acme: 'a'.repeat(16), other: 'b'.repeat(16) }

interface Held {
  /** Requests to `/slow` that are being answered. */
  count: number
  mayEnd: PromiseWithResolvers<void>
}

function routesOf(name: string, held: Held): HttpServiceOptions['routes'] {
  return (app: ServiceApp) => {
    app.get('/who', { config: open }, async ({ url, originalUrl }) => ({ name, url, originalUrl }))
    app.get(`/.well-known/thing/base/${name}`, { config: open }, async () => ({ name }))
    app.get('/.well-known/thing', { config: open }, async () => ({ appended: name }))
    app.get('/managed', { config: { door: 'management', scope: 'sessions:read' } }, async () => ({ name }))
    app.post('/limited', { bodyLimit: 100, config: { door: 'open', limited: true } }, async () => ({ name }))
    app.get('/long', { config: open }, async () => {
      held.count += 1
      await new Promise((resolve) => app.stopping.addEventListener('abort', resolve))
      return { name }
    })
    app.get('/slow', { config: open }, async () => {
      held.count += 1
      await held.mayEnd.promise
      return { name }
    })
  }
}

function mounted(name: 'acme' | 'other', held: Held, config = {}): MountedOptions {
  return {
    name,
    title: name,
    description: name,
    config: testConfig({
      baseUrl: `https://example.org/base/${name}`,
      managementApiKey: KEYS[name],
      logLevel: 'info',
      features: ['openapi'],
      ...config,
    }),
    routes: routesOf(name, held),
  }
}

const holding = (): Held => ({ count: 0, mayEnd: Promise.withResolvers() })

async function begin(more: Partial<HttpServiceOptions> = {}, config = {}) {
  const held = { own: holding(), acme: holding(), other: holding() }
  const service = await start(
    { baseUrl: 'https://example.org/base', managementApiKey: KEYS.own, ...config },
    {
      routes: routesOf('own', held.own),
      mounted: [mounted('acme', held.acme), mounted('other', held.other)],
      ...more,
    },
  )
  return { ...service, held }
}

type Ask = Awaited<ReturnType<typeof begin>>['ask']

const nameAt = async (ask: Ask, path: string) => {
  const answer = await ask(path)
  const body = (await answer.json()) as { name?: string; appended?: string }
  return answer.status === 200 ? (body.name ?? `appended ${body.appended}`) : answer.status
}

describe('services below paths of another', () => {
  it.each([
    ['/who', 'own'],
    ['/base/who', 'own'],
    ['/acme/who', 'acme'],
    ['/base/acme/who', 'acme'],
    ['/base/acme/who?x=/other', 'acme'],
    ['/other/who/', 'other'],
    ['/base/base/acme/who', 404],
    ['/acme/acme/who', 404],
    ['/acme/other/who', 404],
    ['/acmes/who', 404],
    ['/Acme/who', 404],
    ['/%61cme/who', 404],
    ['//acme/who', 404],
    ['/nobody/who', 404],
    ['/.well-known/thing/base/acme', 'acme'],
    ['/.well-known/thing/base/other/', 'other'],
    ['/.well-known/thing/base/own', 'own'],
    ['/.well-known/thing/acme', 404],
    ['/.well-known/thing/base/nobody', 404],
    ['/acme/.well-known/thing', 'appended acme'],
    ['/.well-known/thing', 'appended own'],
  ])('%s is for %s', async (path, name) => {
    const { ask } = await begin()
    expect(await nameAt(ask, path)).toBe(name)
  })

  it('each has its own management door', async () => {
    const { ask } = await begin()
    const statusOf = async (path: string, key?: string) =>
      (await ask(path, key === undefined ? {} : { headers: { 'x-api-key': key } })).status
    for (const [name, path] of [
      ['own', '/managed'],
      ['acme', '/acme/managed'],
      ['other', '/other/managed'],
    ] as const) {
      for (const [of, key] of Object.entries(KEYS))
        expect(await statusOf(path, key), `${path} by ${of}`).toBe(of === name ? 200 : 401)
      expect(await statusOf(path)).toBe(401)
    }
  })

  it('health and figures are told of the whole alone', async () => {
    const { ask } = await begin()
    const statuses = await Promise.all(
      ['/livez', '/readyz', '/acme/livez', '/acme/readyz', '/acme/metrics'].map(
        async (path) => (await ask(path)).status,
      ),
    )
    expect(statuses).toEqual([200, 200, 404, 404, 404])
  })

  it('each has its API page and document below its path', async () => {
    const { ask } = await begin()
    const page = await ask('/base/acme')
    expect([page.status, page.headers.get('location')]).toEqual([302, './acme/swagger'])
    const document = (await (await ask('/acme/api.json')).json()) as { info: { title: string } }
    expect(document.info.title).toBe('acme')
    expect((await ask('/acme/swagger/')).status).toBe(200)
  })

  it('refuse in their own form, and write lines that name them', async () => {
    const { ask, lines } = await begin()
    expect(((await (await ask('/acme/nothing')).json()) as { code: string }).code).toBe('404')
    expect((await ask('/acme/who', { method: 'PUT' })).status).toBe(405)
    await ask('/who')
    const told = lines
      .map((line) => JSON.parse(line) as { readonly route?: string; readonly tenant?: string })
      .filter(({ route }) => route !== undefined)
    expect(told.map(({ route, tenant = 'nobody' }) => `${tenant} ${route}`)).toEqual([
      'acme unknown',
      'acme /who',
      'nobody /who',
    ])
  })

  it('a sender who may not ask one any more asks the others', async () => {
    const held = holding()
    const limited = { senderRequestsPerSecond: 0.01, senderRequestsAtOnce: 1 }
    const { ask } = await begin({
      mounted: [mounted('acme', held, limited), mounted('other', held, limited)],
    })
    const statusAt = async (path: string) => (await ask(path, { method: 'POST' })).status
    expect([await statusAt('/acme/limited'), await statusAt('/acme/limited')]).toEqual([200, 429])
    expect([await statusAt('/other/limited'), await statusAt('/limited')]).toEqual([200, 200])
  })

  it('one whose requests all wait fills a half of the places, and the others answer', async () => {
    const { ask, held } = await begin({}, { maxRequestsInFlight: 20 })
    const waiting = Array.from({ length: 30 }, async () => (await ask('/acme/slow')).status)
    while (held.acme.count < 10) await sleep(5)
    const statuses = Promise.all(waiting)
    for (let at = 0; at < 5; at++) expect(await nameAt(ask, '/other/who')).toBe('other')
    expect(await nameAt(ask, '/who')).toBe('own')
    expect(await nameAt(ask, '/acme/who')).toBe(503)
    held.acme.mayEnd.resolve()
    expect((await statuses).filter((status) => status === 200)).toHaveLength(10)
    expect(held.acme.count).toBe(10)
  })

  it('a stop waits for what one of them answers', async () => {
    const { ask, held, service } = await begin()
    const answered = ask('/acme/slow')
    while (held.acme.count === 0) await sleep(5)
    const closed = service.close()
    held.acme.mayEnd.resolve()
    expect((await answered).status).toBe(200)
    await closed
  })

  it('a stop ends the long answers of each', async () => {
    const { ask, held, service } = await begin()
    const answered = Promise.all(['/acme/long', '/other/long'].map((path) => nameAt(ask, path)))
    while (held.acme.count + held.other.count < 2) await sleep(5)
    await service.close()
    expect(await answered).toEqual(['acme', 'other'])
  })

  it('a request of one of them is one of the whole, for whoever waits for quiet', async () => {
    const { ask, service } = await begin()
    expect(service.quietMs()).toBe(Number.POSITIVE_INFINITY)
    await ask('/acme/who')
    expect(service.quietMs()).toBeLessThan(60_000)
  })

  it('one under a name with which addresses of the whole begin is refused', async () => {
    const held = holding()
    const who: MountedOptions = { ...mounted('acme', held), name: 'who' }
    await expect(begin({ mounted: [who] })).rejects.toMatchObject({
      name: 'StartRefused',
      details: [expect.stringContaining('who cannot be a name')],
    })
  })

  it('one whose management door would be open does not start', async () => {
    const held = holding()
    const unguarded = { mode: 'production', managementApiKey: undefined } as const
    const refused = begin({ mounted: [mounted('acme', held, unguarded)] })
    await expect(refused).rejects.toMatchObject({
      name: 'StartRefused',
      message: 'acme: managementApiKey is needed in production',
    })
  })
})
