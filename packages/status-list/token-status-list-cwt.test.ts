import { encodeUtf8 } from '@countersign/core/base64url'
import { ok } from '@countersign/core/result'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, type CborKey, mapOf, tagged } from '@countersign/crypto/cbor/value'
import { COSE_TAG, HEADER } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { lateEngine, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { fromHex } from '@countersign/testing/hex'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getStatus } from './bits.ts'
import { type OpenStatusListOptions, openStatusList } from './open-status-list.ts'
import { CLAIM } from './signed-cwt.ts'
import { type FetchedStatusList, LIST_MEDIA_TYPES, type StatusListRequest } from './status-list.ts'
import {
  deflatedZeros,
  listSigner,
  NOW,
  options,
  served,
  stranger,
  tokenBits,
  tokenJwt,
  URI,
} from './status-list-fixtures.testing.ts'
import { packTokenStatusList } from './token-status-list.ts'
import { readTokenStatusListCwt, writeTokenStatusListCwt } from './token-status-list-cwt.ts'
import { webCompression } from './web-compression.ts'

const { tokenCwt, tokenJwt: jwtType } = LIST_MEDIA_TYPES
const request: StatusListRequest = { mechanism: 'token_status_list', uri: URI, accept: [tokenCwt, jwtType] }
const hex = fromHex
const LST = hex('78dadbb918000217015d')
const CHAIN = Uint8Array.of(0, 0, 0)

const open = (list: FetchedStatusList, changes: Partial<OpenStatusListOptions> = {}) =>
  openStatusList(list, request, { ...options, ...changes }, NOW)

type Claims = readonly (readonly [CborKey, CborInput])[]

const CLAIMS: Claims = [
  [CLAIM.subject, URI],
  [CLAIM.issuedAt, NOW - 10],
  [CLAIM.statusList, mapOf({ bits: 1, lst: LST })],
]

interface Forgery {
  readonly claims?: Claims
  readonly without?: CborKey
  readonly protectedHeader?: Claims
  readonly unprotectedHeader?: Claims
  readonly signer?: Signer
  readonly payload?: Uint8Array
  readonly tags?: readonly number[]
}

/** A list that is in order except for what the forgery says. */
async function forged(forgery: Forgery = {}): Promise<FetchedStatusList> {
  const claims = new Map([...CLAIMS, ...(forgery.claims ?? [])])
  if (forgery.without !== undefined) claims.delete(forgery.without)
  const parts = {
    protectedHeader: new Map(forgery.protectedHeader ?? [[HEADER.type, tokenCwt]]),
    unprotectedHeader: new Map(forgery.unprotectedHeader ?? [[HEADER.x5chain, CHAIN]]),
    payload: forgery.payload ?? encodeCbor(claims),
  }
  const message: CborInput = await signCoseSign1(parts, forgery.signer ?? listSigner)
  const { tags = [COSE_TAG.sign1] } = forgery
  return served(
    encodeCbor(tags.reduceRight((content: CborInput, tag) => tagged(tag, content), message)),
    tokenCwt,
  )
}

describe('a token status list as a CWT', () => {
  it.each([1, 2, 4, 8] as const)('comes back as it was published, with %i bits', async (size) => {
    const packed = await packTokenStatusList(tokenBits({ 9: 2 ** size - 1 }, size), webCompression)
    const facts = {
      uri: URI,
      issuer: 'https://i.example',
      issuedAt: NOW - 5,
      expiresAt: NOW + 50,
      ttlSeconds: 20,
    }
    const list = await open(served(await writeTokenStatusListCwt(packed, facts, listSigner), tokenCwt))
    expect(list).toMatchObject({
      ok: true,
      value: { uri: URI, anchor: 'Example Root', issuedAt: NOW - 5, expiresAt: NOW + 50, ttlSeconds: 20 },
    })
    if (!list.ok || list.value.content.mechanism !== 'token_status_list') throw new Error('no list')
    const { statuses } = list.value.content
    expect([8, 9, 10].map((index) => getStatus(statuses, index))).toEqual([0, 2 ** size - 1, 0])
  })

  it('of the specification is read and its signature found good (§5.2, key of the draft)', async () => {
    const text = [
      'd2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a5027821687474',
      '70733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019ff',
      'fda2646269747301636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1101b77fd6cc9440022caa4694450',
      'c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323ded7c982c5e101a5e67f0cbc1e2b6f57ce99c279',
    ].join('')
    const key = parsePublicJwk({
      kty: 'EC',
      crv: 'P-256',
      x: 'I3HWm_0Ds1dPMI-IWmf4mBmH-YaeAVbPVu7vB27CxXo',
      y: '6N_d5Elj9bs1htgV3okJKIdbHEpkgTmAluYKJemzn1M',
    })
    if (!key.ok) throw new Error(key.error.code)
    const trust: OpenStatusListOptions['trust'] = ({ keyId }) =>
      ok({ key: key.value, anchor: `key ${keyId}` })
    const asked = { ...request, uri: 'https://example.com/statuslists/1' }
    const list = await openStatusList(served(hex(text), tokenCwt), asked, { ...options, trust }, NOW)
    expect(list).toMatchObject({
      ok: true,
      value: {
        anchor: 'key 12',
        issuedAt: 1686920170,
        expiresAt: 2291720170,
        ttlSeconds: 43200,
        content: { statuses: { bytes: Uint8Array.of(0xb9, 0xa3), size: 1 } },
      },
    })
  })

  it('is tagged as COSE_Sign1 and not as a CWT', async () => {
    const packed = await packTokenStatusList(tokenBits(), webCompression)
    const bytes = await writeTokenStatusListCwt(packed, { uri: URI, issuedAt: NOW }, listSigner)
    expect([bytes[0], bytes[1]]).toEqual([0xd2, 0x84])
    const unreadable = { ...listSigner, x5c: ['no base64'] }
    await expect(writeTokenStatusListCwt(packed, { uri: URI, issuedAt: NOW }, unreadable)).rejects.toThrow(
      TypeError,
    )
    await expect(writeTokenStatusListCwt(packed, { uri: '', issuedAt: NOW }, listSigner)).rejects.toThrow(
      RangeError,
    )
  })

  it('may name its key in either header, and leave out the tag', async () => {
    const both: Claims = [
      [HEADER.type, tokenCwt],
      [HEADER.x5chain, CHAIN],
    ]
    expect(await open(await forged({ protectedHeader: both, unprotectedHeader: [] }))).toMatchObject({
      ok: true,
    })
    expect(await open(await forged({ unprotectedHeader: [[HEADER.x5chain, [CHAIN, CHAIN]]] }))).toMatchObject(
      {
        ok: true,
      },
    )
    const kid: Claims = [[HEADER.keyId, encodeUtf8('list-key')]]
    expect(await open(await forged({ unprotectedHeader: kid }))).toMatchObject({ ok: true })
    expect(await open(await forged({ tags: [] }))).toMatchObject({ ok: true })
  })

  it('is read with an engine that answers later, and times may have a fraction', async () => {
    const claims: Claims = [[CLAIM.expiresAt, NOW + 0.5]]
    expect(await open(await forged({ claims }), { crypto: lateEngine })).toMatchObject({
      value: { expiresAt: NOW + 0.5 },
    })
  })
})

describe('a token status list as a CWT is refused', () => {
  it.each<[string, string, Forgery]>([
    ['of another type', 'typ_wrong', { protectedHeader: [[HEADER.type, 'application/identifierlist+cwt']] }],
    ['typed as the JWT', 'typ_wrong', { protectedHeader: [[HEADER.type, 'application/statuslist+jwt']] }],
    ['without a type', 'typ_wrong', { protectedHeader: [] }],
    [
      'with its type outside of the signature',
      'typ_wrong',
      {
        protectedHeader: [],
        unprotectedHeader: [
          [HEADER.type, tokenCwt],
          [HEADER.x5chain, CHAIN],
        ],
      },
    ],
    ['for another URI', 'list_uri_differs', { claims: [[CLAIM.subject, `${URI}0`]] }],
    ['past its end', 'list_expired', { claims: [[CLAIM.expiresAt, NOW - 61]] }],
    ['before its beginning', 'list_not_yet_valid', { claims: [[CLAIM.notBefore, NOW + 61]] }],
    ['issued in the future', 'list_not_yet_valid', { claims: [[CLAIM.issuedAt, NOW + 61]] }],
    [
      'signed by nobody known',
      'signer_untrusted',
      { unprotectedHeader: [[HEADER.x5chain, Uint8Array.of(1)]] },
    ],
    ['naming no key', 'signer_unknown', { unprotectedHeader: [] }],
    ['signed with another key', 'signature_invalid', { signer: stranger }],
    ['with a key of another kind', 'alg_key_mismatch', { signer: makeSigner('Ed25519', 'k') }],
  ])('%s', async (_what, code, forgery) => {
    expect(await open(await forged(forgery))).toMatchObject({ ok: false, error: { code } })
  })

  it.each<[string, Forgery]>([
    ['sub', { without: CLAIM.subject }],
    ['sub', { claims: [[CLAIM.subject, encodeUtf8(URI)]] }],
    ['sub', { claims: [[CLAIM.subject, '']] }],
    ['iss', { claims: [[CLAIM.issuer, 1]] }],
    ['iat', { without: CLAIM.issuedAt }],
    ['iat', { claims: [[CLAIM.issuedAt, '1686920170']] }],
    ['iat', { claims: [[CLAIM.issuedAt, tagged(1, NOW)]] }],
    ['exp', { claims: [[CLAIM.expiresAt, null]] }],
    ['exp', { claims: [[CLAIM.expiresAt, Number.POSITIVE_INFINITY]] }],
    ['exp', { claims: [[CLAIM.expiresAt, 2n ** 60n]] }],
    ['nbf', { claims: [[CLAIM.notBefore, 'now']] }],
    ['ttl', { claims: [[CLAIM.ttlSeconds, 0]] }],
    ['ttl', { claims: [[CLAIM.ttlSeconds, -1]] }],
    ['ttl', { claims: [[CLAIM.ttlSeconds, 1.5]] }],
    ['status_list', { without: CLAIM.statusList }],
    ['status_list', { claims: [[CLAIM.statusList, LST]] }],
    ['status_list', { claims: [[CLAIM.statusList, mapOf({ bits: 3, lst: LST })]] }],
    ['status_list', { claims: [[CLAIM.statusList, mapOf({ bits: 1, lst: 'eNrbuRgAAhcBXQ' })]] }],
    ['status_list', { claims: [[CLAIM.statusList, mapOf({ bits: 1 })]] }],
    ['status_list', { claims: [[CLAIM.statusList, mapOf({ bits: 1, lst: LST, aggregation_uri: 1 })]] }],
    ['claims', { payload: encodeCbor([1]) }],
    ['cbor_truncated', { payload: new Uint8Array() }],
    ['cbor_duplicate_key', { payload: hex('a202000200') }],
    ['cose_tag_wrong', { tags: [61, COSE_TAG.sign1] }],
    ['cose_tag_wrong', { tags: [COSE_TAG.mac0] }],
    ['cose_tag_wrong', { tags: [61] }],
    [
      'cose_crit_unsupported',
      {
        protectedHeader: [
          [HEADER.type, tokenCwt],
          [HEADER.critical, [HEADER.type]],
        ],
      },
    ],
    ['x5chain', { unprotectedHeader: [[HEADER.x5chain, 'AAAA']] }],
    ['x5chain', { unprotectedHeader: [[HEADER.x5chain, []]] }],
    ['kid', { unprotectedHeader: [[HEADER.keyId, 'list-key']] }],
  ])('for a malformed %s %#', async (reason, forgery) => {
    expect(await open(await forged(forgery))).toEqual({
      ok: false,
      error: { code: 'list_malformed', reason },
    })
  })

  it('without a payload of its own', async () => {
    const parts = {
      protectedHeader: new Map<CborKey, CborInput>([[HEADER.type, tokenCwt]]),
      payload: encodeCbor(new Map(CLAIMS)),
      detached: true,
    }
    const list = served(encodeCbor(await signCoseSign1(parts, listSigner)), tokenCwt)
    expect(await open(list)).toMatchObject({ error: { code: 'list_malformed', reason: 'payload' } })
  })

  it('when it is a JWT in the clothes of a CWT, or the other way round', async () => {
    const jwt = await tokenJwt()
    expect(await open({ ...jwt, mediaType: tokenCwt })).toMatchObject({ error: { code: 'list_malformed' } })
    const cwt = await forged()
    expect(await open({ ...cwt, mediaType: jwtType })).toMatchObject({ error: { code: 'list_malformed' } })
  })

  it('with a bomb inside', async () => {
    const lst = await deflatedZeros(40 * 2 ** 20)
    const list = await forged({ claims: [[CLAIM.statusList, mapOf({ bits: 1, lst })]] })
    expect(await open(list)).toEqual({ ok: false, error: { code: 'inflated_too_large' } })
  })
})

describe('any bytes', () => {
  it('are a CWT or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readTokenStatusListCwt(bytes, nodeEngine)).toHaveProperty('ok', false)
      }),
    )
  })

  it('that flip one bit of a list never change what it says', async () => {
    const list = await forged({ unprotectedHeader: [[HEADER.keyId, encodeUtf8('list-key')]] })
    await fc.assert(
      fc.asyncProperty(fc.nat(list.body.length - 1), fc.nat(7), async (at, bit) => {
        const body = list.body.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte))
        expect(await open({ ...list, body })).toHaveProperty('ok', false)
      }),
      { numRuns: 80 },
    )
  })

  it.each([0x9f, 0x81, 0xd2, 0xa1, 0x5b, 0x84])(
    'of a megabyte of %i are refused in no time',
    async (byte) => {
      const body = new Uint8Array(2 ** 20).fill(byte)
      await costsAtMost(200, () =>
        expect(readTokenStatusListCwt(body, nodeEngine)).toHaveProperty('ok', false),
      )
    },
  )
})
