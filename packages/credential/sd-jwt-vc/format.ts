/**
 * SD-JWT VC as an entry of the format registry. Written as `dc+sd-jwt`; the older identifier `vc+sd-jwt` is
 * understood in what others send.
 */
import type { CredentialFormat, JsonObject } from '../format.ts'
import { isJsonArray } from '../json.ts'
import { issueSdJwtVc } from './issue.ts'
import { openSdJwtVc } from './open.ts'
import { presentSdJwtVc } from './present.ts'
import { verifySdJwtVc } from './verify.ts'

export const sdJwtVc: CredentialFormat = {
  id: 'dc+sd-jwt',
  readsAlso: ['vc+sd-jwt'],
  issue: issueSdJwtVc,
  open: openSdJwtVc,
  present: presentSdJwtVc,
  verify: verifySdJwtVc,
  matchesMeta,
}

/** OpenID4VP 1.0 appendix B.3.5: `vct_values` is required; SD-JWT VC §2.2.2.2: a credential may have further types. */
function matchesMeta(
  meta: JsonObject,
  credential: { readonly type: string; readonly claims: JsonObject },
): boolean {
  const { vct_values: wanted } = meta
  if (!isJsonArray(wanted)) return false
  const { aka_vcts: furtherTypes } = credential.claims
  const types = [credential.type, ...(isJsonArray(furtherTypes) ? furtherTypes : [])]
  return types.some((type) => typeof type === 'string' && wanted.includes(type))
}
