import { CSRF_HEADER, type PortalSession } from '@countersign/api/portal/session'
import { ok } from '@countersign/core/result'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DemoControl } from '../demo-control.ts'
import { makeLink } from '../operators/one-time-link.ts'
import {
  type Behind,
  onSqlite,
  startBehind,
  type TestPortal,
  type TestStore,
} from '../testing/portal.testing.ts'
import { PASSED_CALLS } from './passed-routes.ts'

const password = 'correct horse battery staple'
const json = { 'content-type': 'application/json' }

interface Call {
  readonly method: string
  readonly path: string
  readonly body?: string
}

const begun = JSON.stringify({ dcql_query: {} })

/** Every call that wants somebody who is logged in. */
const CLOSED: readonly Call[] = [
  ...PASSED_CALLS.map(({ method, path, upstream }) => ({
    method,
    path: `/api/${upstream}${path.replace(/:\w+/, 'x')}`,
    ...(method === 'POST' && { body: '{}' }),
  })),
  { method: 'POST', path: '/api/verifications', body: begun },
  {
    method: 'POST',
    path: '/api/verifications/x/answer',
    body: JSON.stringify({ protocol: 'x', data: {} }),
  },
  { method: 'POST', path: '/api/verifications/x/returned', body: JSON.stringify({ responseCode: 'x' }) },
  { method: 'GET', path: '/api/checklist' },
  { method: 'GET', path: '/api/demo/instances' },
  {
    method: 'POST',
    path: '/api/demo/instances',
    body: JSON.stringify({ action: 'stop', instance: 'verifier1' }),
  },
  { method: 'POST', path: '/api/logout', body: '{}' },
  { method: 'POST', path: '/api/passkeys/options', body: '{}' },
  { method: 'POST', path: '/api/passkeys', body: JSON.stringify({ credential: {} }) },
]

/** Every call that only wants a page of ours. */
const OPEN: readonly Call[] = [
  { method: 'GET', path: '/api/session' },
  { method: 'POST', path: '/api/login', body: JSON.stringify({ name: 'x', password: 'x' }) },
  { method: 'POST', path: '/api/login/passkey/options', body: '{}' },
  { method: 'POST', path: '/api/login/passkey', body: JSON.stringify({ credential: {} }) },
  { method: 'POST', path: '/api/link', body: JSON.stringify({ link: 'x' }) },
  { method: 'POST', path: '/api/link/passkey/options', body: JSON.stringify({ link: 'x' }) },
  { method: 'POST', path: '/api/link/use', body: JSON.stringify({ link: 'x', password }) },
]

const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port of this host', { 'sec-fetch-site': 'same-site' }],
  ['another origin, by a browser that says no more', { origin: 'http://evil.example' }],
]

/** What gets through to it is heard with the rest. */
const heardOf = (url: string) => {
  behind.heard.push({ method: 'control', url, headers: {}, body: '' })
  return ok([])
}
const demo: DemoControl = {
  list: async () => heardOf('list'),
  change: async ({ action, instance }) => heardOf(`${action} ${instance}`),
}

let behind: Behind
beforeAll(async () => {
  behind = await startBehind(() => ({
    status: 200,
    body: { id: 'x', url: 'openid4vp://', expiresAt: 1_800_000_300 },
  }))
})
afterAll(() => behind.close())

function upstreams() {
  const one = <N extends string>(name: N) => ({ name, url: behind.url, apiKey: 'k'.repeat(16) })
  return { issuer: one('issuer'), verifier: one('verifier'), repository: one('repository') } as const
}

function send(portal: TestPortal, { body, method, path }: Call, headers: Record<string, string> = {}) {
  return fetch(`${portal.url}${path}`, {
    method,
    headers: { ...(body !== undefined && json), ...headers },
    ...(body !== undefined && { body }),
  })
}

async function logIn(store: TestStore, portal: TestPortal) {
  const made = await makeLink(store.operators(), 'ada')
  const link = made.ok ? new URL(made.value.url).hash.slice(1) : ''
  const used = await send(portal, {
    method: 'POST',
    path: '/api/link/use',
    body: JSON.stringify({ link, password }),
  })
  const cookie = used.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const session = await send(portal, { method: 'GET', path: '/api/session' }, { cookie })
  const { csrf = '' } = (await session.json()) as PortalSession
  return { cookie, csrf, setCookie: used.headers.get('set-cookie') ?? '' }
}

onSqlite('where operators log in', (store) => {
  let portal: TestPortal
  let entry: { cookie: string; csrf: string; setCookie: string }
  beforeAll(async () => {
    portal = await store().portal({ upstreams: upstreams(), demo })
    entry = await logIn(store(), portal)
  })

  it.each(CLOSED)('$method $path is not there for a stranger, and nothing goes on', async (call) => {
    const before = behind.heard.length
    expect((await send(portal, call)).status).toBe(401)
    expect((await send(portal, call, { cookie: `portal_login=${'x'.repeat(43)}` })).status).toBe(401)
    expect(behind.heard).toHaveLength(before)
  })

  it.each(CLOSED)('$method $path counts the cookie for pages of ours alone', async (call) => {
    const before = behind.heard.length
    for (const [, headers] of FOREIGN) {
      const answer = await send(portal, call, { cookie: entry.cookie, [CSRF_HEADER]: entry.csrf, ...headers })
      expect(answer.status).toBe(403)
    }
    expect(behind.heard).toHaveLength(before)
  })

  it.each(CLOSED.filter(({ method }) => method === 'POST'))(
    '$method $path wants the token of the page as well',
    async (call) => {
      const before = behind.heard.length
      for (const csrf of [undefined, '', 'x'.repeat(43), `${entry.csrf}x`]) {
        const token = csrf === undefined ? {} : { [CSRF_HEADER]: csrf }
        expect((await send(portal, call, { cookie: entry.cookie, ...token })).status).toBe(403)
      }
      expect(behind.heard).toHaveLength(before)
    },
  )

  it.each(OPEN)('$method $path is there for pages of ours, and for no other', async (call) => {
    for (const [, headers] of FOREIGN) expect((await send(portal, call, headers)).status).toBe(403)
    expect([200, 400, 401, 410]).toContain(
      (await send(portal, call, { 'sec-fetch-site': 'same-origin' })).status,
    )
  })

  it('passes everything on the list on for whoever is in', async () => {
    for (const { method, path, upstream } of PASSED_CALLS) {
      const own = { cookie: entry.cookie, [CSRF_HEADER]: entry.csrf, 'sec-fetch-site': 'same-origin' }
      const call = {
        method,
        path: `/api/${upstream}${path.replace(/:\w+/, 'x')}`,
        ...(method === 'POST' && { body: '{}' }),
      }
      expect((await send(portal, call, own)).status).toBe(200)
      expect(behind.heard.at(-1)).toMatchObject({ method, url: path.replace(/:\w+/, 'x') })
    }
  })

  it('adds the key and passes neither cookie nor authorization on, nor a cookie back', async () => {
    const headers = {
      cookie: entry.cookie,
      authorization: 'Bearer theirs',
      'x-api-key': 'theirs',
      'x-other': '1',
    }
    const answer = await send(
      portal,
      { method: 'GET', path: '/api/issuer/openid4vc/sessions?limit=3' },
      headers,
    )
    expect(answer.headers.get('set-cookie')).toBeNull()
    const heard = behind.heard.at(-1)
    expect(heard?.url).toBe('/openid4vc/sessions?limit=3')
    expect(heard?.headers).toMatchObject({ 'x-api-key': 'k'.repeat(16), 'x-forwarded-for': '127.0.0.1' })
    for (const name of ['cookie', 'authorization', 'x-other']) expect(heard?.headers).not.toHaveProperty(name)
  })

  it.each([
    ['a call that is not on the list', 'GET', '/api/issuer/onboard/issuer'],
    ['a call of that kind that is not on it', 'POST', '/api/issuer/openid4vc/credentials/status'],
    ['another method', 'DELETE', '/api/issuer/openid4vc/session/x'],
    ['a way out of the list', 'GET', '/api/issuer/openid4vc/session/%2e%2e%2fsessions'],
    ['another way out', 'GET', '/api/issuer/openid4vc/session/..%5csessions'],
    ['another service', 'GET', '/api/wallet/wallet-api/auth/session'],
  ])('knows nothing of %s', async (_what, method, path) => {
    const before = behind.heard.length
    const answer = await send(portal, { method, path }, { cookie: entry.cookie, [CSRF_HEADER]: entry.csrf })
    expect([404, 405]).toContain(answer.status)
    expect(behind.heard).toHaveLength(before)
  })

  it('keeps the cookie from scripts, from other sites and from everything but its calls', () => {
    expect(entry.setCookie).toMatch(
      /^portal_login=[\w-]{43}; Path=\/api; Max-Age=3600; HttpOnly; SameSite=Strict$/,
    )
  })

  it('counts for nothing after log-out', async () => {
    const { cookie, csrf } = await logIn(store(), portal)
    const out = await send(
      portal,
      { method: 'POST', path: '/api/logout', body: '{}' },
      { cookie, [CSRF_HEADER]: csrf },
    )
    expect(out.status).toBe(204)
    expect(out.headers.get('set-cookie')).toMatch(/^portal_login=; .*Max-Age=0/)
    expect(await (await send(portal, { method: 'GET', path: '/api/session' }, { cookie })).json()).toEqual({
      login: 'needed',
    })
  })
})

onSqlite('where nobody logs in', (store) => {
  let portal: TestPortal
  beforeAll(async () => {
    portal = await store().portal({ login: false, upstreams: upstreams(), demo })
  })
  const calls = CLOSED.filter(({ path }) => !/logout|passkeys/.test(path))

  it.each([...calls, { method: 'GET', path: '/api/session' }])(
    '$method $path is there for this machine, and for no page of another site',
    async (call) => {
      const before = behind.heard.length
      const { port } = new URL(portal.url)
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'http://evil.example' },
        { origin: 'null' },
        // A name of theirs that leads to this machine; fetch does not let a test say another Host.
      ])
        expect((await send(portal, call, headers as Record<string, string>)).status).toBe(403)
      const rebound = await portal.service.app.inject({
        method: call.method as 'GET',
        url: call.path,
        headers: { host: `evil.example:${port}`, ...json },
        ...('body' in call && call.body !== undefined && { payload: call.body }),
      })
      expect(rebound.statusCode).toBe(403)
      expect(behind.heard).toHaveLength(before)
      expect((await send(portal, call)).status).not.toBe(401)
    },
  )

  it('has no log-in', async () => {
    expect(await (await send(portal, { method: 'GET', path: '/api/session' })).json()).toEqual({
      login: 'none',
      webWalletUrl: 'http://localhost:7101',
      demo: true,
    })
    const call = { method: 'POST', path: '/api/login', body: JSON.stringify({ name: 'x', password }) }
    expect((await send(portal, call)).status).toBe(405)
  })
})

describe('a service behind the portal', () => {
  onSqlite('that refuses the key', (store) => {
    it('is no log-out of whoever asked: it is told as what it is', async () => {
      const strict = await startBehind(() => ({
        status: 401,
        body: { message: 'A management credential is needed' },
      }))
      const one = { name: 'issuer', url: strict.url } as const
      const portal = await store().portal({ login: false, upstreams: { issuer: one } })
      const answer = await send(portal, { method: 'GET', path: '/api/issuer/openid4vc/session/x' })
      expect(answer.status).toBe(502)
      expect(await answer.json()).toMatchObject({
        error: 'portal_key_refused',
        message: expect.stringMatching(/issuerApiKey/),
      })
      await strict.close()
    })
  })

  onSqlite('that is away', (store) => {
    it('is told as away, with when to ask again', async () => {
      const portal = await store().portal({ login: false })
      for (const path of ['/api/issuer/openid4vc/session/x', '/api/repository/api/types']) {
        const answer = await send(portal, { method: 'GET', path })
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
      }
      const answer = await send(portal, { method: 'POST', path: '/api/verifications', body: begun })
      expect(answer.status).toBe(503)
    })
  })
})
