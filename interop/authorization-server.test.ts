/**
 * Our wallet at the page of an authorization server that is made of `oidc-provider`: pushed request, PKCE, DPoP with the server's
 * nonces, `iss` in the answer, and a token for the issuer beside it (OpenID4VCI 1.0 §5, §6; RFC 9126, RFC 9449, RFC 9207). The
 * server makes and reads every message.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { freePorts } from '@countersign/local-servers/ports'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import {
  credentialsOf,
  newWalletUser,
  openedAt,
  type WalletUser,
} from '@countersign/testing/client/wallet-api'
import { startWallet } from '@countersign/wallet/main'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIBRARY_CARD, libraryCard } from './library-card.testing.ts'

const CLIENT = 'some-wallet'
const SCOPE = 'library_card'
const ISSUER_STATE = 'whoever-asked'

let folder: string
let user: WalletUser
let issuer: string
let provider: Provider
const servers: Server[] = []
const running: { close(): Promise<unknown> }[] = []
/** Of requests to the authorization server, what they were asked with. */
const asked: { readonly path: string; readonly body: URLSearchParams }[] = []
/** The token that the credential was asked for with, as its server knows it. */
let token: Awaited<ReturnType<Provider['AccessToken']['find']>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-authorization-'))
  const [issuerPort = 0, serverPort = 0, walletPort = 0] = await freePorts(3)
  const pages = 'http://localhost:7101'
  issuer = `http://localhost:${issuerPort}`
  provider = authorizationServer(`http://localhost:${serverPort}`, `${pages}/authorized`)
  servers.push(await listening(issuerPort, (request, response) => void answer(request, response, serverPort)))
  servers.push(await listening(serverPort, (request, response) => void authorize(request, response)))
  const argv = [
    '--logLevel=silent',
    `--webPort=${walletPort}`,
    `--clientId=${CLIENT}`,
    `--webWalletUrl=${pages}`,
  ]
  running.push(await startWallet({ argv, env: {}, cwd: folder, defaultPort: walletPort }))
  user = await newWalletUser(`http://localhost:${walletPort}`)
}, 60_000)
afterAll(async () => {
  for (const server of servers) server.close()
  await Promise.all(running.map((one) => one.close()))
  await rm(folder, { recursive: true, force: true })
})

function authorizationServer(url: string, redirectUri: string): Provider {
  return new Provider(url, {
    clients: [
      {
        client_id: CLIENT,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    scopes: [SCOPE],
    extraParams: ['issuer_state'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    loadExistingGrant: async ({
      oidc,
    }: {
      oidc: { client: { clientId: string }; session: { accountId: string } }
    }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope(SCOPE)
      await grant.save()
      return grant
    },
  })
}

/** Everybody who comes to the page is Ada, and says yes unless the test says no. */
const YES = { login: { accountId: 'ada' }, consent: {} }
let decision: object = YES

async function authorize(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://x')
  if (pathname.startsWith('/interaction/')) return provider.interactionFinished(request, response, decision)
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () =>
    asked.push({ path: pathname, body: new URLSearchParams(Buffer.concat(chunks).toString()) }),
  )
  return provider.callback()(request, response)
}

/** The issuer: metadata, and a credential for whoever has a token of the server beside it. */
async function answer(request: IncomingMessage, response: ServerResponse, serverPort: number): Promise<void> {
  const send = (status: number, body: JsonObject) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.url === '/.well-known/openid-credential-issuer')
    return void send(200, metadata(`http://localhost:${serverPort}`))
  if (request.url !== '/credential') return void send(404, {})
  const [, value = ''] = /^DPoP (.+)$/.exec(request.headers.authorization ?? '') ?? []
  token = await provider.AccessToken.find(value)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = JSON.parse(Buffer.concat(chunks).toString()) as { proofs: { jwt: [string] } }
  if (token === undefined) return void send(401, { error: 'invalid_token' })
  send(200, { credentials: [{ credential: await credentialFor(body.proofs.jwt[0]) }] })
}

function metadata(server: string): JsonObject {
  return {
    credential_issuer: issuer,
    authorization_servers: [server],
    credential_endpoint: `${issuer}/credential`,
    credential_configurations_supported: {
      card: {
        format: 'dc+sd-jwt',
        vct: LIBRARY_CARD,
        scope: SCOPE,
        cryptographic_binding_methods_supported: ['jwk'],
        proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
      },
    },
  }
}

function credentialFor(proof: string): Promise<string> {
  const decoded = decodeJws(proof)
  return libraryCard(issuer, decoded.ok ? decoded.value.header['jwk'] : undefined)
}

function listening(port: number, handle: (request: IncomingMessage, response: ServerResponse) => void) {
  return new Promise<Server>((resolve) => {
    const server = createServer(handle)
    server.listen(port, () => resolve(server))
  })
}

/** A browser that goes where it is sent, until that is the wallet; what stands behind `?` there. */
async function browse(url: string): Promise<string> {
  const cookies = new Map<string, string>()
  let at = url
  for (let step = 0; step < 10; step++) {
    const answered = await call(at, {
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    })
    for (const cookie of answered.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const to = new URL(
      answered.headers.get('location') ?? expect.fail(`${answered.status} ${answered.text}`),
      at,
    )
    if (to.pathname === '/authorized') return to.search.slice(1)
    at = to.href
  }
  throw new Error(`nobody leads back from ${at}`)
}

async function sentAway(): Promise<{ readonly exchange: string; readonly url: string }> {
  const offer = {
    credential_issuer: issuer,
    credential_configuration_ids: ['card'],
    grants: { authorization_code: { issuer_state: ISSUER_STATE } },
  }
  const exchange = await openedAt(user, 'offers', { offer })
  const used = expectStatus(await post(exchange, 'use', {}), 200).json()
  return { exchange, url: (used['authorization'] as { url: string }).url }
}

function post(exchange: string, verb: string, body: object) {
  const at = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/offers/${exchange}/${verb}`
  return postJson(at, body, { authorization: `Bearer ${user.token}` })
}

describe('an authorization server made of oidc-provider', () => {
  it('is asked, says yes, and gives a token that is bound to the key of the wallet', async () => {
    const { exchange, url } = await sentAway()
    expect([...new URL(url).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    const pushed = asked.findLast(({ path }) => path === '/request')?.body
    expect(pushed?.get('issuer_state')).toBe(ISSUER_STATE)
    const query = await browse(url)
    expect(new URLSearchParams(query).get('iss')).toBe(new URL(url).origin)
    const back = expectStatus(await post(exchange, 'authorized', { query }), 200).json()
    expect(back['state']).toBe('used')
    expect(token).toMatchObject({ clientId: CLIENT, scope: SCOPE, jkt: pushed?.get('dpop_jkt') })
    expect(await credentialsOf(user)).toHaveLength(1)
  })

  it('says no in its own words, and the offer can be taken up after all', async () => {
    const { exchange, url } = await sentAway()
    decision = { error: 'access_denied', error_description: 'Ada thought better of it' }
    const query = await browse(url)
    decision = YES
    const denied = expectStatus(await post(exchange, 'authorized', { query }), 400)
    expect(denied.json()['message']).toContain('Ada thought better of it')
    const again = expectStatus(await post(exchange, 'use', {}), 200).json()
    const yes = await browse((again['authorization'] as { url: string }).url)
    expect(expectStatus(await post(exchange, 'authorized', { query: yes }), 200).json()['state']).toBe('used')
  })
})
