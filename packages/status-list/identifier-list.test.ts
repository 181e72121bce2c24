import { encodeBase64url } from '@countersign/core/base64url'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import type { CborInput, CborKey } from '@countersign/crypto/cbor/value'
import { HEADER } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkStatus } from './check-status.ts'
import { readIdentifierListCwt } from './identifier-list.ts'
import { openStatusList, readStatusLists } from './open-status-list.ts'
import { CLAIM } from './signed-cwt.ts'
import { type FetchedStatusList, LIST_MEDIA_TYPES, type StatusListRequest } from './status-list.ts'
import { listSigner, NOW, options, served, stranger, URI } from './status-list-fixtures.testing.ts'

const { identifierCwt, tokenCwt } = LIST_MEDIA_TYPES
const request: StatusListRequest = { mechanism: 'identifier_list', uri: URI, accept: [identifierCwt] }

type Encoded = readonly [key: Uint8Array, value: Uint8Array]

const entry = (key: CborKey | Uint8Array, value: CborInput): Encoded => [encodeCbor(key), encodeCbor(value)]

/** A map with whatever keys. */
function mapOfEncoded(entries: readonly Encoded[]): Uint8Array {
  const head = encodeCbor(entries.length)
  head[0] = (head[0] ?? 0) | 0xa0
  return Uint8Array.from([head, ...entries.flat()].flatMap((part) => [...part]))
}

const listedAll = (identifiers: readonly Uint8Array[]): Uint8Array =>
  mapOfEncoded(identifiers.map((identifier) => entry(identifier, new Map())))

const listed = (...identifiers: readonly Uint8Array[]): Uint8Array => listedAll(identifiers)

const listOf = (identifiers: Uint8Array, ...more: readonly Encoded[]): Encoded => [
  encodeCbor(CLAIM.identifierList),
  mapOfEncoded([[encodeCbor('identifiers'), identifiers], ...more]),
]

const REVOKED = [Uint8Array.of(1, 2, 3), new Uint8Array(32).fill(7)] as const
const CLAIMS: readonly Encoded[] = [
  entry(CLAIM.subject, URI),
  entry(CLAIM.issuedAt, NOW - 10),
  entry(CLAIM.expiresAt, NOW + 100),
]
const IN_ORDER = [...CLAIMS, listOf(listed(...REVOKED))]

async function signed(
  claims: readonly Encoded[] | Uint8Array,
  type: string = identifierCwt,
  signer: Signer = listSigner,
): Promise<FetchedStatusList> {
  const parts = {
    protectedHeader: new Map<CborKey, CborInput>([
      [HEADER.type, type],
      [HEADER.x5chain, new Uint8Array(3)],
    ]),
    payload: claims instanceof Uint8Array ? claims : mapOfEncoded(claims),
  }
  return served(encodeCbor(await signCoseSign1(parts, signer)), identifierCwt)
}

const open = (list: FetchedStatusList) => openStatusList(list, request, options, NOW)

describe('an identifier list', () => {
  it('names the documents that are no longer good', async () => {
    const list = await signed(IN_ORDER)
    expect(await open(list)).toMatchObject({
      ok: true,
      value: {
        uri: URI,
        expiresAt: NOW + 100,
        content: { identifiers: new Set(REVOKED.map(encodeBase64url)) },
      },
    })
    const lists = readStatusLists(() => ({ ok: true, value: list }), options)
    const status = async (identifier: Uint8Array) =>
      (await checkStatus([{ mechanism: 'identifier_list', uri: URI, identifier }], { lists, now: NOW }))
        .status
    expect(await status(REVOKED[0])).toBe('revoked')
    expect(await status(REVOKED[1])).toBe('revoked')
    expect(await status(Uint8Array.of(1, 2))).toBe('valid')
    expect(await status(new Uint8Array())).toBe('valid')
  })

  it.each<[string, string, () => Promise<FetchedStatusList>]>([
    ['faulty', 'signature_invalid', () => signed(IN_ORDER, identifierCwt, stranger)],
    [
      'faulty',
      'list_uri_differs',
      () => signed([entry(CLAIM.subject, `${URI}0`), ...CLAIMS.slice(1), listOf(listed())]),
    ],
    [
      'undetermined',
      'list_expired',
      () => signed([...CLAIMS.slice(0, 2), entry(CLAIM.expiresAt, NOW - 61), listOf(listed())]),
    ],
    ['undetermined', 'typ_wrong', () => signed(IN_ORDER, tokenCwt)],
  ])('leaves a status %s for %s', async (status, detail, make) => {
    const lists = readStatusLists(async () => ({ ok: true, value: await make() }), options)
    const reference = { mechanism: 'identifier_list', uri: URI, identifier: Uint8Array.of(1) } as const
    expect(await checkStatus([reference], { lists, now: NOW })).toMatchObject({ status, detail })
  })

  it('may be empty, and carry what is reserved for the future', async () => {
    const more = [
      entry('aggregation_uri', 'https://a.example'),
      entry('later', [1, 2.5, [new Map([['a', true]])]]),
    ]
    const list = await signed([...CLAIMS, entry(-70_000, [1e300, 2n ** 60n]), listOf(listed(), ...more)])
    expect(await open(list)).toMatchObject({ value: { content: { identifiers: new Set() } } })
    const informed = mapOfEncoded([entry(Uint8Array.of(9), new Map([['reason', 1]]))])
    expect(await open(await signed([...CLAIMS, listOf(informed)]))).toMatchObject({
      value: { content: { identifiers: new Set(['CQ']) } },
    })
  })

  it.each<[string, readonly Encoded[] | Uint8Array]>([
    ['exp', [...CLAIMS.slice(0, 2), listOf(listed())]],
    ['iat', [...CLAIMS.slice(0, 1), ...CLAIMS.slice(2), listOf(listed())]],
    ['sub', [...CLAIMS.slice(1), listOf(listed())]],
    ['status_list', [...IN_ORDER, entry(CLAIM.statusList, new Map())]],
    ['identifier_list', CLAIMS],
    ['identifier_list', [...IN_ORDER, listOf(listed())]],
    ['identifier_list', encodeCbor([1, 2])],
    ['identifier_list', new Uint8Array()],
    ['identifier_list', Uint8Array.of(0xbf, 0xff)],
    ['identifier_list', mapOfEncoded(IN_ORDER).subarray(0, -1)],
    ['identifier_list', Uint8Array.of(...mapOfEncoded(IN_ORDER), 0)],
    ['identifier_list', Array.from({ length: 30 }, (_, at) => entry(at + 100, 0))],
    ['identifiers', [...CLAIMS, entry(CLAIM.identifierList, 'x')]],
    ['identifiers', [...CLAIMS, entry(CLAIM.identifierList, new Map())]],
    ['identifiers', [...CLAIMS, listOf(encodeCbor([REVOKED[0]]))]],
    ['identifiers', [...CLAIMS, listOf(listed(), entry('identifiers', new Map()))]],
    ['identifiers', [...CLAIMS, listOf(mapOfEncoded([entry('text', new Map())]))]],
    ['identifiers', [...CLAIMS, listOf(mapOfEncoded([entry(Uint8Array.of(1), 0)]))]],
    ['cbor_duplicate_key', [...IN_ORDER, entry(CLAIM.subject, URI)]],
  ])('is refused for a malformed %s %#', async (reason, claims) => {
    expect(await open(await signed(claims))).toEqual({ ok: false, error: { code: 'list_malformed', reason } })
  })

  it('is refused as another kind of list, from nobody known, or with too many in it', async () => {
    expect(await open(await signed(IN_ORDER, tokenCwt))).toMatchObject({ error: { code: 'typ_wrong' } })
    expect(await open(await signed(IN_ORDER, identifierCwt, stranger))).toMatchObject({
      error: { code: 'signature_invalid' },
    })
    const many = Array.from({ length: 250_001 }, (_, at) => Uint8Array.of(at >> 16, at >> 8, at))
    expect(await open(await signed([...CLAIMS, listOf(listedAll(many))]))).toMatchObject({
      error: { code: 'list_too_large' },
    })
  })

  it('is a list or a refusal, whatever its claims are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async (bytes) => {
        const { body } = await signed(bytes)
        expect(readIdentifierListCwt(body, nodeEngine)).toHaveProperty('ok', false)
        const inside = await signed([...CLAIMS, [encodeCbor(CLAIM.identifierList), bytes]])
        expect(readIdentifierListCwt(inside.body, nodeEngine)).toHaveProperty('ok')
      }),
      { numRuns: 100 },
    )
  })

  it.each([0x9f, 0x81, 0xa1, 0x9a, 0xbb, 0x5b, 0xc1, 0x40])(
    'of a megabyte of %i is refused in no time',
    async (byte) => {
      const { body } = await signed([
        ...CLAIMS,
        [encodeCbor(CLAIM.identifierList), new Uint8Array(2 ** 20).fill(byte)],
      ])
      await costsAtMost(200, () =>
        expect(readIdentifierListCwt(body, nodeEngine)).toHaveProperty('ok', false),
      )
    },
  )
})
