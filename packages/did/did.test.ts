import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import { makeSigner, testKeys } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase58btc, encodeBase58btc } from './base58btc.ts'
import { didFromKey, keyOfDidUrl, resolveDid } from './did.ts'

const KINDS = testKeys.filter((kind) => !/^[RP]S.*(384|512)$/.test(kind))
const didJwk = (jwk: object) => `did:jwk:${encodeBase64url(encodeUtf8(JSON.stringify(jwk)))}`

/** A key of so many equal bytes; the first may differ. */
function multicodec(prefix: readonly number[], length: number, byte = 1, first = byte): Uint8Array {
  const key = byte === 5 ? new Uint8Array(length).with(-1, 5) : new Uint8Array(length).fill(byte)
  return Uint8Array.from([...prefix, ...(length === 0 ? key : key.with(0, byte === 5 ? 0 : first))])
}

function jcs(text: string): Uint8Array {
  return Uint8Array.from([0xd1, 0xd6, 0x03, ...encodeUtf8(text)])
}

// SEQUENCE of 0x00ffffff and 65537.
const RSA_24 = [0x30, 0x0b, 0x02, 0x04, 0x00, 0xff, 0xff, 0xff, 0x02, 0x03, 0x01, 0x00, 0x01]

const EC = {
  crv: 'P-256',
  kty: 'EC',
  x: 'igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns',
  y: 'efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM',
} as const

// The did:key report's test vectors, and a key of the EBSI conformance suite.
const VECTORS: readonly [did: string, key: PublicJwk, encoding?: 'jwk_jcs'][] = [
  ['did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv', EC],
  [
    'did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9',
    {
      kty: 'EC',
      crv: 'P-384',
      x: 'lInTxl8fjLKp_UCrxI0WDklahi-7-_6JbtiHjiRvMvhedhKVdHBfi2HCY8t_QJyc',
      y: 'y6N1IC-2mXxHreETBW7K3mBcw0qGr3CWHCs-yl09yCQRLcyfGv7XhqAngHOu51Zv',
    },
  ],
  [
    'did:key:z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8wv3sY5j7',
    {
      kty: 'EC',
      crv: 'P-521',
      x: 'ASUHPMyichQ0QbHZ9ofNx_l4y7luncn5feKLo3OpJ2nSbZoC7mffolj5uy7s6KSKXFmnNWxGJ42IOrjZ47qqwqyS',
      y: 'AW9ziIC4ZQQVSNmLlp59yYKrjRY0_VqO-GOIYQ9tYpPraBKUloEId6cI_vynCzlZWZtWpgOM3HPhYEgawQ703RjC',
    },
  ],
  [
    'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
    {
      kty: 'EC',
      crv: 'secp256k1',
      x: 'h0wVx_2iDlOcblulc8E5iEw1EYh5n1RYtLQfeSTyNc0',
      y: 'O2EATIGbu6DezKFptj5scAIRntgfecanVNXxat1rnwE',
    },
  ],
  [
    'did:key:z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7' +
      'h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2' +
      'Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjCk' +
      '3qRMMmyjnjCMfR4pXbRMZa3i',
    {
      kty: 'RSA',
      n:
        'sbX82NTV6IylxCh7MfV4hlyvaniCajuP97GyOqSvTmoEdBOflFvZ06kR_9D6ctt45Fk6hskfnag2GG69NALVH2o4RCR6tQiLRpKcMRtDYE_thEmfBvDzm_' +
        'VVkOIYfxu-Ipuo9J_S5XDNDjczx2v-3oDh5-CIHkU46hvFeCvpUS-L8TJSbgX0kjVk_m4eIb9wh63rtmD6Uz_KBtCo5mmR4TEtcLZKYdqMp3wCjN-TlgHi' +
        'z_4oVXWbHUefCEe8rFnX1iQnpDHU49_SaXQoud1jCaexFn25n-Aa8f8bc5Vm-5SeRwidHa6ErvEhTvf1dz6GoNPp2iRvm-wJ1gxwWJEYPQ',
      e: 'AQAB',
    },
  ],
  [
    'did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9Kbrbpg5is8LfTLuQ1RsW5r7s7ZjbDDFbDgy1tLrdc7Bj3itBGQkuGUQyfzKhFqbUNW2' +
      'PqJPMSSzWoF2DGSvDSijCtJtYCSRsjSVLrwu5oHNbnPFvSEC4iRZPpU6B6nExRBTa',
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'fJQ2c9P_YDep3jzidwykcSlyoC4omqBvd9RHP1nz0cw',
      y: 'K7VxrW-S1ONuX5cxrWIltF36ac1K8kj9as_o5cyc2zk',
    },
    'jwk_jcs',
  ],
]

describe('base58btc', () => {
  it('writes the known text', () => {
    expect(encodeBase58btc(encodeUtf8('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U')
    expect(encodeBase58btc(Uint8Array.of(0, 0, 0x28, 0x7f, 0xb4, 0xcd))).toBe('11233QC4')
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 760, size: 'max' }), fc.nat(12), (bytes, zeros) => {
        const padded = new Uint8Array(bytes).fill(0, 0, zeros)
        expect(decodeBase58btc(encodeBase58btc(padded))).toEqual(padded)
      }),
    )
  })

  it('is short: what is longer than any key is refused unread', () => {
    expect(decodeBase58btc('z'.repeat(1_000_000))).toBeUndefined()
    expect(() => encodeBase58btc(new Uint8Array(1000))).toThrow(RangeError)
  })

  it.each(['0', 'O', 'I', 'l', 'é', '1'.repeat(1041)])('refuses %.10s', (text) =>
    expect(decodeBase58btc(text)).toBeUndefined(),
  )
})

describe('a DID that is its key', () => {
  it.each(KINDS)('names a %s key in both methods', (kind) => {
    for (let round = 0; round < (kind === 'RS256' || kind === 'PS256' ? 1 : 8); round++) {
      const { publicJwk } = makeSigner(kind)
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

  it.each(KINDS)('writes a %s key as a canonical JWK where it is asked to', (kind) => {
    const { publicJwk } = makeSigner(kind)
    const did = didFromKey('key', publicJwk, 'jwk_jcs')
    expect(did.startsWith('did:key:z2dm')).toBe(kind === 'P-256')
    const document = resolveDid(did)
    expect(document.ok && document.value.verificationMethod[0]?.publicKeyJwk).toEqual(publicJwk)
  })

  it.each(VECTORS)('reads and writes the published did:key %.40s', (did, jwk, encoding) => {
    const document = resolveDid(did)
    expect(document.ok && document.value.verificationMethod[0]?.publicKeyJwk).toEqual(jwk)
    expect(didFromKey('key', jwk, encoding)).toBe(did)
  })

  it.each([
    'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    'zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
    'zQ3shtxV1FrJfhqE1dvxYRcCknWNjHc3c5X1y3ZSoPDi2aur2',
    'zQ3shptjE6JwdkeKN4fcpnYQY3m9Cet3NiHdAfpvSUZBFoKBj',
    'z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54',
    'z2J9gcGdb2nEyMDmzQYv2QZQcM1vXktvy1Pw4MduSWxGabLZ9XESSWLQgbuPhwnXN7zP7HpTzWqrMTzaY5zWe6hpzJ2jnw4f',
  ])('comes back from the published did:key %.20s as it was', (multibase) => {
    const key = keyOfDidUrl(`did:key:${multibase}#${multibase}`, 'assertionMethod')
    expect(key.ok && didFromKey('key', key.value)).toBe(`did:key:${multibase}`)
  })

  it('reads the published example of did:jwk', () => {
    const key = {
      crv: 'P-256',
      kty: 'EC',
      x: 'acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0',
      y: '_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE',
    }
    const did =
      'did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAi' +
      'LCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9'
    expect(keyOfDidUrl(`${did}#0`, 'authentication')).toEqual({ ok: true, value: key })
    const x25519 =
      'did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5y' +
      'ZngtRkctSUswOCJ9'
    expect(resolveDid(x25519)).toMatchObject({
      error: { code: 'did_key_unusable', reason: 'jwk_unsupported' },
    })
  })

  it.each<[string, Uint8Array, string]>([
    ['a codec that nobody has', multicodec([0x99, 0x01], 32), 'codec_unsupported'],
    ['no bytes at all', new Uint8Array(), 'codec_unsupported'],
    ['a codec without key', multicodec([0xed, 0x01], 0), 'key_malformed'],
    ['a codec with its number written too long', multicodec([0xed, 0x81, 0x00], 32), 'codec_unsupported'],
    ['a short Ed25519 key', multicodec([0xed, 0x01], 31), 'key_malformed'],
    ['a long Ed25519 key', multicodec([0xed, 0x01], 33), 'key_malformed'],
    ['an uncompressed point', multicodec([0x80, 0x24, 4], 64), 'key_malformed'],
    ['a point with sign byte 5', multicodec([0x80, 0x24, 5], 32), 'key_malformed'],
    // No secp256k1 point has x = 5 and none on P-384 has x = 1.
    ['x off secp256k1', multicodec([0xe7, 0x01, 2], 32, 5), 'key_malformed'],
    ['x beyond the field of secp256k1', multicodec([0xe7, 0x01, 2], 32, 0xff, 0xff), 'key_malformed'],
    ['x beyond the field of P-521', multicodec([0x82, 0x24, 2], 66, 0, 0xff), 'key_malformed'],
    ['an RSA key that is no DER', multicodec([0x85, 0x24], 270, 1, 1), 'key_malformed'],
    ['an RSA key of 24 bits', Uint8Array.of(0x85, 0x24, ...RSA_24), 'jwk_weak'],
    ['an RSA key with more behind it', Uint8Array.of(0x85, 0x24, ...RSA_24, 0), 'key_malformed'],
    ['a JWK with a space', jcs(`{"crv":"P-256", "kty":"EC","x":"${EC.x}","y":"${EC.y}"}`), 'key_malformed'],
    [
      'a JWK in another order',
      jcs(`{"kty":"EC","crv":"P-256","x":"${EC.x}","y":"${EC.y}"}`),
      'key_malformed',
    ],
    ['a JWK with a label', jcs(`{"alg":"ES256",${JSON.stringify(EC).slice(1)}`), 'key_malformed'],
    ['a JWK with an escape', jcs(JSON.stringify(EC).replace('EC', '\\u0045C')), 'key_malformed'],
    ['a private JWK', jcs(JSON.stringify({ ...EC, d: EC.x })), 'jwk_private'],
    ['a JWK that is none', jcs('[]'), 'key_malformed'],
    ['a JWK in broken UTF-8', Uint8Array.of(0xd1, 0xd6, 0x03, 0xff), 'key_malformed'],
  ])('is refused as did:key with %s', (_what, bytes, reason) => {
    expect(resolveDid(`did:key:z${encodeBase58btc(bytes)}`)).toEqual({
      ok: false,
      error: { code: 'did_key_unusable', reason },
    })
  })

  it('has one spelling: leading ones make no second did:key', () => {
    const did = didFromKey('key', makeSigner().publicJwk)
    expect(resolveDid(did.replace('did:key:z', 'did:key:z1'))).toMatchObject({ ok: false })
    expect(resolveDid(`${did}1`)).toMatchObject({ ok: false })
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
    expect(resolveDid('did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc')).toMatchObject({
      error: { code: 'did_key_unusable', reason: 'key_cannot_sign' },
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
    const prefix = fc.constantFrom(
      '',
      'did:jwk:',
      'did:key:z',
      'did:key:',
      'did:key:z6Mk',
      'did:key:zDn',
      'did:key:z4MX',
    )
    fc.assert(
      fc.property(
        prefix,
        fc.oneof(fc.string(), fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]*$/)),
        (start, text) => {
          expect(resolveDid(start + text)).toHaveProperty('ok')
        },
      ),
    )
  })

  it('answers any bytes behind a codec with a value that reads itself or a refusal', () => {
    const codec = fc.constantFrom(
      [0xed, 1],
      [0xe7, 1],
      [0x80, 0x24],
      [0x81, 0x24],
      [0x82, 0x24],
      [0x85, 0x24],
      [0xd1, 0xd6, 3],
    )
    fc.assert(
      fc.property(codec, fc.uint8Array({ maxLength: 600 }), (prefix, bytes) => {
        const text = `z${encodeBase58btc(Uint8Array.from([...prefix, ...bytes]))}`
        const key = keyOfDidUrl(`did:key:${text}#${text}`, 'assertionMethod')
        if (key.ok) expect(didFromKey('key', key.value)).toBe(`did:key:${text}`)
      }),
    )
  })
})
