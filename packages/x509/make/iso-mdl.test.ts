import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MadeCertificate } from './certificate-request.ts'
import { type DocumentSignerRequest, type IacaRequest, makeDocumentSigner, makeIaca } from './iso-mdl.ts'

const run = promisify(execFile)
const now = Math.floor(Date.now() / 1000)
const day = 86_400
const iacaKey = softwareSigner(generateSoftwareKey('ES384'))
const publicJwk = generateSoftwareKey('ES256')

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
  it.each(['ES256', 'ES384', 'ES512'] as const)(
    'is made with %s, as its profile wants it',
    async (algorithm) => {
      const key = softwareSigner(generateSoftwareKey(algorithm))
      const { faults, parsed, certificatePem } = await made(makeIaca(iacaRequest({ key })))
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
      const peer = new X509Certificate(certificatePem)
      expect(peer.verify(peer.publicKey)).toBe(true)
    },
  )

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
    ['an Ed25519 key', { key: softwareSigner(generateSoftwareKey('EdDSA')) }, { code: 'key_unsupported' }],
    ['a secp256k1 key', { key: softwareSigner(generateSoftwareKey('ES256K')) }, { code: 'key_unsupported' }],
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
    const trust = chainTrust({ list: anchorsFrom([iaca.parsed], {}), crypto: nodeCrypto })
    const occasion = { purpose: 'issuer', format: 'mso_mdoc', signedAt: now } as const
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
    [
      'by the key of another',
      { iacaKey: softwareSigner(generateSoftwareKey('ES384')) },
      { code: 'issuer_key_differs' },
    ],
    ['after the end of its IACA', { now: notAfter + 1 }, { code: 'issuer_unfit', faults: ['not_valid_now'] }],
    ['for an Ed25519 key', { publicJwk: generateSoftwareKey('EdDSA') }, { code: 'key_unsupported' }],
    ['with a name that is none', { commonName: '\u0000' }, { code: 'name_invalid', member: 'commonName' }],
  ])('is not made %s', async (_what, changes, error) => {
    expect(await makeDocumentSigner(signerRequest(changes))).toEqual({ ok: false, error })
  })

  it('is not made by another document signer', async () => {
    const key = softwareSigner(generateSoftwareKey('ES256'))
    const signer = await made(makeDocumentSigner(signerRequest({ publicJwk: key.publicJwk })))
    const below = await makeDocumentSigner(signerRequest({ iacaKey: key, iacaPem: signer.certificatePem }))
    expect(below).toMatchObject({ ok: false, error: { code: 'issuer_unfit' } })
  })
})

describe('OpenSSL', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'countersign-iaca-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  it('accepts a document signer strictly, and reads what the profile asks for', async () => {
    const signer = await made(makeDocumentSigner(signerRequest()))
    await writeFile(join(directory, 'iaca.pem'), iaca.certificatePem)
    await writeFile(join(directory, 'signer.pem'), signer.certificatePem)
    const files = ['-CAfile', join(directory, 'iaca.pem'), join(directory, 'signer.pem')]
    expect((await run('openssl', ['verify', '-x509_strict', '-check_ss_sig', ...files])).stdout).toContain(
      'OK',
    )
    const { stdout } = await run('openssl', ['x509', '-in', join(directory, 'signer.pem'), '-noout', '-text'])
    expect(stdout).toMatch(/Key Usage: critical\s+Digital Signature\n/)
    expect(stdout).toMatch(/Extended Key Usage: critical\s+1\.0\.18013\.5\.1\.2\n/)
    expect(stdout).toMatch(
      /Issuer Alternative Name:\s+email:iaca@authority.example, URI:https:\/\/authority.example/,
    )
    expect(stdout).toMatch(/CRL Distribution Points:\s+Full Name:\s+URI:https:\/\/authority.example\/crl/)
  })
})
