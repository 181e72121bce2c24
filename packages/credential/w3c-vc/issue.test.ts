import type { JsonObject } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { holder, NOW } from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { CredentialFormat, IssueInput } from '../contract/format.ts'
import type { StatusReference } from '../contract/status-reference.ts'
import { jwtVcJson, vcJwt, vcSdJwt } from './format.ts'
import { HOLDER_DID, ISSUER_DID, ISSUER_KID, SUBJECT, TYPE, V1, V2, w3cInput } from './w3c.testing.ts'

async function issued(format: CredentialFormat, changes: Partial<IssueInput> = {}) {
  const result = await format.issue(w3cInput(changes), nodeEngine)
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail}`)
  const [jwt = '', ...disclosures] = result.value.split('~')
  const jws = decodeJws(jwt)
  if (!jws.ok) throw new Error(jws.error.code)
  return { ...jws.value, compact: result.value, disclosures: disclosures.filter((text) => text !== '') }
}

const FORMATS = [jwtVcJson, vcJwt, vcSdJwt]

const revocation: StatusReference = {
  mechanism: 'bitstring_status_list',
  uri: 'https://issuer.example/status/1',
  index: 7,
  purpose: 'revocation',
  size: 1,
}

const entry = {
  id: 'https://issuer.example/status/1#7',
  type: 'BitstringStatusListEntry',
  statusPurpose: 'revocation',
  statusListIndex: '7',
  statusListCredential: 'https://issuer.example/status/1',
}

describe('a credential of version 1.1 as a JWT', () => {
  it('is wrapped, with its members repeated as claims', async () => {
    const { header, payload } = await issued(jwtVcJson)
    expect(header).toEqual({ typ: 'JWT', kid: ISSUER_KID, alg: 'ES256' })
    const { jti, ...claims } = payload
    expect(jti).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(claims).toEqual({
      iss: ISSUER_DID,
      sub: HOLDER_DID,
      iat: NOW - 100,
      nbf: NOW - 100,
      exp: NOW + 1000,
      cnf: { jwk: bareKey(holder.publicJwk) },
      vc: {
        '@context': [V1],
        type: ['VerifiableCredential', TYPE],
        id: jti,
        issuer: ISSUER_DID,
        issuanceDate: '2026-05-28T20:25:00Z',
        expirationDate: '2026-05-28T20:43:20Z',
        credentialStatus: entry,
        credentialSubject: { id: HOLDER_DID, ...SUBJECT },
      },
    })
  })

  it('begins when it is said to begin', async () => {
    const { payload } = await issued(jwtVcJson, { notBefore: NOW + 60 })
    expect(payload).toMatchObject({ nbf: NOW + 60, vc: { issuanceDate: '2026-05-28T20:27:40Z' } })
  })

  it('keeps an id that is given', async () => {
    const claims = { id: 'urn:example:1', credentialSubject: SUBJECT }
    expect((await issued(jwtVcJson, { claims })).payload).toMatchObject({ jti: 'urn:example:1' })
  })
})

describe('a credential of version 2.0 as a JWT', () => {
  it('is the payload itself', async () => {
    const { header, payload } = await issued(vcJwt)
    expect(header).toEqual({ typ: 'vc+jwt', cty: 'vc', kid: ISSUER_KID, alg: 'ES256' })
    expect(payload).toEqual({
      '@context': [V2, 'https://www.w3.org/ns/credentials/undefined-terms/v2'],
      type: ['VerifiableCredential', TYPE],
      issuer: ISSUER_DID,
      validFrom: '2026-05-28T20:25:00Z',
      validUntil: '2026-05-28T20:43:20Z',
      credentialStatus: entry,
      credentialSubject: { id: HOLDER_DID, ...SUBJECT },
      iss: ISSUER_DID,
      iat: NOW - 100,
      exp: NOW + 1000,
      cnf: { jwk: bareKey(holder.publicJwk) },
    })
  })

  it('carries contexts, types and members that are given, each in its place', async () => {
    const claims: JsonObject = {
      '@context': ['https://contexts.example/a', V2],
      type: ['Further', 'VerifiableCredential', TYPE],
      issuer: { name: 'Example', id: ISSUER_DID },
      credentialSchema: { id: 'https://s.example', type: 'JsonSchema' },
      credentialSubject: SUBJECT,
    }
    expect((await issued(vcJwt, { claims })).payload).toMatchObject({
      '@context': [V2, 'https://contexts.example/a'],
      type: ['VerifiableCredential', 'Further', TYPE],
      issuer: { name: 'Example', id: ISSUER_DID },
      credentialSchema: { type: 'JsonSchema' },
    })
  })
})

describe('a credential of version 2.0 as an SD-JWT', () => {
  it('hides what may be withheld, and shows what it is judged by', async () => {
    const { header, payload, disclosures, compact } = await issued(vcSdJwt, {
      selectivelyDisclosable: [
        ['credentialSubject', 'given_name'],
        ['credentialSubject', 'nationalities', null],
      ],
      decoys: 2,
    })
    expect(header).toMatchObject({ typ: 'vc+sd-jwt', cty: 'vc', kid: ISSUER_KID })
    expect(disclosures).toHaveLength(3)
    expect(compact.endsWith('~')).toBe(true)
    expect(payload).toMatchObject({
      type: ['VerifiableCredential', TYPE],
      issuer: ISSUER_DID,
      _sd_alg: 'sha-256',
    })
    expect(payload._sd).toHaveLength(2)
    expect(JSON.stringify(payload)).not.toContain('Erika')
  })

  it.each(['@context', 'type', 'issuer', 'validFrom', 'validUntil', 'credentialStatus', 'credentialSchema'])(
    'is refused where %s could be withheld, whole or in part',
    async (name) => {
      const claims = { credentialSubject: SUBJECT, credentialSchema: { id: 'urn:s', type: 'JsonSchema' } }
      for (const path of [[name], [name, 'id'], [name, null]]) {
        const result = await vcSdJwt.issue(w3cInput({ claims, selectivelyDisclosable: [path] }), nodeEngine)
        expect(result).toMatchObject({ ok: false, error: { code: 'claim_not_disclosable' } })
      }
    },
  )
})

describe.each(FORMATS)('$id, issued', (format) => {
  it('is opened to what went in, without anything of the JWT', async () => {
    const { compact } = await issued(format)
    const held = await format.open(compact, nodeEngine)
    if (!held.ok) throw new Error(held.error.code)
    expect(held.value).toMatchObject({
      format: format.id,
      type: TYPE,
      claimedIssuer: ISSUER_DID,
      issuedAt: NOW - 100,
      expiresAt: NOW + 1000,
      holderKey: bareKey(holder.publicJwk),
      statuses: [revocation],
    })
    for (const name of ['iss', 'sub', 'exp', 'iat', 'nbf', 'jti', 'cnf', 'vc']) {
      expect(held.value.claims).not.toHaveProperty(name)
    }
  })

  it('names the holder by the DID that is given, and nobody where it is bound to nobody', async () => {
    const given = await issued(format, { holderDid: 'did:web:holder.example', holderKey: undefined })
    const open = async (compact: string) => {
      const held = await format.open(compact, nodeEngine)
      if (!held.ok) throw new Error(held.error.code)
      return held.value
    }
    const named = await open(given.compact)
    expect(named.claims.credentialSubject).toMatchObject({ id: 'did:web:holder.example' })
    expect(named.holderKey).toBeUndefined()
    const nobody = await open((await issued(format, { holderKey: undefined })).compact)
    expect(nobody.claims.credentialSubject).toEqual(SUBJECT)
    expect(nobody.holderKey).toBeUndefined()
  })

  it('leaves a subject that is named already who it is', async () => {
    const claims = { credentialSubject: { id: 'urn:child', ...SUBJECT } }
    const held = await format.open((await issued(format, { claims })).compact, nodeEngine)
    expect(held).toMatchObject({
      value: { claims: { credentialSubject: { id: 'urn:child' } }, holderKey: bareKey(holder.publicJwk) },
    })
  })

  it('carries the bare holder key, without the labels of the wallet', async () => {
    const { payload } = await issued(format, { holderKey: { ...holder.publicJwk, kid: 'mine', use: 'sig' } })
    expect(payload.cnf).toEqual({ jwk: bareKey(holder.publicJwk) })
    expect(JSON.stringify(payload)).not.toContain('mine')
  })

  it('carries several statuses, of which data model 1.1 has one, and bits of more than one', async () => {
    const message: StatusReference = { ...revocation, purpose: 'message', index: 0, size: 2 }
    const statuses = format === jwtVcJson ? [message] : [revocation, message]
    const { compact } = await issued(format, { statuses })
    expect(await format.open(compact, nodeEngine)).toMatchObject({ value: { statuses } })
  })

  it('carries a chain, and the signer’s own key id where the issuer is no DID', async () => {
    const signer = { ...makeSigner('P-384', 'key-7'), x5c: ['AAAA'] }
    const { header } = await issued(format, { issuer: 'https://issuer.example', signer })
    expect(header).toMatchObject({ kid: 'key-7', x5c: ['AAAA'], alg: 'ES384' })
  })

  it('names the key of a DID that stands elsewhere by its DID URL', async () => {
    for (const keyId of ['key-7', 'did:web:issuer.example#key-7']) {
      const signer = makeSigner('P-256', keyId)
      const { header } = await issued(format, { issuer: 'did:web:issuer.example', signer })
      expect(header.kid).toBe('did:web:issuer.example#key-7')
    }
  })

  it('names the key of a did:key', async () => {
    const signer = makeSigner('Ed25519', 'key-7')
    const did = didFromKey('key', signer.publicJwk)
    expect((await issued(format, { issuer: did, signer })).header.kid).toBe(`${did}#${did.slice(8)}`)
  })

  it.each<[string, Partial<IssueInput>, string]>([
    ['no issuer', { issuer: undefined }, 'issuer_missing'],
    ['an issuer that is no URL', { issuer: 'somebody' }, 'issuer_malformed'],
    ['a DID whose key is another', { signer: makeSigner() }, 'issuer_key_wrong'],
    [
      'a key of another DID',
      { issuer: 'did:web:a.example', signer: makeSigner('P-256', 'did:web:b.example#0') },
      'issuer_key_wrong',
    ],
    ['a DID that is none', { issuer: 'did:jwk:!' }, 'issuer_malformed'],
    ['no subject', { claims: {} }, 'subject_missing'],
    ['a subject that is a text', { claims: { credentialSubject: 'x' } }, 'subject_malformed'],
    [
      'an empty subject of nobody',
      { claims: { credentialSubject: {} }, holderKey: undefined },
      'subject_empty',
    ],
    ['a blank type', { type: ' ' }, 'type_malformed'],
    ['further types that are none', { claims: { type: [1], credentialSubject: SUBJECT } }, 'type_malformed'],
    ['a fraction of a second', { issuedAt: 1.5 }, 'time_malformed'],
    ['a time that no date can write', { expiresAt: 1e12 }, 'time_malformed'],
    ['an end before the beginning', { expiresAt: 5 }, 'validity_empty'],
    [
      'an issuer that is somebody else',
      { claims: { issuer: 'did:example:x', credentialSubject: SUBJECT } },
      'issuer_differs',
    ],
    [
      'an issuer object of somebody else',
      { claims: { issuer: { id: 'did:example:x' }, credentialSubject: SUBJECT } },
      'issuer_differs',
    ],
    ['a malformed member', { claims: { evidence: {}, credentialSubject: SUBJECT } }, 'member_malformed'],
    ['_sd as a member', { claims: { credentialSubject: { _sd: [] } } }, 'claim_reserved'],
    [
      'a number that JSON cannot write',
      { claims: { credentialSubject: { a: Number.NaN } } },
      'claim_not_json',
    ],
    [
      'a status that has no form here',
      { statuses: [{ mechanism: 'token_status_list', uri: 'urn:a', index: 1 }] },
      'status_mechanism_unsupported',
    ],
    ['a status without an index', { statuses: [{ ...revocation, index: -1 }] }, 'status_malformed'],
    ['a status without a list', { statuses: [{ ...revocation, uri: 'list' }] }, 'status_malformed'],
    ['a status without a purpose', { statuses: [{ ...revocation, purpose: '' }] }, 'status_malformed'],
    ['a status of no bits', { statuses: [{ ...revocation, size: 0 }] }, 'status_malformed'],
    [
      'too many claims',
      { claims: { credentialSubject: { a: 'x'.repeat(RECEIVED.credential * 0.75) } } },
      'credential_too_large',
    ],
  ])('is refused for %s', async (_what, changes, code) => {
    expect(await format.issue(w3cInput(changes), nodeEngine)).toMatchObject({ ok: false, error: { code } })
  })

  const members = ['validFrom', 'validUntil', 'issuanceDate', 'expirationDate', 'credentialStatus', 'proof']
  const claimsOfJwt = [
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'cnf',
    'nonce',
    'status',
    'vct',
    'vc',
    'vp',
  ]

  it.each([...members, ...claimsOfJwt])('is refused for %s given as data', async (name) => {
    const claims: JsonObject = { [name]: 'x', credentialSubject: SUBJECT }
    expect(await format.issue(w3cInput({ claims }), nodeEngine)).toEqual({
      ok: false,
      error: { code: 'claim_reserved', detail: name },
    })
  })
})

describe.each([jwtVcJson, vcJwt])('$id, which shows everything', (format) => {
  it('is refused where something should be withheld or disguised', async () => {
    for (const changes of [
      { selectivelyDisclosable: [['credentialSubject', 'given_name']] },
      { decoys: 1 },
    ]) {
      expect(await format.issue(w3cInput(changes), nodeEngine)).toMatchObject({
        error: { code: 'selective_disclosure_unsupported' },
      })
    }
  })
})

describe.each([jwtVcJson, vcJwt])('$id, with the context of the other version', (format) => {
  it('is refused: the two redefine each other', async () => {
    const claims = { '@context': format === vcJwt ? V1 : V2, credentialSubject: SUBJECT }
    expect(await format.issue(w3cInput({ claims }), nodeEngine)).toMatchObject({
      error: { code: 'context_redefines_term' },
    })
  })
})
