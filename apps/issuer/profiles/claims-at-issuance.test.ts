/** Claims that are asked for when the wallet comes: what is asked and how, and that no fault on the way loses the credential. */
import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import type { RemoteRefusal, RemoteRequest } from '@countersign/service/outgoing/guarded-client'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { Issuer } from '../issuer.ts'
import { payloadOf, servedConfig } from '../testing/issue-calls.testing.ts'
import {
  claims,
  configurationId,
  credentialFor,
  offered,
  proofOfKey,
  type TestIssuer,
  testIssuer,
  tokenFor,
} from '../testing/issuer.testing.ts'
import { openClaimsWebhooks } from './ask-claims.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const url = 'https://register.example/claims'

type Reply = { readonly status: number; readonly body: string } | RemoteRefusal

/** What a register is asked, and answers by turns; the last answer for ever. */
function registerThat(...replies: Reply[]) {
  const asked: RemoteRequest[] = []
  const test = testIssuer()
  const claimsWebhooks = openClaimsWebhooks({
    remote: {
      judge: () => undefined,
      request: async (request) => {
        asked.push(request)
        const reply = replies.length > 1 ? replies.shift() : replies[0]
        if (reply === undefined) throw new Error('nothing to answer')
        if (!('body' in reply)) return refuse(reply)
        return ok({ ...reply, headers: {}, bytes: new Uint8Array() })
      },
    },
    sign: ({ id, timestamp }) => `v1,signature-of-${id}-at-${timestamp}`,
    now: () => test.clock.now,
  })
  const issuer: Issuer = { ...test.issuer, claimsWebhooks }
  return { asked, test: { ...test, issuer } }
}

const found = (answer: JsonObject = claims): Reply => ({
  status: 200,
  body: JSON.stringify({ claims: answer }),
})

function offerOf({ issuer }: TestIssuer, more: object = {}) {
  const order = {
    configurationId,
    claims: issuer.types.get(configurationId)?.example ?? {},
    awaited: { url },
    ...more,
  }
  return offered(issuer, { credentials: [order], profile: { name: 'members', version: 3 } })
}

describe('a wallet that comes for claims that nobody has brought', () => {
  it('has the register asked: who it is about, by which key, signed, and with its secret', async () => {
    const { asked, test } = registerThat(found())
    const header = { name: 'X-Register-Key', value: 'secret' }
    const { code, id } = await offerOf(test, { awaited: { url, header } })
    expect(asked).toEqual([])
    const holder = newKey()
    const credential = await credentialFor(test, await tokenFor(test, code), await proofOfKey(test, holder))
    expect(payloadOf(credential)).toMatchObject({ vct: expect.any(String) })
    expect(
      credential
        .split('~')
        .map((text) => Buffer.from(text, 'base64url').toString())
        .join(),
    ).toContain('"Ada"')
    const [request] = asked
    expect(asked).toHaveLength(1)
    expect(request).toMatchObject({ method: 'POST', url, timeoutMs: 5000, purpose: 'claims' })
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'credential_claims',
      session: id,
      credentialConfigurationId: configurationId,
      profile: { name: 'members', version: 3 },
      holder: { keyThumbprint: expect.stringMatching(/^[\w-]{43}$/) },
      at: test.clock.now,
    })
    const webhookId = `${id}.${configurationId}`
    expect(request?.headers).toMatchObject({
      'X-Register-Key': 'secret',
      'webhook-id': webhookId,
      'webhook-timestamp': `${test.clock.now}`,
      'webhook-signature': `v1,signature-of-${webhookId}-at-${test.clock.now}`,
    })
  })

  it('finds nothing of the holder in the session before, and nothing after', async () => {
    const { test } = registerThat(found({ ...claims, given_name: 'Grace' }))
    const { code, id } = await offerOf(test)
    const before = JSON.stringify(await test.issuer.sessions.get(id))
    await credentialFor(test, await tokenFor(test, code), await proofOfKey(test, newKey()))
    const after = JSON.stringify(await test.issuer.sessions.get(id))
    for (const name of ['Grace', 'Ada', 'Example']) {
      expect(before).not.toContain(name)
      expect(after).not.toContain(name)
    }
    expect(after).toContain('completed')
  })

  it('gets the terms of the profile on them', async () => {
    const { test } = registerThat(found())
    const { code } = await offerOf(test, {
      mapping: { membership: '<uuid>' },
      usualLifetimeSeconds: 3600,
      disclosureMap: { fields: { birthdate: { sd: true } } },
    })
    test.clock.now += 100
    const credential = await credentialFor(test, await tokenFor(test, code), await proofOfKey(test, newKey()))
    const payload = payloadOf(credential)
    expect(payload).toMatchObject({ given_name: 'Ada', exp: test.clock.now + 3600 })
    expect(payload['membership']).toMatch(/^urn:uuid:/)
    expect(payload['birthdate']).toBeUndefined()
  })

  it.each<[string, Reply]>([
    ['is away', { code: 'unreachable', reason: 'ECONNREFUSED' }],
    ['says nothing in time', { code: 'timeout', timeoutMs: 5000 }],
    ['has a fault', { status: 500, body: '' }],
    ['answers with a redirect', { status: 302, body: '' }],
    ['refuses without saying no', { status: 403, body: '{"error":"forbidden"}' }],
    ['refuses in HTML', { status: 404, body: '<html>' }],
    ['answers in no JSON', { status: 200, body: 'claims' }],
    ['answers without claims', { status: 200, body: '{}' }],
    ['says no with a status of success', { status: 200, body: '{"error":"denied"}' }],
  ])('loses nothing where the register %s', async (_what, fault) => {
    const { asked, test } = registerThat(fault, found())
    const { code } = await offerOf(test)
    const token = await tokenFor(test, code)
    const proof = await proofOfKey(test, newKey())
    expect(await credentialFor(test, token, proof)).toBe('claims_unanswered')
    const credential = await credentialFor(test, token, proof)
    expect(payloadOf(credential)).toMatchObject({ vct: expect.any(String) })
    expect(new Set(asked.map(({ headers }) => headers?.['webhook-id'])).size).toBe(1)
  })

  it.each<[string, JsonObject]>([
    ['lack one that the type demands', { given_name: 'Ada' }],
    ['have one of another kind', { ...claims, birthdate: 'yesterday' }],
    ['have one that the issuer writes', { ...claims, iss: 'https://somebody.example' }],
    ['have one that no credential may have', { ...claims, _sd: [] }],
  ])('gets none, and may come again, where the claims %s', async (_what, wrong) => {
    const { test } = registerThat(found(wrong), found())
    const { code } = await offerOf(test)
    const token = await tokenFor(test, code)
    const proof = await proofOfKey(test, newKey())
    expect(await credentialFor(test, token, proof)).toBe('claims_unfit')
    expect(payloadOf(await credentialFor(test, token, proof))).toMatchObject({ vct: expect.any(String) })
  })

  it('gets none where the register says no, and it alone', async () => {
    const { test } = registerThat({ status: 403, body: '{"error":"denied"}' })
    const { code } = await offerOf(test)
    const token = await tokenFor(test, code)
    expect(await credentialFor(test, token, await proofOfKey(test, newKey()))).toBe('claims_denied')
  })

  it('gets the same credential again without another question', async () => {
    const { asked, test } = registerThat(found())
    const { code } = await offerOf(test)
    const token = await tokenFor(test, code)
    const proof = await proofOfKey(test, newKey())
    const first = await credentialFor(test, token, proof)
    expect(await credentialFor(test, token, proof)).toBe(first)
    expect(asked).toHaveLength(1)
  })

  it('is not asked about before its key is proven', async () => {
    const { asked, test } = registerThat(found())
    const { code } = await offerOf(test)
    const token = await tokenFor(test, code)
    expect(
      await credentialFor(test, token, await proofOfKey(test, newKey(), 'no-nonce-of-ours')),
    ).not.toMatch(/~/)
    expect(await credentialFor(test, 'no-token', await proofOfKey(test, newKey()))).toBe('token_unknown')
    expect(asked).toEqual([])
  })
})

describe('over HTTP', () => {
  it.each<[string, Reply, number, string, string | undefined]>([
    ['a fault is 503 with a time to come again', { status: 500, body: '' }, 503, 'server_error', '5'],
    ['claims that do not fit as well', found({ given_name: 1 }), 503, 'server_error', '5'],
    [
      'a no is final',
      { status: 403, body: '{"error":"denied"}' },
      400,
      'credential_request_denied',
      undefined,
    ],
  ])('%s', async (_what, reply, status, error, retryAfter) => {
    const { test } = registerThat(reply)
    const service = await createHttpService({
      ...issuerService(test.issuer, { displayName: 'Test' }),
      config: servedConfig(test.issuer),
      checks: [],
    })
    services.push(service)
    const { code } = await offerOf(test)
    const answer = await service.app.inject({
      method: 'POST',
      url: '/credential',
      headers: { authorization: `Bearer ${await tokenFor(test, code)}` },
      payload: {
        credential_configuration_id: configurationId,
        proofs: { jwt: [await proofOfKey(test, newKey())] },
      },
    })
    expect([answer.statusCode, answer.json().error, answer.headers['retry-after']]).toEqual([
      status,
      error,
      retryAfter,
    ])
    expect(answer.body).not.toMatch(/Ada|register|given_name/)
  })

  it('an offer by such a profile takes no claims', async () => {
    const { test } = registerThat(found())
    const claimsOf = { source: 'webhook', url } as const
    const profile = { credentialConfigurationId: configurationId, claims: claimsOf }
    const ownProfiles = new Map([
      ['asking', { name: 'asking', version: 1, origin: 'file', profile } as const],
    ])
    const issuer = { ...test.issuer, ownProfiles }
    const service = await createHttpService({
      ...issuerService(issuer, { displayName: 'Test' }),
      config: servedConfig(issuer),
      checks: [],
    })
    services.push(service)
    const offer = (payload: object) =>
      service.app.inject({ method: 'POST', url: '/openid4vc/profiles/asking/offers', payload })
    expect((await offer({})).statusCode).toBe(200)
    const refused = await offer({ claims })
    expect([refused.statusCode, refused.json().message]).toEqual([
      400,
      expect.stringMatching(/asks for them/),
    ])
  })
})
