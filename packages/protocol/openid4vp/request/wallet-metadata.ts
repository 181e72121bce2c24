/**
 * What a wallet says of itself when it fetches a request by POST (OpenID4VP 1.0 §5.10, §10): text in a form, of which the
 * verifier reads what changes its request. Everything else is passed over. Ours says what every wallet of its kind says, and a
 * key that no other request sees.
 */
import {
  defined,
  isJsonArray,
  type JsonObject,
  type JsonRefusal,
  parseJsonObject,
  presentParameters,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { CONTENT_ENCRYPTIONS, KEY_AGREEMENT, type KeptDecryptionKey } from '@countersign/crypto/jwe-engine'
import { endpointUrl } from '../../oauth/message-values.ts'
import { POSTED_MODE_NAMES } from '../response/response-modes.ts'
import { PROVABLE_PREFIX_NAMES, parseClientId } from './client-id.ts'
import {
  type RequestEncryption,
  type RequestEncryptionRefusal,
  readRequestEncryption,
  writeRequestEncryption,
} from './request-encryption.ts'
import { type SpokenFormat, writeVpFormats } from './vp-formats.ts'

export interface WalletMetadata {
  /** Absent: it does not say. */
  readonly clientIdPrefixes?: readonly string[] | undefined
  /** Its own identifier (RFC 8414 §2): the request is for it. */
  readonly issuer?: string | undefined
  /** It wants the request encrypted; absent: it does not. */
  readonly encryption?: RequestEncryption | undefined
}

export type WalletMetadataRefusal =
  | { readonly code: 'wallet_metadata_malformed'; readonly reason: JsonRefusal['code'] | 'wrong_type' }
  | RequestEncryptionRefusal
  /** The session began under a prefix that the wallet does not take, and its URL says so already. */
  | { readonly code: 'client_id_prefix_not_taken'; readonly prefix: string }

const LIMITS = { maxBytes: 20_000, maxDepth: 12 } as const

export function parseWalletMetadata(text: string): Result<WalletMetadata, WalletMetadataRefusal> {
  const parsed = parseJsonObject(text, LIMITS)
  if (!parsed.ok) return refuse({ code: 'wallet_metadata_malformed', reason: parsed.error.code })
  const metadata = presentParameters(parsed.value)
  const { client_id_prefixes_supported: prefixes, issuer } = metadata
  const isIssuer =
    issuer === undefined || (typeof issuer === 'string' && endpointUrl(issuer, 'any') !== undefined)
  const isList = prefixes === undefined || (isJsonArray(prefixes) && prefixes.every(isText))
  if (!isIssuer || !isList) return refuse({ code: 'wallet_metadata_malformed', reason: 'wrong_type' })
  const encryption = readRequestEncryption(metadata)
  if (encryption === 'wrong_type') return refuse({ code: 'wallet_metadata_malformed', reason: encryption })
  return encryption.ok ? ok({ clientIdPrefixes: prefixes, issuer, encryption: encryption.value }) : encryption
}

/**
 * Of a wallet of ours, for the request of one verifier. Lists are those of the product, whatever this wallet holds. What answers
 * may be encrypted by is said too (§5.10), though none has to be: verifiers of the field read it before they encrypt a request.
 */
export function writeWalletMetadata(
  clientId: string,
  formats: readonly SpokenFormat[],
  requestKey: KeptDecryptionKey,
): JsonObject {
  const client = parseClientId(clientId)
  // §5.10: not said to a verifier that cannot sign.
  const mayBeSigned = client.ok && client.value.prefix.trustUnsigned === undefined
  return defined({
    response_types_supported: ['vp_token'],
    response_modes_supported: [...POSTED_MODE_NAMES],
    // Ours sign.
    vp_formats_supported: writeVpFormats(formats, { deviceMacs: false }),
    client_id_prefixes_supported: [...PROVABLE_PREFIX_NAMES],
    request_object_signing_alg_values_supported: mayBeSigned
      ? [...ALLOWED_ALGORITHMS.request_object]
      : undefined,
    ...writeRequestEncryption(requestKey),
    authorization_encryption_alg_values_supported: [KEY_AGREEMENT],
    authorization_encryption_enc_values_supported: [...CONTENT_ENCRYPTIONS],
  })
}

/** Whether the wallet takes a client identifier: undefined, or why not. */
export function notTakenBy(
  { clientIdPrefixes }: WalletMetadata,
  clientId: string,
): WalletMetadataRefusal | undefined {
  const client = parseClientId(clientId)
  if (clientIdPrefixes === undefined || !client.ok) return undefined
  const { name: prefix } = client.value.prefix
  return clientIdPrefixes.includes(prefix) ? undefined : { code: 'client_id_prefix_not_taken', prefix }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
