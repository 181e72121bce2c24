/**
 * The servers of pages - the portal's and the web wallet's, with the services behind them, all as processes - refuse at every kind of
 * route what no page sends: other methods, bodies of 10 MB, names and pages of others, addresses that could be read in two ways. Each is
 * refused in good order, tells nothing of the inside, and is no fault in anybody's log.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startedWhole } from '@countersign/local-servers/stop-list'
import { call, expectStatus } from '@countersign/testing/client/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectClean, expectRefused } from './bad-input/case.ts'
import { type Service, startService } from './bad-input/service.ts'
import { register } from './bad-input/wallet-login.ts'
import { type Sending, send, sendJson, type TimedAnswer } from './bad-input/wire.ts'

type PageServer = 'portal' | 'web-wallet'

interface Route {
  readonly server: PageServer
  readonly path: string
  readonly methods: readonly string[]
  /** Who serves it: the server from its files, by itself, or by passing it on. */
  readonly by: 'files' | 'itself' | 'another'
}

const READ = ['GET', 'HEAD']
const SEND = ['POST']

function routes(
  server: PageServer,
  by: Route['by'],
  methods: readonly string[],
  paths: readonly string[],
): readonly Route[] {
  return paths.map((path) => ({ server, by, methods, path }))
}

/** Of each kind some; what is passed on by the portal is a list that `apps/portal/http/doors.test.ts` walks through. */
const ROUTES: readonly Route[] = [
  ...routes('portal', 'files', READ, [
    '/',
    '/issue/EuPid',
    '/verify/x/result',
    '/begin',
    '/icon.svg',
    'script',
  ]),
  ...routes('portal', 'itself', READ, ['/livez', '/readyz', '/metrics', '/api/session']),
  ...routes('portal', 'itself', SEND, ['/api/verifications', '/api/verifications/x/returned']),
  ...routes('portal', 'another', READ, [
    '/api/issuer/.well-known/openid-credential-issuer',
    '/api/issuer/openid4vc/session/x',
    '/api/issuer/openid4vc/session/x/events',
    '/api/issuer/openid4vc/credentials',
    '/api/verifier/openid4vc/session/x',
    '/api/verifier/openid4vc/session/x/events',
    '/api/verifier/openid4vc/sessions',
    '/api/repository/api/types',
    '/api/repository/api/schema/EuPid',
  ]),
  ...routes('portal', 'another', SEND, [
    '/api/issuer/openid4vc/sdjwt/issue',
    '/api/issuer/openid4vc/mdoc/issue',
    '/api/issuer/openid4vc/credentials/x/status',
  ]),
  ...routes('web-wallet', 'files', READ, [
    '/',
    '/scan',
    '/offers/x',
    '/open',
    '/settings',
    '/help',
    '/icon.svg',
    'script',
  ]),
  ...routes('web-wallet', 'itself', READ, ['/livez', '/readyz', '/metrics', '/wallet-api/authorize/x/y']),
  ...routes('web-wallet', 'itself', SEND, [
    '/wallet-api/authorize/login',
    '/wallet-api/authorize/x/y/use',
    '/wallet-api/authorize/x/y/reject',
  ]),
  ...routes('web-wallet', 'another', READ, ['/wallet-api/auth/session']),
  ...routes('web-wallet', 'another', SEND, ['/wallet-api/auth/login', '/wallet-api/auth/register']),
]

let servers: Readonly<Record<PageServer, Service>>
let all: readonly Service[]
let stop: () => Promise<void>
const scripts: Record<string, string> = {}
beforeAll(async () => {
  const world = await startedWhole(async (started) => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-page-servers-'))
    started.add(() => rm(folder, { recursive: true, force: true }))
    const start = (name: string, flags: readonly string[] = []) =>
      startService(
        name,
        { folder, data: join(folder, 'data'), log: join(folder, `${name}.log`) },
        flags,
        started,
      )
    const names = ['issuer', 'verifier', 'repository', 'wallet'] as const
    const [issuer, verifier, repository, wallet] = await Promise.all([
      start(names[0]),
      start(names[1]),
      start(names[2]),
      start(names[3]),
    ])
    const behind = [
      `--issuerUrl=${issuer.url}`,
      `--verifierUrl=${verifier.url}`,
      `--repositoryUrl=${repository.url}`,
    ]
    const [portal, webWallet] = await Promise.all([
      start('portal', behind),
      start('web-wallet', [`--walletUrl=${wallet.url}`]),
    ])
    const services = [issuer, verifier, repository, wallet, portal, webWallet]
    return { servers: { portal, 'web-wallet': webWallet }, services, stop: started.stop }
  })
  servers = world.servers
  all = world.services
  stop = world.stop
  for (const [name, { url }] of Object.entries(servers)) scripts[name] = await scriptOf(url)
})
afterAll(() => stop?.())

/** The first script of the first page, by its hashed name. */
async function scriptOf(url: string): Promise<string> {
  const { text } = expectStatus(await call(url, { headers: { accept: 'text/html' } }), 200)
  const [, path = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(text) ?? []
  expect(path).not.toBe('')
  return path
}

function ask({ server, path }: Route, sending: Sending = {}): Promise<TimedAnswer> {
  const { url } = servers[server]
  return send(url + (path === 'script' ? scripts[server] : path), sending)
}

const named = (given: readonly Route[]) =>
  given.map((route) => [`${route.server} ${route.methods[0]} ${route.path}`, route] as const)

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const TEN_MEGABYTES = 10_000_000

describe('another method', () => {
  it.each(named(ROUTES))('at %s is named as what it is', async (_, route) => {
    for (const method of METHODS.filter((one) => !route.methods.includes(one)))
      expectRefused(await ask(route, { method }), {
        status: 405,
        message: new RegExp(`method ${method} is not allowed`),
        headers: { allow: new RegExp(`\\b${route.methods[0]}\\b`) },
      })
  })
})

/** Pages without a script send forms. */
function typeAt({ path }: Route): string {
  return path.startsWith('/wallet-api/authorize/') ? 'application/x-www-form-urlencoded' : 'application/json'
}

describe('10 MB', () => {
  it.each(named(ROUTES.filter(({ methods }) => methods === SEND)))(
    'at %s are not taken in',
    async (_, route) => {
      const body = `{"a":"${'x'.repeat(TEN_MEGABYTES)}"}`
      const headers = { 'content-type': typeAt(route), cookie: 'login=x' }
      const refusal = { status: 413, message: /too large, limit \d+ bytes/ }
      for (const chunked of [false, true])
        expectRefused(await ask(route, { method: 'POST', headers, body, chunked }), refusal)
    },
  )

  it.each(named(ROUTES.filter(({ methods }) => methods === READ)))('at %s are not read', async (_, route) => {
    const body = 'x'.repeat(TEN_MEGABYTES)
    const headers = { 'content-type': 'application/json', cookie: 'login=x' }
    // What is below the prefix may be sent anything: which methods it has is the other service's to say. It is asked once it may
    // want the body, and a body that says how long it is may be refused before.
    const isPassed = route.server === 'web-wallet' && route.by === 'another'
    const notAllowed = { status: 405, message: /POST is not allowed/ }
    const tooLarge = { status: 413, message: /too large, limit \d+ bytes/ }
    expectRefused(await ask(route, { method: 'POST', headers, body }), isPassed ? tooLarge : notAllowed)
    const answer = await ask(route, { method: 'POST', headers, body, chunked: true })
    expectRefused(answer, isPassed && answer.status === 413 ? tooLarge : notAllowed)
  })
})

/** What pages of other sites, and names of theirs that lead to this machine, bring along. */
const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { host: 'evil.example' },
  { host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
]

describe('a page of another site', () => {
  const calls = ROUTES.filter(({ path, server }) => server === 'portal' && path.startsWith('/api/'))

  it.each(named(calls))('gets nothing from %s', async (_, route) => {
    const [method = 'GET'] = route.methods
    const body = { ...(method === 'POST' && { body: '{}' }), method }
    for (const headers of FOREIGN) {
      const answer = await ask(route, {
        ...body,
        headers: { 'content-type': 'application/json', ...headers },
      })
      expectRefused(answer, { status: 403, message: /page of another site|Host is not one of this service/ })
    }
  })

  it('gets the pages, as everybody does, and nothing that was made of what it sent', async () => {
    for (const route of ROUTES.filter(({ by }) => by === 'files'))
      for (const headers of FOREIGN) {
        const answer = await ask(route, { headers: { accept: 'text/html', ...headers } })
        expect(answer.status).toBe(200)
        expect(answer.text).not.toContain('evil.example')
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
        expect(answer.headers.get('set-cookie')).toBeNull()
      }
  })

  it('gets no login of the web wallet, and has no use for one that is there', async () => {
    const { url } = servers['web-wallet']
    const { email, password } = await register({ url })
    const login = { type: 'email', email, password, session: 'cookie' }
    const own = { 'sec-fetch-site': 'same-origin' }
    for (const site of ['cross-site', 'same-site'])
      expectRefused(await sendJson(`${url}/wallet-api/auth/login`, login, { 'sec-fetch-site': site }), {
        status: 403,
        message: /another site|pages of this wallet/,
      })
    const entered = expectStatus(await sendJson(`${url}/wallet-api/auth/login`, login, own), 200)
    const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';')
    const session = (headers: Readonly<Record<string, string>>) =>
      send(`${url}/wallet-api/auth/session`, { headers: { cookie, ...headers } })
    expectStatus(await session(own), 200)
    // On loopback in development another site is kept out before anybody asks who it is, as at the operator's door.
    for (const headers of FOREIGN) expectClean(await session(headers), 403)
    // A neighbour may ask, and the cookie that its browser sends along is nobody's login.
    expectClean(await session({ 'sec-fetch-site': 'same-site' }), 401)
  })
})

/** What one reader takes for one address and another for another, or for none. */
const AMBIGUOUS = [
  '/%zz',
  '/%',
  '/%c0%ae%c0%ae/%c0%ae',
  '/%00',
  '/..%2f..%2fetc%2fpasswd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/..%2f..%2fpackage.json',
  '/assets/%2e%2e/index.html',
  '/assets/..%5cindex.html',
  '//evil.example/%2f..',
  '/\\evil.example',
  '/api/issuer/openid4vc/session/%2e%2e',
  '/api/issuer/openid4vc/session/..%2fsessions',
  '/api/issuer/openid4vc/session/%2e%2e%2fsessions',
  '/api/issuer/openid4vc/session/x%00',
  '/api/issuer/openid4vc/session/%zz',
  '/api/issuer//evil.example',
  '/api/repository/api/schema/..%5cx',
  '/wallet-api/..%2fmetrics',
  '/wallet-api/%2e%2e/metrics',
  '/wallet-api/../metrics',
  '/wallet-api//evil.example',
  '/wallet-api/%zz',
  '/wallet-api%2fauth',
  `/${'a'.repeat(8000)}`,
]

describe.each(['portal', 'web-wallet'] as const)('an address that the %s', (server) => {
  it.each(AMBIGUOUS)('could read in two ways leads nowhere: %s', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await send(servers[server].url + path, { method })
      expectClean(answer, answer.status)
      expect([400, 401, 404, 405]).toContain(answer.status)
      expect(answer.headers.get('location')).toBeNull()
    }
  })
})

describe('after all of it', () => {
  it('no service has died or logged a fault of its own', () => {
    expect(all.filter((service) => !service.isRunning())).toEqual([])
    expect(all.flatMap((service) => service.faults())).toEqual([])
  })
})
