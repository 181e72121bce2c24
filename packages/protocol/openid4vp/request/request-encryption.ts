/**
 * A request object that only the wallet that fetches it can read (OpenID4VP 1.0 §5.10, RFC 9101 §6.1): signed by the verifier and
 * encrypted for a key that the wallet sent along. Both ends. The key is nobody's proof of anything: whoever stands between the two
 * may put his own in its place and read, so nothing else is believed for the encryption.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { encryptionJwk, keysOf, strongestOf, usableKey } from '@countersign/crypto/encryption-key'
import type { CryptoEngine } from '@countersign/crypto/engine'
import {
  CONTENT_ENCRYPTIONS,
  type JweEngine,
  type JweRefusal,
  KEY_AGREEMENT,
  type KeptDecryptionKey,
  type Recipient,
} from '@countersign/crypto/jwe-engine'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'

export type RequestEncryption = Pick<Recipient, 'key' | 'keyId' | 'content'>

/** The wallet wants it encrypted, and nothing that it offers there can be used. */
export interface RequestEncryptionRefusal {
  readonly code: 'request_encryption_unsupported'
  readonly parameter: 'jwks' | typeof ALGORITHMS | typeof CONTENTS
}

// OpenID Connect Discovery 1.0 §3.
const ALGORITHMS = 'request_object_encryption_alg_values_supported'
const CONTENTS = 'request_object_encryption_enc_values_supported'

/**
 * The verifier, of the metadata of a wallet: undefined where it asks for nothing. Who sends keys to encrypt for requires it (§5.10), so
 * a request that cannot be encrypted is refused and not shown to whom it was to be hidden from. Keys to sign with ask for nothing.
 */
export function readRequestEncryption(
  metadata: JsonObject,
): Result<RequestEncryption | undefined, RequestEncryptionRefusal> | 'wrong_type' {
  const { jwks, [ALGORITHMS]: algorithms = [KEY_AGREEMENT], [CONTENTS]: contents = ['A128GCM'] } = metadata
  const keys = jwks === undefined ? [] : keysOf(jwks)
  if (keys === undefined || !isJsonArray(algorithms) || !isJsonArray(contents)) return 'wrong_type'
  const asking = keys.filter((jwk) => !isForSigning(jwk))
  if (asking.length === 0) return ok(undefined)
  if (!algorithms.includes(KEY_AGREEMENT)) return unsupported(ALGORITHMS)
  const content = strongestOf(contents)
  if (content === undefined) return unsupported(CONTENTS)
  const found = usableKey(asking, 'said_elsewhere')
  return found === undefined ? unsupported('jwks') : ok({ ...found, content })
}

/** RFC 7517 §4.2, §4.4. */
function isForSigning(jwk: JsonValue): boolean {
  if (!isJsonObject(jwk)) return false
  const { alg, use } = jwk
  return use === undefined ? ALLOWED_ALGORITHMS.request_object.some((one) => one === alg) : use === 'sig'
}

function unsupported(parameter: RequestEncryptionRefusal['parameter']) {
  return refuse({ code: 'request_encryption_unsupported', parameter } as const)
}

/** The verifier. RFC 7519 §5.2: of a JWT within, `cty` has to be there and is `JWT`. */
export async function encryptRequestObject(
  signed: string,
  encryption: RequestEncryption,
  jwe: Pick<JweEngine, 'encrypt'>,
): Promise<string> {
  return jwe.encrypt(signed, { ...encryption, contentType: 'JWT' })
}

/** The wallet: a key for one request, gone with it. */
export async function makeRequestKey(ports: {
  readonly crypto: Pick<CryptoEngine, 'digestBase64url'>
  readonly jwe: Pick<JweEngine, 'makeKey'>
}): Promise<KeptDecryptionKey> {
  const key = await ports.jwe.makeKey()
  return { key, keyId: await jwkThumbprint(key, ports.crypto) }
}

/** The wallet, in its metadata. */
export function writeRequestEncryption({ key, keyId }: KeptDecryptionKey): JsonObject {
  return {
    jwks: { keys: [encryptionJwk(key, keyId)] },
    [ALGORITHMS]: [KEY_AGREEMENT],
    [CONTENTS]: [...CONTENT_ENCRYPTIONS],
  }
}

export type RequestUnreadable =
  /** No key was sent for this request. */
  | { readonly code: 'request_encrypted_unasked' }
  | { readonly code: 'request_undecryptable'; readonly reason: JweRefusal['code'] }

/**
 * The wallet: the signed object of what the verifier sent. One in the clear is taken too, whatever was asked for: whoever it was to be
 * hidden from has seen it, and a verifier that knows no such metadata has to ignore them (§5.10).
 */
export async function openRequestObject(
  sent: string,
  requestKey: KeptDecryptionKey | undefined,
  jwe: Pick<JweEngine, 'decrypt'>,
): Promise<Result<string, RequestUnreadable>> {
  // RFC 7516 §9: five parts, where a JWS has three.
  if (sent.split('.', 6).length !== 5) return ok(sent)
  if (requestKey === undefined) return refuse({ code: 'request_encrypted_unasked' })
  const opened = await jwe.decrypt(sent, [requestKey])
  return opened.ok ? opened : refuse({ code: 'request_undecryptable', reason: opened.error.code })
}
