/**
 * A credential against the metadata of its type (draft-ietf-oauth-sd-jwt-vc §5.6). A verifier cannot tell a claim that
 * the holder withholds from one that the issuer forgot, so a missing claim counts only where it cannot be withheld.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type ConcretePath, resolveClaimPath } from '../contract/claim-path.ts'
import type { ResolvedType } from './resolve.ts'
import type { ClaimMetadata } from './type-metadata.ts'

export interface ShownClaims {
  /** The claims as they are with all disclosures in place. */
  readonly claims: JsonObject
  /** Places whose value came out of a disclosure of its own. */
  readonly disclosedAt: readonly ConcretePath[]
  /** The whole credential is here, as at its holder's: then everything mandatory must be. */
  readonly complete: boolean
}

/** `path` is the claim path as JSON text. */
export interface TypeMismatch {
  readonly code:
    | 'mandatory_claim_missing'
    | 'claim_must_be_disclosable' // `sd` is `always`, and it stands in the open
    | 'claim_must_not_be_disclosable' // `sd` is `never`
  readonly path: string
}

export function checkAgainstType(
  type: Pick<ResolvedType, 'claims'>,
  shown: ShownClaims,
): Result<undefined, TypeMismatch> {
  const disclosed = new Set(shown.disclosedAt.map((path) => JSON.stringify(path)))
  for (const claim of type.claims) {
    const code = mismatchOf(claim, shown, disclosed)
    if (code !== undefined) return refuse({ code, path: JSON.stringify(claim.path) })
  }
  return ok(undefined)
}

function mismatchOf(
  { mandatory, path, sd }: ClaimMetadata,
  { claims, complete }: ShownClaims,
  disclosed: ReadonlySet<string>,
): TypeMismatch['code'] | undefined {
  const places = resolveClaimPath(claims, path)
  if (places.length === 0) {
    return mandatory && (complete || sd === 'never') ? 'mandatory_claim_missing' : undefined
  }
  const isDisclosed = (place: ConcretePath) => disclosed.has(JSON.stringify(place))
  if (sd === 'always' && !places.every(isDisclosed)) return 'claim_must_be_disclosable'
  return sd === 'never' && places.some(isDisclosed) ? 'claim_must_not_be_disclosable' : undefined
}
