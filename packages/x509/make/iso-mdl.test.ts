import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { makeSigner, nodeEngine, type TestKey } from '@countersign/testing/engines/node-engine'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import { describe, expect, it } from 'vitest'
import type { MadeCertificate } from './certificate-request.ts'
import type { DocumentSignerRequest, IacaRequest } from './iso-mdl.ts'
import * as isoMdl from './iso-mdl.ts'

const now = Math.floor(Date.now() / 1000)
const day = 86_400
const iacaKey = makeSigner('P-384')
const { publicJwk } = makeSigner()

const makeIaca = (request: IacaRequest) => isoMdl.makeIaca(request, nodeEngine)
const makeDocumentSigner = (request: DocumentSignerRequest) => isoMdl.makeDocumentSigner(request, nodeEngine)

const iacaRequest = (changes: Partial<IacaRequest> = {}): IacaRequest => ({
  country: 'UT',
  commonName: 'Utopia IACA',
  stateOrProvinceName: 'Utopia-North',
  organizationName: 'Ministry',
  issuerAlternativeName: { email: 'iaca@authority.example', uri: 'https://authority.example' },
  crlDistributionPointUri: 'https://authority.example/crl',
  key: iacaKey,
  now,
  ...changes,
})

/** Browsers have no such keys to make. */
const secp256k1Key: PublicJwk = {
  kty: 'EC',
  crv: 'secp256k1',
  x: '-KnQOJfPM4d31tCwtesUlb_o1X0fV5SOv2mXb8CZlCw',
  y: 'mfNn2yimGoPikctUh2lOgl_lYSSAul55VKDpwYbjROs',
}
const secp256k1Signer: Signer = { ...makeSigner(), algorithm: 'ES256K', publicJwk: secp256k1Key }

async function made(promise: ReturnType<typeof makeIaca>): Promise<MadeCertificate> {
  const result = await promise
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

const iaca = await made(makeIaca(iacaRequest()))

const signerRequest = (changes: Partial<DocumentSignerRequest> = {}): DocumentSignerRequest => ({
  iacaKey,
  iacaPem: iaca.certificatePem,
  country: 'UT',
  commonName: 'Utopia document signer',
  stateOrProvinceName: 'Utopia-North',
  crlDistributionPointUri: 'https://authority.example/crl',
  publicJwk,
  now,
  ...changes,
})

describe('an IACA root', () => {
  it.each<TestKey>(['P-256', 'P-384', 'P-521'])('is made with %s, as its profile wants it', async (curve) => {
    const key = makeSigner(curve)
    const { faults, parsed } = await made(makeIaca(iacaRequest({ key })))
    expect(faults).toEqual([])
    expect(parsed).toMatchObject({
      subject: { text: 'C=UT, ST=Utopia-North, O=Ministry, CN=Utopia IACA' },
      pathLength: 0,
      keyUsage: ['keyCertSign', 'cRLSign'],
      notBefore: now - 300,
      notAfter: now - 300 + 3650 * day,
      issuerAlternativeNames: { emails: ['iaca@authority.example'], uris: ['https://authority.example'] },
      crlDistributionPoints: ['https://authority.example/crl'],
    })
  })

  it('says what is missing when the request leaves it out', async () => {
    const { faults } = await made(makeIaca(iacaRequest({ crlDistributionPointUri: undefined })))
    expect(faults).toEqual(['crl_distribution_point_missing'])
  })

  it.each<[string, Partial<IacaRequest>, object]>([
    ['a country in small letters', { country: 'ut' }, { code: 'name_invalid', member: 'country' }],
    ['a country of three letters', { country: 'UTO' }, { code: 'name_invalid', member: 'country' }],
    ['no common name', { commonName: '' }, { code: 'name_invalid', member: 'commonName' }],
    [
      'a common name too long',
      { commonName: 'x'.repeat(65) },
      { code: 'name_invalid', member: 'commonName' },
    ],
    [
      'an organization with a line break',
      { organizationName: 'a\nb' },
      { code: 'name_invalid', member: 'organization' },
    ],
    ['an empty state', { stateOrProvinceName: '' }, { code: 'name_invalid', member: 'stateOrProvince' }],
    [
      'no way to reach it',
      { issuerAlternativeName: {} },
      { code: 'alternative_name_invalid', member: 'uri' },
    ],
    [
      'an e-mail address that is none',
      { issuerAlternativeName: { email: 'a' } },
      { code: 'alternative_name_invalid', member: 'email' },
    ],
    [
      'a URI that is none',
      { issuerAlternativeName: { uri: 'a b' } },
      { code: 'alternative_name_invalid', member: 'uri' },
    ],
    [
      'a URI beyond ASCII',
      { issuerAlternativeName: { uri: 'https://ä.example' } },
      { code: 'alternative_name_invalid', member: 'uri' },
    ],
    [
      'a revocation list nowhere',
      { crlDistributionPointUri: 'x' },
      { code: 'crl_distribution_point_invalid' },
    ],
    ['an Ed25519 key', { key: makeSigner('Ed25519') }, { code: 'key_unsupported' }],
    ['a secp256k1 key', { key: secp256k1Signer }, { code: 'key_unsupported' }],
    ['an end before its beginning', { notBefore: now, notAfter: now }, { code: 'validity_empty' }],
    ['a time that is none', { notBefore: Number.NaN }, { code: 'validity_empty' }],
    [
      'more than twenty years',
      { notBefore: now, notAfter: now + 7306 * day },
      { code: 'validity_too_long', maxDays: 7305 },
    ],
  ])('is not made with %s', async (_what, changes, error) => {
    expect(await makeIaca(iacaRequest(changes))).toEqual({ ok: false, error })
  })
})

describe('a document signer', () => {
  it('is made below its IACA, as its profile wants it, and trusted by it', async () => {
    const signer = await made(makeDocumentSigner(signerRequest()))
    expect(signer.faults).toEqual([])
    expect(signer.parsed).toMatchObject({
      issuer: { text: iaca.parsed.subject.text },
      authorityKeyId: iaca.parsed.subjectKeyId,
      extendedKeyUsage: ['1.0.18013.5.1.2'],
      issuerAlternativeNames: { emails: ['iaca@authority.example'], uris: ['https://authority.example'] },
      notAfter: now - 300 + 457 * day,
    })
    const trust = chainTrust({ list: anchorsFrom([iaca.parsed], {}), crypto: nodeEngine })
    const occasion = {
      purpose: 'issuer',
      format: 'mso_mdoc',
      signerProfile: 'iso-mdl',
      signedAt: now,
    } as const
    expect(await trust([signer.certificate], occasion, now)).toMatchObject({ ok: true })
  })

  it('never outlives its IACA', async () => {
    const short = await made(makeIaca(iacaRequest({ notAfter: now + 30 * day })))
    const { parsed } = await made(makeDocumentSigner(signerRequest({ iacaPem: short.certificatePem })))
    expect(parsed.notAfter).toBe(now + 30 * day)
  })

  it('may name its own way to its authority', async () => {
    const issuerAlternativeName = { uri: 'https://other.example' }
    const { parsed } = await made(makeDocumentSigner(signerRequest({ issuerAlternativeName })))
    expect(parsed.issuerAlternativeNames).toMatchObject({ emails: [], uris: ['https://other.example'] })
  })

  const { notBefore, notAfter } = iaca.parsed
  it.each<[string, Partial<DocumentSignerRequest>, object]>([
    ['in another country', { country: 'DE' }, { code: 'country_differs', expected: 'UT' }],
    [
      'in another state',
      { stateOrProvinceName: 'South' },
      { code: 'state_differs', expected: 'Utopia-North' },
    ],
    ['in no state', { stateOrProvinceName: undefined }, { code: 'state_differs', expected: 'Utopia-North' }],
    [
      'for 458 days',
      { notBefore: now, notAfter: now + 458 * day },
      { code: 'validity_too_long', maxDays: 457 },
    ],
    [
      'before its IACA',
      { notBefore: now - day, notAfter: now },
      { code: 'validity_beyond_issuer', notBefore, notAfter },
    ],
    [
      'after its IACA',
      { notBefore: notAfter - day, notAfter: notAfter + 1 },
      { code: 'validity_beyond_issuer', notBefore, notAfter },
    ],
    ['by an IACA that cannot be read', { iacaPem: 'x' }, { code: 'issuer_unreadable' }],
    ['by two of them', { iacaPem: iaca.certificatePem.repeat(2) }, { code: 'issuer_unreadable' }],
    ['by the key of another', { iacaKey: makeSigner('P-384') }, { code: 'issuer_key_differs' }],
    ['after the end of its IACA', { now: notAfter + 1 }, { code: 'issuer_unfit', faults: ['not_valid_now'] }],
    ['for an Ed25519 key', { publicJwk: makeSigner('Ed25519').publicJwk }, { code: 'key_unsupported' }],
    ['with a name that is none', { commonName: '\u0000' }, { code: 'name_invalid', member: 'commonName' }],
  ])('is not made %s', async (_what, changes, error) => {
    expect(await makeDocumentSigner(signerRequest(changes))).toEqual({ ok: false, error })
  })

  it('is not made by another document signer', async () => {
    const key = makeSigner()
    const signer = await made(makeDocumentSigner(signerRequest({ publicJwk: key.publicJwk })))
    const below = await makeDocumentSigner(signerRequest({ iacaKey: key, iacaPem: signer.certificatePem }))
    expect(below).toMatchObject({ ok: false, error: { code: 'issuer_unfit' } })
  })
})
