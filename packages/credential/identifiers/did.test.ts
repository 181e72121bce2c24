import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBase64url, encodeUtf8 } from '../base64url.ts'
import { sameKey } from '../jwk.ts'
import { makeSigner } from '../testing/node-engine.ts'
import { decodeBase58btc, encodeBase58btc } from './base58btc.ts'
import { didFromKey, keyOfDidUrl, resolveDid } from './did.ts'

const CURVES = ['P-256', 'P-384', 'Ed25519'] as const
const didJwk = (jwk: object) => `did:jwk:${encodeBase64url(encodeUtf8(JSON.stringify(jwk)))}`

describe('base58btc', () => {
  it('writes the known text', () => {
    expect(encodeBase58btc(encodeUtf8('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U')
    expect(encodeBase58btc(Uint8Array.of(0, 0, 0x28, 0x7f, 0xb4, 0xcd))).toBe('11233QC4')
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(decodeBase58btc(encodeBase58btc(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each(['0', 'O', 'I', 'l', 'é', '1'.repeat(300)])('refuses %.10s', (text) =>
    expect(decodeBase58btc(text)).toBeUndefined(),
  )
})

describe('a DID that is its key', () => {
  it.each(CURVES)('names a %s key in both methods', (curve) => {
    for (let round = 0; round < 8; round++) {
      const { publicJwk } = makeSigner(curve)
      for (const method of ['jwk', 'key'] as const) {
        const did = didFromKey(method, publicJwk)
        const document = resolveDid(did)
        if (!document.ok) throw new Error(document.error.code)
        const [entry] = document.value.verificationMethod
        expect(entry && sameKey(entry.publicKeyJwk, publicJwk)).toBe(true)
        expect(keyOfDidUrl(entry?.id ?? '', 'assertionMethod')).toEqual({
          ok: true,
          value: entry?.publicKeyJwk,
        })
      }
    }
  })

  it('says each of them in one way: P-521 works with did:jwk only', () => {
    const { publicJwk } = makeSigner('P-521')
    expect(resolveDid(didFromKey('jwk', publicJwk)).ok).toBe(true)
    expect(() => didFromKey('key', publicJwk)).toThrow(TypeError)
  })

  it('reads the published examples of did:key', () => {
    const ed25519 = resolveDid('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK')
    expect(ed25519).toMatchObject({
      ok: true,
      value: { verificationMethod: [{ publicKeyJwk: { crv: 'Ed25519' } }] },
    })
    expect(resolveDid('did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169')).toMatchObject({
      ok: true,
      value: { verificationMethod: [{ publicKeyJwk: { kty: 'EC', crv: 'P-256' } }] },
    })
  })

  it('lists what the use of a did:jwk allows', () => {
    const { publicJwk } = makeSigner()
    const signing = resolveDid(didFromKey('jwk', { ...publicJwk, use: 'sig' }))
    expect(signing).toMatchObject({ ok: true, value: { authentication: [expect.stringMatching(/#0$/)] } })
    expect(signing.ok && signing.value.keyAgreement).toBeUndefined()
    const encryption = didFromKey('jwk', { ...publicJwk, use: 'enc' })
    expect(keyOfDidUrl(`${encryption}#0`, 'keyAgreement').ok).toBe(true)
    expect(keyOfDidUrl(`${encryption}#0`, 'authentication')).toEqual({
      ok: false,
      error: { code: 'did_relationship_missing', relationship: 'authentication' },
    })
  })

  it('is refused where its key is private, foreign or off its curve', () => {
    const { publicJwk } = makeSigner()
    expect(resolveDid(didJwk({ ...publicJwk, d: 'AA' }))).toMatchObject({
      error: { code: 'did_key_unusable', reason: 'jwk_private' },
    })
    expect(resolveDid('did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme')).toMatchObject({
      error: { code: 'did_key_unusable', reason: 'codec_unsupported' },
    })
    // x = 1 has no point on P-256.
    const offCurve = encodeBase58btc(Uint8Array.from([0x80, 0x24, 2, ...new Uint8Array(31), 1]))
    expect(resolveDid(`did:key:z${offCurve}`)).toMatchObject({
      error: { code: 'did_key_unusable', reason: 'key_malformed' },
    })
  })

  it.each([
    ['key-1', 'did_url_names_no_key'],
    [didFromKey('key', makeSigner().publicJwk), 'did_url_names_no_key'],
    [`${didFromKey('jwk', makeSigner().publicJwk)}#1`, 'did_url_names_no_key'],
    [`${didFromKey('jwk', makeSigner().publicJwk)}?a=b#0`, 'did_malformed'],
    ['did:web:example.com#key', 'did_method_unsupported'],
    ['did:jwk:#0', 'did_malformed'],
    ['did:jwk:e30#0', 'did_key_unusable'],
    ['did:key:mAQ#mAQ', 'did_malformed'],
    ['DID:jwk:e30#0', 'did_malformed'],
    [`did:jwk:${'A'.repeat(9000)}#0`, 'did_malformed'],
  ])('refuses %.40s as the name of a key', (url, code) => {
    expect(keyOfDidUrl(url, 'authentication')).toMatchObject({ ok: false, error: { code } })
  })

  it('answers any text with a value or a refusal', () => {
    const prefix = fc.constantFrom('', 'did:jwk:', 'did:key:z', 'did:key:')
    fc.assert(
      fc.property(prefix, fc.string(), (start, text) => {
        expect(resolveDid(start + text)).toHaveProperty('ok')
      }),
    )
  })
})
