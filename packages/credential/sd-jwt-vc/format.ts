/**
 * SD-JWT VC as an entry of the format registry. Credentials and presentations whose header has the older media type
 * `vc+sd-jwt` are read; the format identifier of that name is W3C's now, and its entry reads SD-JWT VCs as well.
 */

import { isJsonArray, type JsonObject } from '@countersign/core/json'
import type { CredentialFormat } from '../contract/format.ts'
import { issueSdJwtVc } from './issue.ts'
import { openSdJwtVc } from './open.ts'
import { presentSdJwtVc } from './present.ts'
import { verifySdJwtVc } from './verify.ts'

export const sdJwtVc: CredentialFormat = {
  id: 'dc+sd-jwt',
  issue: issueSdJwtVc,
  open: (credential, crypto) => openSdJwtVc(credential, crypto),
  present: presentSdJwtVc,
  verify: (input, crypto) => verifySdJwtVc(input, crypto),
  matchesMeta: matchesVct,
}

/** OpenID4VP 1.0 appendix B.3.5: `vct_values` is required; SD-JWT VC §2.2.2.2: a credential may have further types. */
export function matchesVct(
  meta: JsonObject,
  credential: { readonly type: string; readonly claims: JsonObject },
): boolean {
  const { vct_values: wanted } = meta
  if (!isJsonArray(wanted)) return false
  const { aka_vcts: furtherTypes } = credential.claims
  const types = [credential.type, ...(isJsonArray(furtherTypes) ? furtherTypes : [])]
  return types.some((type) => typeof type === 'string' && wanted.includes(type))
}
