/**
 * How a credential or a list names its issuer's key in `kid`. Whoever reads it finds the key by one way: an issuer that is a DID by
 * a DID URL of its document, every other by what else is in the header.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { sameKey } from '@countersign/crypto/jwk'
import { resolveDid } from '@countersign/did/did'
import type { FormatRefusal, IssueInput } from './format.ts'

/** VC-JOSE-COSE §4.1.1, SD-JWT VC §2.5: an issuer that is a DID signs with a key of its document, named by its DID URL. */
export function issuerKeyId({
  issuer,
  signer,
}: Pick<IssueInput, 'issuer' | 'signer'>): Result<string, FormatRefusal> {
  const { keyId, publicJwk } = signer
  if (issuer === undefined || !issuer.startsWith('did:')) return ok(keyId)
  const document = resolveDid(issuer)
  if (!document.ok) {
    if (document.error.code !== 'did_method_unsupported') return refuse({ code: 'issuer_malformed' })
    if (keyId.startsWith(`${issuer}#`)) return ok(keyId)
    return /^[A-Za-z0-9._~-]+$/.test(keyId) ? ok(`${issuer}#${keyId}`) : refuse({ code: 'issuer_key_wrong' })
  }
  const { assertionMethod = [], verificationMethod } = document.value
  const method = verificationMethod.find(
    ({ id, publicKeyJwk }) => assertionMethod.includes(id) && sameKey(publicKeyJwk, publicJwk),
  )
  return method === undefined ? refuse({ code: 'issuer_key_wrong' }) : ok(method.id)
}
