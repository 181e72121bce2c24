/**
 * What a wallet says of itself when it fetches a request by POST (OpenID4VP 1.0 §5.10, §10): text in a form, of which the
 * verifier reads what changes its request. Everything else is passed over.
 */
import { isJsonArray, type JsonRefusal, parseJsonObject, presentParameters } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { endpointUrl } from '../../oauth/message-values.ts'
import { parseClientId } from './client-id.ts'

export interface WalletMetadata {
  /** Absent: it does not say. */
  readonly clientIdPrefixes?: readonly string[] | undefined
  /** Its own identifier (RFC 8414 §2): the request is for it. */
  readonly issuer?: string | undefined
}

export type WalletMetadataRefusal =
  | { readonly code: 'wallet_metadata_malformed'; readonly reason: JsonRefusal['code'] | 'wrong_type' }
  /** The session began under a prefix that the wallet does not take, and its URL says so already. */
  | { readonly code: 'client_id_prefix_not_taken'; readonly prefix: string }

const LIMITS = { maxBytes: 20_000, maxDepth: 12 } as const

export function parseWalletMetadata(text: string): Result<WalletMetadata, WalletMetadataRefusal> {
  const parsed = parseJsonObject(text, LIMITS)
  if (!parsed.ok) return refuse({ code: 'wallet_metadata_malformed', reason: parsed.error.code })
  const { client_id_prefixes_supported: prefixes, issuer } = presentParameters(parsed.value)
  const isIssuer =
    issuer === undefined || (typeof issuer === 'string' && endpointUrl(issuer, 'any') !== undefined)
  const isList = prefixes === undefined || (isJsonArray(prefixes) && prefixes.every(isText))
  if (!isIssuer || !isList) return refuse({ code: 'wallet_metadata_malformed', reason: 'wrong_type' })
  return ok({ clientIdPrefixes: prefixes, issuer })
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
