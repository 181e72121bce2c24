/** An engine as its contract takes it, and the bytes and numbers that signatures are made of. */
import { decodeBase64url } from '@countersign/core/base64url'
import type { Awaitable, CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'

export interface EngineUnderTest {
  readonly engine: CryptoEngine
  /** What the engine can verify. */
  readonly algorithms: readonly SignatureAlgorithm[]
  /** A fresh key; an RSA key may come again. */
  readonly makeSigner: (algorithm: SignatureAlgorithm) => Awaitable<Signer>
}

export function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase64url(text)
  if (bytes === undefined) throw new Error('not base64url')
  return bytes
}

export function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

export function numberBytes(value: bigint, width: number): Uint8Array {
  const bytes = new Uint8Array(width)
  for (let at = width - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 255n)
  return bytes
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
