/**
 * What a holder sends of a held credential (RFC 9901 §7.2): the disclosures that the asked claims need, no more. A path
 * that names nothing in the credential is refused instead of ignored, because the verifier would not get what was
 * agreed to.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type ConcretePath, onSameBranch, resolveClaimPath } from '../contract/claim-path.ts'
import type { ClaimPath, FormatRefusal } from '../contract/format.ts'
import type { SdJwt } from './read.ts'
import { MAX_DEPTH, MAX_DISCLOSURES } from './reserved-names.ts'

/** The credential with the chosen disclosures alone, up to and including the last `~`; refuses one that is bound. */
export function selectDisclosures(
  credential: SdJwt,
  claims: JsonObject,
  paths: readonly ClaimPath[],
): Result<string, FormatRefusal> {
  // An SD-JWT+KB belongs to the transaction it was made for.
  if (credential.keyBinding !== undefined) return refuse({ code: 'kb_jwt_unexpected' })
  const wanted = resolveWanted(claims, paths)
  if (!wanted.ok) return wanted
  return ok(`${[credential.issuerJwt, ...select(credential, wanted.value)].join('~')}~`)
}

/** Places of the claims that the paths name. */
export function resolveWanted(
  claims: JsonObject,
  paths: readonly ClaimPath[],
): Result<readonly ConcretePath[], FormatRefusal> {
  if (paths.length > MAX_DISCLOSURES) return refuse({ code: 'too_many_paths' })
  const places: ConcretePath[] = []
  for (const path of paths) {
    const detail = JSON.stringify(path)
    if (path.length === 0 || path.length > MAX_DEPTH) return refuse({ code: 'path_malformed', detail })
    const found = resolveClaimPath(claims, path)
    if (found.length === 0) return refuse({ code: 'path_not_found', detail })
    places.push(...found)
  }
  return ok(places)
}

/** In the order of the credential: disclosures above a wanted claim lead to it, those below belong to it. */
function select(credential: SdJwt, wanted: readonly ConcretePath[]): readonly string[] {
  const chosen = new Set<number>()
  for (const { index, path } of credential.placements) {
    if (wanted.some((place) => onSameBranch(place, path))) chosen.add(index)
  }
  return credential.disclosures.filter((_text, index) => chosen.has(index))
}
