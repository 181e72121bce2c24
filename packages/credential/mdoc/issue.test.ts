import { decodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import {
  type CborValue,
  embeddedBytes,
  isBytes,
  isCborArray,
  isCborMap,
  isCborTag,
} from '@countersign/crypto/cbor/value'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { toHex } from '@countersign/testing/hex'
import { describe, expect, it } from 'vitest'
import type { IssueInput, ValueEncoding } from '../contract/format.ts'
import type { StatusReference } from '../contract/status-reference.ts'
import { issueMdoc } from './issue.ts'
import {
  CERTIFICATE,
  DOC_TYPE,
  holder,
  issueInput,
  issuer,
  LOCAL_NAMESPACE,
  NAMESPACE,
  NOW,
} from './mdoc.testing.ts'
import { openMdoc } from './open.ts'

function decoded(bytes: Uint8Array | undefined): CborValue {
  const result = decodeCbor(bytes ?? new Uint8Array())
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

async function issued(changes: Partial<IssueInput> = {}, crypto: CryptoEngine = nodeEngine): Promise<string> {
  const result = await issueMdoc(issueInput(changes), crypto)
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail}`)
  return result.value
}

async function refusal(changes: Partial<IssueInput>): Promise<string> {
  const result = await issueMdoc(issueInput(changes), nodeEngine)
  return result.ok ? 'issued' : result.error.code
}

/** What stands at a path of member names, indices and `.`, which enters embedded CBOR. */
function at(value: CborValue, ...path: readonly (string | number)[]): CborValue {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (step === '.') return at(decoded(embeddedBytes(value)), ...rest)
  if (isCborArray(value)) return at(value.items[Number(step)], ...rest)
  if (isCborMap(value)) return at(value.entries.get(step), ...rest)
  throw new Error(`nothing at ${step}`)
}

async function written(changes: Partial<IssueInput> = {}): Promise<{ whole: CborValue; mso: CborValue }> {
  const whole = decoded(decodeBase64url(await issued(changes)))
  const payload = at(whole, 'issuerAuth', 2)
  return { whole, mso: at(decoded(isBytes(payload) ? payload : undefined), '.') }
}

describe('an issued mdoc', () => {
  it('names what ISO/IEC 18013-5 §9.1.2.4 asks for', async () => {
    const { whole, mso } = await written()
    expect(at(mso, 'version')).toBe('1.0')
    expect(at(mso, 'digestAlgorithm')).toBe('SHA-256')
    expect(at(mso, 'docType')).toBe(DOC_TYPE)
    expect(at(mso, 'validityInfo', 'signed')).toMatchObject({ tag: 0, content: '2026-05-28T20:25:00Z' })
    expect(at(mso, 'validityInfo', 'validFrom')).toMatchObject({ tag: 0, content: '2026-05-28T20:25:00Z' })
    expect(at(mso, 'validityInfo', 'validUntil')).toMatchObject({ tag: 0, content: '2026-05-28T20:43:20Z' })
    expect(at(mso, 'status', 'status_list', 'idx')).toBe(7)
    expect(at(whole, 'issuerAuth', 1, 33)).toEqual(CERTIFICATE)
    expect(at(whole, 'issuerAuth', 0)).toEqual(Uint8Array.of(0xa1, 1, 0x26))
  })

  it('holds a random value of 16 bytes for each element, and no two alike', async () => {
    const { whole } = await written()
    const items = [0, 1, 2, 3, 4, 5, 6].map((index) =>
      at(whole, 'nameSpaces', NAMESPACE, index, '.', 'random'),
    )
    expect(items.map((random) => isBytes(random) && random.length)).toEqual(Array(7).fill(16))
    expect(new Set(items.map((random) => isBytes(random) && toHex(random))).size).toBe(7)
  })

  it('gives digest ids in an order that nobody can foresee, and lists digests in theirs', async () => {
    const orders = new Set<string>()
    for (let round = 0; round < 20; round++) {
      const { whole, mso } = await written()
      const ids = [0, 1, 2, 3, 4, 5, 6].map((index) =>
        at(whole, 'nameSpaces', NAMESPACE, index, '.', 'digestID'),
      )
      expect(new Set(ids)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
      const digests = at(mso, 'valueDigests', NAMESPACE)
      expect(isCborMap(digests) && [...digests.entries.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6])
      orders.add(JSON.stringify(ids))
    }
    expect(orders.size).toBeGreaterThan(15)
  })

  it('writes bytes and dates as such, wherever they stand', async () => {
    const { whole } = await written()
    const values = new Map<string, CborValue>()
    for (const [namespace, count] of [
      [NAMESPACE, 7],
      [LOCAL_NAMESPACE, 4],
    ] as const) {
      for (let index = 0; index < count; index++) {
        const item = at(whole, 'nameSpaces', namespace, index, '.')
        values.set(JSON.stringify([namespace, at(item, 'elementIdentifier')]), at(item, 'elementValue'))
      }
    }
    const elementValue = (namespace: string, element: string) =>
      values.get(JSON.stringify([namespace, element]))
    expect(elementValue(NAMESPACE, 'birth_date')).toMatchObject({ tag: 1004, content: '1984-01-17' })
    expect(elementValue(NAMESPACE, 'portrait')).toEqual(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10))
    expect(elementValue(NAMESPACE, 'age_over_18')).toBe(true)
    expect(elementValue(NAMESPACE, 'height')).toBe(169)
    const privileges = elementValue(NAMESPACE, 'driving_privileges')
    expect(at(privileges, 0, 'issue_date')).toMatchObject({ tag: 1004, content: '2013-04-25' })
    expect(at(privileges, 0, 'vehicle_category_code')).toBe('B')
    const registered = elementValue(LOCAL_NAMESPACE, 'registered_at')
    expect(isCborTag(registered) && [registered.tag, registered.content]).toEqual([0, '2024-05-01T10:00:00Z'])
    expect(elementValue(LOCAL_NAMESPACE, 'note')).toBeNull()
    expect(elementValue(LOCAL_NAMESPACE, 'score')).toMatchObject({ kind: 'float', value: 0.5 })
  })

  it('holds from notBefore, and never before it is signed', async () => {
    const later = await written({ notBefore: NOW + 5 })
    expect(at(later.mso, 'validityInfo', 'validFrom')).toMatchObject({ content: '2026-05-28T20:26:45Z' })
    const earlier = await written({ notBefore: NOW - 5000 })
    expect(at(earlier.mso, 'validityInfo', 'validFrom')).toMatchObject({ content: '2026-05-28T20:25:00Z' })
  })

  it('carries the whole chain in an array', async () => {
    const { whole } = await written({ signer: { ...issuer, x5c: [...(issuer.x5c ?? []), 'MAMCAQg='] } })
    const chain = at(whole, 'issuerAuth', 1, 33)
    expect(isCborArray(chain) && chain.items).toEqual([CERTIFICATE, Uint8Array.of(0x30, 3, 2, 1, 8)])
  })

  it('names the bare key of the holder', async () => {
    const held = await openMdoc(
      await issued({ holderKey: { ...holder.publicJwk, kid: 'my phone' } }),
      nodeEngine,
    )
    expect(held.ok && held.value.holderKey && sameKey(held.value.holderKey, holder.publicJwk)).toBe(true)
    expect(held.ok && held.value.holderKey).not.toHaveProperty('kid')
  })

  it.each(['P-384', 'P-521', 'Ed25519'] as const)('may be for a holder with a key on %s', async (kind) => {
    const { publicJwk } = makeSigner(kind)
    const held = await openMdoc(await issued({ holderKey: publicJwk }), nodeEngine)
    expect(held.ok && held.value.holderKey).toEqual(publicJwk)
  })

  it('is read back with all claims, times and statuses', async () => {
    const statuses: readonly StatusReference[] = [
      { mechanism: 'identifier_list', uri: 'https://issuer.example/ids', identifier: Uint8Array.of(1, 2) },
      { mechanism: 'token_status_list', uri: 'https://issuer.example/status', index: 0 },
    ]
    const held = await openMdoc(await issued({ statuses }), nodeEngine)
    expect(held).toMatchObject({
      ok: true,
      value: {
        format: 'mso_mdoc',
        type: DOC_TYPE,
        claims: issueInput().claims,
        issuedAt: NOW - 100,
        expiresAt: NOW + 1000,
        authorityKeyIds: [],
      },
    })
    expect(held.ok && held.value.statuses).toHaveLength(2)
    expect(held.ok && held.value.statuses).toEqual(expect.arrayContaining([...statuses]))
  })
})

describe('nothing is issued', () => {
  it.each<[string, Partial<IssueInput>, string]>([
    ['without a document type', { type: ' ' }, 'doctype_missing'],
    ['without the key of a holder', { holderKey: undefined }, 'holder_key_missing'],
    ['without certificates', { signer: { ...issuer, x5c: undefined } }, 'x5c_missing'],
    ['with no certificate', { signer: { ...issuer, x5c: [] } }, 'x5c_missing'],
    ['with a certificate that is not base64', { signer: { ...issuer, x5c: ['AAAA', '*'] } }, 'x5c_malformed'],
    [
      'with an algorithm that mdocs do not have',
      { signer: { ...makeSigner('RS256'), x5c: ['AAAA'] } },
      'signer_algorithm_unsupported',
    ],
    [
      'for a key that cannot sign mdocs',
      { holderKey: makeSigner('RS256').publicJwk },
      'holder_key_unsupported',
    ],
    ['without an end', { expiresAt: undefined }, 'expiry_missing'],
    ['that ends when it begins', { expiresAt: NOW - 100 }, 'validity_empty'],
    ['that ends before notBefore', { notBefore: NOW + 2000 }, 'validity_empty'],
    ['signed at half a second', { issuedAt: NOW - 0.5 }, 'time_malformed'],
    ['ending after the year 9999', { expiresAt: 253_402_300_800 }, 'time_malformed'],
    ['without claims', { claims: {} }, 'claims_missing'],
    ['with a claim beside the namespaces', { claims: { given_name: 'Erika' } }, 'namespace_malformed'],
    ['with a namespace that is a list', { claims: { [NAMESPACE]: ['Erika'] } }, 'namespace_malformed'],
    ['with an empty namespace', { claims: { [NAMESPACE]: {} } }, 'namespace_malformed'],
    ['with a namespace without a name', { claims: { '': { a: 1 } } }, 'namespace_malformed'],
    [
      'with a namespace that attacks',
      { claims: JSON.parse('{"__proto__":{"a":1}}') as JsonObject },
      'namespace_malformed',
    ],
    ['with an element without a name', { claims: { [NAMESPACE]: { '': 1 } } }, 'element_malformed'],
    [
      'with an element that attacks',
      { claims: { x: JSON.parse('{"__proto__":1}') as JsonObject } },
      'element_malformed',
    ],
    [
      'with too many elements',
      { claims: { x: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`e${at}`, at])) } },
      'too_many_elements',
    ],
    [
      'with lists deeper than readers go',
      { claims: { x: JSON.parse(`{"a":${'['.repeat(20)}${']'.repeat(20)}}`) as JsonObject } },
      'element_too_complex',
    ],
    [
      'with more values than readers take',
      { claims: { x: { a: Array.from({ length: 30_000 }, () => 1) } } },
      'element_too_complex',
    ],
    ['with half of a surrogate pair', { claims: { x: { a: '\ud800' } } }, 'text_malformed'],
    ['with half of a surrogate pair in a name', { claims: { x: { '\udc00': 1 } } }, 'text_malformed'],
    [
      'that is too large',
      { claims: { x: { portrait: 'a'.repeat(RECEIVED.credential) } }, encodings: [] },
      'credential_too_large',
    ],
    [
      'with a status of another format',
      {
        statuses: [
          {
            mechanism: 'bitstring_status_list',
            uri: 'https://x.example',
            index: 0,
            purpose: 'revocation',
            size: 1,
          },
        ],
      },
      'status_mechanism_unsupported',
    ],
    [
      'with an unknown status',
      { statuses: [{ mechanism: 'unknown', type: 'x' }] },
      'status_mechanism_unsupported',
    ],
    [
      'with two statuses of one mechanism',
      {
        statuses: [0, 1].map(
          (index) => ({ mechanism: 'token_status_list', uri: 'https://x.example', index }) as const,
        ),
      },
      'status_mechanism_unsupported',
    ],
    [
      'with a negative index',
      { statuses: [{ mechanism: 'token_status_list', uri: 'https://x.example', index: -1 }] },
      'status_malformed',
    ],
    [
      'with a status list nowhere',
      { statuses: [{ mechanism: 'token_status_list', uri: 'x', index: 1 }] },
      'status_malformed',
    ],
    [
      'with an empty identifier',
      {
        statuses: [{ mechanism: 'identifier_list', uri: 'https://x.example', identifier: new Uint8Array() }],
      },
      'status_malformed',
    ],
  ])('%s', async (_, changes, code) => expect(await refusal(changes)).toBe(code))

  it.each<[string, ValueEncoding['as'], JsonObject[string]]>([
    ['bytes that are no base64', 'bytes', 'a*b'],
    ['bytes that are a number', 'bytes', 5],
    ['a date that does not exist', 'full-date', '2023-02-29'],
    ['a date with a time', 'full-date', '2023-02-28T00:00:00Z'],
    ['a date in another order', 'full-date', '28.02.2023'],
    ['a time without a zone', 'date-time', '2023-02-28T00:00:00'],
    ['a time with an offset', 'date-time', '2023-02-28T00:00:00+01:00'],
    ['a time with a fraction', 'date-time', '2023-02-28T00:00:00.5Z'],
    ['a time that does not exist', 'date-time', '2023-02-28T25:00:00Z'],
    ['a time as a number', 'date-time', 1_700_000_000],
  ])('with %s', async (_, as, value) => {
    const encodings = [{ path: [NAMESPACE, 'x'], as }]
    expect(await refusal({ claims: { [NAMESPACE]: { x: value } }, encodings })).toBe('value_malformed')
  })

  it('but with an encoding for a claim that is not there', async () => {
    expect(await refusal({ encodings: [{ path: [NAMESPACE, 'signature'], as: 'bytes' }] })).toBe('issued')
  })

  it('but with bytes in either alphabet', async () => {
    for (const text of ['-_-_', '+/+/', 'AA', 'AA==']) {
      expect(
        await refusal({ claims: { x: { y: text } }, encodings: [{ path: ['x', 'y'], as: 'bytes' }] }),
      ).toBe('issued')
    }
  })
})
