/** Clients at an issuer of several instances: who is taken, by what, and how often. */
import { randomUUID } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  createAttestationPop,
  createClientAssertion,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import { type PresentedClient, writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import {
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { newKey } from '@countersign/testing/people/keys'
import type { Certificate } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'
import { authenticateClient, type ReceivedClient } from './authorization/client-authentication.ts'
import { requestToken } from './authorization/request-token.ts'
import { createServerChallenge } from './authorization/server-challenges.ts'
import type { IssuerSettings } from './build.ts'
import {
  anonymousClient,
  offered,
  proofOfSender,
  type TestIssuer,
  testInstances,
  testIssuer,
  tokenRequest,
} from './testing/issuer.testing.ts'

const WALLET = 'https://wallet.example'
const shopKey = newKey()
const attester = newKey()
const instanceKey = newKey()

const settings: Partial<IssuerSettings> = {
  clients: [
    {
      clientId: 'shop',
      methods: ['private_key_jwt'],
      keys: [shopKey.publicJwk],
      redirectUris: ['https://shop.example/back'],
    },
    { clientId: 'kiosk', methods: ['none'], redirectUris: [] },
    { clientId: 'own-wallet', methods: ['attest_jwt_client_auth'], redirectUris: [] },
  ],
}
const attesters = { anchors: [], keys: [attester.publicJwk] }
const strict: Partial<IssuerSettings> = { ...settings, publicClients: false }

const sent = (client: PresentedClient, path = '/token'): ReceivedClient => ({ ...writeClient(client), path })
const named = (clientId?: string) => sent({ method: 'none', clientId })

interface AttestedWish {
  readonly clientId?: string
  readonly by?: Signer
  readonly challenge?: string
  readonly lifetimeSeconds?: number
  readonly audience?: string
}

async function attested({ clock, issuer }: TestIssuer, wish: AttestedWish = {}): Promise<ReceivedClient> {
  const {
    audience = issuer.baseUrl,
    by = attester,
    challenge,
    clientId = WALLET,
    lifetimeSeconds = 600,
  } = wish
  const { now } = clock
  const { publicJwk } = instanceKey
  const attestation = await createClientAttestation({
    signer: by,
    clientId,
    instanceKey: publicJwk,
    now,
    lifetimeSeconds,
  })
  const pop = await createAttestationPop({
    signer: instanceKey,
    clientId,
    audience,
    now,
    jti: randomUUID(),
    challenge,
  })
  return sent({ method: 'attest_jwt_client_auth', clientId, attestation, pop })
}

async function asserted(
  { clock, issuer }: TestIssuer,
  { audience = issuer.baseUrl, clientId = 'shop', signer = shopKey } = {},
): Promise<ReceivedClient> {
  const made = { signer, clientId, audience, now: clock.now, lifetimeSeconds: 60, jti: randomUUID() }
  return sent({ method: 'private_key_jwt', clientId, assertion: await createClientAssertion(made) })
}

async function told({ issuer }: TestIssuer, client: ReceivedClient): Promise<string> {
  const known = await authenticateClient(issuer, client)
  return known.ok ? `${known.value.method} ${known.value.clientId ?? 'anonymous'}` : known.error.code
}

describe('who is taken for whom', () => {
  it.each<[string, (test: TestIssuer) => Promise<ReceivedClient>, string, string]>([
    ['nobody', async () => named(), 'none anonymous', 'client_method_not_allowed'],
    ['a name', async () => named('wallet'), 'none wallet', 'client_method_not_allowed'],
    ['a public client that is registered', async () => named('kiosk'), 'none kiosk', 'none kiosk'],
    [
      'the name of a client with keys',
      async () => named('shop'),
      'client_method_not_allowed',
      'client_method_not_allowed',
    ],
    [
      'the name of a client that is attested',
      async () => named('own-wallet'),
      'client_method_not_allowed',
      'client_method_not_allowed',
    ],
    ['an assertion', (test) => asserted(test), 'private_key_jwt shop', 'private_key_jwt shop'],
    [
      'an assertion of a stranger',
      (test) => asserted(test, { clientId: 'other' }),
      'client_unknown',
      'client_unknown',
    ],
    [
      'an assertion of a public client',
      (test) => asserted(test, { clientId: 'kiosk' }),
      'client_method_not_allowed',
      'client_method_not_allowed',
    ],
    [
      'an assertion by another key',
      (test) => asserted(test, { signer: newKey() }),
      'assertion_signature_invalid',
      'assertion_signature_invalid',
    ],
    [
      'an attestation',
      (test) => attested(test),
      `attest_jwt_client_auth ${WALLET}`,
      `attest_jwt_client_auth ${WALLET}`,
    ],
    [
      'an attestation of a client that is registered for it',
      (test) => attested(test, { clientId: 'own-wallet' }),
      'attest_jwt_client_auth own-wallet',
      'attest_jwt_client_auth own-wallet',
    ],
    [
      'an attestation that speaks for a client with keys',
      (test) => attested(test, { clientId: 'shop' }),
      'client_method_not_allowed',
      'client_method_not_allowed',
    ],
    [
      'an attestation of somebody else',
      (test) => attested(test, { by: newKey() }),
      'attestation_signature_invalid',
      'attestation_signature_invalid',
    ],
    [
      'an attestation of the instance itself',
      (test) => attested(test, { by: instanceKey }),
      'attestation_signature_invalid',
      'attestation_signature_invalid',
    ],
    [
      'an attestation for another server',
      (test) => attested(test, { audience: 'https://other.example' }),
      'attestation_pop_wrong_audience',
      'attestation_pop_wrong_audience',
    ],
  ])('%s', async (_name, client, openly, strictly) => {
    const open = testIssuer({ settings, attesters })
    expect(await told(open, await client(open))).toBe(openly)
    const closed = testIssuer({ settings: strict, attesters })
    expect(await told(closed, await client(closed))).toBe(strictly)
  })

  it('an attestation is none where nobody vouches', async () => {
    for (const nobody of [{}, { attesters: { anchors: [], keys: [] } }]) {
      const test = testIssuer(nobody)
      expect(await told(test, await attested(test))).toBe('client_method_not_allowed')
    }
  })

  it('an attested client is told apart from others of its name by its key', async () => {
    const test = testIssuer({ attesters })
    expect(await authenticateClient(test.issuer, await attested(test))).toMatchObject({
      value: { clientId: WALLET, instanceKey: await jwkThumbprint(instanceKey.publicJwk, nodeCrypto) },
    })
  })

  it('what was registered of a client comes with it', async () => {
    const test = testIssuer({ settings })
    const known = await authenticateClient(test.issuer, await asserted(test))
    expect(known).toMatchObject({
      value: { registered: { clientId: 'shop', redirectUris: ['https://shop.example/back'] } },
    })
  })

  it('an assertion names us, the token endpoint or the endpoint that it is sent to', async () => {
    const test = testIssuer({ settings })
    const at = async (audience: string, path: string) => {
      const client = await asserted(test, { audience })
      return told(test, { ...client, path })
    }
    const { baseUrl } = test.issuer
    expect(await at(`${baseUrl}/token`, '/par')).toBe('private_key_jwt shop')
    expect(await at(`${baseUrl}/par`, '/par')).toBe('private_key_jwt shop')
    expect(await at(`${baseUrl}/par`, '/token')).toBe('assertion_wrong_audience')
    expect(await at(`${baseUrl}/`, '/token')).toBe('assertion_wrong_audience')
  })
})

describe('an attester that brings a chain', async () => {
  const within = 1_780_000_000
  const authorityOf = (key: Signer) =>
    makeCertificate({
      subject: 'Wallet Authority',
      issuer: 'Wallet Authority',
      key: key.publicJwk,
      signer: key,
      ca: true,
      keyUsage: [KEY_CERT_SIGN],
      subjectKeyId: Uint8Array.of(1),
    })
  const attesterBelow = (issuer: string, signer: Signer) =>
    makeCertificate({
      subject: 'Wallet Provider',
      issuer,
      key: attester.publicJwk,
      signer,
      keyUsage: [DIGITAL_SIGNATURE],
      authorityKeyId: Uint8Array.of(1),
    })
  const root = newKey()
  const authority = await authorityOf(root)
  const leaf = await attesterBelow('Wallet Authority', root)

  async function judgedAt(x5c: readonly string[], anchor: Certificate, now = within) {
    const test = testIssuer({ attesters: { anchors: [anchor], keys: [] } })
    test.clock.now = now
    return told(test, await attested(test, { by: { ...attester, x5c } }))
  }

  it('is believed below an authority that is named, and by no other', async () => {
    expect(await judgedAt(toX5c(leaf), authority)).toBe(`attest_jwt_client_auth ${WALLET}`)
    expect(await judgedAt(toX5c(leaf), await authorityOf(newKey()))).toBe('attester_untrusted')
  })

  it('leaves the authority out (HAIP 1.0 §4.4.1), and is not its own', async () => {
    expect(await judgedAt(toX5c(leaf, authority), authority)).toBe('attester_untrusted')
    const itself = await attesterBelow('Wallet Provider', attester)
    expect(await judgedAt(toX5c(itself), authority)).toBe('attester_untrusted')
    expect(await judgedAt(toX5c(itself), itself)).toBe('attester_untrusted')
  })

  it('is not believed when the certificate is over', async () => {
    expect(await judgedAt(toX5c(leaf), authority, leaf.notAfter + 1)).toBe('attester_untrusted')
  })

  it('signs with the key of its certificate, and with no other', async () => {
    const test = testIssuer({ attesters: { anchors: [authority], keys: [] } })
    test.clock.now = within
    const by = { ...newKey(), x5c: toX5c(leaf) }
    expect(await told(test, await attested(test, { by }))).toBe('attestation_signature_invalid')
  })

  it('is not believed by its key beside a chain that leads nowhere', async () => {
    const test = testIssuer({ attesters })
    for (const x5c of [['AAAA'], []])
      expect(await told(test, await attested(test, { by: { ...attester, x5c } }))).toBe('attester_untrusted')
  })
})

describe('on several instances', () => {
  it.each<[string, (test: TestIssuer) => Promise<ReceivedClient>, string]>([
    ['a proof of an attested key', (test) => attested(test), 'attestation_pop_replayed'],
    ['an assertion', (test) => asserted(test), 'assertion_replayed'],
  ])('%s is good once, and its client may come again with another', async (_name, client, code) => {
    const deployment = testInstances({ settings, attesters })
    const [first, second] = [deployment.instance(), deployment.instance()]
    const message = await client(first)
    expect(await told(first, message)).toMatch(/^(attest|private)/)
    for (const seconds of [0, 30, 59]) {
      first.clock.now += seconds
      expect(await told(second, message)).toBe(code)
      expect(await told(first, message)).toBe(code)
    }
    expect(await told(second, await client(second))).toMatch(/^(attest|private)/)
  })

  it('of ten that come at once with one proof one is heard', async () => {
    const deployment = testInstances({ attesters })
    const instances = Array.from({ length: 10 }, () => deployment.instance())
    const message = await attested(deployment.instance())
    const heard = await Promise.all(instances.map((instance) => told(instance, message)))
    expect(heard.filter((one) => one === `attest_jwt_client_auth ${WALLET}`)).toHaveLength(1)
  })

  it('a challenge of one is known to the other, until it is old', async () => {
    const deployment = testInstances({ attesters, settings: { attestationChallenges: 'required' } })
    const [first, second] = [deployment.instance(), deployment.instance()]
    const challenge = await createServerChallenge('attestation_challenge', first.issuer)
    expect(await told(second, await attested(second, { challenge }))).toBe(`attest_jwt_client_auth ${WALLET}`)
    first.clock.now += 300
    expect(await told(second, await attested(second, { challenge }))).toBe('attestation_challenge_needed')
  })
})

describe('a challenge', () => {
  it.each<[string, 'optional' | 'required', (test: TestIssuer) => Promise<string | undefined>, boolean]>([
    ['that is missing', 'optional', async () => undefined, true],
    ['that is missing', 'required', async () => undefined, false],
    ['of ours', 'optional', ({ issuer }) => createServerChallenge('attestation_challenge', issuer), true],
    ['of ours', 'required', ({ issuer }) => createServerChallenge('attestation_challenge', issuer), true],
    ['of another kind', 'optional', ({ issuer }) => createServerChallenge('dpop_nonce', issuer), false],
    ['of somebody else', 'optional', async () => 'x'.repeat(72), false],
    [
      'of another deployment',
      'required',
      () => createServerChallenge('attestation_challenge', testIssuer().issuer),
      false,
    ],
  ])('%s, where one is %s', async (_name, attestationChallenges, make, isGood) => {
    const test = testIssuer({ attesters, settings: { attestationChallenges } })
    const challenge = await make(test)
    const answer = await told(test, await attested(test, challenge === undefined ? {} : { challenge }))
    expect(answer).toBe(isGood ? `attest_jwt_client_auth ${WALLET}` : 'attestation_challenge_needed')
  })

  it('that is not good costs the proof nothing', async () => {
    const deployment = testInstances({ attesters, settings: { attestationChallenges: 'required' } })
    const test = deployment.instance()
    const without = await attested(test)
    expect(await told(test, without)).toBe('attestation_challenge_needed')
    expect(await told(test, without)).toBe('attestation_challenge_needed')
  })
})

it('an attestation may be required to be younger than it says', async () => {
  const test = testIssuer({ attesters, settings: { attestationMaxAgeSeconds: 60 } })
  const young = await attested(test)
  expect(await told(test, young)).toBe(`attest_jwt_client_auth ${WALLET}`)
  const old = await attested(test)
  test.clock.now += 61
  expect(await told(test, old)).toBe('attestation_not_fresh')
})

describe('a token request', () => {
  const tokenOf = async (test: TestIssuer, client: ReceivedClient, code: string, key?: Signer) => {
    const dpop = key && (await proofOfSender(test, key, '/token'))
    const given = await requestToken(test.issuer, tokenRequest(code), { client, dpop })
    return given.ok ? 'token' : given.error.code
  }

  it('of a client that is not taken leaves the code to who is', async () => {
    const test = testIssuer({ settings: strict, attesters })
    const { code } = await offered(test.issuer)
    expect(await tokenOf(test, anonymousClient, code)).toBe('client_method_not_allowed')
    expect(await tokenOf(test, await attested(test, { by: newKey() }), code)).toBe(
      'attestation_signature_invalid',
    )
    expect(await tokenOf(test, await attested(test), code)).toBe('token')
  })

  it('without a proof, where every token is bound, spends neither the code nor what the client shows', async () => {
    const test = testIssuer({ settings: { ...settings, requireSenderConstraint: true } })
    const { code } = await offered(test.issuer)
    const client = await asserted(test)
    expect(await tokenOf(test, client, code)).toBe('dpop_missing')
    expect(await tokenOf(test, client, code, newKey())).toBe('token')
  })

  it.each<['optional' | 'required', string, string]>([
    ['optional', 'token', 'dpop_nonce_needed'],
    ['required', 'dpop_nonce_needed', 'dpop_nonce_needed'],
  ])('with a DPoP proof, where a nonce is %s', async (dpopNonces, without, wrong) => {
    const deployment = testInstances({ settings: { dpopNonces } })
    const [test, other] = [deployment.instance(), deployment.instance()]
    const key = newKey()
    const asked = async (nonce?: string) => {
      const { code } = await offered(test.issuer)
      const dpop = await proofOfSender(test, key, '/token', undefined, nonce)
      const given = await requestToken(test.issuer, tokenRequest(code), { client: anonymousClient, dpop })
      return given.ok ? 'token' : given.error.code
    }
    expect(await asked()).toBe(without)
    const nonce = await createServerChallenge('dpop_nonce', other.issuer)
    expect(await asked(nonce)).toBe('token')
    expect(await asked(nonce)).toBe('token')
    expect(await asked(await createServerChallenge('attestation_challenge', test.issuer))).toBe(wrong)
    expect(await asked('made-up')).toBe(wrong)
    test.clock.now += 300
    expect(await asked(nonce)).toBe(wrong)
  })
})
