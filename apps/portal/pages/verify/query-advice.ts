/**
 * What is worth a second look before a query is sent: that it asks for much, or for what nobody has, or takes more than it has to.
 * It forbids nothing: the verifier says what is valid. Pure.
 */
import {
  type Configuration,
  claimsKnownBy,
  configurationOf,
  type IssuerMetadata,
} from '../issue/catalogue.ts'
import { type AskedDetail, credentialsIn, detailsIn, listIn, memberOf, typesIn } from './dcql-preset.ts'

export type Advice =
  | { readonly code: 'many_details'; readonly count: number }
  | { readonly code: 'type_unknown'; readonly called: string }
  | { readonly code: 'detail_unknown'; readonly detail: AskedDetail }
  | { readonly code: 'copy_would_do' }
  | { readonly code: 'any_issuer' }
  | { readonly code: 'no_purpose' }

export interface Asking {
  readonly query: unknown
  readonly purpose: string
  readonly metadata: IssuerMetadata
}

/** Of one person at one time; more has a reason, or is too much. */
const FEW_DETAILS = 5

export function queryAdvice({ query, purpose, metadata }: Asking): readonly Advice[] {
  const credentials = credentialsIn(query)
  if (credentials.length === 0) return []
  const count = neededCredentials(query, credentials).flatMap(neededClaims).length
  return [
    ...(count > FEW_DETAILS ? [{ code: 'many_details', count } as const] : []),
    ...credentials.flatMap((credential) => unknownIn(credential, metadata)),
    ...(credentials.some(takesCopies) ? [{ code: 'copy_would_do' } as const] : []),
    ...(credentials.some(takesAnyIssuer) ? [{ code: 'any_issuer' } as const] : []),
    ...(purpose.trim() === '' ? [{ code: 'no_purpose' } as const] : []),
  ]
}

/** Of alternatives the first, which is the one that is preferred (OpenID4VP 1.0 §6.4). */
function neededCredentials(query: unknown, all: readonly unknown[]): readonly unknown[] {
  const sets = listIn(query, 'credential_sets').filter((set) => memberOf(set, 'required') !== false)
  if (sets.length === 0) return all
  const ids = new Set(sets.flatMap((set) => listIn(set, 'options').slice(0, 1).flat()))
  return all.filter((credential) => ids.has(memberOf(credential, 'id')))
}

function neededClaims(credential: unknown): readonly unknown[] {
  const claims = listIn(credential, 'claims')
  const [preferred] = listIn(credential, 'claim_sets')
  if (!Array.isArray(preferred)) return claims
  return claims.filter((claim) => preferred.includes(memberOf(claim, 'id')))
}

function unknownIn(credential: unknown, metadata: IssuerMetadata): readonly Advice[] {
  const format = memberOf(credential, 'format')
  const types = typesIn(credential)
  const known = types.flatMap(
    (called) => configurationOf(metadata, String(format), called)?.configuration ?? [],
  )
  const [called] = types
  if (called === undefined) return []
  if (known.length === 0) return [{ code: 'type_unknown', called }]
  return detailsIn(credential)
    .filter(({ path }) => !known.some((configuration) => hasDetail(configuration, path)))
    .map((detail) => ({ code: 'detail_unknown', detail }))
}

/** A type whose details nobody lists may have any. */
function hasDetail(configuration: Configuration, path: readonly unknown[]): boolean {
  const listed = claimsKnownBy(configuration)
  return listed.length === 0 || listed.some((claim) => isWithin(claim, path) || isWithin(path, claim))
}

/** Elements of a list are named by `null`, or by their place. */
function isWithin(path: readonly unknown[], other: readonly unknown[]): boolean {
  return path.every((part, at) => at >= other.length || part === other[at] || typeof part !== 'string')
}

function takesCopies(credential: unknown): boolean {
  return memberOf(credential, 'require_cryptographic_holder_binding') === false
}

function takesAnyIssuer(credential: unknown): boolean {
  return listIn(credential, 'trusted_authorities').length === 0
}
