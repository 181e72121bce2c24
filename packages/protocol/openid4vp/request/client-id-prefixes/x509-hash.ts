/** `x509_hash:` (OpenID4VP 1.0 §5.9.3, HAIP 1.0 §5): the verifier is named by the SHA-256 of its leaf certificate's DER. */
import { decodeBase64, decodeBase64url } from '@countersign/core/base64url'
import { ok, refuse } from '@countersign/core/result'
import type { Awaitable, CryptoEngine } from '@countersign/crypto/engine'
import { identifyByCertificate } from './certificate-of-client.ts'
import type { ProvablePrefix } from './client-id-prefix.ts'

export const x509Hash = {
  name: 'x509_hash',
  acceptsOriginal: (hash) => decodeBase64url(hash)?.length === 32,
  identify: ({ header }, hash, evidence) =>
    identifyByCertificate(
      header['x5c'],
      async ({ der }) => (await certificateHash(der, evidence.crypto)) === hash,
      evidence,
    ),
  proofOf: async ({ crypto, signer: { x5c } }) => {
    const leaf = x5c?.[0]
    if (x5c === undefined || leaf === undefined) return refuse({ code: 'certificate_missing' })
    return ok({ original: await hashOf(leaf, crypto), header: { x5c } })
  },
} as const satisfies ProvablePrefix

/** Throws on what is no base64: the certificate is the deployment's own. */
function hashOf(leaf: string, crypto: Pick<CryptoEngine, 'digestBase64url'>): Awaitable<string> {
  const der = decodeBase64(leaf)
  if (der === undefined) throw new Error('the leaf certificate is not standard base64')
  return certificateHash(der, crypto)
}

function certificateHash(der: Uint8Array, crypto: Pick<CryptoEngine, 'digestBase64url'>): Awaitable<string> {
  return crypto.digestBase64url('sha-256', der)
}
