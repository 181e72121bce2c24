import { constants, createHash, generateKeyPairSync, privateEncrypt, sign, webcrypto } from 'node:crypto'
import { SIGNATURE_ALGORITHMS } from '@countersign/crypto/jose/jws'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { describe, expect, it } from 'vitest'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '../signers/software-key.ts'
import { cryptoContract } from './engine.contract.ts'
import { nodeCrypto } from './node.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaJwk = publicJwkOf(rsa.publicKey.export({ format: 'jwk' }))

/** Long RSA keys take seconds to make, and the length is not what the algorithm is about. */
function keyFor(algorithm: SignatureAlgorithm): PrivateJwk {
  if (!/^[RP]S/.test(algorithm)) return generateSoftwareKey(algorithm)
  return { ...(rsa.privateKey.export({ format: 'jwk' }) as PrivateJwk), alg: algorithm }
}

function publicJwkOf(jwk: unknown): PublicJwk {
  const parsed = parsePublicJwk(jwk)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

cryptoContract({
  engine: nodeCrypto,
  algorithms: SIGNATURE_ALGORITHMS,
  makeSigner: (algorithm) => softwareSigner(keyFor(algorithm)),
})

async function madeWithWebCrypto(namedCurve: string, hash: string, data: Uint8Array<ArrayBuffer>) {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])
  const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash }, pair.privateKey, data)
  return {
    jwk: await webcrypto.subtle.exportKey('jwk', pair.publicKey),
    signature: new Uint8Array(signature),
  }
}

describe('verify', () => {
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

  it.each([
    ['another salt length', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }],
    ['no salt', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 }],
    ['the longest salt', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 222 }],
    ['the other padding', { padding: constants.RSA_PKCS1_PADDING }],
  ])('takes a signature with %s for none of PS256', (_what, options) => {
    const signature = new Uint8Array(sign('sha256', Buffer.from('data'), { key: rsa.privateKey, ...options }))
    expect(nodeCrypto.verify('PS256', rsaJwk, 'data', signature)).toBe(false)
  })

  it('takes the padding of another hash for no signature', () => {
    // PKCS#1 v1.5 says which hash it holds: here SHA-1 and, without any name, the bare digest.
    const digest = createHash('sha256').update('data').digest()
    const unnamed = privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_PKCS1_PADDING }, digest)
    for (const signature of [sign('sha1', Buffer.from('data'), rsa.privateKey), unnamed]) {
      expect(nodeCrypto.verify('RS256', rsaJwk, 'data', new Uint8Array(signature))).toBe(false)
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
  it('are plain byte arrays', () => {
    expect(nodeCrypto.digest('sha-256', '')).not.toBeInstanceOf(Buffer)
    expect(nodeCrypto.randomBytes(32)).not.toBeInstanceOf(Buffer)
    expect(nodeCrypto.randomBytes(32)).toHaveLength(32)
  })
})
