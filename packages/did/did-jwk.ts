/** The `did:jwk` method: the identifier is the base64url text of a public JWK, and its only key is `#0`. */
import { decodeTextBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import { parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { type DidDocument, type DidRefusal, singleKeyDocument } from './did-document.ts'

const PREFIX = 'did:jwk:'
const MAX_LENGTH = 4096

/** `kid` is left out: it would make two identifiers of one key. */
export function didJwkFromKey(jwk: PublicJwk): string {
  const { kid: _kid, ...key } = jwk
  return PREFIX + encodeTextBase64url(JSON.stringify(key))
}

export function resolveDidJwk(did: string): Result<DidDocument, DidRefusal> {
  if (!did.startsWith(PREFIX) || did.length > MAX_LENGTH) return refuse({ code: 'did_malformed' })
  const text = decodeTextBase64url(did.slice(PREFIX.length))
  if (text === undefined) return refuse({ code: 'did_malformed' })
  const json = parseJsonObject(text)
  if (!json.ok) return refuse({ code: 'did_malformed' })
  const jwk = parsePublicJwk(json.value)
  return jwk.ok
    ? ok(singleKeyDocument(did, '0', jwk.value))
    : refuse({ code: 'did_key_unusable', reason: jwk.error.code })
}
