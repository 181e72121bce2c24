/**
 * Credential requests and responses (OpenID4VCI 1.0 §8) as messages. Knows their shape and limits only: whether an
 * identifier is known, a proof is good or a token covers the request is decided elsewhere. Messages as they are before they
 * are encrypted, and for whom an answer is to be encrypted.
 */
import {
  defined,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { encryptionJwk, usableKey } from '@countersign/crypto/encryption-key'
import { CONTENT_ENCRYPTIONS, PACKING, type Recipient } from '@countersign/crypto/jwe-engine'
import { boundedText, boundedTexts } from '../../oauth/message-values.ts'
import {
  isProofType,
  type KeyProofs,
  maxProofLength,
  mostProofs,
  type ProofTypeId,
} from '../proof/proof-types.ts'

/** What is asked for: by configuration, or by an identifier that came with the token. Exactly one of both. */
export type CredentialSelector =
  | { readonly configurationId: string; readonly credentialIdentifier?: undefined }
  | { readonly credentialIdentifier: string; readonly configurationId?: undefined }

export type CredentialRequest = CredentialSelector & {
  /** A request without proofs is at fault wherever the credential is bound to a key. */
  readonly proofs?: KeyProofs | undefined
  /** For whom the answer is to be encrypted (§10). */
  readonly responseEncryption?: Recipient | undefined
}

export type CredentialRequestRefusal =
  | { readonly code: 'identifier_missing' }
  | { readonly code: 'identifier_ambiguous' }
  | { readonly code: 'identifier_malformed' }
  /** `proof` instead of `proofs`: a request of a draft. */
  | { readonly code: 'proof_of_draft' }
  | { readonly code: 'proofs_malformed' }
  | { readonly code: 'proof_type_unsupported'; readonly type: string }
  | { readonly code: 'proof_repeated' }
  | { readonly code: 'proofs_too_many'; readonly count: number; readonly batchSize: number }
  | EncryptionRefusal

export interface EncryptionRefusal {
  readonly code: 'response_encryption_malformed'
  readonly at: 'object' | 'jwk' | 'enc' | 'zip'
}

/** `intervalSeconds`: absent where the issuer does not say how long to wait. */
export type CredentialResponse =
  | {
      readonly kind: 'issued'
      readonly credentials: readonly string[]
      readonly notificationId?: string | undefined
    }
  | { readonly kind: 'deferred'; readonly deferredId: string; readonly intervalSeconds?: number | undefined }

export type CredentialResponseRefusal = {
  readonly code: 'credential_response_malformed'
  readonly at: string
}

const MAX_IDENTIFIER_LENGTH = 1024
const MAX_CREDENTIALS = 100

/** `batchSize`: how many credentials one request may ask for, 1 unless the metadata offers batches. */
export function parseCredentialRequest(
  body: JsonObject,
  { batchSize = 1 }: { readonly batchSize?: number } = {},
): Result<CredentialRequest, CredentialRequestRefusal> {
  const json = presentMembers(body)
  const selector = parseSelector(json)
  if (!selector.ok) return selector
  const encryption = parseEncryption(json['credential_response_encryption'])
  if (!encryption.ok) return encryption
  const proofs = parseProofs(json, batchSize)
  if (!proofs.ok) return proofs
  const responseEncryption = encryption.value
  return ok({
    ...selector.value,
    proofs: proofs.value,
    ...(responseEncryption && { responseEncryption }),
  })
}

/** Without proofs the member is left out, as it must be for a configuration without `proof_types_supported`. */
export function writeCredentialRequest(request: CredentialRequest): JsonObject {
  const selector: JsonObject =
    request.configurationId === undefined
      ? { credential_identifier: request.credentialIdentifier }
      : { credential_configuration_id: request.configurationId }
  const { proofs, responseEncryption } = request
  return defined({
    ...selector,
    proofs: proofs && { [proofs.type]: [...proofs.values] },
    credential_response_encryption: responseEncryption && writeEncryption(responseEncryption),
  })
}

export function writeEncryption({ content, key, keyId = '', packed }: Recipient): JsonObject {
  return defined({ jwk: encryptionJwk(key, keyId), enc: content, zip: packed ? PACKING : undefined })
}

/** `notificationId`: by which the wallet tells what became of them (§11). */
export function writeCredentialResponse(credentials: readonly string[], notificationId?: string): JsonObject {
  return defined({
    credentials: credentials.map((credential) => ({ credential })),
    notification_id: notificationId,
  })
}

/**
 * §8.3: credentials or a transaction id. The order of the credentials means nothing. What was issued is there, whatever else
 * the answer says: it comes once, so that no member beside it is a reason to lose it.
 */
export function parseCredentialResponse(
  answer: JsonObject,
): Result<CredentialResponse, CredentialResponseRefusal> {
  const json = presentMembers(answer)
  const issued = readIssued(json)
  if (issued !== undefined) return ok(issued)
  return json['transaction_id'] === undefined ? malformed('credentials') : parseDeferred(json)
}

function parseSelector(json: JsonObject): Result<CredentialSelector, CredentialRequestRefusal> {
  const { credential_configuration_id: byConfiguration, credential_identifier: byIdentifier } = json
  if (byConfiguration !== undefined && byIdentifier !== undefined)
    return refuse({ code: 'identifier_ambiguous' })
  if (byConfiguration === undefined && byIdentifier === undefined)
    return refuse({ code: 'identifier_missing' })
  const configurationId = boundedText(byConfiguration, MAX_IDENTIFIER_LENGTH)
  if (configurationId !== undefined) return ok({ configurationId })
  const credentialIdentifier = boundedText(byIdentifier, MAX_IDENTIFIER_LENGTH)
  return credentialIdentifier === undefined
    ? refuse({ code: 'identifier_malformed' })
    : ok({ credentialIdentifier })
}

/** §8.2, §10: one key, which says by itself that it is for the one agreement of keys that we know. */
export function parseEncryption(
  value: JsonValue | undefined,
): Result<Recipient | undefined, EncryptionRefusal> {
  const code = 'response_encryption_malformed'
  if (value === undefined) return ok(undefined)
  if (!isJsonObject(value)) return refuse({ code, at: 'object' })
  const { jwk, enc, zip } = presentMembers(value)
  const found = jwk === undefined ? undefined : usableKey([jwk], 'in_the_key')
  if (found === undefined) return refuse({ code, at: 'jwk' })
  const content = CONTENT_ENCRYPTIONS.find((one) => one === enc)
  if (content === undefined) return refuse({ code, at: 'enc' })
  if (zip !== undefined && zip !== PACKING) return refuse({ code, at: 'zip' })
  return ok({ ...found, content, packed: zip === PACKING })
}

/** §8.2: one proof type with a non-empty array. A `proof` beside `proofs` is one more unknown member. */
function parseProofs(
  json: JsonObject,
  batchSize: number,
): Result<KeyProofs | undefined, CredentialRequestRefusal> {
  const { proof, proofs } = json
  if (proofs === undefined) return proof === undefined ? ok(undefined) : refuse({ code: 'proof_of_draft' })
  const [member, ...others] = isJsonObject(proofs) ? Object.entries(presentMembers(proofs)) : []
  if (member === undefined || others.length > 0) return refuse({ code: 'proofs_malformed' })
  const [type, values] = member
  return isProofType(type)
    ? parseProofsOfType(type, values, batchSize)
    : refuse({ code: 'proof_type_unsupported', type })
}

function parseProofsOfType(
  type: ProofTypeId,
  values: JsonValue,
  batchSize: number,
): Result<KeyProofs, CredentialRequestRefusal> {
  if (!isJsonArray(values)) return refuse({ code: 'proofs_malformed' })
  const most = mostProofs(type, batchSize)
  if (values.length > most) return refuse({ code: 'proofs_too_many', count: values.length, batchSize: most })
  const texts = boundedTexts(values, { maxItems: most, maxLength: maxProofLength(type) })
  if (texts === undefined) return refuse({ code: 'proofs_malformed' })
  return new Set(texts).size === texts.length
    ? ok({ type, values: texts })
    : refuse({ code: 'proof_repeated' })
}

/** Undefined where no entry has a credential that can be used. */
function readIssued({
  credentials: entries,
  notification_id: notificationId,
}: JsonObject): CredentialResponse | undefined {
  if (entries === undefined || !isJsonArray(entries)) return undefined
  const credentials = entries.slice(0, MAX_CREDENTIALS).flatMap((entry) => {
    const credential = isJsonObject(entry)
      ? boundedText(entry['credential'], FETCHED.credentialResponse)
      : undefined
    return credential === undefined ? [] : [credential]
  })
  if (credentials.length === 0) return undefined
  return {
    kind: 'issued',
    credentials,
    notificationId: boundedText(notificationId, MAX_IDENTIFIER_LENGTH),
  }
}

function parseDeferred(json: JsonObject): Result<CredentialResponse, CredentialResponseRefusal> {
  const deferredId = boundedText(json['transaction_id'], MAX_IDENTIFIER_LENGTH)
  if (deferredId === undefined) return malformed('transaction_id')
  const { interval } = json
  const isUsable = typeof interval === 'number' && interval > 0
  return ok({ kind: 'deferred', deferredId, intervalSeconds: isUsable ? interval : undefined })
}

function malformed(at: string): Result<never, CredentialResponseRefusal> {
  return refuse({ code: 'credential_response_malformed', at })
}
