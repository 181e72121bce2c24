/**
 * Why nothing in the wallet answers a query: what was wanted, and how far the nearest credentials come. For the holder alone;
 * a verifier never learns it.
 */
import { isJsonArray, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { claimLabel } from '@countersign/credential/display/credential-view'
import { unmetClaim } from '@countersign/protocol/openid4vp/dcql/claim-choices'
import type { CredentialQueryMatch, UnmatchedReason } from '@countersign/protocol/openid4vp/dcql/match'
import type { CredentialQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { StoredCredential } from '../credentials/credentials.ts'
import { cardOf, type Locales, type ShownCard, titleOf } from '../credentials/shown.ts'
import type { Wallet } from '../wallet.ts'

/** In the order in which they are looked at; the later, the nearer a credential came. */
const REASONS = [
  'none_held',
  'format',
  'type',
  'holder_binding',
  'issuer',
  'claim_missing',
  'value_differs',
  'expired',
] as const
export type UnmetReason = (typeof REASONS)[number]

interface LabelledPath {
  readonly path: ClaimPath
  readonly label: string
}

export interface Unmet {
  readonly reason: UnmetReason
  readonly wanted: {
    readonly types: readonly string[]
    readonly title: string
    readonly claims: readonly LabelledPath[]
  }
  readonly near: readonly NearCredential[]
}

interface NearCredential extends ShownCard {
  readonly credentialId: string
  readonly reason: Exclude<UnmetReason, 'none_held'>
  readonly claim?: LabelledPath | undefined
}

export interface Unanswered {
  readonly asked: CredentialQuery
  readonly match: CredentialQueryMatch | undefined
  /** The same query over credentials that have expired. */
  readonly tooLate: CredentialQueryMatch | undefined
  readonly credentials: readonly StoredCredential[]
  readonly locales: Locales
}

const MAX_NEAR = 5

export function unmetOf(wallet: Wallet, unanswered: Unanswered): Unmet {
  const { asked, locales, match, tooLate } = unanswered
  const expired = (tooLate?.candidates ?? []).map(({ credentialId }) => ({
    credentialId,
    reason: 'expired' as const,
  }))
  const near = [...expired, ...(match?.unmatched ?? [])]
    .slice(0, MAX_NEAR)
    .flatMap((miss) => nearCredential(wallet, unanswered, miss))
  const types = typesIn(asked.meta)
  const speaks = wallet.formats.get(asked.format) !== undefined
  return {
    reason: near.reduce<UnmetReason>(
      (one, { reason }) => nearer(one, reason),
      speaks ? 'none_held' : 'format',
    ),
    wanted: {
      types,
      title: titleOf(undefined, types[0] ?? asked.format, locales),
      claims: (asked.claims ?? []).map(({ path }) => ({ path, label: claimLabel(path, undefined, locales) })),
    },
    near,
  }
}

function nearCredential(
  wallet: Wallet,
  { asked, credentials, locales }: Unanswered,
  { credentialId, reason }: { readonly credentialId: string; readonly reason: UnmatchedReason | 'expired' },
): readonly NearCredential[] {
  const credential = credentials.find(({ id }) => id === credentialId)
  const format = wallet.formats.get(asked.format)
  if (credential === undefined || format === undefined) return []
  const card = { credentialId, ...cardOf(credential, locales) }
  if (reason === 'trusted_authority') return [{ ...card, reason: 'issuer' }]
  if (reason !== 'claims') return [{ ...card, reason }]
  const fault = unmetClaim(asked, format, credential.held.claims)
  if (fault === undefined || fault.code === 'no_claim_set_satisfied')
    return [{ ...card, reason: 'claim_missing' }]
  const claim = { path: fault.path, label: claimLabel(fault.path, credential.look, locales) }
  const isThere = fault.code === 'claim_value_differs'
  return [{ ...card, reason: isThere ? 'value_differs' : 'claim_missing', claim }]
}

function nearer(one: UnmetReason, other: UnmetReason): UnmetReason {
  return REASONS.indexOf(other) > REASONS.indexOf(one) ? other : one
}

/** The names that the formats have for it (OpenID4VP 1.0 appendix B). */
function typesIn(meta: JsonObject): readonly string[] {
  const { doctype_value: docType, type_values: types, vct_values: vcts } = meta
  return [vcts, docType, types].flatMap(textsIn)
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return isJsonArray(value)
    ? value.flatMap((entry) => (isJsonArray(entry) ? textsIn(entry).slice(-1) : textsIn(entry)))
    : []
}
