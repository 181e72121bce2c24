/**
 * The Authorization header of a request to a protected resource: `Bearer` (RFC 6750 §2.1) or `DPoP` (RFC 9449 §7.1) with
 * an access token. It says which scheme was used and what was presented; whether the token is good, or bound to a key
 * whose proof must come along, is for others.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { AccessScheme } from './errors.ts'

export interface PresentedAccessToken {
  readonly scheme: AccessScheme
  /** Visible ASCII, 2000 characters at most. */
  readonly accessToken: string
}

const AUTHORIZATION = /^(DPoP|Bearer) +([\x21-\x7e]{1,2000})$/i

/** Schemes are compared without regard to case (RFC 9110 §11.1); any other scheme presents no access token. */
export function parseAuthorization(
  header: string | undefined,
): Result<PresentedAccessToken, { readonly code: 'access_token_missing' }> {
  const [, scheme = '', accessToken = ''] = AUTHORIZATION.exec(header ?? '') ?? []
  if (accessToken === '') return refuse({ code: 'access_token_missing' })
  return ok({ scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', accessToken })
}
