import { createHash, generateKeyPairSync, hash as nodeHash, webcrypto } from 'node:crypto'
import type { SignatureAlgorithm } from '@countersign/credential/crypto'
import { bareKey, type PublicJwk } from '@countersign/credential/jwk'
import { describe, expect, it } from 'vitest'
import { importPublicKey, nodeCrypto, publicKeyCache } from './node-crypto.ts'
import { generateSoftwareKey, softwareSigner } from './software.ts'

const algorithms: readonly SignatureAlgorithm[] = ['ES256', 'ES384', 'ES512', 'EdDSA']

/** RFC 7515 appendix A.3 and A.4, RFC 8037 appendix A.4. */
const vectors: readonly [string, SignatureAlgorithm, PublicJwk, string][] = [
  [
    'RFC 7515 A.3',
    'ES256',
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  ],
  [
    'RFC 7515 A.4',
    'ES512',
    {
      kty: 'EC',
      crv: 'P-521',
      x: 'AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk',
      y: 'ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2',
    },
    'eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn',
  ],
  [
    'RFC 8037 A.4',
    'EdDSA',
    { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  ],
]

function partsOf(jws: string) {
  const [header, payload, signature = ''] = jws.split('.')
  return { data: `${header}.${payload}`, signature: new Uint8Array(Buffer.from(signature, 'base64url')) }
}

async function madeWithWebCrypto(namedCurve: string, hash: string, data: Uint8Array<ArrayBuffer>) {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])
  const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash }, pair.privateKey, data)
  return {
    jwk: await webcrypto.subtle.exportKey('jwk', pair.publicKey),
    signature: new Uint8Array(signature),
  }
}

describe('verify', () => {
  it.each(vectors)('accepts the signature of %s and nothing near it', (_, algorithm, key, jws) => {
    const { data, signature } = partsOf(jws)
    expect(nodeCrypto.verify(algorithm, key, data, signature)).toBe(true)
    expect(nodeCrypto.verify(algorithm, key, new TextEncoder().encode(data), signature)).toBe(true)
    expect(nodeCrypto.verify(algorithm, key, `${data} `, signature)).toBe(false)
    const changed = signature.with(signature.length - 1, (signature.at(-1) ?? 0) ^ 1)
    expect(nodeCrypto.verify(algorithm, key, data, changed)).toBe(false)
  })

  it.each([
    ['P-256', 'SHA-256', 'ES256'],
    ['P-384', 'SHA-384', 'ES384'],
    ['P-521', 'SHA-512', 'ES512'],
  ] as const)('accepts what WebCrypto signs on %s', async (crv, hash, algorithm) => {
    const data = new TextEncoder().encode('the same words')
    const { jwk, signature } = await madeWithWebCrypto(crv, hash, data)
    const key: PublicJwk = { kty: 'EC', crv, x: jwk.x ?? '', y: jwk.y ?? '' }
    expect(nodeCrypto.verify(algorithm, key, 'the same words', signature)).toBe(true)
  })

  it('refuses a key under the algorithm of another curve', async () => {
    for (const made of algorithms) {
      const signer = softwareSigner(generateSoftwareKey(made))
      const signature = await signer.sign('data')
      for (const claimed of algorithms) {
        expect(nodeCrypto.verify(claimed, signer.publicJwk, 'data', signature)).toBe(claimed === made)
      }
    }
  })

  it('answers false to zero, oversized and cut signatures, never throws', () => {
    for (const algorithm of algorithms) {
      const key = bareKey(generateSoftwareKey(algorithm))
      for (const length of [0, 1, 63, 64, 65, 96, 132, 4096]) {
        for (const byte of [0x00, 0x01, 0xff]) {
          expect(nodeCrypto.verify(algorithm, key, 'data', new Uint8Array(length).fill(byte))).toBe(false)
        }
      }
    }
  })

  it('answers false for keys that are none', () => {
    const good = bareKey(generateSoftwareKey('ES256'))
    if (good.kty !== 'EC') throw new Error('expected an EC key')
    const zero = Buffer.alloc(32).toString('base64url')
    const bad: readonly PublicJwk[] = [
      { ...good, x: good.y, y: good.x },
      { ...good, x: zero, y: zero },
      { ...good, x: `AA${good.x}` },
      { ...good, x: `${good.x}=` },
      { ...good, x: '' },
      { ...good, x: 'x'.repeat(1_000_000) },
      { ...good, crv: 'P-384' },
      { kty: 'OKP', crv: 'Ed25519', x: '*'.repeat(43) },
    ]
    for (const key of bad) {
      for (const algorithm of algorithms) {
        expect(nodeCrypto.verify(algorithm, key, 'data', new Uint8Array(64).fill(1))).toBe(false)
      }
    }
  })

  it('lets an Ed25519 key of small order verify nothing', () => {
    // For the neutral element as key, any (R, S) with R = S·B satisfies the bare equation: here S is a secret scalar.
    const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
    const scalar = createHash('sha512')
      .update(Buffer.from(d ?? '', 'base64url'))
      .digest()
      .subarray(0, 32)
    scalar[0] = (scalar[0] ?? 0) & 248
    scalar[31] = ((scalar[31] ?? 0) & 127) | 64
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const reduced = BigInt(`0x${scalar.reverse().toString('hex')}`) % order
    const s = Buffer.from(reduced.toString(16).padStart(64, '0'), 'hex').reverse()
    const forged = new Uint8Array(Buffer.concat([Buffer.from(x ?? '', 'base64url'), s]))
    for (const neutral of [`01${'00'.repeat(31)}`, `ee${'ff'.repeat(30)}7f`, `01${'00'.repeat(30)}80`]) {
      const key: PublicJwk = {
        kty: 'OKP',
        crv: 'Ed25519',
        x: Buffer.from(neutral, 'hex').toString('base64url'),
      }
      expect(nodeCrypto.verify('EdDSA', key, 'anything', forged)).toBe(false)
    }
  })
})

describe('digests', () => {
  it('hash text as its UTF-8 bytes, as bytes and as base64url', () => {
    const text = 'Möbius 🔏'
    for (const [name, opensslName] of [
      ['sha-256', 'sha256'],
      ['sha-384', 'sha384'],
      ['sha-512', 'sha512'],
    ] as const) {
      const expected = nodeHash(opensslName, Buffer.from(text), 'buffer')
      expect(Buffer.from(nodeCrypto.digest(name, text))).toEqual(expected)
      expect(nodeCrypto.digestBase64url(name, text)).toBe(expected.toString('base64url'))
      expect(nodeCrypto.digestBase64url(name, new TextEncoder().encode(text))).toBe(
        expected.toString('base64url'),
      )
    }
  })

  it('give the disclosure digest of RFC 9901 §4.2.3', () => {
    const disclosure = 'WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0'
    expect(nodeCrypto.digestBase64url('sha-256', disclosure)).toBe(
      'uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY',
    )
  })

  it('are plain byte arrays', () => {
    expect(nodeCrypto.digest('sha-256', '')).not.toBeInstanceOf(Buffer)
    expect(nodeCrypto.randomBytes(32)).not.toBeInstanceOf(Buffer)
    expect(nodeCrypto.randomBytes(32)).toHaveLength(32)
  })
})

describe('the cache of imported keys', () => {
  it('stays within its limit and keeps what is in use', () => {
    const cache = publicKeyCache(3)
    const issuer = bareKey(generateSoftwareKey('ES256'))
    const first = cache.get(issuer)
    for (let holder = 0; holder < 10; holder++) {
      cache.get(bareKey(generateSoftwareKey('ES256')))
      expect(cache.get(issuer)).toBe(first)
    }
    expect(cache.size).toBe(3)
  })

  it('keeps nothing of a key that cannot be imported', () => {
    const cache = publicKeyCache(3)
    expect(cache.get({ kty: 'OKP', crv: 'Ed25519', x: 'short' })).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  it('does not let labels make two keys of one', () => {
    const cache = publicKeyCache(3)
    const key = bareKey(generateSoftwareKey('EdDSA'))
    expect(cache.get({ ...key, kid: 'a' })).toBe(cache.get({ ...key, kid: 'b' }))
    expect(importPublicKey(key)?.asymmetricKeyType).toBe('ed25519')
  })
})
