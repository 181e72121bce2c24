/**
 * A holder who picks, claim by claim: which credential answers which credential query, and what of the choices it shows (OpenID4VP
 * 1.0 §6.4.1). What comes out is exactly what is disclosed; a pick that means nothing is refused, never passed over.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { claimChoices } from '@countersign/protocol/openid4vp/dcql/claim-choices'
import type { ChosenCredential } from '@countersign/protocol/openid4vp/dcql/match'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { StoredCredential } from '../credentials/credentials.ts'
import type { Wallet } from '../wallet.ts'

export interface Selection {
  readonly queryId: string
  readonly credentialId: string
  /** Paths among the optional ones of the choice. */
  readonly optionalClaims: readonly ClaimPath[]
  /** Which of the choices, in the verifier's order; the first when absent. */
  readonly alternative?: number | undefined
}

export type SelectionRefusal =
  /** The query is answered without this one, so it would not be sent. */
  | { readonly code: 'selection_not_needed'; readonly queryId: string }
  | { readonly code: 'selection_repeated'; readonly queryId: string }
  | { readonly code: 'alternative_unknown'; readonly queryId: string }
  | { readonly code: 'optional_claim_unknown'; readonly queryId: string; readonly path: ClaimPath }

/** The same for the same picks, in whatever order they are named. */
export function wishOf(selections: readonly Selection[]): readonly string[] {
  return selections
    .map(({ alternative = 0, credentialId, optionalClaims, queryId }) =>
      JSON.stringify([queryId, credentialId, alternative, [...new Set(optionalClaims.map(keyOf))].sort()]),
    )
    .sort()
}

/** Every selection is among what is sent, once. */
export function refuseStraySelections(
  selections: readonly Selection[],
  chosen: readonly ChosenCredential[],
): SelectionRefusal | undefined {
  const seen = new Set<string>()
  for (const { credentialId, queryId } of selections) {
    const key = JSON.stringify([queryId, credentialId])
    if (seen.has(key)) return { code: 'selection_repeated', queryId }
    seen.add(key)
    const isSent = chosen.some((one) => one.queryId === queryId && one.credentialId === credentialId)
    if (!isSent) return { code: 'selection_not_needed', queryId }
  }
  return undefined
}

export function selectedClaims(
  { formats }: Pick<Wallet, 'formats'>,
  query: DcqlQuery,
  { held }: StoredCredential,
  { alternative = 0, optionalClaims, queryId }: Selection,
): Result<readonly ClaimPath[], SelectionRefusal> {
  const asked = query.credentials.find(({ id }) => id === queryId)
  const format = asked && formats.get(asked.format)
  const choices = asked && format ? claimChoices(asked, format, held.claims) : []
  const choice = choices[alternative]
  if (choice === undefined) return refuse({ code: 'alternative_unknown', queryId })
  const offered = new Set(choice.optional.map(keyOf))
  const stray = optionalClaims.find((path) => !offered.has(keyOf(path)))
  if (stray !== undefined) return refuse({ code: 'optional_claim_unknown', queryId, path: stray })
  return ok([...choice.needed, ...optionalClaims])
}

function keyOf(path: ClaimPath): string {
  return JSON.stringify(path)
}
