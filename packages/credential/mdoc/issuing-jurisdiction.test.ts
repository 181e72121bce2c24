import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  COUNTRY,
  DIGITAL_SIGNATURE,
  makeCertificate,
  type NameAttribute,
  toX5c,
} from '@countersign/testing/forging/certificates'
import type { Certificate } from '@countersign/x509/certificate'
import { jurisdictionOf } from '@countersign/x509/signer-jurisdiction'
import { describe, expect, it } from 'vitest'
import type { ClaimPath } from '../contract/format.ts'
import type { IssuerTrust } from '../contract/trust-port.ts'
import { issueMdoc } from './issue.ts'
import { findJurisdictionFault } from './issuing-jurisdiction.ts'
import {
  BINDING,
  DOC_TYPE,
  holder,
  issueInput,
  LOCAL_NAMESPACE,
  NAMESPACE,
  NOW,
  verifyInput,
} from './mdoc.testing.ts'
import { presentMdoc } from './present.ts'
import { verifyMdoc } from './verify.ts'

const STATE = '2.5.4.8'
const LOCALITY = '2.5.4.7'
const PHOTO_ID = 'org.iso.23220.photoid.1'
const COUNTRY_DIFFERS = 'issuing_country_differs'
const JURISDICTION_DIFFERS = 'issuing_jurisdiction_differs'

const key = makeSigner('P-256', 'signer')

function signerOf(subjectAttributes: readonly NameAttribute[]): Promise<Certificate> {
  const names = { subject: 'Signer', issuer: 'IACA', subjectAttributes }
  return makeCertificate({ ...names, key: key.publicJwk, signer: key, keyUsage: [DIGITAL_SIGNATURE] })
}

const C = (text: string): NameAttribute => [COUNTRY, text]
const ST = (text: string): NameAttribute => [STATE, text]
const stated = (country?: JsonValue, jurisdiction?: JsonValue): JsonObject => ({
  ...(country !== undefined && { issuing_country: country }),
  ...(jurisdiction !== undefined && { issuing_jurisdiction: jurisdiction }),
})

interface Row {
  readonly what: string
  readonly type?: string
  readonly claims: JsonObject
  readonly certificate: readonly NameAttribute[]
  readonly bindsAllTypes?: boolean
  readonly fault?: string
}

const mdl = (claims: JsonObject): JsonObject => ({ [NAMESPACE]: claims })

const ROWS: readonly Row[] = [
  { what: 'its own country', claims: mdl(stated('UT')), certificate: [C('UT')] },
  { what: 'another country', claims: mdl(stated('AT')), certificate: [C('UT')], fault: COUNTRY_DIFFERS },
  { what: 'its country in small letters', claims: mdl(stated('ut')), certificate: [C('UT')] },
  { what: 'a certificate in small letters', claims: mdl(stated('UT')), certificate: [C('ut')] },
  {
    what: 'its country by another code',
    claims: mdl(stated('UTO')),
    certificate: [C('UT')],
    fault: COUNTRY_DIFFERS,
  },
  {
    what: 'its country with more behind it',
    claims: mdl(stated('UT\u0000')),
    certificate: [C('UT')],
    fault: COUNTRY_DIFFERS,
  },
  { what: 'no text for a country', claims: mdl(stated(1)), certificate: [C('UT')], fault: COUNTRY_DIFFERS },
  {
    what: 'a list of countries',
    claims: mdl(stated(['UT'])),
    certificate: [C('UT')],
    fault: COUNTRY_DIFFERS,
  },
  { what: 'an empty country', claims: mdl(stated('')), certificate: [C('UT')], fault: COUNTRY_DIFFERS },
  { what: 'null for a country', claims: mdl(stated(null)), certificate: [C('UT')], fault: COUNTRY_DIFFERS },
  { what: 'nothing', claims: mdl({ given_name: 'Erika' }), certificate: [C('UT')] },
  { what: 'nothing at all', claims: {}, certificate: [C('UT')] },
  { what: 'a country that the certificate does not tell', claims: mdl(stated('AT')), certificate: [] },
  // A signer of two countries is one of neither.
  {
    what: 'one of two countries',
    claims: mdl(stated('UT')),
    certificate: [C('UT'), C('AT')],
    fault: COUNTRY_DIFFERS,
  },
  { what: 'a country that stands there twice', claims: mdl(stated('UT')), certificate: [C('UT'), C('ut')] },

  { what: 'its own jurisdiction', claims: mdl(stated('US', 'US-CA')), certificate: [C('US'), ST('US-CA')] },
  {
    what: 'another jurisdiction',
    claims: mdl(stated('US', 'US-NY')),
    certificate: [C('US'), ST('US-CA')],
    fault: JURISDICTION_DIFFERS,
  },
  {
    what: 'another jurisdiction alone',
    claims: mdl(stated(undefined, 'US-NY')),
    certificate: [C('US'), ST('US-CA')],
    fault: JURISDICTION_DIFFERS,
  },
  {
    what: 'its jurisdiction in another case',
    claims: mdl(stated('US', 'us-ca')),
    certificate: [C('US'), ST('US-CA')],
  },
  {
    what: 'its jurisdiction with other spaces',
    claims: mdl(stated('UT', 'Far  North')),
    certificate: [C('UT'), ST('far north ')],
  },
  {
    what: 'a jurisdiction that the certificate does not tell',
    claims: mdl(stated('US', 'US-NY')),
    certificate: [C('US')],
  },
  {
    what: 'a jurisdiction that is a locality',
    claims: mdl(stated('US', 'US-NY')),
    certificate: [C('US'), [LOCALITY, 'US-CA']],
  },
  {
    what: 'one of two jurisdictions',
    claims: mdl(stated('US', 'US-CA')),
    certificate: [C('US'), ST('US-CA'), ST('US-NY')],
    fault: JURISDICTION_DIFFERS,
  },
  {
    what: 'both wrong',
    claims: mdl(stated('AT', 'AT-9')),
    certificate: [C('US'), ST('US-CA')],
    fault: COUNTRY_DIFFERS,
  },

  // What a national namespace means by these names is its own affair.
  {
    what: 'another country in another namespace',
    claims: { ...mdl(stated('UT')), [LOCAL_NAMESPACE]: stated('AT') },
    certificate: [C('UT')],
  },
  { what: 'a namespace that is none', claims: { [NAMESPACE]: 'AT' }, certificate: [C('UT')] },

  {
    what: 'another type',
    type: PHOTO_ID,
    claims: { 'org.iso.23220.1': stated('AT') },
    certificate: [C('UT')],
  },
  {
    what: 'another type, all types being bound',
    type: PHOTO_ID,
    bindsAllTypes: true,
    claims: { 'org.iso.23220.1': stated('AT') },
    certificate: [C('UT')],
    fault: COUNTRY_DIFFERS,
  },
  {
    what: 'another type in order, all types being bound',
    type: PHOTO_ID,
    bindsAllTypes: true,
    claims: { 'org.iso.23220.1': stated('UT', 'UT-1') },
    certificate: [C('UT'), ST('UT-1')],
  },
]

describe('an mdoc states, against the certificate of its signer', () => {
  it.each(ROWS)('$what: $fault', async ({ bindsAllTypes, certificate, claims, fault, type = DOC_TYPE }) => {
    const signer = { ...jurisdictionOf(await signerOf(certificate)), bindsAllTypes }
    expect(findJurisdictionFault({ type, claims }, signer)?.code).toBe(fault)
  })

  it('nothing that equals a name in a string type that is not read', () => {
    const signer = { countries: [undefined], subdivisions: [] }
    expect(findJurisdictionFault({ type: DOC_TYPE, claims: mdl(stated('UT')) }, signer)?.code).toBe(
      COUNTRY_DIFFERS,
    )
  })

  it('what a person can compare', () => {
    const signer = { countries: ['UT'], subdivisions: [] }
    expect(findJurisdictionFault({ type: DOC_TYPE, claims: mdl(stated('A\u001bT')) }, signer)?.detail).toBe(
      'A?T, the certificate: UT',
    )
  })
})

/** By a signer that writes anything: as another issuer's software might. */
async function presentedFrom(certificate: Certificate, claims: JsonObject, disclose: readonly ClaimPath[]) {
  const unheld = { ...key, x5c: toX5c(await signerOf([])) }
  const issued = await issueMdoc(issueInput({ claims, encodings: [], signer: unheld }), nodeEngine)
  if (!issued.ok) throw new Error(issued.error.code)
  const binding = { ...BINDING, signer: holder, issuedAt: NOW }
  const presented = await presentMdoc({ credential: issued.value, disclose, binding }, nodeEngine)
  if (!presented.ok) throw new Error(presented.error.code)
  const trust: IssuerTrust = () =>
    ok({
      key: key.publicJwk,
      anchor: 'Utopia',
      issuer: 'CN=Signer, C=UT',
      jurisdiction: jurisdictionOf(certificate),
    })
  return verifyMdoc(verifyInput(presented.value, { trust }), nodeEngine)
}

describe('a verifier', () => {
  const licence = mdl({ given_name: 'Erika', ...stated('AT') })
  const givenName: ClaimPath = [NAMESPACE, 'given_name']
  const issuingCountry: ClaimPath = [NAMESPACE, 'issuing_country']

  it('believes no Utopian signer of an Austrian licence, whose signature is sound all the same', async () => {
    const utopian = await signerOf([C('UT')])
    const { checks, presentation } = await presentedFrom(utopian, licence, [givenName, issuingCountry])
    expect(checks.map(({ name, outcome, detail }) => [name, outcome, detail])).toEqual([
      ['structure', 'passed', undefined],
      ['issuer_signature', 'passed', undefined],
      ['issuer_trust', 'failed', COUNTRY_DIFFERS],
      ['validity_period', 'passed', undefined],
      ['holder_binding', 'passed', undefined],
    ])
    expect(presentation?.issuer).toBeUndefined()
    expect(presentation?.anchor).toBeUndefined()
  })

  it('compares what was disclosed, and nothing else', async () => {
    const { checks, presentation } = await presentedFrom(await signerOf([C('UT')]), licence, [givenName])
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
    expect(presentation).toMatchObject({ issuer: 'CN=Signer, C=UT', anchor: 'Utopia' })
  })

  it('believes the Austrian one', async () => {
    const { checks } = await presentedFrom(await signerOf([C('AT')]), licence, [issuingCountry])
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
  })
})

describe('an issuer', () => {
  const issuedBy = async (
    attributes: readonly NameAttribute[],
    change: { type?: string; claims: JsonObject },
  ) => {
    const signer = { ...key, x5c: toX5c(await signerOf(attributes)) }
    const issued = await issueMdoc(issueInput({ encodings: [], signer, ...change }), nodeEngine)
    return issued.ok ? 'issued' : [issued.error.code, issued.error.detail]
  }

  it('writes no licence that verifiers refuse', async () => {
    const austrian = { claims: mdl(stated('AT', 'AT-9')) }
    expect(await issuedBy([C('UT')], austrian)).toEqual([COUNTRY_DIFFERS, 'AT, the certificate: UT'])
    expect(await issuedBy([C('AT'), ST('AT-1')], austrian)).toEqual([
      JURISDICTION_DIFFERS,
      'AT-9, the certificate: AT-1',
    ])
    expect(await issuedBy([C('AT')], austrian)).toBe('issued')
    expect(await issuedBy([C('UT')], { type: PHOTO_ID, claims: { 'org.iso.23220.1': stated('AT') } })).toBe(
      'issued',
    )
  })
})
