import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { RECEIVED } from '@countersign/core/size-limits'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, tagged } from '@countersign/crypto/cbor/value'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CERTIFICATE,
  embedded,
  type Forgery,
  forge,
  forgeCredential,
  issuer,
  NAMESPACE,
  verifyInput,
} from './mdoc.testing.ts'
import { openMdoc } from './open.ts'
import { verifyMdoc } from './verify.ts'

async function refusal(forgery: Forgery): Promise<string> {
  const held = await openMdoc(await forgeCredential(forgery), nodeEngine)
  return held.ok ? 'opened' : held.error.code
}

describe('a credential on receipt', () => {
  it('is opened whoever signed it: that is for others to judge', async () => {
    const unsigned = { issuerSigner: { ...issuer, sign: () => new Uint8Array(64) } }
    expect(await refusal(unsigned)).toBe('opened')
  })

  it.each<[string, Forgery, string]>([
    [
      'a wrong digest',
      { items: [{}, { members: { digestID: 1, elementIdentifier: 'x' }, digest: new Uint8Array(32) }] },
      'digest_wrong',
    ],
    ['an element that is not signed', { items: [{ digestId: 9 }] }, 'digest_missing'],
    ['no certificate', { unprotectedHeader: new Map() }, 'x5chain_missing'],
    ['a broken MSO', { payload: Uint8Array.of(0xf6) }, 'mso_malformed'],
  ])('is refused with %s', async (_, forgery, code) => expect(await refusal(forgery)).toBe(code))

  it('is refused when it is a presentation', async () => {
    expect(await openMdoc(await forge(), nodeEngine)).toMatchObject({
      error: { code: 'issuer_signed_malformed' },
    })
  })

  it.each<[string, CborInput, unknown]>([
    ['no map', 1, { mechanism: 'unknown', type: 'status' }],
    ['an empty map', new Map(), { mechanism: 'unknown', type: 'status' }],
    ['an unknown mechanism', mapOf({ other: new Map() }), { mechanism: 'unknown', type: 'other' }],
    [
      'an index of text',
      mapOf({ status_list: mapOf({ idx: '7', uri: 'https://x.example' }) }),
      { mechanism: 'unknown', type: 'status_list' },
    ],
    ['no URI', mapOf({ status_list: mapOf({ idx: 7 }) }), { mechanism: 'unknown', type: 'status_list' }],
    [
      'an identifier of text',
      mapOf({ identifier_list: mapOf({ id: 'x', uri: 'https://x.example' }) }),
      { mechanism: 'unknown', type: 'identifier_list' },
    ],
  ])('has a status that is not known with %s', async (_, status, reference) => {
    const held = await openMdoc(await forgeCredential({ mso: { status } }), nodeEngine)
    expect(held.ok && held.value.statuses).toEqual([reference])
  })
})

describe('any text', () => {
  it('makes a credential or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.base64String(), fc.uint8Array().map(encodeBase64url)),
        async (text) => {
          expect((await openMdoc(text, nodeEngine)).ok).toBe(false)
          const { checks } = await verifyMdoc(verifyInput(text), nodeEngine)
          expect(checks[0]?.outcome).toBe('failed')
        },
      ),
    )
  })

  it('that was a credential, with any bytes in it exchanged, never shows a changed claim', async () => {
    const right = decodeBase64url(await forgeCredential()) ?? new Uint8Array()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(right.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        async (at, bytes) => {
          const wrong = right.slice()
          wrong.set(bytes.slice(0, right.length - at), at)
          const held = await openMdoc(encodeBase64url(wrong), nodeEngine)
          if (held.ok)
            expect([{ [NAMESPACE]: { given_name: 'Erika' } }, {}]).toContainEqual(held.value.claims)
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each(['A', 'a', 'o', '_', '='])('of a megabyte of %s is refused at once', async (letter) => {
    const text = letter.repeat(4 * 1_048_576)
    await costsAtMost(50, async () => {
      expect((await openMdoc(text, nodeEngine)).ok).toBe(false)
      expect((await verifyMdoc(verifyInput(text), nodeEngine)).checks[0]?.detail).toBe('credential_too_large')
    })
  })

  const numbers = (count: number): CborInput => Array<number>(count).fill(1)
  it.each<[string, Forgery]>([
    [
      'values',
      {
        items: Array.from({ length: 12 }, (_, digestID) => ({
          members: { digestID, elementIdentifier: `e${digestID}`, elementValue: numbers(19_000) },
        })),
      },
    ],
    [
      'elements',
      {
        items: Array.from({ length: 500 }, (_, digestID) => ({
          members: { digestID, elementIdentifier: `e${digestID}` },
        })),
      },
    ],
    [
      'certificates',
      { unprotectedHeader: new Map([[33, Array<CborInput>(6).fill(new Uint8Array(40_000))]]) },
    ],
    ['bytes', { items: [{ members: { elementValue: new Uint8Array(2_000_000) } }] }],
    ['nothing', { issuerSigned: { nameSpaces: mapOf({ [NAMESPACE]: numbers(19_000) }) } }],
    ['tags', { items: [{ written: embedded(tagged(24, CERTIFICATE)) }] }],
  ])('with as many %s as there is room for is answered quickly', async (_, forgery) => {
    const text = await forge(forgery)
    expect(text.length).toBeLessThanOrEqual(RECEIVED.presentation)
    await costsAtMost(50, () => verifyMdoc(verifyInput(text), nodeEngine))
  })

  it('with more than that is refused', async () => {
    const text = encodeBase64url(encodeCbor(new Uint8Array(RECEIVED.presentation * 0.75)))
    expect(await openMdoc(text, nodeEngine)).toMatchObject({
      ok: false,
      error: { code: 'credential_too_large' },
    })
  })
})
