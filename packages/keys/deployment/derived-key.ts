/**
 * A key for encryption that every instance of a deployment derives alike from its secret, so that it is kept nowhere and there
 * after every restart. Whoever has the secret has all of them, those of the past included.
 */
import { createECDH } from 'node:crypto'
import type { Mac } from '@countersign/crypto/engine'
import type { DecryptionKey } from '@countersign/crypto/jwe-engine'

const ORDER_OF_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const COORDINATE_BYTES = 32

/** `mac` is for such keys alone; `name` tells one from another. */
export async function derivedDecryptionKey(mac: Mac, name: string): Promise<DecryptionKey> {
  // One in 2^32 hashes is no scalar of the curve (FIPS 186-5 A.4.2 takes the next candidate, too).
  for (let candidate = 0; ; candidate += 1) {
    const scalar = Buffer.from(await mac(`${name}:${candidate}`), 'base64url')
    if (isScalar(scalar)) return keyOf(scalar)
  }
}

function isScalar(bytes: Buffer): boolean {
  const value = BigInt(`0x${bytes.toString('hex')}`)
  return bytes.length === COORDINATE_BYTES && value > 0n && value < ORDER_OF_P256
}

function keyOf(scalar: Buffer): DecryptionKey {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(scalar)
  const point = ecdh.getPublicKey()
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const [x, y] = [point.subarray(1, 1 + COORDINATE_BYTES), point.subarray(1 + COORDINATE_BYTES)]
  return { kty: 'EC', crv: 'P-256', x: text(x), y: text(y), d: text(scalar) }
}
