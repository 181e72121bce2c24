import type { JsonValue } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { createKeyAttestation } from '@countersign/protocol/openid4vci/proof/key-attestation'
import { newKey } from '@countersign/testing/people/keys'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'
import { attesterKeys } from './attesters.ts'
import { payloadOf } from './testing/issue-calls.testing.ts'
import {
  answerFor,
  configurationId,
  nonceOf,
  offered,
  type TestIssuer,
  testIssuer,
  tokenFor,
} from './testing/issuer.testing.ts'

const NOW = 1_800_000_000
const ca = createDevelopmentCa({ name: 'Attesters', now: NOW })

function certified(by = ca): Signer {
  const jwk = generateSoftwareKey('ES256')
  const { publicJwk } = softwareSigner(jwk)
  const wish = { subject: 'Wallet provider', dnsNames: [], uris: [], days: 90 }
  return softwareSigner(jwk, { x5c: [issueCertificate({ ca: by, publicJwk, now: NOW, ...wish })] })
}

const provider = certified()
const known = newKey()

function anchor() {
  const parsed = parseX5cEntry(ca.certificate)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

function attesting(settings: Parameters<typeof testIssuer>[0] = {}): TestIssuer {
  const { issuer, clock } = testIssuer(settings)
  const keys = [{ ...bareKey(known.publicJwk), kid: known.keyId }]
  const keyAttesters = attesterKeys({ anchors: [anchor()], keys }, 'key_attester', nodeCrypto)
  return { issuer: { ...issuer, keyAttesters }, clock }
}

interface Wallet {
  readonly test: TestIssuer
  readonly token: string
  readonly nonce: string
}

async function begun(test = attesting()): Promise<Wallet> {
  return { test, token: await tokenFor(test, (await offered(test.issuer)).code), nonce: await nonceOf(test) }
}

const keys = (count: number): readonly Signer[] => Array.from({ length: count }, () => newKey())

type Attested = Partial<Parameters<typeof createKeyAttestation>[0]>

const attestationOf = ({ nonce }: Wallet, holders: readonly Signer[], change: Attested = {}) =>
  createKeyAttestation({
    signer: provider,
    keys: holders.map(({ publicJwk }) => bareKey(publicJwk)),
    now: NOW,
    expiresAt: NOW + 3600,
    nonce,
    ...change,
  })

const proofOf = ({ nonce, test }: Wallet, signer: Signer, keyAttestation?: string) =>
  createKeyProof({
    signer,
    issuer: test.issuer.baseUrl,
    nonce,
    now: NOW,
    keyReference: keyAttestation === undefined ? 'jwk' : { kid: '0' },
    keyAttestation,
  })

/** The keys that credentials came for, or the refusal's code. */
async function boundTo(
  { test, token }: Wallet,
  proofs: readonly string[],
  proofType: 'jwt' | 'attestation' = 'jwt',
): Promise<JsonValue> {
  const answer = await answerFor(test, token, proofs, { proofType })
  if (!answer.ok) return answer.error.code
  return answer.value.credentials.map(({ credential }) => payloadOf(credential)['cnf'] ?? null)
}

const cnf = (holders: readonly Signer[]) => holders.map(({ publicJwk }) => ({ jwk: bareKey(publicJwk) }))

describe('attested keys', () => {
  it.each([
    ['below an authority', provider],
    ['by a key that is known', known],
  ])('get a credential each, for one proof of one of them (%s)', async (_name, signer) => {
    const wallet = await begun()
    const holders = keys(4)
    const [first = newKey()] = holders
    const proof = await proofOf(wallet, first, await attestationOf(wallet, holders, { signer }))
    expect(await boundTo(wallet, [proof])).toEqual(cnf(holders))
  })

  it('get a credential each, for a proof that is the attestation, and the same again', async () => {
    const wallet = await begun()
    const holders = keys(3)
    const attestation = await attestationOf(wallet, holders, { expiresAt: undefined })
    expect(await boundTo(wallet, [attestation], 'attestation')).toEqual(cnf(holders))
    const [once, again] = await Promise.all([
      answerFor(wallet.test, wallet.token, attestation, { proofType: 'attestation' }),
      answerFor(wallet.test, wallet.token, attestation, { proofType: 'attestation' }),
    ])
    expect(once).toEqual(again)
  })

  it('that several proofs have in common get one credential each', async () => {
    const wallet = await begun()
    const holders = keys(3)
    const attestation = await attestationOf(wallet, holders)
    const proofs = await Promise.all(
      holders.map((signer, at) =>
        createKeyProof({
          signer,
          issuer: wallet.test.issuer.baseUrl,
          nonce: wallet.nonce,
          now: NOW,
          keyReference: { kid: `${at}` },
          keyAttestation: attestation,
        }),
      ),
    )
    expect(await boundTo(wallet, proofs)).toEqual(cnf(holders))
  })

  it('are as many as a batch may have, those that signed first', async () => {
    const settings = { batchSize: 2 }
    const [first = newKey(), second = newKey(), third = newKey()] = keys(3)
    const wallet = await begun(attesting({ settings }))
    const attestation = await attestationOf(wallet, [third, second, first])
    expect(await boundTo(wallet, [await proofOf(wallet, third, attestation)])).toEqual(cnf([third, second]))
    const other = await begun(attesting({ settings: { batchSize: 1 } }))
    const alone = await attestationOf(other, [first, second])
    expect(await boundTo(other, [alone], 'attestation')).toEqual(cnf([first]))
  })

  it('need a nonce of ours in the attestation, too, which may be another one than that of the proof', async () => {
    const wallet = await begun()
    const [holder = newKey()] = keys(1)
    const { test } = wallet
    const withNonce = async (nonce: string | undefined) =>
      proofOf(wallet, holder, await attestationOf(wallet, [holder], { nonce }))
    expect(await boundTo(wallet, [await withNonce(undefined)])).toBe('nonce_missing')
    expect(await boundTo(wallet, [await withNonce('made-up')])).toBe('challenge_unknown')
    expect(await boundTo(wallet, [await withNonce(await nonceOf(testIssuer()))])).toBe('challenge_unknown')
    const alone = await attestationOf(wallet, [holder], { nonce: undefined })
    expect(await boundTo(wallet, [alone], 'attestation')).toBe('nonce_missing')
    expect(await boundTo(wallet, [await withNonce(await nonceOf(test))])).toEqual(cnf([holder]))
  })

  it('are believed of nobody else', async () => {
    const wallet = await begun()
    const [holder = newKey()] = keys(1)
    const stranger = certified(createDevelopmentCa({ name: 'Attesters', now: NOW }))
    const { x5c: _x5c, ...bare } = provider
    const nobodys: readonly [Signer, string][] = [
      [stranger, 'key_attestation_untrusted'],
      [{ ...provider, x5c: [...(provider.x5c ?? []), ca.certificate] }, 'key_attestation_untrusted'],
      // Without a certificate it may be one of the keys that are known, and is not.
      [newKey(), 'key_attestation_signature_invalid'],
      [bare, 'key_attestation_signature_invalid'],
    ]
    for (const [signer, refusal] of nobodys) {
      const attestation = await attestationOf(wallet, [holder], { signer })
      expect(await boundTo(wallet, [attestation], 'attestation')).toBe(refusal)
    }
    const thief = { ...newKey(), x5c: provider.x5c }
    expect(
      await boundTo(wallet, [await attestationOf(wallet, [holder], { signer: thief })], 'attestation'),
    ).toBe('key_attestation_signature_invalid')
    // The certificate of the provider ends after ninety days.
    wallet.test.clock.now += 91 * 86_400
    const late = await begun(wallet.test)
    const attestation = await attestationOf(late, [holder], { expiresAt: NOW + 1e8 })
    expect(await boundTo(late, [attestation], 'attestation')).toBe('key_attestation_untrusted')
  })

  it('say nothing where nobody is believed: their type of proof is not taken, and one key is proven', async () => {
    const wallet = await begun(testIssuer())
    const [first = newKey(), second = newKey()] = keys(2)
    const attestation = await attestationOf(wallet, [first, second])
    expect(await boundTo(wallet, [attestation], 'attestation')).toBe('attesters_unknown')
    const proof = await createKeyProof({
      signer: first,
      issuer: wallet.test.issuer.baseUrl,
      nonce: wallet.nonce,
      now: NOW,
      keyReference: 'jwk',
      keyAttestation: attestation,
    })
    expect(await boundTo(wallet, [proof])).toEqual(cnf([first]))
  })
})

describe('a credential for attested keys alone', () => {
  const settings = {
    requiredKeyAttestations: [{ configurations: [configurationId], keyStorage: ['iso_18045_high'] }],
  }

  it('is for those whose attestation says what is asked for', async () => {
    const wallet = await begun(attesting({ settings }))
    const [holder = newKey()] = keys(1)
    expect(await boundTo(wallet, [await proofOf(wallet, holder)])).toBe('key_attestation_missing')
    const low = await attestationOf(wallet, [holder], { keyStorage: ['iso_18045_moderate'] })
    expect(await boundTo(wallet, [await proofOf(wallet, holder, low)])).toBe('key_attestation_level')
    expect(await boundTo(wallet, [low], 'attestation')).toBe('key_attestation_level')
    const high = await attestationOf(wallet, [holder], { keyStorage: ['iso_18045_high'] })
    expect(await boundTo(wallet, [await proofOf(wallet, holder, high)])).toEqual(cnf([holder]))
  })

  it.each([
    ['nothing issues x', [{ configurations: ['x'] }]],
    ['named twice', [{ configurations: [configurationId] }, { configurations: [configurationId] }]],
  ])('is a mistake of the settings where %s', (message, requiredKeyAttestations) => {
    expect(() => testIssuer({ settings: { requiredKeyAttestations } })).toThrow(message)
  })
})
