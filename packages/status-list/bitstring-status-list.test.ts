import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import { readCredentialStatus } from '@countersign/credential/w3c-vc/status'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws, signJws } from '@countersign/crypto/jose/jws'
import { didFromKey } from '@countersign/did/did'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newStatusBits, setStatus } from './bits.ts'
import {
  type BitstringListFacts,
  readBitstringCredential,
  writeBitstringCredential,
} from './bitstring-status-list.ts'
import { checkStatus } from './check-status.ts'
import { openStatusList, readableMediaTypes, readStatusLists } from './open-status-list.ts'
import type { FetchedStatusList, StatusListRequest } from './status-list.ts'
import { listSigner, NOW, options, served, stranger, trustIn, URI } from './status-list-fixtures.testing.ts'
import { webCompression } from './web-compression.ts'

const ISSUER = 'https://issuer.example'
const JWT = 'application/vc+jwt'
/** The list of §2.2 and §A.2 of the Recommendation: 131,072 zeros. */
const EMPTY = 'uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA'

const request: StatusListRequest = {
  mechanism: 'bitstring_status_list',
  uri: URI,
  accept: readableMediaTypes('bitstring_status_list'),
}

const document = (changes: JsonObject = {}, subject: JsonObject = {}): JsonObject => ({
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  id: URI,
  type: ['VerifiableCredential', 'BitstringStatusListCredential'],
  issuer: ISSUER,
  validFrom: '2021-04-05T14:27:40Z',
  credentialSubject: {
    id: `${URI}#list`,
    type: 'BitstringStatusList',
    statusPurpose: 'revocation',
    encodedList: EMPTY,
    ...subject,
  },
  ...changes,
})

const absent = undefined as never

async function signed(
  payload: JsonObject = document(),
  header: JsonObject = {},
  signer: Signer = listSigner,
  mediaType = JWT,
): Promise<FetchedStatusList> {
  return served(await signJws({ typ: 'vc+jwt', x5c: ['AAAA'], ...header }, payload, signer), mediaType)
}

const open = (list: FetchedStatusList, changes = {}) =>
  openStatusList(list, request, { ...options, ...changes }, NOW)

function reference(changes: Partial<Extract<StatusReference, { mechanism: 'bitstring_status_list' }>> = {}) {
  return {
    mechanism: 'bitstring_status_list',
    uri: URI,
    index: 5,
    purpose: 'revocation',
    size: 1,
    ...changes,
  } as const
}

async function statusIn(list: FetchedStatusList, changes: Parameters<typeof reference>[0] = {}) {
  const lists = readStatusLists(() => ({ ok: true, value: list }), options)
  const { detail, status } = await checkStatus([reference(changes)], { lists, now: NOW })
  return status === 'undetermined' || status === 'faulty' ? detail : status
}

async function written(
  statuses: Readonly<Record<number, number>>,
  facts: Partial<BitstringListFacts> = {},
  size: 1 | 2 | 4 | 8 = 1,
) {
  const bits = newStatusBits(131_072, size, 'most_significant_first')
  for (const [index, status] of Object.entries(statuses)) setStatus(bits, Number(index), status)
  const all = { uri: URI, issuer: ISSUER, purposes: ['revocation'], issuedAt: NOW - 40, ...facts }
  const jwt = await writeBitstringCredential(bits, all, listSigner, webCompression)
  if (!jwt.ok) throw new Error(jwt.error.code)
  return served(jwt.value, JWT)
}

describe('a bitstring status list', () => {
  it('of the Recommendation is read, and says nothing bad of anybody', async () => {
    const list = await open(await signed())
    expect(list).toMatchObject({
      ok: true,
      value: {
        uri: URI,
        anchor: 'Example Root',
        issuedAt: 1_617_632_860,
        content: {
          mechanism: 'bitstring_status_list',
          purposes: ['revocation'],
          bytes: new Uint8Array(16_384),
        },
      },
    })
    expect(await statusIn(await signed(), { index: 94_567 })).toBe('valid')
    expect(await statusIn(await signed(), { index: 131_071 })).toBe('valid')
  })

  it.each([
    ['revocation', 'revoked'],
    ['suspension', 'suspended'],
    ['refresh', 'valid'],
    ['message', 'status_value_1'],
    ['something else', 'status_value_1'],
  ])('for %s says of a set bit: %s', async (purpose, expected) => {
    const list = await written({ 5: 1 }, { purposes: [purpose] })
    expect(await statusIn(list, { purpose })).toBe(expected)
    expect(await statusIn(list, { purpose, index: 4 })).toBe('valid')
    expect(await statusIn(list, { purpose, index: 6 })).toBe('valid')
  })

  it('may serve several purposes, and no other', async () => {
    const list = await written({ 5: 1 }, { purposes: ['revocation', 'suspension'] })
    expect(await statusIn(list, { purpose: 'revocation' })).toBe('revoked')
    expect(await statusIn(list, { purpose: 'suspension' })).toBe('suspended')
    expect(await statusIn(list, { purpose: 'message' })).toBe('purpose_differs')
    expect(await statusIn(list, { purpose: 'Revocation' })).toBe('purpose_differs')
  })

  it('with larger entries names the value and never takes it for a revocation', async () => {
    const list = await written({ 5: 2, 6: 1 }, {}, 2)
    expect(await statusIn(list, { size: 2 })).toBe('status_value_2')
    expect(await statusIn(list, { size: 2, index: 6 })).toBe('status_value_1')
    expect(await statusIn(list, { size: 2, index: 7 })).toBe('valid')
    expect(await statusIn(list, { size: 1, index: 7 })).toBe('size_differs')
  })

  it('has an end: an index beyond it stands against the credential', async () => {
    const list = await written({ 5: 1 })
    expect(await statusIn(list, { index: 131_072 })).toBe('index_out_of_range')
    expect(await statusIn(list, { index: Number.MAX_SAFE_INTEGER })).toBe('index_out_of_range')
  })

  it('that is too short to hide anybody says nothing', async () => {
    const encodedList = `u${encodeBase64url(await webCompression.gzip(new Uint8Array(16_383)))}`
    expect(await statusIn(await signed(document({}, { encodedList })))).toBe('list_too_short')
    expect(await statusIn(await signed(), { size: 2 })).toBe('list_too_short')
    const lists = readStatusLists(() => ({ ok: true, value: short }), options)
    const short = await signed(document({}, { encodedList }))
    const outcome = await checkStatus([reference()], { lists, now: NOW, minEntries: 1000 })
    expect(outcome.status).toBe('valid')
  })

  it('is written as §2.2 wants it, with times in milliseconds and seconds', async () => {
    const list = await written({}, { ttlSeconds: 300, expiresAt: NOW + 60 })
    const decoded = decodeJws(new TextDecoder().decode(list.body))
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        header: { typ: 'vc+jwt', cty: 'vc', kid: 'list-key', x5c: ['AAAA'] },
        payload: {
          id: URI,
          type: ['VerifiableCredential', 'BitstringStatusListCredential'],
          issuer: ISSUER,
          validFrom: '2026-05-28T20:26:00Z',
          validUntil: '2026-05-28T20:27:40Z',
          credentialSubject: { type: 'BitstringStatusList', statusPurpose: 'revocation', ttl: 300_000 },
        },
      },
    })
    expect(await open(list)).toMatchObject({
      value: { ttlSeconds: 300, expiresAt: NOW + 60, issuedAt: NOW - 40 },
    })
  })

  it('of a DID is signed under a key of that DID alone', async () => {
    const signer = makeSigner('P-256', 'any')
    const did = didFromKey('jwk', signer.publicJwk)
    const bits = newStatusBits(131_072, 1, 'most_significant_first')
    const facts = { uri: URI, issuer: did, purposes: ['revocation'], issuedAt: NOW }
    const jwt = await writeBitstringCredential(bits, facts, signer, webCompression)
    if (!jwt.ok) throw new Error(jwt.error.code)
    const trust = trustIn({ ...signer, keyId: `${did}#0` })
    expect(await open(served(jwt.value, JWT), { trust })).toMatchObject({ ok: true })
    expect(await writeBitstringCredential(bits, facts, listSigner, webCompression)).toMatchObject({
      error: { code: 'issuer_key_wrong' },
    })
    const relative = await signed(document({ issuer: did }), { x5c: absent, kid: '#0' }, signer)
    expect(await open(relative, { trust })).toMatchObject({ ok: true })
    const foreign = await signed(document(), { x5c: absent, kid: `${did}#0` }, signer)
    expect(await open(foreign, { trust })).toMatchObject({ error: { reason: 'kid_not_of_issuer' } })
  })

  it('is not written without purpose, too short, in the other order, or for a year that has five digits', async () => {
    const bits = newStatusBits(131_072, 1, 'most_significant_first')
    const facts = { uri: URI, issuer: ISSUER, purposes: ['revocation'], issuedAt: NOW }
    const write = (statuses = bits, changes: Partial<BitstringListFacts> = {}) =>
      writeBitstringCredential(statuses, { ...facts, ...changes }, listSigner, webCompression)
    await expect(write(bits, { purposes: [] })).rejects.toThrow(RangeError)
    await expect(write(bits, { purposes: [''] })).rejects.toThrow(RangeError)
    await expect(write(newStatusBits(131_064, 1, 'most_significant_first'))).rejects.toThrow(RangeError)
    await expect(write(newStatusBits(131_072, 1, 'least_significant_first'))).rejects.toThrow(RangeError)
    expect(await write(bits, { expiresAt: 1e12 })).toMatchObject({ error: { code: 'time_malformed' } })
  })

  it('may leave out its name, but have no other', async () => {
    expect(await open(await signed(document({ id: absent })))).toMatchObject({ ok: true })
    expect(await open(await signed(document({ id: `${URI}0` })))).toMatchObject({
      error: { code: 'list_uri_differs' },
    })
  })
})

describe('older lists', () => {
  const older = (subject: JsonObject = {}): JsonObject => ({
    iss: ISSUER,
    nbf: NOW - 100,
    vc: {
      '@context': ['https://www.w3.org/2018/credentials/v1', 'https://w3id.org/vc/status-list/2021/v1'],
      id: URI,
      type: ['VerifiableCredential', 'StatusList2021Credential'],
      issuer: ISSUER,
      issuanceDate: '2021-04-05T14:27:40Z',
      credentialSubject: {
        type: 'StatusList2021',
        statusPurpose: 'revocation',
        encodedList: EMPTY.slice(1),
        ...subject,
      },
    },
  })

  it('are read: wrapped in vc, and without a multibase prefix', async () => {
    const list = await signed(older(), { typ: 'JWT' }, listSigner, 'application/vc+ld+json+jwt')
    expect(await statusIn(list)).toBe('valid')
    expect(await statusIn(await signed(older(), { typ: absent }, listSigner, 'application/jwt'))).toBe(
      'valid',
    )
  })

  it('are what older entries of credentials refer to', () => {
    const entry = {
      type: 'StatusList2021Entry',
      statusPurpose: 'revocation',
      statusListIndex: '94567',
      statusListCredential: URI,
    }
    expect(readCredentialStatus(entry)).toEqual([reference({ index: 94_567 })])
    expect(readCredentialStatus({ ...entry, type: 'RevocationList2020Status' })).toEqual([
      { mechanism: 'unknown', type: 'RevocationList2020Status' },
    ])
  })

  it('are not mixed with newer ones', async () => {
    const mixed = await signed(older({ encodedList: EMPTY }), { typ: 'JWT' })
    expect(await statusIn(mixed)).toBe('list_malformed: encodedList')
    const both = await signed({ ...document(), ...older() }, { typ: 'vc+jwt' })
    expect(await open(both)).toMatchObject({ error: { code: 'typ_wrong' } })
    const wrapped = await signed({ vc: document() }, { typ: 'vc+jwt' })
    expect(await open(wrapped)).toMatchObject({ error: { code: 'typ_wrong' } })
  })
})

describe('a bitstring status list is refused', () => {
  it.each<[string, JsonObject, string]>([
    ['with another context', { '@context': ['https://example.org/v2'] }, 'context_base_missing'],
    [
      'with the context of version 1.1',
      { '@context': ['https://www.w3.org/2018/credentials/v1'] },
      'date_missing',
    ],
    [
      'of version 1.1 that is not wrapped',
      { '@context': ['https://www.w3.org/2018/credentials/v1'], issuanceDate: '2021-04-05T14:27:40Z' },
      'version_wrong',
    ],
    ['of another type', { type: ['VerifiableCredential'] }, 'type'],
    ['that is no credential', { type: ['BitstringStatusListCredential'] }, 'type_malformed'],
    ['without an issuer', { issuer: absent }, 'issuer_malformed'],
    ['with a date without a time zone', { validFrom: '2021-04-05T14:27:40' }, 'date_malformed'],
    ['that ends before it begins', { validUntil: '2020-04-05T14:27:40Z' }, 'validity_empty'],
    ['with another iss', { iss: 'https://other.example' }, 'iss_differs'],
    ['with an end that is no time', { exp: '2026' }, 'exp'],
    ['with a beginning that is no time', { nbf: [] }, 'nbf'],
    ['without a subject', { credentialSubject: absent }, 'subject_missing'],
    ['with two subjects', { credentialSubject: [{ type: 'a' }, { type: 'b' }] }, 'credentialSubject'],
  ])('%s', async (_what, changes, reason) => {
    expect(await open(await signed(document(changes)))).toEqual({
      ok: false,
      error: { code: 'list_malformed', reason },
    })
  })

  it.each<[string, JsonObject]>([
    ['credentialSubject', { type: 'StatusList2021' }],
    ['statusPurpose', { statusPurpose: absent }],
    ['statusPurpose', { statusPurpose: '' }],
    ['statusPurpose', { statusPurpose: [] }],
    ['statusPurpose', { statusPurpose: ['revocation', 7] }],
    ['statusPurpose', { statusPurpose: Array.from({ length: 17 }, (_, at) => `p${at}`) }],
    ['statusSize', { statusSize: 0 }],
    ['statusSize', { statusSize: 1.5 }],
    ['statusSize', { statusSize: '1' }],
    ['statusSize', { statusSize: 33 }],
    ['ttl', { ttl: '300000' }],
    ['ttl', { ttl: -1 }],
    ['encodedList', { encodedList: absent }],
    ['encodedList', { encodedList: EMPTY.slice(1) }],
    ['encodedList', { encodedList: `z${EMPTY.slice(1)}` }],
    ['encodedList', { encodedList: `${EMPTY}=` }],
    ['encodedList', { encodedList: 7 }],
  ])('for a malformed %s: %j', async (reason, subject) => {
    expect(await open(await signed(document({}, subject)))).toEqual({
      ok: false,
      error: { code: 'list_malformed', reason },
    })
  })

  it('when it has ended, by the JWT or by the document', async () => {
    expect(await open(await signed(document({ exp: NOW - 61 })))).toMatchObject({
      error: { code: 'list_expired' },
    })
    const validUntil = new Date((NOW - 61) * 1000).toISOString()
    expect(await open(await signed(document({ validUntil })))).toMatchObject({
      error: { code: 'list_expired' },
    })
    expect(await open(await signed(document({ validUntil, exp: NOW + 900 })))).toMatchObject({
      error: { code: 'list_expired' },
    })
  })

  it('before it begins', async () => {
    const validFrom = new Date((NOW + 61) * 1000).toISOString()
    const faults: readonly JsonObject[] = [{ validFrom }, { nbf: NOW + 61 }, { iat: NOW + 61 }]
    for (const changes of faults) {
      expect(await open(await signed(document(changes)))).toMatchObject({
        error: { code: 'list_not_yet_valid' },
      })
    }
  })

  it('when nobody trusted signed it, or somebody else than its key says', async () => {
    expect(await open(await signed(document(), { x5c: ['BBBB'] }, stranger))).toMatchObject({
      error: { code: 'signer_untrusted' },
    })
    expect(await open(await signed(document(), {}, stranger))).toMatchObject({
      error: { code: 'signature_invalid' },
    })
  })

  it('with a bomb inside', async () => {
    const encodedList = `u${encodeBase64url(await webCompression.gzip(new Uint8Array(40 * 2 ** 20)))}`
    expect(await statusIn(await signed(document({}, { encodedList })))).toBe('inflated_too_large')
  })

  it.each([
    'application/vc',
    'application/json',
    'application/ld+json',
    'text/plain',
    'application/vc+sd-jwt',
  ])('as %s, which is not read', async (mediaType) => {
    expect(await open({ ...(await signed()), mediaType })).toMatchObject({
      error: { code: 'media_type_wrong' },
    })
  })
})

describe('any bytes', () => {
  it('are a bitstring status list or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readBitstringCredential(bytes, nodeEngine)).toHaveProperty('ok', false)
      }),
    )
  })

  it('as members of a signed list are a list or a refusal', async () => {
    const names = [...Object.keys(document()), 'exp', 'nbf', 'iat', 'iss', 'sub', 'vc']
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), fc.json()), async (members) => {
        const changes = Object.fromEntries(
          Object.entries(members).map(([name, json]) => [name, JSON.parse(json)]),
        )
        expect(await open(await signed(document(changes)))).toHaveProperty('ok')
      }),
      { numRuns: 50 },
    )
  })
})
