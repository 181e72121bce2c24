import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import { decodeJws, signJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { lateEngine, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getStatus, newStatusBits } from './bits.ts'
import { type OpenStatusListOptions, openStatusList, readStatusLists } from './open-status-list.ts'
import type { FetchedStatusList, StatusList, StatusListKeyReference } from './status-list.ts'
import {
  deflatedZeros,
  forged,
  jwtRequest,
  listSigner,
  NOW,
  options,
  served,
  stranger,
  tokenBits,
  tokenJwt,
  trustIn,
  URI,
} from './status-list-fixtures.testing.ts'
import { packTokenStatusList, readTokenStatusListJwt, writeTokenStatusListJwt } from './token-status-list.ts'
import { webCompression } from './web-compression.ts'

const LST = 'eNrbuRgAAhcBXQ'

const open = (fetched: FetchedStatusList, changes: Partial<OpenStatusListOptions> = {}, now = NOW) =>
  openStatusList(fetched, jwtRequest, { ...options, ...changes }, now)

async function opened(fetched: FetchedStatusList): Promise<StatusList> {
  const result = await open(fetched)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function statusIn({ content }: StatusList, index: number): number | undefined {
  return content.mechanism === 'token_status_list' ? getStatus(content.statuses, index) : undefined
}

const claims = (changes: JsonObject = {}): JsonObject => ({
  sub: URI,
  iat: NOW - 10,
  status_list: { bits: 1, lst: LST },
  ...changes,
})

describe('a token status list as a JWT', () => {
  it.each([1, 2, 4, 8] as const)('comes back as it was published, with %i bits', async (size) => {
    const top = 2 ** size - 1
    const list = await opened(await tokenJwt(tokenBits({ 0: 1, 700: top }, size)))
    expect([0, 1, 699, 700, 701].map((index) => statusIn(list, index))).toEqual([1, 0, 0, top, 0])
    expect(list).toMatchObject({
      uri: URI,
      anchor: 'Example Root',
      issuedAt: NOW - 35,
      expiresAt: NOW + 3600,
      ttlSeconds: 60,
      fetchedAt: NOW,
    })
  })

  it('is written as §5.1 wants it', async () => {
    const packed = await packTokenStatusList(tokenBits({}, 1), webCompression)
    const facts = {
      uri: URI,
      issuer: 'https://issuer.example',
      issuedAt: 5,
      aggregationUri: 'https://a.example',
    }
    const decoded = decodeJws(await writeTokenStatusListJwt(packed, facts, listSigner))
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        header: { typ: 'statuslist+jwt', alg: 'ES256', kid: 'list-key', x5c: ['AAAA'] },
        payload: {
          iss: 'https://issuer.example',
          sub: URI,
          iat: 5,
          status_list: {
            bits: 1,
            lst: encodeBase64url(packed.deflated),
            aggregation_uri: 'https://a.example',
          },
        },
      },
    })
    expect(decoded.ok && Object.keys(decoded.value.payload)).toEqual(['iss', 'sub', 'iat', 'status_list'])
  })

  it('of the specification is read and its signature found good (§5.1, key of the draft)', async () => {
    const text = [
      'eyJhbGciOiJFUzI1NiIsImtpZCI6IjEyIiwidHlwIjoic3RhdHVzbGlzdCtqd3QifQ.',
      'eyJleHAiOjIyOTE3MjAxNzAsImlhdCI6MTY4NjkyMDE3MCwiaXNzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbSIsInN0YXR1c19saXN0',
      'Ijp7ImJpdHMiOjEsImxzdCI6ImVOcmJ1UmdBQWhjQlhRIn0sInN1YiI6Imh0dHBzOi8vZXhhbXBsZS5jb20vc3RhdHVzbGlzdHMv',
      'MSIsInR0bCI6NDMyMDB9.2lKUUNG503R9htu4aHAYi7vjmr3sgApbfoDvPrl65N3URUO1EYqqQl45Jfzd-Av4QzlKa3oVALpLwOEU',
      'Oq-U_g',
    ].join('')
    const key = parsePublicJwk({
      kty: 'EC',
      crv: 'P-256',
      x: 'I3HWm_0Ds1dPMI-IWmf4mBmH-YaeAVbPVu7vB27CxXo',
      y: '6N_d5Elj9bs1htgV3okJKIdbHEpkgTmAluYKJemzn1M',
    })
    if (!key.ok) throw new Error(key.error.code)
    const seen: StatusListKeyReference[] = []
    const trust: OpenStatusListOptions['trust'] = (reference) => {
      seen.push(reference)
      return ok({ key: key.value, anchor: 'draft' })
    }
    const request = {
      ...jwtRequest,
      uri: 'https://example.com/statuslists/1',
      credentialIssuer: 'https://other.example',
    }
    const list = await openStatusList(served(text), request, { ...options, trust }, NOW)
    if (!list.ok) throw new Error(list.error.code)
    const statuses = Array.from({ length: 17 }, (_, index) => statusIn(list.value, index))
    expect(statuses).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, undefined])
    expect(list.value).toMatchObject({ issuedAt: 1686920170, expiresAt: 2291720170, ttlSeconds: 43200 })
    expect(seen).toEqual([
      {
        purpose: 'status_list',
        mechanism: 'token_status_list',
        uri: request.uri,
        algorithm: 'ES256',
        keyId: '12',
        issuer: 'https://example.com',
        credentialIssuer: 'https://other.example',
      },
    ])
  })

  it('is read with an engine that answers later', async () => {
    expect(await open(await tokenJwt(), { crypto: lateEngine })).toMatchObject({ ok: true })
  })

  it('cannot be written so that nobody could rely on it', async () => {
    const packed = await packTokenStatusList(tokenBits(), webCompression)
    const facts = { uri: URI, issuedAt: NOW }
    for (const wrong of [
      { uri: '' },
      { issuedAt: 1.5 },
      { expiresAt: NOW },
      { expiresAt: Number.NaN },
      { ttlSeconds: 0 },
      { ttlSeconds: -1 },
      { ttlSeconds: 1.5 },
    ]) {
      await expect(writeTokenStatusListJwt(packed, { ...facts, ...wrong }, listSigner)).rejects.toThrow(
        RangeError,
      )
    }
    const mirrored = newStatusBits(1024, 1, 'most_significant_first')
    await expect(packTokenStatusList(mirrored, webCompression)).rejects.toThrow(RangeError)
  })
})

it.each(['statuslist+jwt', 'StatusList+JWT', 'application/statuslist+jwt'])(
  'a token status list may write its typ as %s (RFC 7515 §4.1.9)',
  async (typ) => {
    expect(await open(await forged(claims(), { typ }))).toMatchObject({ ok: true })
  },
)

describe('a token status list is refused', () => {
  it.each<[string, string, () => Promise<FetchedStatusList>]>([
    ['of another type', 'typ_wrong', () => forged(claims(), { typ: 'JWT' })],
    ['without a type', 'typ_wrong', () => forged(claims(), { typ: undefined as never })],
    ['for another URI', 'list_uri_differs', () => forged(claims({ sub: `${URI}/` }))],
    ['past its end', 'list_expired', () => tokenJwt(undefined, { issuedAt: NOW - 900, expiresAt: NOW - 61 })],
    ['issued in the future', 'list_not_yet_valid', () => forged(claims({ iat: NOW + 61 }))],
    ['before its beginning', 'list_not_yet_valid', () => forged(claims({ nbf: NOW + 61 }))],
    ['signed by nobody known', 'signer_untrusted', () => forged(claims(), { x5c: ['CCCC'] })],
    ['naming no key', 'signer_unknown', () => forged(claims(), { x5c: undefined as never })],
    ['signed with another key', 'signature_invalid', () => forged(claims(), {}, stranger)],
    [
      'with a key of another kind',
      'alg_key_mismatch',
      () => forged(claims(), {}, makeSigner('Ed25519', 'k')),
    ],
  ])('%s', async (_what, code, make) => {
    const result = await open(await make())
    expect(result).toMatchObject({ ok: false, error: { code } })
  })

  it.each<[string, JsonObject]>([
    ['sub', { sub: undefined as never }],
    ['sub', { sub: '' }],
    ['sub', { sub: [URI] }],
    ['iat', { iat: undefined as never }],
    ['iat', { iat: String(NOW) }],
    ['iss', { iss: 7 }],
    ['exp', { exp: '2291720170' }],
    ['exp', { exp: null }],
    ['nbf', { nbf: true }],
    ['ttl', { ttl: 0 }],
    ['ttl', { ttl: -5 }],
    ['ttl', { ttl: '43200' }],
    ['status_list', { status_list: undefined as never }],
    ['status_list', { status_list: LST }],
    ['status_list', { status_list: { bits: 3, lst: LST } }],
    ['status_list', { status_list: { bits: '1', lst: LST } }],
    ['status_list', { status_list: { bits: 16, lst: LST } }],
    ['status_list', { status_list: { lst: LST } }],
    ['status_list', { status_list: { bits: 1 } }],
    ['status_list', { status_list: { bits: 1, lst: `${LST}==` } }],
    ['status_list', { status_list: { bits: 1, lst: 'eNrbuRgAAhcBXR' } }],
    ['status_list', { status_list: { bits: 1, lst: [LST] } }],
    ['status_list', { status_list: { bits: 1, lst: LST, aggregation_uri: 1 } }],
  ])('for a malformed %s: %j', async (reason, changes) => {
    expect(await open(await forged(claims(changes)))).toEqual({
      ok: false,
      error: { code: 'list_malformed', reason },
    })
  })

  it.each([
    ['nothing', '', 'jws_malformed'],
    ['JSON', JSON.stringify(claims()), 'jws_malformed'],
    ['no text', Uint8Array.of(0xff, 0xfe), 'not_text'],
    ['a line break at the end', 'a.b.c\n', 'jws_header_invalid'],
  ])('that is %s', async (_what, body, reason) => {
    expect(await open(served(body))).toEqual({ ok: false, error: { code: 'list_malformed', reason } })
  })

  it('that is not signed, or with a secret that both sides know', async () => {
    for (const alg of ['none', 'HS256']) {
      const jwt = await signJws({ typ: 'statuslist+jwt', x5c: ['AAAA'] }, claims(), listSigner)
      const [, payload, signature] = jwt.split('.')
      const header = encodeBase64url(
        encodeUtf8(JSON.stringify({ typ: 'statuslist+jwt', alg, x5c: ['AAAA'] })),
      )
      const result = await open(served(`${header}.${payload}.${signature}`))
      expect(result).toEqual({ ok: false, error: { code: 'alg_not_allowed' } })
    }
  })

  it.each([
    [{ code: 'key_unreadable', reason: 'certificate_malformed' }, 'signer_unknown', 'certificate_malformed'],
    [{ code: 'no_key_reference' }, 'signer_unknown', 'no_key_reference'],
    [
      { code: 'untrusted', reason: 'anchor_unknown', key: listSigner.publicJwk },
      'signer_untrusted',
      'anchor_unknown',
    ],
  ] as const)('for what trust says of its signer: %o', async (refusal, code, reason) => {
    const trust = () => ({ ok: false, error: refusal }) as const
    expect(await open(await tokenJwt(), { trust })).toEqual({ ok: false, error: { code, reason } })
  })

  it('that brings its own key', async () => {
    const jwk = { ...stranger.publicJwk }
    const list = await forged(claims(), { jwk, x5c: undefined as never, kid: 'list-key' }, stranger)
    expect(await open(list)).toMatchObject({ ok: false, error: { code: 'signature_invalid' } })
  })

  it.each([
    ['text/plain', 'text/plain'],
    ['', ''],
    ['application/statuslist+cwt', 'application/statuslist+cwt'],
    ['application/statuslist+jwtx', 'application/statuslist+jwtx'],
  ])('as %s, whatever it looks like', async (mediaType, reason) => {
    const list = { ...(await tokenJwt()), mediaType }
    expect(await open(list)).toEqual({ ok: false, error: { code: 'media_type_wrong', reason } })
  })

  it('that was not asked for in this form', async () => {
    const request = { ...jwtRequest, accept: ['application/statuslist+cwt'] }
    const result = await openStatusList(await tokenJwt(), request, options, NOW)
    expect(result).toMatchObject({ ok: false, error: { code: 'media_type_wrong' } })
    const bitstring = { ...jwtRequest, mechanism: 'bitstring_status_list' } as const
    expect(await openStatusList(await tokenJwt(), bitstring, options, NOW)).toMatchObject({
      error: { code: 'media_type_wrong' },
    })
  })

  it('with parameters of its media type, it is not', async () => {
    const list = { ...(await tokenJwt()), mediaType: 'Application/StatusList+JWT; charset=utf-8' }
    expect(await open(list)).toMatchObject({ ok: true })
  })

  it('that is no compressed data, or more than anybody wants to hold', async () => {
    const damaged = await forged(claims({ status_list: { bits: 1, lst: 'AAAA' } }))
    expect(await open(damaged)).toEqual({ ok: false, error: { code: 'compressed_malformed' } })
    const bomb = encodeBase64url(await deflatedZeros(40 * 2 ** 20))
    const list = await forged(claims({ status_list: { bits: 1, lst: bomb } }))
    expect(await open(list)).toEqual({ ok: false, error: { code: 'inflated_too_large' } })
  })

  it('before it is inflated, when its signature is not good', async () => {
    const inflate = () => {
      throw new Error('inflated')
    }
    const compression = { ...webCompression, inflate }
    expect(await open(await forged(claims(), {}, stranger), { compression })).toMatchObject({
      error: { code: 'signature_invalid' },
    })
  })

  it('that is larger than a list may be on its way', async () => {
    const list = await tokenJwt()
    const result = await open(list, { maxBytes: list.body.length - 1 })
    expect(result).toEqual({ ok: false, error: { code: 'list_too_large' } })
    expect(await open(list, { maxBytes: list.body.length })).toMatchObject({ ok: true })
  })

  it('for its time at the second, tolerance and staleness counted', async () => {
    const list = await tokenJwt(undefined, { expiresAt: NOW + 100 })
    const code = async (now: number, changes: Partial<OpenStatusListOptions>) => {
      const result = await open(list, changes, now)
      return result.ok ? 'ok' : result.error.code
    }
    expect(await code(NOW + 99, { skewSeconds: 0 })).toBe('ok')
    expect(await code(NOW + 100, { skewSeconds: 0 })).toBe('list_expired')
    expect(await code(NOW + 129, { skewSeconds: 0, maxStaleSeconds: 30 })).toBe('ok')
    expect(await code(NOW + 130, { skewSeconds: 0, maxStaleSeconds: 30 })).toBe('list_expired')
    expect(await code(NOW + 139, { skewSeconds: 10, maxStaleSeconds: 30 })).toBe('ok')
  })
})

describe('any bytes', () => {
  it('are a token status list or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readTokenStatusListJwt(bytes, nodeEngine)).toHaveProperty('ok', false)
      }),
    )
  })

  it('in the payload of a signed list are a list or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...Object.keys(claims())), fc.json()),
        async (members) => {
          const payload = Object.fromEntries(
            Object.entries(members).map(([name, json]) => [name, JSON.parse(json)]),
          )
          expect(await open(await forged({ ...claims(), ...payload }))).toHaveProperty('ok')
        },
      ),
      { numRuns: 50 },
    )
  })

  it('that flip one bit of a list never change what it says', async () => {
    const list = await tokenJwt(tokenBits({ 5: 1 }))
    await fc.assert(
      fc.asyncProperty(fc.nat(list.body.length - 1), fc.nat(7), async (at, bit) => {
        const body = list.body.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte))
        expect(await open({ ...list, body })).toHaveProperty('ok', false)
      }),
      { numRuns: 60 },
    )
  })

  it.each(['a', '.', 'eyJhbGciOiJFUzI1NiJ9.', '{"a":', 'AAAA'])(
    'of a megabyte of %j are refused in no time',
    async (piece) => {
      const body = encodeUtf8(piece.repeat(Math.ceil(2 ** 20 / piece.length)))
      await costsAtMost(200, () =>
        expect(readTokenStatusListJwt(body, nodeEngine)).toHaveProperty('ok', false),
      )
    },
  )
})

describe('lists from a source', () => {
  it('are read as they are asked for', async () => {
    const list = await tokenJwt()
    const lists = readStatusLists(() => ok(list), options)
    expect(await lists(jwtRequest, NOW)).toMatchObject({ ok: true, value: { uri: URI } })
    const broken = readStatusLists(
      () => ({ ok: false, error: { code: 'list_unreachable', reason: 'x' } }),
      options,
    )
    expect(await broken(jwtRequest, NOW)).toEqual({
      ok: false,
      error: { code: 'list_unreachable', reason: 'x' },
    })
  })

  it('may name their key by its id alone', async () => {
    const list = await forged(claims(), { x5c: undefined as never, kid: 'list-key' })
    expect(await open(list, { trust: trustIn(listSigner) })).toMatchObject({ ok: true })
  })
})
