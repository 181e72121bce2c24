import { makeSigner } from '@countersign/testing/engines/node-engine'
import {
  type CertificateRequest,
  COUNTRY,
  CRL_SIGN,
  crlDistributionPoint,
  DIGITAL_SIGNATURE,
  generalName,
  issuerAlternativeName,
  KEY_CERT_SIGN,
  makeCertificate,
  NOT_BEFORE,
  nameConstraints,
} from '@countersign/testing/forging/certificates'
import { describe, expect, it } from 'vitest'
import { findDocumentSignerFaults, findIacaFaults, type ProfileFault } from './certificate-profile.ts'

const authority = makeSigner('P-256', 'iaca')
const signer = makeSigner('P-256', 'document-signer')
const id = Uint8Array.of(1, 2, 3)
const DAY = 86_400

type Changes = Partial<CertificateRequest>

const extra = [
  issuerAlternativeName(generalName.uri('https://authority.example')),
  crlDistributionPoint('https://authority.example/crl'),
]

const makeIaca = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'IACA',
    issuer: 'IACA',
    subjectAttributes: [[COUNTRY, 'UT']],
    issuerAttributes: [[COUNTRY, 'UT']],
    key: authority.publicJwk,
    signer: authority,
    ca: true,
    pathLength: 0,
    keyUsage: [KEY_CERT_SIGN, CRL_SIGN],
    subjectKeyId: id,
    extra,
    ...changes,
  })

const makeDocumentSigner = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'Document signer',
    issuer: 'IACA',
    subjectAttributes: [[COUNTRY, 'UT']],
    issuerAttributes: [[COUNTRY, 'UT']],
    key: signer.publicJwk,
    signer: authority,
    notAfter: NOT_BEFORE + 457 * DAY,
    keyUsage: [DIGITAL_SIGNATURE],
    extendedKeyUsage: ['1.0.18013.5.1.2'],
    subjectKeyId: id,
    authorityKeyId: id,
    extra,
    ...changes,
  })

const COMMON: readonly (readonly [ProfileFault, Changes])[] = [
  ['country_missing', { subjectAttributes: [], issuerAttributes: [] }],
  ['serial_out_of_range', { serial: Uint8Array.of(0xff) }],
  ['serial_out_of_range', { serial: Uint8Array.of(0) }],
  ['serial_out_of_range', { serial: new Uint8Array(21).fill(1) }],
  ['subject_key_id_missing', { subjectKeyId: undefined }],
  ['issuer_alternative_name_missing', { extra: extra.slice(1) }],
  [
    'issuer_alternative_name_missing',
    { extra: [issuerAlternativeName(generalName.dnsName('authority.example')), ...extra.slice(1)] },
  ],
  ['crl_distribution_point_missing', { extra: extra.slice(0, 1) }],
  ['extension_forbidden', { extra: [...extra, nameConstraints({ excluded: [generalName.dnsName('x')] })] }],
  ['key_not_elliptic', { key: makeSigner('RS256').publicJwk }],
]

describe('the profile of an IACA root', () => {
  it('finds nothing wrong with one that follows it', async () => {
    expect(findIacaFaults(await makeIaca())).toEqual([])
    expect(findIacaFaults(await makeIaca({ notAfter: NOT_BEFORE + 7305 * DAY }))).toEqual([])
  })

  it.each<readonly [ProfileFault, Changes]>([
    ...COMMON,
    ['country_missing', { subjectAttributes: [[COUNTRY, 'ut']], issuerAttributes: [[COUNTRY, 'ut']] }],
    ['validity_too_long', { notAfter: NOT_BEFORE + 7306 * DAY }],
    ['not_self_signed', { issuer: 'Other' }],
    ['path_length_not_zero', { pathLength: 1 }],
    ['path_length_not_zero', { pathLength: undefined }],
    ['key_usage_wrong', { keyUsage: [KEY_CERT_SIGN] }],
    ['key_usage_wrong', { keyUsage: [DIGITAL_SIGNATURE, KEY_CERT_SIGN, CRL_SIGN] }],
  ])('finds %s', async (fault, changes) => {
    expect(findIacaFaults(await makeIaca(changes))).toEqual([fault])
  })

  it('finds everything at once', async () => {
    expect(findIacaFaults(await makeDocumentSigner())).toEqual([
      'not_ca',
      'path_length_not_zero',
      'not_self_signed',
      'key_usage_wrong',
      'extension_criticality_wrong',
    ])
  })
})

describe('the profile of a document signer', () => {
  it('finds nothing wrong with one that follows it', async () => {
    expect(findDocumentSignerFaults(await makeDocumentSigner(), await makeIaca())).toEqual([])
  })

  it.each<readonly [readonly ProfileFault[], Changes]>([
    ...COMMON.filter(([fault]) => fault !== 'country_missing').map(
      ([fault, changes]) => [[fault], changes] as const,
    ),
    [['country_missing', 'country_differs'], { subjectAttributes: [] }],
    [['country_differs'], { subjectAttributes: [[COUNTRY, 'DE']] }],
    [['validity_too_long'], { notAfter: NOT_BEFORE + 457 * DAY + 1 }],
    [['authority_key_id_missing'], { authorityKeyId: undefined }],
    [['is_ca'], { ca: true }],
    [['key_usage_wrong'], { keyUsage: [DIGITAL_SIGNATURE, 1] }],
    [['key_usage_wrong', 'extension_criticality_wrong'], { keyUsage: undefined }],
    [['extended_key_usage_wrong'], { extendedKeyUsage: ['1.0.18013.5.1.6'] }],
    [['extended_key_usage_wrong'], { extendedKeyUsage: ['1.0.18013.5.1.2', '1.0.18013.5.1.6'] }],
    [['extension_criticality_wrong'], { extendedKeyUsageCritical: false }],
    [['extended_key_usage_wrong', 'extension_criticality_wrong'], { extendedKeyUsage: undefined }],
  ])('finds %j', async (faults, changes) => {
    expect(findDocumentSignerFaults(await makeDocumentSigner(changes), await makeIaca())).toEqual(faults)
  })

  it('has it in the state of its authority, where that names one', async () => {
    const state = ['2.5.4.8', 'UT-X'] as const
    const iaca = await makeIaca({ subjectAttributes: [[COUNTRY, 'UT'], state] })
    expect(findDocumentSignerFaults(await makeDocumentSigner(), iaca)).toEqual(['state_differs'])
    const inState = await makeDocumentSigner({ subjectAttributes: [[COUNTRY, 'UT'], state] })
    expect(findDocumentSignerFaults(inState, iaca)).toEqual([])
    expect(findDocumentSignerFaults(inState, await makeIaca())).toEqual([])
  })
})
