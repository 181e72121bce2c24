/**
 * What of a credential a holder has to show for a query, and what is left to the holder (OpenID4VP 1.0 §6.4.1). Of the claim
 * sets that can be satisfied, one that asks for more than another is that one with something to choose on top; two of which
 * neither contains the other are alternatives. Without claim sets everything asked for is needed.
 */
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import type { CredentialQuery } from './query.ts'
import { type ClaimsUnsatisfied, claimsDemand } from './requirements.ts'

export interface ClaimChoice {
  /** Concrete paths: without one of them the query is not answered. */
  readonly needed: readonly ClaimPath[]
  /** Asked for beside them; each may be left out. */
  readonly optional: readonly ClaimPath[]
}

/** In the verifier's order: the first is what is shown unless the holder picks another. Empty: the query is not answered. */
export function claimChoices(
  query: CredentialQuery,
  format: FormatFacts,
  claims: JsonObject,
): readonly ClaimChoice[] {
  const sets = setsOf(query).flatMap((set): readonly ReachableSet[] => {
    const paths = claimsDemand(set, format)(claims)
    return paths.ok ? [reachable(paths.value)] : []
  })
  const least = sets.filter(
    (set, at) => !sets.some((other, place) => isLess(other, set) || (place < at && isSame(other, set))),
  )
  return least.map((base) => {
    const wider = sets.filter((set) => isLess(base, set)).flatMap((set) => set.paths)
    return {
      needed: base.paths,
      optional: reachable(wider.filter((path) => !base.keys.has(key(path)))).paths,
    }
  })
}

/** Why the claims do not answer the query: the first fault of what the verifier wants most. Undefined where they do. */
export function unmetClaim(
  query: CredentialQuery,
  format: FormatFacts,
  claims: JsonObject,
): ClaimsUnsatisfied | undefined {
  const [wanted] = setsOf(query)
  const paths = wanted && claimsDemand(wanted, format)(claims)
  return paths === undefined || paths.ok ? undefined : paths.error
}

interface ReachableSet {
  readonly paths: readonly ClaimPath[]
  readonly keys: ReadonlySet<string>
}

/** A query for each set, which asks for all that the set names. */
function setsOf({ claimSets, ...query }: CredentialQuery): readonly CredentialQuery[] {
  if (claimSets === undefined) return [query]
  const claims = query.claims ?? []
  return claimSets.map((ids) => ({
    ...query,
    claims: claims.filter(({ id }) => id !== undefined && ids.includes(id)),
  }))
}

/** Each path once. */
function reachable(paths: readonly ClaimPath[]): ReachableSet {
  const byKey = new Map(paths.map((path) => [key(path), path]))
  return { paths: [...byKey.values()], keys: new Set(byKey.keys()) }
}

function isLess(one: ReachableSet, other: ReachableSet): boolean {
  return one.keys.size < other.keys.size && isSubset(one.keys, other.keys)
}

function isSame(one: ReachableSet, other: ReachableSet): boolean {
  return one.keys.size === other.keys.size && isSubset(one.keys, other.keys)
}

function isSubset(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const entry of one) if (!other.has(entry)) return false
  return true
}

function key(path: ClaimPath): string {
  return JSON.stringify(path)
}
