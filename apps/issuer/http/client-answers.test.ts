/** What clients read of the authorization server: its metadata, its challenges, and how it says no. */
import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { isJsonObject } from '@countersign/core/json'
import {
  createAttestationPop,
  createClientAssertion,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import { type PresentedClient, writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import type { IssuerSettings } from '../build.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import {
  offered,
  offeredInBrowser,
  proofOfSender,
  type TestIssuer,
  testIssuer,
} from '../testing/issuer.testing.ts'
import { issuerRoutes } from './routes.ts'

const attester = newKey()
const instanceKey = newKey()
const shopKey = newKey()
const attesters = { anchors: [], keys: [attester.publicJwk] }
const clients: IssuerSettings['clients'] = [
  { clientId: 'shop', methods: ['private_key_jwt'], keys: [shopKey.publicJwk], redirectUris: [] },
]

const opened: HttpService[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((service) => service.close()))
})

interface Served extends TestIssuer {
  readonly service: HttpService
}

async function serve(settings: Partial<IssuerSettings> = {}): Promise<Served> {
  const test = testIssuer({ settings: { clients, ...settings }, attesters })
  const service = await createHttpService({
    title: 'Issuer',
    description: '',
    config: servedConfig(test.issuer, []),
    routes: issuerRoutes(test.issuer, { display: { name: 'Test', locale: 'en' } }),
    checks: [],
  })
  opened.push(service)
  return { ...test, service }
}

async function attested({ clock, issuer }: TestIssuer, challenge?: string): Promise<PresentedClient> {
  const { now } = clock
  const clientId = 'https://wallet.example'
  const { publicJwk } = instanceKey
  const made = { clientId, audience: issuer.baseUrl, now, jti: randomUUID(), challenge }
  return {
    method: 'attest_jwt_client_auth',
    clientId,
    attestation: await createClientAttestation({
      signer: attester,
      clientId,
      instanceKey: publicJwk,
      now,
      lifetimeSeconds: 300,
    }),
    pop: await createAttestationPop({ ...made, signer: instanceKey }),
  }
}

async function asserted(
  { clock, issuer }: TestIssuer,
  clientId = 'shop',
  signer = shopKey,
): Promise<PresentedClient> {
  const { baseUrl: audience } = issuer
  const made = { signer, clientId, audience, now: clock.now, lifetimeSeconds: 60, jti: randomUUID() }
  return { method: 'private_key_jwt', clientId, assertion: await createClientAssertion(made) }
}

async function token(
  { issuer, service }: Served,
  from: {
    readonly client?: PresentedClient
    readonly headers?: Record<string, string>
    readonly form?: object
  } = {},
) {
  const { client = { method: 'none' }, form = {}, headers = {} } = from
  const { code } = await offered(issuer)
  const written = writeClient(client)
  const answer = await service.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...written.headers, ...headers },
    payload: new URLSearchParams({
      grant_type: PRE_AUTHORIZED_CODE,
      'pre-authorized_code': code,
      ...written.form,
      ...form,
    }).toString(),
  })
  const body: unknown = answer.json()
  return {
    ...answer,
    status: answer.statusCode,
    headers: answer.headers,
    error: isJsonObject(body) ? body['error'] : undefined,
  }
}

const challengeOf = ({ headers }: { readonly headers: OutgoingHttpHeaders }) =>
  String(headers['oauth-client-attestation-challenge'] ?? '')

describe('the metadata', () => {
  const read = async (settings?: Partial<IssuerSettings>) =>
    (await serve(settings)).service.app.inject({ url: '/.well-known/oauth-authorization-server' })

  it('say how clients may show who they are', async () => {
    expect((await read()).json()).toMatchObject({
      token_endpoint_auth_methods_supported: ['attest_jwt_client_auth', 'private_key_jwt', 'none'],
      challenge_endpoint: 'https://issuer.example/challenge',
      client_attestation_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'EdDSA'],
      client_attestation_pop_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'EdDSA'],
      'pre-authorized_grant_anonymous_access_supported': true,
    })
    expect((await read({ publicClients: false, clients: [] })).json()).toMatchObject({
      token_endpoint_auth_methods_supported: ['attest_jwt_client_auth'],
      'pre-authorized_grant_anonymous_access_supported': false,
    })
  })
})

describe('a client that is not taken is answered with 401', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['a secret', { client_secret: 'secret' }, {}],
    ['another assertion', { client_assertion: 'x', client_assertion_type: 'urn:x' }, {}],
    ['a part of an attestation', {}, { 'oauth-client-attestation': 'e30.e30.AAAA' }],
    ['the name of another', { client_id: 'shop' }, {}],
  ])('that shows %s', async (_name, form, headers) => {
    const answer = await token(await serve(), { form, headers })
    expect([answer.status, answer.error]).toEqual([401, 'invalid_client'])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('that shows a secret in the header, in the scheme of that header', async () => {
    const answer = await token(await serve(), { headers: { authorization: 'Basic c2hvcDpzZWNyZXQ=' } })
    expect([answer.status, answer.error]).toEqual([401, 'invalid_client'])
    expect(answer.headers['www-authenticate']).toBe('Basic realm="clients"')
  })

  it('that nobody registered, or whose key is another, in the same words', async () => {
    const served = await serve()
    const answered = async (clientId: string, signer = newKey()) => {
      const answer = await token(served, { client: await asserted(served, clientId, signer) })
      return [answer.status, answer.json<{ error_description?: string }>().error_description]
    }
    const [status, text] = await answered('stranger')
    expect(status).toBe(401)
    expect(await answered('shop')).toEqual([401, text])
    expect(await answered('shop', shopKey)).toEqual([200, undefined])
  })

  it('that shows nothing, where that is not enough', async () => {
    const served = await serve({ publicClients: false })
    const answer = await token(served)
    expect([answer.status, answer.error]).toEqual([401, 'invalid_client'])
  })
})

describe('an attested client', () => {
  it('gets a challenge with every answer, and no other client does', async () => {
    const served = await serve()
    const good = await token(served, { client: await attested(served) })
    expect([good.status, challengeOf(good)]).toEqual([200, expect.stringMatching(/^[\w-]{28}\.[\w-]{43}$/)])
    expect(challengeOf(await token(served))).toBe('')
  })

  it('is told to use a challenge, and can with the one in that answer', async () => {
    const served = await serve({ attestationChallenges: 'required' })
    const refused = await token(served, { client: await attested(served) })
    expect([refused.status, refused.error]).toEqual([400, 'use_attestation_challenge'])
    const client = await attested(served, challengeOf(refused))
    expect((await token(served, { client })).status).toBe(200)
  })

  it('may ask for a challenge first', async () => {
    const served = await serve({ attestationChallenges: 'required' })
    const answer = await served.service.app.inject({ method: 'POST', url: '/challenge' })
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    const { attestation_challenge: challenge, ...rest } = answer.json<Record<string, string>>()
    expect(rest).toEqual({})
    expect((await token(served, { client: await attested(served, challenge) })).status).toBe(200)
  })

  it('is told by name what is wrong', async () => {
    const served = await serve({ attestationMaxAgeSeconds: 60 })
    const client = await attested(served)
    expect((await token(served, { client })).status).toBe(200)
    const again = await token(served, { client })
    expect([again.status, again.error]).toEqual([401, 'invalid_client_attestation'])
    const old = await attested(served)
    served.clock.now += 61
    const late = await token(served, { client: old })
    expect([late.status, late.error]).toEqual([401, 'use_fresh_attestation'])
  })

  it('of two headers is none', async () => {
    const served = await serve()
    const client = await attested(served)
    const { headers } = writeClient(client)
    const twice = { 'oauth-client-attestation': `${headers['oauth-client-attestation']}, x` }
    const answer = await token(served, { client, headers: twice })
    expect([answer.status, answer.error]).toEqual([401, 'invalid_client'])
  })
})

describe('a DPoP nonce', () => {
  const NONCE = /^[\w-]{28}\.[\w-]{43}$/

  it('comes with what the token, nonce, credential and notification endpoints answer', async () => {
    const { service } = await serve()
    for (const url of ['/token', '/nonce', '/credential', '/notification']) {
      const answer = await service.app.inject({ method: 'POST', url })
      expect(answer.headers['dpop-nonce'], url).toMatch(NONCE)
      expect(answer.headers['access-control-expose-headers']).toContain('dpop-nonce')
    }
  })

  it('is asked for at the token endpoint with 400, and at the credential endpoint with 401 and a challenge', async () => {
    const served = await serve({ dpopNonces: 'required' })
    const key = newKey()
    const withNonce = async (nonce?: string) => {
      const { proof } = await proofOfSender(served, key, '/token', undefined, nonce)
      return token(served, { headers: { dpop: proof } })
    }
    const refused = await withNonce()
    expect([refused.status, refused.error]).toEqual([400, 'use_dpop_nonce'])
    const given = await withNonce(String(refused.headers['dpop-nonce']))
    expect(given.status).toBe(200)

    const { access_token: accessToken } = given.json<{ access_token: string }>()
    const asked = async (nonce?: string) => {
      const { proof } = await proofOfSender(served, key, '/credential', accessToken, nonce)
      const headers = {
        dpop: proof,
        authorization: `DPoP ${accessToken}`,
        'content-type': 'application/json',
      }
      const payload = JSON.stringify({ credential_configuration_id: 'nobody-knows' })
      return served.service.app.inject({ method: 'POST', url: '/credential', headers, payload })
    }
    const unasked = await asked()
    expect([unasked.statusCode, unasked.headers['dpop-nonce']]).toEqual([401, expect.stringMatching(NONCE)])
    expect(unasked.headers['www-authenticate']).toMatch(/^DPoP error="use_dpop_nonce"/)
    // A nonce of the token endpoint is good here as well: it is one server.
    const known = await asked(String(given.headers['dpop-nonce']))
    expect(known.json()).toMatchObject({ error: 'unknown_credential_configuration' })
  })
})

it('a token without a proof is refused where every token is bound', async () => {
  const answer = await token(await serve({ requireSenderConstraint: true }))
  expect([answer.status, answer.error]).toEqual([400, 'invalid_dpop_proof'])
})

describe('the page on which somebody says yes', () => {
  const back = 'https://wallet.example/back'
  const served = () => serve({ clients: clients.map((client) => ({ ...client, redirectUris: [back] })) })

  async function noteFor(test: Served, client: PresentedClient, clientId: string): Promise<string> {
    const form = new URLSearchParams({
      ...writeClient(client).form,
      response_type: 'code',
      client_id: clientId,
      redirect_uri: back,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      issuer_state: (await offeredInBrowser(test.issuer)).issuerState,
    })
    const pushed = await test.service.app.inject({
      method: 'POST',
      url: '/par',
      headers: { ...writeClient(client).headers, 'content-type': 'application/x-www-form-urlencoded' },
      payload: form.toString(),
    })
    expect(pushed.statusCode, pushed.body).toBe(201)
    const { request_uri: requestUri } = pushed.json<{ request_uri: string }>()
    const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri })
    const page = await test.service.app.inject({ url: `/authorize?${query.toString()}` })
    return /id="client-note">([^<]*)</.exec(page.body)?.[1] ?? page.body
  }

  it('says of a wallet what is known of it', async () => {
    const test = await served()
    expect(await noteFor(test, { method: 'none', clientId: 'any' }, 'any')).toMatch(
      /^Any app can call itself/,
    )
    expect(await noteFor(test, await attested(test), 'https://wallet.example')).toMatch(
      /^The maker of this wallet, whom the issuer trusts, vouches for it/,
    )
    expect(await noteFor(test, await asserted(test), 'shop')).toMatch(/^The issuer knows this wallet/)
  })
})

describe('beside the token endpoint', () => {
  const back = 'https://shop.example/back'
  const request = {
    response_type: 'code',
    client_id: 'kiosk',
    redirect_uri: back,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    issuer_state: 'made-up',
  }
  const kiosk: IssuerSettings['clients'] = [{ clientId: 'kiosk', methods: ['none'], redirectUris: [back] }]
  const post = ({ service }: Served, url: string, form: Record<string, string>) =>
    service.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(form).toString(),
    })

  it.each(['/par', '/revoke'])('%s knows clients in the same way', async (url) => {
    const served = await serve()
    const form = { ...request, token: 'x', client_id: 'shop' }
    const answer = await post(served, url, form)
    expect([answer.statusCode, answer.json()]).toMatchObject([401, { error: 'invalid_client' }])
    expect(answer.headers['dpop-nonce']).toMatch(/^[\w-]{28}\./)
    const secret = await post(served, url, { ...form, client_id: 'anybody', client_secret: 's' })
    expect([secret.statusCode, secret.json()]).toMatchObject([401, { error: 'invalid_client' }])
  })

  it('nobody is sent to an address that a registered client does not have, or in its name where it has to push', async () => {
    const served = await serve({ clients: [...kiosk, ...clients] })
    const at = (change: Record<string, string>) =>
      served.service.app.inject({
        url: `/authorize?${new URLSearchParams({ ...request, ...change }).toString()}`,
      })
    // What is wrong otherwise is told to the client, where it is.
    const told = await at({})
    expect([told.statusCode, String(told.headers.location).startsWith(`${back}?error=`)]).toEqual([303, true])
    for (const change of [{ redirect_uri: 'https://evil.example/' }, { client_id: 'shop' }]) {
      const page = await at(change)
      expect(page.statusCode).toBeGreaterThanOrEqual(400)
      expect(page.headers.location).toBeUndefined()
    }
  })
})
