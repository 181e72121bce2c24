/**
 * SD-JWT VC as an entry of the format registry. Credentials and presentations whose header has the older media type
 * `vc+sd-jwt` are read; the format identifier of that name is W3C's now, and its entry reads SD-JWT VCs as well.
 */

import { isJsonArray, type JsonObject } from '@countersign/core/json'
import type { CredentialFormat, TypedClaims } from '../contract/format.ts'
import { issueSdJwtVc } from './issue.ts'
import { openSdJwtVc } from './open.ts'
import { presentSdJwtVc } from './present.ts'
import { verifySdJwtVc } from './verify.ts'

export const sdJwtVc: CredentialFormat = {
  id: 'dc+sd-jwt',
  family: 'sd-jwt-vc',
  securedBy: 'sd-jwt',
  signerProfile: 'jose',
  statusList: 'token-jwt',
  bindingMethods: ['jwk'],
  confirmsTransactions: true,
  envelope: () => ['iss', 'iat', 'nbf', 'exp', 'vct', 'vct#integrity', 'aka_vcts', 'cnf', 'status'],
  validity: { from: 'nbf', until: 'exp' },
  defaultLifetimeDays: 365,
  claimsAt: () => [],
  frame: () => ({}),
  issue: issueSdJwtVc,
  open: (credential, crypto) => openSdJwtVc(credential, crypto),
  present: presentSdJwtVc,
  verify: (input, crypto) => verifySdJwtVc(input, crypto),
  matchesMeta: matchesVct,
  answersAlso: (asked) => asked === EARLIER_ID,
}

/** What an SD-JWT VC was called before `dc+sd-jwt`. */
const EARLIER_ID = 'vc+sd-jwt'

/** OpenID4VP 1.0 appendix B.3.5: `vct_values` is required; SD-JWT VC §2.2.2.2: a credential may have further types. */
export function matchesVct(meta: JsonObject, credential: TypedClaims): boolean {
  const { vct_values: wanted } = meta
  if (!isJsonArray(wanted)) return false
  const { aka_vcts: furtherTypes } = credential.claims
  const types = [credential.type, ...(isJsonArray(furtherTypes) ? furtherTypes : [])]
  return types.some((type) => typeof type === 'string' && wanted.includes(type))
}
