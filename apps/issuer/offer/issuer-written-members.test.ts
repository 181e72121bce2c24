import type { JsonObject } from '@countersign/core/json'
import type { FormatFamily } from '@countersign/credential/contract/format-facts'
import { describe, expect, it } from 'vitest'
import { SUBJECT_DID } from '../types/mapping-functions.ts'
import { takeIssuerWritten } from './issuer-written-members.ts'

const issuer = 'https://issuer.example'
const written = { type: 'urn:example:1', issuer, ownClaims: new Set(['expirationDate']) }

function take(family: FormatFamily, data: JsonObject) {
  const taken = takeIssuerWritten(family, data, written)
  return taken.ok ? taken.value : taken.error
}

describe('a member that the issuer writes', () => {
  it.each<[FormatFamily, readonly string[]]>([
    ['sd-jwt-vc', ['cnf', 'status', '_sd', '_sd_alg', '...', 'issuer', 'credentialStatus', 'validUntil']],
    ['sd-jwt-vc', ['validFrom', 'issuanceDate', 'jwt:exp', 'jwt:anything']],
    ['w3c', ['credentialStatus', 'proof', 'vct', 'vc', 'vp', 'cnf', 'status', '_sd', '_sd_alg', '...']],
    ['w3c', ['iss', 'sub', 'aud', 'jti', 'nonce', 'exp', 'nbf', 'iat', 'jwt:aud', 'jwt:cnf', 'jwt:x']],
    ['mdoc', ['docType', 'validityInfo', 'status', 'deviceKeyInfo', 'issuerAuth', 'nameSpaces', 'version']],
    ['mdoc', ['vct', 'iss', 'exp', 'iat', 'cnf', 'issuer', 'credentialStatus', 'validUntil', '_sd_alg']],
  ])('is refused by its name in data of %s: %j', (family, names) => {
    for (const name of names)
      expect(take(family, { a: 1, [name]: { id: 'x' } }), name).toEqual({ member: name })
  })

  it.each<[FormatFamily, JsonObject, string, string | undefined]>([
    ['sd-jwt-vc', { iss: 'https://other.example' }, 'iss', issuer],
    ['sd-jwt-vc', { iss: { id: issuer } }, 'iss', issuer],
    ['sd-jwt-vc', { vct: 'urn:example:2' }, 'vct', 'urn:example:1'],
    ['sd-jwt-vc', { vct: null }, 'vct', 'urn:example:1'],
    ['w3c', { issuer: 'did:example:1' }, 'issuer', issuer],
    ['w3c', { issuer: 7 }, 'issuer', issuer],
    ['w3c', { issuer: { id: 'did:example:1', name: 'Ada' } }, 'issuer.id', issuer],
    ['w3c', { credentialSubject: { id: 'did:example:1' } }, 'credentialSubject.id', SUBJECT_DID],
    ['w3c', { 'jwt:iss': 'did:example:1' }, 'jwt:iss', issuer],
    ['w3c', { 'jwt:sub': 'did:example:1' }, 'jwt:sub', SUBJECT_DID],
    ['w3c', { 'jwt:jti': 'urn:x:1' }, 'jwt:jti', undefined],
    ['w3c', { 'jwt:jti': 'urn:x:1', id: 'urn:x:2' }, 'jwt:jti', 'urn:x:2'],
  ])('is refused in data of %s where it says something else: %j', (family, data, member, expected) => {
    expect(take(family, data)).toEqual({ member, expected })
  })

  it('is taken for said where it says what will be written', () => {
    expect(take('sd-jwt-vc', { iss: issuer, vct: 'urn:example:1', id: 'a' })).toEqual({ id: 'a' })
    const data = {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential', 'UniversityDegree'],
      id: 'urn:uuid:1',
      issuer: { id: issuer, name: 'Example University' },
      credentialSubject: { id: SUBJECT_DID, given_name: 'Ada' },
      'jwt:iss': issuer,
      'jwt:sub': SUBJECT_DID,
      'jwt:jti': 'urn:uuid:1',
    }
    expect(take('w3c', data)).toEqual({
      '@context': data['@context'],
      type: data.type,
      id: 'urn:uuid:1',
      issuer: { name: 'Example University' },
      credentialSubject: { given_name: 'Ada' },
    })
    expect(take('w3c', { issuer, credentialSubject: {} })).toEqual({ credentialSubject: {} })
    expect(take('w3c', { issuer: { id: issuer } })).toEqual({})
  })

  it('of another format may be the name of a claim that the type has', () => {
    expect(take('sd-jwt-vc', { expirationDate: '2027' })).toEqual({ expirationDate: '2027' })
  })
})

describe('whatever else', () => {
  it('is left as it is, what is no subject too', () => {
    const elements = { 'org.iso.18013.5.1': { issuer: 'x', exp: 1, status: 'y' } }
    expect(take('mdoc', elements)).toEqual(elements)
    expect(take('w3c', { credentialSubject: 'did:example:1' })).toEqual({
      credentialSubject: 'did:example:1',
    })
  })
})
