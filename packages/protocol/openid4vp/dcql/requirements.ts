/**
 * What one credential query demands of one credential, and what the credential sets demand of all: the part of DCQL
 * (OpenID4VP 1.0 §6.4) that a wallet applies to what it holds and a verifier again to what it got. Refuses to know
 * who asks: the claims are full on the one side and disclosed on the other.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { type PathRefusal, selectClaims } from './claims-path-pointer.ts'
import { acceptsPath } from './format-rules.ts'
import type { ClaimsQuery, CredentialQuery, DcqlQuery } from './query.ts'

export type ClaimsUnsatisfied =
  | {
      readonly code: 'claim_missing'
      readonly path: ClaimPath
      readonly because: PathRefusal['code'] | 'path_not_of_format'
    }
  | { readonly code: 'claim_value_differs'; readonly path: ClaimPath }
  | { readonly code: 'no_claim_set_satisfied' }

/** Answers with the concrete paths to disclose, parents not listed. */
export type ClaimsDemand = (claims: JsonObject) => Result<readonly ClaimPath[], ClaimsUnsatisfied>

/**
 * Prepares a query once for many credentials (§6.4.1: all claims, or the first satisfiable claim set). `format`: that of
 * the query.
 */
export function claimsDemand(query: CredentialQuery, format: FormatFacts): ClaimsDemand {
  const { claims: wanted = [], claimSets } = query
  const demands = wanted.map((claim): Demand => ({ ...claim, fitsFormat: acceptsPath(format, claim.path) }))
  if (claimSets === undefined) return (claims) => satisfyAll(demands, claims)
  const positions = new Map(wanted.map((claim, index) => [claim.id, index]))
  const sets = claimSets.map((set) => set.map((id) => positions.get(id) ?? -1))
  return (claims) => satisfyFirstSet(demands, sets, claims)
}

/** A path that the format does not know selects nothing (§7.2). */
interface Demand extends ClaimsQuery {
  readonly fitsFormat: boolean
}

function satisfyAll(
  wanted: readonly Demand[],
  claims: JsonObject,
): Result<readonly ClaimPath[], ClaimsUnsatisfied> {
  const disclose: ClaimPath[] = []
  for (const claim of wanted) {
    const paths = satisfyClaim(claim, claims)
    if (!paths.ok) return paths
    for (const path of paths.value) disclose.push(path)
  }
  return ok(disclose)
}

/** Each claim is looked up at most once, however many sets name it. */
function satisfyFirstSet(
  wanted: readonly Demand[],
  sets: readonly (readonly number[])[],
  claims: JsonObject,
): Result<readonly ClaimPath[], ClaimsUnsatisfied> {
  const seen = new Map<number, readonly ClaimPath[] | undefined>()
  const pathsOf = (position: number) => {
    if (!seen.has(position)) seen.set(position, pathsAt(wanted, position, claims))
    return seen.get(position)
  }
  const set = sets.find((positions) => positions.every((position) => pathsOf(position) !== undefined))
  if (set === undefined) return refuse({ code: 'no_claim_set_satisfied' })
  return ok([...new Set(set)].flatMap((position) => pathsOf(position) ?? []))
}

function pathsAt(
  wanted: readonly Demand[],
  position: number,
  claims: JsonObject,
): readonly ClaimPath[] | undefined {
  const claim = wanted[position]
  if (claim === undefined) return undefined
  const paths = satisfyClaim(claim, claims)
  return paths.ok ? paths.value : undefined
}

/** A value that matches none of `values` counts as if the claim were not there; of an array's elements one is enough. */
function satisfyClaim(claim: Demand, claims: JsonObject): Result<readonly ClaimPath[], ClaimsUnsatisfied> {
  const { fitsFormat, path, values } = claim
  if (!fitsFormat) return refuse({ code: 'claim_missing', path, because: 'path_not_of_format' })
  const selected = selectClaims(claims, path)
  if (!selected.ok) return refuse({ code: 'claim_missing', path, because: selected.error.code })
  if (values === undefined) return ok(selected.value.paths)
  const matching = selected.value.paths.filter((_, index) => isOneOf(selected.value.values[index], values))
  return matching.length === 0 ? refuse({ code: 'claim_value_differs', path }) : ok(matching)
}

/** Exact JSON type and value: `"1"` is not `1`. */
function isOneOf(value: JsonValue | undefined, values: readonly (string | number | boolean)[]): boolean {
  return values.some((wanted) => wanted === value)
}

/**
 * §6.4.2: the ids of the credential queries to answer, given which of them can be answered: the first satisfiable
 * option of every set. `undefined` where a required part cannot be satisfied: then nothing at all is returned.
 */
export function chooseQueries(
  query: DcqlQuery,
  isAnswered: (queryId: string) => boolean,
): ReadonlySet<string> | undefined {
  const { credentials, credentialSets } = query
  if (credentialSets === undefined) {
    const all = credentials.map((credential) => credential.id)
    return all.every(isAnswered) ? new Set(all) : undefined
  }
  const chosen = new Set<string>()
  for (const set of credentialSets) {
    const option = set.options.find((ids) => ids.every(isAnswered))
    if (option === undefined && set.required) return undefined
    for (const id of option ?? []) chosen.add(id)
  }
  return chosen
}
