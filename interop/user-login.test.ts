/**
 * Users of our issuer log in at a provider that is made of `oidc-provider`: code flow with PKCE, nonce and `iss`, an ID token and user
 * info that the provider makes. Two instances of the issuer share a store, and one of them goes away while somebody is at the provider.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import {
  type Browser,
  broughtBack,
  claimsFor,
  locationOf,
  newBrowser,
  offeredAndPushed,
  type Trip,
  textAt,
} from '@countersign/testing/client/browser-trip'
import { call, expectStatus } from '@countersign/testing/client/http'
import Provider from 'oidc-provider'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const PEOPLE: Readonly<Record<string, object>> = {
  ada: { name: 'Ada <Example>', given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
  grace: { name: 'Grace Sample', given_name: 'Grace', family_name: 'Sample', birthdate: '1985-05-05' },
  // Without the name of a family, which the credential needs.
  eve: { name: 'Eve', given_name: 'Eve', birthdate: '2001-02-03' },
}

/** Who comes to the provider's page, and whether he cancels there. */
let visitor = 'ada'
let cancels = false
/** Requests that the provider got at its token endpoint. */
let tokensAsked = 0

let folder: string
let redis: RedisServer
let provider: Provider
let providerServer: Server
let providerPort = 0
let one = ''
let other = ''
const running: { close(): Promise<unknown> }[] = []
/** Starts an instance on that port; all of them say that they are reached at `one`. */
let startInstance: (port: number) => Promise<{ close(): Promise<unknown> }>
let first: { close(): Promise<unknown> }
let keyed = ''

const USER_CLAIMS = { given_name: 'given_name', family_name: 'family_name', birthdate: 'birthdate' }
const ORDER = { authenticationMethod: 'PWD', credentialData: {}, userClaims: USER_CLAIMS }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-login-'))
  redis = await startRedis()
  const [onePort = 0, otherPort = 0, serverPort = 0, keyedPort = 0] = await freePorts(4)
  providerPort = serverPort
  one = `http://localhost:${onePort}`
  other = `http://localhost:${otherPort}`
  keyed = `http://localhost:${keyedPort}`
  const issuer = `http://localhost:${serverPort}`
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keyFile = join(folder, 'client.pem')
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  provider = loginProvider(issuer, [
    {
      client_id: 'issuer',
      client_secret: 'a secret of the issuer',
      redirect_uris: [`${one}/authorize/login-callback`],
    },
    {
      client_id: 'keyed',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }] },
      redirect_uris: [`${keyed}/authorize/login-callback`],
    },
  ])
  providerServer = await listen(serverPort)
  const secret = { COUNTERSIGN_SECRET: 's'.repeat(40) }
  const common = ['--logLevel=silent', '--senderRequestsPerSecond=0', `--data=${join(folder, 'data')}`]
  const withSecret = { issuer, clientId: 'issuer', clientSecret: 'a secret of the issuer' }
  startInstance = (port) =>
    startIssuer({
      argv: [...common, `--sessions=${redis.url}`, `--webPort=${port}`, `--baseUrl=${one}`],
      env: { ...secret, COUNTERSIGN_USER_LOGIN: JSON.stringify(withSecret) },
      cwd: folder,
      defaultPort: port,
    })
  first = await startInstance(onePort)
  running.push(await startInstance(otherPort))
  const withKey = { issuer, clientId: 'keyed', clientKeyFile: keyFile, clientKeyId: 'k1' }
  running.push(
    await startIssuer({
      argv: [...common, `--webPort=${keyedPort}`],
      env: { ...secret, COUNTERSIGN_USER_LOGIN: JSON.stringify(withKey) },
      cwd: folder,
      defaultPort: keyedPort,
    }),
  )
})
afterAll(async () => {
  await Promise.all([first, ...running].map((service) => service?.close()))
  providerServer?.close()
  await redis?.stop()
  await rm(folder, { recursive: true, force: true })
})
afterEach(() => {
  visitor = 'ada'
  cancels = false
})

function loginProvider(url: string, clients: readonly object[]): Provider {
  return new Provider(url, {
    clients: clients.map((client) => ({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      ...client,
    })),
    claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name', 'birthdate'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, ...PEOPLE[accountId] }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    loadExistingGrant: async ({
      oidc,
    }: {
      oidc: { client: { clientId: string }; session: { accountId: string } }
    }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
  })
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => void serve(request, response))
    server.listen(port, 'localhost', () => resolve(server))
  })
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://x')
  if (pathname === '/token') tokensAsked += 1
  if (!pathname.startsWith('/interaction/')) return provider.callback()(request, response)
  const cancelled = { error: 'access_denied', error_description: 'the user cancelled' }
  const login = { login: { accountId: visitor } }
  return provider.interactionFinished(request, response, cancels ? cancelled : login)
}

/** From the wallet's address to the provider. */
async function sentToProvider(browser: Browser, trip: Trip, at = trip.issuer): Promise<string> {
  const going = locationOf(await browser.get(trip.address), trip.address)
  const address = locationOf(await browser.get(going.replace(trip.issuer, at)), going)
  expect(new URL(address).origin).toBe(`http://localhost:${providerPort}`)
  return address
}

/** The visitor logs in; where his browser is sent back to. */
async function loggedIn(browser: Browser, address: string): Promise<string> {
  let at = address
  // Who logged in there before, is not asked again.
  while (new URL(at).origin === new URL(address).origin) at = locationOf(await browser.get(at), at)
  return at
}

/** The page that asks, at an address that the callback leads to. */
async function asked(browser: Browser, callback: string, at: string) {
  const taken = await browser.get(callback.replace(one, at))
  const going = locationOf(taken, callback)
  const page = expectStatus(await browser.get(going.replace(one, at)), 200)
  return { page, url: going }
}

const sessionOf = async ({ issuer, sessionId }: Trip) =>
  (await call(`${issuer}/openid4vc/session/${sessionId}`)).json()

describe('somebody who logs in', () => {
  it('is asked by his name, at whichever instance, and gets what the provider says of him', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    expect((await sessionOf(trip))['authenticationMethod']).toBe('PWD')
    const address = await sentToProvider(browser, trip, other)
    const parameters = Object.fromEntries(new URL(address).searchParams)
    expect(parameters).toMatchObject({
      response_type: 'code',
      client_id: 'issuer',
      scope: 'openid profile',
      code_challenge_method: 'S256',
      redirect_uri: `${one}/authorize/login-callback`,
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    const { page, url } = await asked(browser, await loggedIn(browser, address), one)
    expect(textAt(page, 'user')).toBe('Ada &#60;Example&#62;')
    const back = broughtBack(await browser.press(page, 'approve', url.replace(one, other)))
    expect(back).toMatchObject({ state: 'of the wallet', iss: one })
    expect(await claimsFor(trip, back)).toMatchObject({
      given_name: 'Ada',
      family_name: 'Example',
      birthdate: '1990-01-01',
    })
  })

  it('is waited for by the other instance when the first goes away', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    await first.close()
    const { page, url } = await asked(browser, callback, other)
    expect(textAt(page, 'user')).toContain('Ada')
    const pressed = await browser.press(page, 'approve', url.replace(one, other))
    const back = broughtBack(pressed)
    first = await startInstance(Number(new URL(one).port))
    expect(await claimsFor(trip, back)).toMatchObject({ given_name: 'Ada' })
  })

  it('has what a call says beside it, where the provider does not say it', async () => {
    const [browser, trip] = [
      newBrowser(),
      await offeredAndPushed(one, {
        authenticationMethod: 'PWD',
        credentialData: { family_name: 'Unknown', birthdate: '2000-12-31' },
        userClaims: { ...USER_CLAIMS, given_name: '/given_name' },
      }),
    ]
    visitor = 'eve'
    const { page, url } = await asked(
      browser,
      await loggedIn(browser, await sentToProvider(browser, trip)),
      one,
    )
    const back = broughtBack(await browser.press(page, 'approve', url))
    expect(await claimsFor(trip, back)).toMatchObject({
      given_name: 'Eve',
      family_name: 'Unknown',
      birthdate: '2001-02-03',
    })
  })

  it('may say no on our page', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const { page, url } = await asked(
      browser,
      await loggedIn(browser, await sentToProvider(browser, trip)),
      one,
    )
    expect(broughtBack(await browser.press(page, 'deny', url))).toMatchObject({ error: 'access_denied' })
  })

  it('is known to an issuer that authenticates by its key', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(keyed, ORDER)]
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    const going = locationOf(await browser.get(callback), callback)
    expect(textAt(await browser.get(going), 'user')).toContain('Ada')
  })
})

describe('the callback', () => {
  it('is answered twice alike, and the code of the provider is used once', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    const before = tokensAsked
    await asked(browser, callback, one)
    await asked(browser, callback, other)
    expect(tokensAsked).toBe(before + 1)
  })

  it('at both instances at once leads on in both, and the code is used once', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    const before = tokensAsked
    const answers = await Promise.all(
      [one, other, one, other].map((at) => browser.get(callback.replace(one, at))),
    )
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303])
    expect(tokensAsked).toBe(before + 1)
  })

  it('in another browser changes nothing, and the browser that began goes on', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    const before = tokensAsked
    const stranger = await newBrowser().get(callback)
    expect(stranger.status).toBe(400)
    expect(stranger.text).toContain('another browser')
    expect(tokensAsked).toBe(before)
    const { page } = await asked(browser, callback, one)
    expect(textAt(page, 'user')).toContain('Ada')
  })

  it('with the code of somebody else is of no use: it was asked for with another verifier', async () => {
    const [victim, attacker] = [newBrowser(), newBrowser()]
    const mine = await loggedIn(victim, await sentToProvider(victim, await offeredAndPushed(one, ORDER)))
    visitor = 'grace'
    const hers = await loggedIn(attacker, await sentToProvider(attacker, await offeredAndPushed(one, ORDER)))
    const mixed = new URL(mine)
    mixed.searchParams.set('code', new URL(hers).searchParams.get('code') ?? '')
    const answer = await victim.get(mixed.href)
    expect([answer.status, answer.text.includes('invalid grant')]).toEqual([400, true])
    // And the state of hers is not his.
    const stolen = await victim.get(hers)
    expect([stolen.status, stolen.text.includes('another browser')]).toEqual([400, true])
  })

  it('of another provider is refused before the code is shown to anybody', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const callback = new URL(await loggedIn(browser, await sentToProvider(browser, trip)))
    callback.searchParams.set('iss', 'https://elsewhere.example')
    const before = tokensAsked
    expect((await browser.get(callback.href)).status).toBe(400)
    callback.searchParams.delete('iss')
    expect((await browser.get(callback.href)).status).toBe(400)
    expect(tokensAsked).toBe(before)
  })

  it('of an attempt that another took the place of is none', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const old = await loggedIn(browser, await sentToProvider(browser, trip))
    const again = await loggedIn(browser, await sentToProvider(browser, trip))
    expect((await browser.get(old)).status).toBe(400)
    const { page } = await asked(browser, again, one)
    expect(textAt(page, 'user')).toContain('Ada')
  })

  it.each(['', 'made.up.state', `${'a'.repeat(22)}.${'b'.repeat(22)}.${'c'.repeat(43)}`])(
    'with the state %j reaches nobody',
    async (state) => {
      const query = new URLSearchParams({ state, code: 'a code' })
      const answer = await newBrowser().get(`${one}/authorize/login-callback?${query.toString()}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
    },
  )
})

describe('whoever is not known', () => {
  it('by cancelling at the provider is sent back to the wallet', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const address = await sentToProvider(browser, trip)
    cancels = true
    const callback = await loggedIn(browser, address)
    expect(broughtBack(await browser.get(callback))).toMatchObject({
      error: 'access_denied',
      error_description: 'The user did not log in',
      state: 'of the wallet',
    })
  })

  it('well enough is sent back to the wallet, which may ask for another', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    visitor = 'eve'
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    expect(broughtBack(await browser.get(callback))).toMatchObject({
      error: 'access_denied',
      error_description: 'What is known of the user does not make the credential',
    })
    expect((await sessionOf(trip))['state']).toBe('offered')
  })

  it('cannot say yes', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const going = locationOf(await browser.get(trip.address), trip.address)
    const authorization = new URL(going).searchParams.get('authorization') ?? ''
    const form = `<form action="/authorize/decision"><input name="authorization" value="${authorization}">`
    const page = { ...(await browser.get(`${one}/livez`)), text: form }
    const pressed = await browser.press(page, 'approve', going)
    expect([pressed.status, pressed.text.includes('not known who you are')]).toEqual([400, true])
  })

  it('because the provider is away may come again', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(one, ORDER)]
    const callback = await loggedIn(browser, await sentToProvider(browser, trip))
    providerServer.closeAllConnections()
    await new Promise((resolve) => providerServer.close(resolve))
    const away = await browser.get(callback)
    expect([away.status, away.text.includes('id="again"')]).toEqual([503, true])
    providerServer = await listen(providerPort)
    const { page } = await asked(browser, callback, one)
    expect(textAt(page, 'user')).toContain('Ada')
  })
})
