/** ECDH on P-256 over WebCrypto, which servers and browsers have alike. */
import type { KeyAgreement } from '@countersign/crypto/engine'
import { bareKey, parsePublicJwk } from '@countersign/crypto/jwk'

export const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const

type WebKey = Parameters<typeof crypto.subtle.deriveBits>[1]

/** By a private key that may derive bits. */
export function agreementBy(privateKey: WebKey): KeyAgreement {
  return async (peer) => {
    const known = parsePublicJwk(bareKey(peer))
    if (!known.ok || known.value.kty !== 'EC' || known.value.crv !== 'P-256') return undefined
    try {
      const imported = await crypto.subtle.importKey('jwk', { ...known.value }, ECDH, false, [])
      return new Uint8Array(
        await crypto.subtle.deriveBits({ name: 'ECDH', public: imported }, privateKey, 256),
      )
    } catch {
      return undefined
    }
  }
}
