import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import type { KeptDecryptionKey } from '@countersign/crypto/jwe-engine'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { clientOf } from '@countersign/protocol/openid4vp/request/client-id'
import {
  makeRequestKey,
  openRequestObject,
  writeRequestEncryption,
} from '@countersign/protocol/openid4vp/request/request-encryption'
import { describe, expect, it } from 'vitest'
import { sessionView } from './http/session-view.ts'
import { serveRequest } from './request/serve-request.ts'
import { startVerification } from './request/start-verification.ts'
import { receivePresentation } from './response/receive-presentation.ts'
import {
  answerTo,
  heldCredential,
  query,
  started,
  type TestVerifier,
  testVerifier,
} from './testing/verifier.testing.ts'

async function stateOf({ verifier }: TestVerifier, id: string) {
  return (await verifier.sessions.get(id))?.value
}

describe('a request object', () => {
  it('may be fetched twice and is recorded once', async () => {
    const test = await testVerifier()
    const { id } = await started(test.verifier)
    await Promise.all([
      serveRequest(test.verifier, id),
      serveRequest(test.verifier, id, { walletNonce: 'nonce' }),
    ])
    expect((await stateOf(test, id))?.events.map((event) => event.type)).toEqual(['created', 'requested'])
  })

  it('can still be fetched after the decision', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const form = await answerTo(session, await heldCredential(test), test.clock.now)
    await receivePresentation(test.verifier, session.id, form)
    expect(await serveRequest(test.verifier, session.id)).toMatchObject({ ok: true })
  })

  it.each([
    [{}, []],
    [{ clientName: 'Example Shop' }, [['client_name', 'Example Shop']]],
    [{ clientContact: 'privacy@shop.example' }, [['contacts', ['privacy@shop.example']]]],
  ])('says of the verifier what is configured: %j', async (settings, members) => {
    const { verifier } = await testVerifier(undefined, {}, settings)
    const { id } = await started(verifier)
    const request = await serveRequest(verifier, id)
    const decoded = request.ok ? decodeJws(request.value) : request
    const { vp_formats_supported, ...said } = (decoded.ok &&
      decoded.value.payload['client_metadata']) as JsonObject
    expect(vp_formats_supported).toBeDefined()
    expect(Object.entries(said)).toEqual(members)
  })
})

describe('a wallet that says what it is', () => {
  const fetchedBy = async (walletMetadata: string) => {
    const test = await testVerifier()
    const { id } = await started(test.verifier)
    const served = await serveRequest(test.verifier, id, { walletMetadata })
    const decoded = served.ok ? decodeJws(served.value) : served
    return { decoded, served, state: (await stateOf(test, id))?.state }
  }

  it('gets a request for itself where it has an identifier, and one for any wallet otherwise', async () => {
    const named = await fetchedBy('{"issuer":"https://wallet.example","more":[1]}')
    expect(named.decoded).toMatchObject({ value: { payload: { aud: 'https://wallet.example' } } })
    const nameless = await fetchedBy('{"client_id_prefixes_supported":["x509_hash"]}')
    expect(nameless.decoded).toMatchObject({ value: { payload: { aud: 'https://self-issued.me/v2' } } })
  })

  it.each([
    ['{"client_id_prefixes_supported":["decentralized_identifier"]}', 'client_id_prefix_not_taken'],
    ['{"client_id_prefixes_supported":[]}', 'client_id_prefix_not_taken'],
    ['not json', 'wallet_metadata_malformed'],
    ['{"jwks":{"keys":[{"kty":"RSA"}]}}', 'request_encryption_unsupported'],
    ['{"jwks":{}}', 'wallet_metadata_malformed'],
  ])('gets none with %s, and nothing has happened', async (metadata, code) => {
    expect(await fetchedBy(metadata)).toMatchObject({ served: { error: { code } }, state: 'created' })
  })
})

describe('a wallet that sends a key', () => {
  const ports = { crypto: nodeCrypto, jwe: joseJwe }

  async function fetchedWith(key: KeptDecryptionKey, test: TestVerifier, id: string) {
    const walletMetadata = JSON.stringify(writeRequestEncryption(key))
    const served = await serveRequest(test.verifier, id, { walletMetadata, walletNonce: 'w' })
    return served.ok ? served.value : served.error.code
  }

  it('gets a request that it alone can read, as it was signed', async () => {
    const test = await testVerifier()
    const { id, nonce } = await started(test.verifier)
    const [mine, another] = [await makeRequestKey(ports), await makeRequestKey(ports)]
    const sent = await fetchedWith(mine, test, id)
    expect(await openRequestObject(sent, another, joseJwe)).toMatchObject({
      error: { code: 'request_undecryptable' },
    })
    const opened = await openRequestObject(sent, mine, joseJwe)
    expect(opened.ok && decodeJws(opened.value)).toMatchObject({
      value: { header: { typ: 'oauth-authz-req+jwt' }, payload: { nonce, wallet_nonce: 'w', state: id } },
    })
    expect(sent).not.toContain(opened.ok ? opened.value : '')
  })

  it('gets it again, for another key each time, and is recorded once', async () => {
    const test = await testVerifier()
    const { id } = await started(test.verifier)
    for (let time = 0; time < 3; time++) {
      const key = await makeRequestKey(ports)
      expect(await openRequestObject(await fetchedWith(key, test, id), key, joseJwe)).toMatchObject({
        ok: true,
      })
    }
    expect((await stateOf(test, id))?.events.map((event) => event.type)).toEqual(['created', 'requested'])
  })
})

describe('starting a verification', () => {
  const base = { dcqlQuery: query, policies: [], authorizeBaseUrl: 'openid4vp://authorize' }

  it.each([
    [
      'a format that nothing verifies',
      { dcqlQuery: { credentials: [{ id: 'a', format: 'mso_mdoc', meta: {} }] } },
      'format_not_supported',
    ],
    ['an unknown policy', { policies: [{ policy: 'webhook' }] }, 'policy_unknown'],
    ['a policy without what it needs', { policies: [{ policy: 'allowed-issuer' }] }, 'policy_arguments'],
    ['a query that is none', { dcqlQuery: {} }, 'missing'],
  ])('is refused for %s', async (_name, more, code) => {
    const { verifier } = await testVerifier()
    expect(await startVerification(verifier, { ...base, ...more })).toMatchObject({ error: { code } })
  })

  it('refuses an id that is taken', async () => {
    const { verifier } = await testVerifier()
    const request = { ...base, id: 'order-12345678' }
    expect(await startVerification(verifier, request)).toMatchObject({ ok: true })
    expect(await startVerification(verifier, request)).toMatchObject({ error: { code: 'session_exists' } })
  })

  it('has a nonce that nobody guesses, in characters of a URL, and another each time', async () => {
    const { verifier } = await testVerifier()
    const [one, other] = [await started(verifier), await started(verifier)]
    for (const { nonce } of [one, other]) expect(nonce).toMatch(/^[A-Za-z0-9_-]{22,43}$/)
    expect(other.nonce).not.toBe(one.nonce)
  })

  it('has a state and a place for answers of its own, and goes by the hash of its certificate where nothing else is said', async () => {
    const { verifier } = await testVerifier()
    const [one, other] = [await started(verifier), await started(verifier)]
    for (const { answerMode, clientId, id } of [one, other]) {
      expect(id).toMatch(/^[A-Za-z0-9_-]{22,}$/)
      const responseUri = `https://verifier.example/openid4vc/verify/${id}`
      expect(answerMode).toEqual({ mode: 'direct_post', responseUri })
      expect(clientId).toMatch(/^x509_hash:[A-Za-z0-9_-]{43}$/)
    }
    expect(other.id).not.toBe(one.id)
  })

  it('refuses a guessable id where the id is all that binds the answer', async () => {
    const { verifier } = await testVerifier()
    const unbound = {
      credentials: [{ ...query.credentials[0], require_cryptographic_holder_binding: false }],
    }
    const refused = await startVerification(verifier, {
      ...base,
      dcqlQuery: unbound as never,
      id: 'short-id',
    })
    expect(refused).toMatchObject({ error: { code: 'session_id_guessable' } })
    const taken = { ...base, dcqlQuery: unbound as never, id: 'x'.repeat(22) }
    expect(await startVerification(verifier, taken)).toMatchObject({ ok: true })
    expect(await startVerification(verifier, { ...base, id: 'short-id' })).toMatchObject({ ok: true })
  })
})

describe('a result', () => {
  it('names the issuer that is vouched for, and apart from it the name that the credential claims', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const answer = await answerTo(session, await heldCredential(test), test.clock.now)
    await receivePresentation(test.verifier, session.id, answer)
    const kept = await stateOf(test, session.id)
    expect(kept && sessionView(kept, test.verifier.policies)).toMatchObject({
      credentials: [
        { issuer: 'O=Countersign, CN=Test', claimedIssuer: 'https://issuer.example', anchor: 'Test CA' },
      ],
    })
  })
})

describe('a session', () => {
  const named = { dcqlQuery: query, policies: [], authorizeBaseUrl: 'openid4vp://authorize' }

  it.each([
    [{}, { requestPassing: 'by_reference', clientId: /^x509_hash:/ }],
    [{ passing: 'by_value' }, { requestPassing: 'by_value', clientId: /^x509_hash:/ }],
    // Nobody signs it, so that there is no other way.
    [{ clientIdPrefix: 'redirect_uri' }, { requestPassing: 'by_value', clientId: /^redirect_uri:https:/ }],
    [
      { responseMode: 'dc_api.jwt', browser: { expectedOrigins: ['https://shop.example'] } },
      { requestPassing: undefined, clientId: /^x509_hash:/ },
    ],
  ] as const)('that is begun with %j says who asks, and how', async (more, { clientId, requestPassing }) => {
    const test = await testVerifier()
    const means = { signer: test.issuer, crypto: nodeCrypto, host: 'verifier.example', now: () => 0 }
    const unsigned = await clientOf('redirect_uri', means)
    if (!unsigned.ok) throw new Error(unsigned.error.code)
    const clients = new Map([...test.verifier.clients, ['redirect_uri', unsigned.value] as const])
    const begun = await startVerification({ ...test.verifier, clients }, { ...named, ...more })
    const kept = begun.ok ? await stateOf(test, begun.value.id) : undefined
    const view = kept && sessionView(kept, test.verifier.policies)
    expect(view?.clientId).toMatch(clientId)
    expect(view?.requestPassing).toBe(requestPassing)
  })
})

describe('policies of the relying party', () => {
  async function stateWith(policies: { policy: string; args?: unknown }[]) {
    const test = await testVerifier()
    const session = await started(test.verifier, { policies })
    await receivePresentation(
      test.verifier,
      session.id,
      await answerTo(session, await heldCredential(test), test.clock.now),
    )
    const kept = await stateOf(test, session.id)
    return kept && sessionView(kept, test.verifier.policies)
  }

  it.each([
    ['allowed-issuer', 'O=Countersign, CN=Test', true],
    // What the credential calls its issuer, and nobody vouches for.
    ['allowed-issuer', 'https://issuer.example', false],
    ['allowed-issuer', ['https://other.example', 'Test CA'], false],
    ['minimum-credentials', 1, true],
    ['minimum-credentials', 2, false],
    ['maximum-credentials', 0, false],
    ['expired', undefined, true],
    ['signature_sd-jwt-vc', undefined, true],
  ])('%s with %j: %s', async (policy, args, success) => {
    const view = await stateWith([{ policy, args }])
    expect(view).toMatchObject({ verificationResult: success })
    const named = JSON.stringify(view && 'policyResults' in view && view.policyResults)
    expect(named).toContain(`"policy":"${policy}"`)
  })
})
