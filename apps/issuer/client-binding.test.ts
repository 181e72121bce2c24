/** What a client is given in a browser is for that client, and where it is attested for that instance of it. */
import { randomUUID } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  createAttestationPop,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import { writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import type { GrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import type { ReceivedClient } from './authorization/client-authentication.ts'
import { decide } from './authorization/decide-authorization.ts'
import { openPushed } from './authorization/open-authorization.ts'
import { pushAuthorization } from './authorization/push-authorization.ts'
import { requestToken } from './authorization/request-token.ts'
import { beginIssuance } from './standing/begin-issuance.ts'
import { openProfileFinder } from './standing/standing-offers.ts'
import { offeredInBrowser, proofOfSender, type TestIssuer, testIssuer } from './testing/issuer.testing.ts'

const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back'
const attester = newKey()
const attesters = { anchors: [], keys: [attester.publicJwk] }

const named = (clientId = CLIENT, path = '/token'): ReceivedClient => ({
  form: { client_id: clientId },
  headers: {},
  path,
})

async function attested({ clock, issuer }: TestIssuer, key: Signer, path: string): Promise<ReceivedClient> {
  const { now } = clock
  const made = { signer: attester, clientId: CLIENT, instanceKey: key.publicJwk, now, lifetimeSeconds: 600 }
  const attestation = await createClientAttestation(made)
  const proof = { signer: key, clientId: CLIENT, audience: issuer.baseUrl, now, jti: randomUUID() }
  const pop = await createAttestationPop(proof)
  const method = 'attest_jwt_client_auth'
  return { ...writeClient({ method, clientId: CLIENT, attestation, pop }), path }
}

async function pushed({ issuer }: TestIssuer, client: ReceivedClient, change: object = {}) {
  const { issuerState } = await offeredInBrowser(issuer)
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const request = { clientId: CLIENT, redirectUri: BACK, codeChallenge: challenge, scope: [], issuerState }
  const answer = await pushAuthorization(
    issuer,
    { request: { ...request, ...change }, client },
    openProfileFinder(issuer),
  )
  return { answer, verifier }
}

async function codeFor(test: TestIssuer, client: ReceivedClient): Promise<GrantRequest> {
  const { answer, verifier } = await pushed(test, client)
  if (!answer.ok) throw new Error(answer.error.code)
  const { requestUri } = answer.value
  const opened = await openPushed(test.issuer, { requestUri, clientId: CLIENT }, 'browser')
  if (!opened.ok) throw new Error(opened.error.code)
  const { id: authorizationId } = opened.value
  const back = await decide(
    test.issuer,
    { authorizationId, browser: 'browser', decision: 'approved' },
    (begun) => beginIssuance(test.issuer, begun),
  )
  const code = new URL(back.ok ? back.value : 'x:').searchParams.get('code') ?? ''
  return { grantType: 'authorization_code', code, codeVerifier: verifier, redirectUri: BACK }
}

const sender = newKey()

async function token(test: TestIssuer, grant: GrantRequest, client: ReceivedClient) {
  const dpop = await proofOfSender(test, sender, '/token')
  const given = await requestToken(test.issuer, grant, { client, dpop })
  return given.ok ? given.value : given.error.code
}

describe('a code that an attested instance was given', () => {
  it('is for it alone: not for another of the same name, nor for who only says the name', async () => {
    const test = testIssuer({ attesters })
    const [own, other] = [newKey(), newKey()]
    const grant = await codeFor(test, await attested(test, own, '/par'))
    const refused = [
      await token(test, grant, await attested(test, other, '/token')),
      await token(test, grant, named()),
    ]
    expect(new Set(refused)).toEqual(new Set(['code_not_yours']))
    expect(await token(test, grant, await attested(test, own, '/token'))).toHaveProperty('access_token')
  })

  it('leads to refresh tokens that are for it alone', async () => {
    const test = testIssuer({ attesters, settings: { refreshTokenTtlSeconds: 3600 } })
    const [own, other] = [newKey(), newKey()]
    const grant = await codeFor(test, await attested(test, own, '/par'))
    const first = await token(test, grant, await attested(test, own, '/token'))
    const refreshToken = String(typeof first === 'string' ? first : (first['refresh_token'] as string))
    const refresh = { grantType: 'refresh_token', refreshToken } as const
    expect(await token(test, refresh, await attested(test, other, '/token'))).toBe('code_not_yours')
    expect(await token(test, refresh, named())).toBe('code_not_yours')
    expect(await token(test, refresh, await attested(test, own, '/token'))).toHaveProperty('refresh_token')
  })
})

it('a code of a client that showed no key is for every instance of it', async () => {
  const test = testIssuer({ attesters })
  const grant = await codeFor(test, named(CLIENT, '/par'))
  expect(await token(test, grant, named('https://other.example'))).toBe('code_not_yours')
  expect(await token(test, grant, await attested(test, newKey(), '/token'))).toHaveProperty('access_token')
})

describe('a pushed request', () => {
  const settings = {
    clients: [{ clientId: CLIENT, methods: ['none' as const], redirectUris: [BACK] }],
  }

  it.each([
    [BACK, true],
    [`${BACK}/`, false],
    [`${BACK}?x=1`, false],
    ['https://wallet.example/BACK', false],
    ['https://evil.example/back', false],
  ])('of a registered client leads back to %s: %s', async (redirectUri, isTaken) => {
    const { answer } = await pushed(testIssuer({ settings }), named(CLIENT, '/par'), { redirectUri })
    expect(answer.ok ? 'taken' : answer.error.code).toBe(isTaken ? 'taken' : 'redirect_uri_unregistered')
  })

  it('is for the client that shows itself, whatever the request says', async () => {
    const test = testIssuer({ attesters })
    const client = await attested(test, newKey(), '/par')
    const { answer } = await pushed(test, client, { clientId: 'https://other.example' })
    expect(answer).toMatchObject({ error: { code: 'client_differs' } })
  })

  it('of a client that is not taken is not laid down', async () => {
    const test = testIssuer({ attesters, settings: { publicClients: false } })
    const { answer } = await pushed(test, named(CLIENT, '/par'))
    expect(answer).toMatchObject({ error: { code: 'client_method_not_allowed' } })
  })
})
