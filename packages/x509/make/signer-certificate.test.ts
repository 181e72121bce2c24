import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { makeSigner, nodeEngine, type TestKey } from '@countersign/testing/engines/node-engine'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import { describe, expect, it } from 'vitest'
import type { MadeCertificate } from './certificate-request.ts'
import type { AuthorityRequest, SignerCertificateRequest } from './signer-certificate.ts'
import * as certificates from './signer-certificate.ts'

const now = Math.floor(Date.now() / 1000)
const day = 86_400
const key = makeSigner()
const { publicJwk } = makeSigner()

const makeAuthority = (request: AuthorityRequest) => certificates.makeAuthority(request, nodeEngine)
const makeSignerCertificate = (request: SignerCertificateRequest) =>
  certificates.makeSignerCertificate(request, nodeEngine)

/** Browsers have no such keys to make. */
const secp256k1Key: PublicJwk = {
  kty: 'EC',
  crv: 'secp256k1',
  x: '-KnQOJfPM4d31tCwtesUlb_o1X0fV5SOv2mXb8CZlCw',
  y: 'mfNn2yimGoPikctUh2lOgl_lYSSAul55VKDpwYbjROs',
}

async function made(promise: ReturnType<typeof makeAuthority>): Promise<MadeCertificate> {
  const result = await promise
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

const authorityRequest = (changes: Partial<AuthorityRequest> = {}): AuthorityRequest => ({
  name: { organization: 'Example', commonName: 'Example CA' },
  key,
  now,
  ...changes,
})
const authority = await made(makeAuthority(authorityRequest()))

const signerRequest = (changes: Partial<SignerCertificateRequest> = {}): SignerCertificateRequest => ({
  purpose: 'request_signing',
  authority: { key, certificatePem: authority.certificatePem },
  name: { country: 'DE', organization: 'Example', commonName: 'Verifier' },
  publicJwk,
  dnsNames: ['verifier.example', '2001:db8::1'],
  uris: ['https://verifier.example/path'],
  now,
  ...changes,
})

describe('a CA for signers', () => {
  it.each<TestKey>(['P-256', 'P-384', 'P-521', 'Ed25519', 'RS256'])(
    'signs with %s, and what it signed is trusted by it',
    async (kind) => {
      const signer = makeSigner(kind)
      const root = await made(makeAuthority(authorityRequest({ key: signer, pathLength: 1 })))
      expect(root.parsed).toMatchObject({ isCa: true, pathLength: 1 })
      const leaf = await made(
        makeSignerCertificate(
          signerRequest({ authority: { key: signer, certificatePem: root.certificatePem } }),
        ),
      )
      const trust = chainTrust({ list: anchorsFrom([root.parsed], {}), crypto: nodeEngine })
      expect(await trust([leaf.certificate], { purpose: 'request_signing' }, now)).toMatchObject({ ok: true })
    },
  )

  it('may live where its key cannot be had', async () => {
    const remote: Signer = { ...key, sign: async (data) => key.sign(data) }
    expect((await makeAuthority(authorityRequest({ key: remote }))).ok).toBe(true)
    const broken: Signer = { ...key, sign: async () => new Uint8Array(3) }
    await expect(makeAuthority(authorityRequest({ key: broken }))).rejects.toThrow()
  })

  it('is not made with a key or a name that certificates cannot have', async () => {
    const secp256k1: Signer = { ...key, algorithm: 'ES256K', publicJwk: secp256k1Key }
    expect(await makeAuthority(authorityRequest({ key: secp256k1 }))).toMatchObject({
      error: { code: 'key_unsupported' },
    })
    expect(await makeAuthority(authorityRequest({ name: { commonName: '' } }))).toMatchObject({
      error: { code: 'name_invalid' },
    })
    expect(await makeAuthority(authorityRequest({ notAfter: now - day }))).toMatchObject({
      error: { code: 'validity_empty' },
    })
  })
})

describe('a certificate for a signer', () => {
  it('says whose it is, where it is and what it is for', async () => {
    const { parsed } = await made(
      makeSignerCertificate(
        signerRequest({
          extendedKeyUsage: ['1.0.18013.5.1.6'],
          crlDistributionPointUri: 'https://ca.example/crl',
        }),
      ),
    )
    expect(parsed).toMatchObject({
      subject: { text: 'C=DE, O=Example, CN=Verifier' },
      dnsNames: ['verifier.example'],
      uris: ['https://verifier.example/path'],
      subjectAlternativeNames: { addresses: [expect.anything()] },
      extendedKeyUsage: ['1.0.18013.5.1.6'],
      crlDistributionPoints: ['https://ca.example/crl'],
      keyUsage: ['digitalSignature'],
      isCa: false,
      notAfter: now - 300 + 398 * day,
      authorityKeyId: authority.parsed.subjectKeyId,
    })
  })

  it.each(['issuer', 'status_list', 'wallet_provider', 'trust_list'] as const)(
    'is made for %s, too',
    async (purpose) => {
      const { parsed } = await made(makeSignerCertificate(signerRequest({ purpose, dnsNames: [], uris: [] })))
      expect(parsed.subjectAlternativeNames).toBeUndefined()
    },
  )

  const { notBefore, notAfter } = authority.parsed
  it.each<[string, Partial<SignerCertificateRequest>, object]>([
    [
      'a host name that is none',
      { dnsNames: ['a b'] },
      { code: 'alternative_name_invalid', member: 'dnsName' },
    ],
    ['a URI that is none', { uris: ['x'] }, { code: 'alternative_name_invalid', member: 'uri' }],
    [
      'a name that is none',
      { name: { commonName: 'x', country: 'D' } },
      { code: 'name_invalid', member: 'country' },
    ],
    [
      'a revocation list nowhere',
      { crlDistributionPointUri: ' ' },
      { code: 'crl_distribution_point_invalid' },
    ],
    [
      '1188 days',
      { notBefore: now, notAfter: now + 1188 * day },
      { code: 'validity_too_long', maxDays: 1187 },
    ],
    [
      'a beginning before its CA',
      { notBefore: notBefore - 1, notAfter: now },
      { code: 'validity_beyond_issuer', notBefore, notAfter },
    ],
    ['a CA that cannot be read', { authority: { key, certificatePem: '' } }, { code: 'issuer_unreadable' }],
    [
      'the key of another CA',
      {
        authority: {
          key: makeSigner(),
          certificatePem: authority.certificatePem,
        },
      },
      { code: 'issuer_key_differs' },
    ],
    ['a CA that has ended', { now: notAfter + 1 }, { code: 'issuer_unfit', faults: ['not_valid_now'] }],
  ])('is not made with %s', async (_what, changes, error) => {
    expect(await makeSignerCertificate(signerRequest(changes))).toEqual({ ok: false, error })
  })

  it('is not made by somebody who is no CA', async () => {
    const other = makeSigner()
    const leaf = await made(makeSignerCertificate(signerRequest({ publicJwk: other.publicJwk })))
    const below = signerRequest({ authority: { key: other, certificatePem: leaf.certificatePem } })
    expect(await makeSignerCertificate(below)).toEqual({
      ok: false,
      error: { code: 'issuer_unfit', faults: ['not_ca'] },
    })
  })

  it('ends with its CA', async () => {
    const short = await made(makeAuthority(authorityRequest({ notAfter: now + day })))
    const { parsed } = await made(
      makeSignerCertificate(signerRequest({ authority: { key, certificatePem: short.certificatePem } })),
    )
    expect(parsed.notAfter).toBe(now + day)
  })
})
