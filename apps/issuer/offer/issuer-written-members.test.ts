import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt } from '@countersign/credential/w3c-vc/format'
import { describe, expect, it } from 'vitest'
import { takeIssuerWritten } from './issuer-written-members.ts'

const now = 1_800_000_000

describe('data for an SD-JWT VC', () => {
  it('keeps its claims and loses what the issuer writes', () => {
    const data = {
      iss: 'x',
      iat: 1,
      nbf: 2,
      exp: now + 100,
      vct: 'y',
      cnf: {},
      status: {},
      given_name: 'Ada',
    }
    expect(takeIssuerWritten(sdJwtVc, data, now)).toEqual({
      claims: { given_name: 'Ada' },
      lifetimeSeconds: 100,
    })
  })

  it('says nothing of the lifetime without exp', () => {
    expect(takeIssuerWritten(sdJwtVc, { given_name: 'Ada' }, now)).toEqual({
      claims: { given_name: 'Ada' },
    })
  })
})

describe('a W3C credential', () => {
  it('keeps subject, contexts and types, and loses issuer, times and the id of the subject', () => {
    const data = {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential', 'UniversityDegree'],
      id: 'urn:uuid:1',
      issuer: { id: 'did:example:1' },
      issuanceDate: '2026-01-01T00:00:00Z',
      expirationDate: new Date((now + 3600) * 1000).toISOString(),
      credentialSubject: { id: 'did:example:2', given_name: 'Ada' },
    }
    expect(takeIssuerWritten(jwtVcJson, data, now)).toEqual({
      claims: {
        '@context': data['@context'],
        type: data.type,
        id: 'urn:uuid:1',
        credentialSubject: { given_name: 'Ada' },
      },
      lifetimeSeconds: 3600,
    })
  })

  it.each(['tomorrow', '2026-01-01', '2026-13-45T99:99:99Z', true])('does not end at %j', (validUntil) => {
    const taken = takeIssuerWritten(vcJwt, { validUntil, credentialSubject: {} }, now)
    expect(taken.lifetimeSeconds).toBeUndefined()
  })

  it('that has ended lives for a second', () => {
    const taken = takeIssuerWritten(vcJwt, { validUntil: '2020-01-01T00:00:00Z', credentialSubject: {} }, now)
    expect(taken.lifetimeSeconds).toBe(1)
  })
})

describe('data elements of an mdoc', () => {
  it('are taken as they are', () => {
    const data = { 'org.iso.18013.5.1': { issuer: 'x', exp: 1 } }
    expect(takeIssuerWritten(mdoc, data, now)).toEqual({ claims: data })
  })
})
