/**
 * The error codes that a wallet may answer with (OpenID4VP 1.0 §8.5, RFC 6749 §4.1.2.1), as a list of our own: what is not
 * on it is somebody's text, and is not kept.
 */
export const WALLET_ERROR_CODES = [
  'access_denied',
  'invalid_request',
  'invalid_client',
  'invalid_scope',
  'invalid_transaction_data',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_response_type',
  'vp_formats_not_supported',
  'invalid_request_uri_method',
  'wallet_unavailable',
] as const

/** The code as it may be kept and shown: `other` where it is none that is known. */
export function knownWalletError(code: string): string {
  return WALLET_ERROR_CODES.find((known) => known === code) ?? 'other'
}
