/** Keys and an engine for tests of signed messages: those of the platform that the tests run on. */
import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import type { CryptoEngine, Mac, Signer } from '@countersign/crypto/engine'
import type { EllipticAlgorithm, SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { makeSigner, nodeEngine, type TestKey } from '@countersign/testing/engines/node-engine'

const CURVES: Readonly<Record<EllipticAlgorithm, TestKey>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  ES256K: 'secp256k1',
}

export const testEngine: CryptoEngine = nodeEngine

export function testSigner(algorithm: SignatureAlgorithm = 'ES256'): Signer {
  return makeSigner(isElliptic(algorithm) ? CURVES[algorithm] : algorithm, 'test')
}

export function testMac(secret: string): Mac {
  const key = encodeUtf8(secret)
  return async (text) => encodeBase64url(await testEngine.hmacSha256(key, encodeUtf8(text)))
}

/** A compact JWS that nobody signed. */
export function unsignedJws(header: object, payload: object, signature = 'AAAA'): string {
  const part = (value: object) => encodeBase64url(encodeUtf8(JSON.stringify(value)))
  return `${part(header)}.${part(payload)}.${signature}`
}

function isElliptic(algorithm: SignatureAlgorithm): algorithm is EllipticAlgorithm {
  return Object.hasOwn(CURVES, algorithm)
}
