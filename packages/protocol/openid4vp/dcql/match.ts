/**
 * DCQL on the wallet's side (OpenID4VP 1.0 §6.4): which held credentials answer a query, with what they would disclose,
 * and which of them to send. All or nothing: a required part that cannot be answered yields no answer at all.
 * Refuses to know the verifier, the holder's consent and the clock; expired credentials are the caller's to leave out.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath, CredentialFormat, HeldCredential } from '@countersign/credential/contract/format'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { answersAuthorities, type KnownAuthorities } from './authorities.ts'
import { answersFormat } from './format-rules.ts'
import type { CredentialQuery, DcqlQuery } from './query.ts'
import { type ClaimsDemand, chooseQueries, claimsDemand } from './requirements.ts'

export interface HeldForQuery extends Pick<KnownAuthorities, 'vouchingLists'> {
  readonly id: string
  readonly held: HeldCredential
  /** Whether its holder can prove to be that; absent: where it says by itself which key it is bound to. */
  readonly isBound?: boolean
}

export interface Candidate {
  readonly credentialId: string
  /** Concrete claim paths to disclose; parents come along. Empty: nothing that can be withheld. */
  readonly disclose: readonly ClaimPath[]
}

/** In the order in which they are looked at; the later, the nearer a credential came. */
export type UnmatchedReason = 'format' | 'type' | 'holder_binding' | 'trusted_authority' | 'claims'

export interface CredentialQueryMatch {
  readonly queryId: string
  readonly multiple: boolean
  readonly candidates: readonly Candidate[]
  /** Credentials of the wanted type that cannot answer, with the reason. */
  readonly unmatched: readonly { readonly credentialId: string; readonly reason: UnmatchedReason }[]
  /** Why there is no candidate: how far the nearest credential came. Absent when there is one. */
  readonly reason?: UnmatchedReason
}

export interface QueryMatch {
  /** Every required part of the query has a candidate. */
  readonly satisfiable: boolean
  /** One entry a credential query, in the order of the query. */
  readonly queries: readonly CredentialQueryMatch[]
}

export function matchQuery(
  query: DcqlQuery,
  held: readonly HeldForQuery[],
  formats: FormatRegistry,
): QueryMatch {
  const queries = query.credentials.map((credential) => matchCredentials(credential, held, formats))
  const answered = new Set(
    queries.filter((match) => match.candidates.length > 0).map((match) => match.queryId),
  )
  return { satisfiable: chooseQueries(query, (id) => answered.has(id)) !== undefined, queries }
}

function matchCredentials(
  query: CredentialQuery,
  held: readonly HeldForQuery[],
  formats: FormatRegistry,
): CredentialQueryMatch {
  const format = formats.get(query.format)
  if (format === undefined) return unspoken(query)
  const demand = claimsDemand(query, format)
  const candidates: Candidate[] = []
  const unmatched: { credentialId: string; reason: UnmatchedReason }[] = []
  let nearest: UnmatchedReason = 'format'
  for (const credential of held) {
    const { id: credentialId } = credential
    const answer = matchCredential(query, demand, format, credential, formats)
    if (typeof answer !== 'string') candidates.push({ credentialId, disclose: answer })
    else {
      nearest = nearer(nearest, answer)
      if (answer !== 'format' && answer !== 'type') unmatched.push({ credentialId, reason: answer })
    }
  }
  const match = { queryId: query.id, multiple: query.multiple, candidates, unmatched }
  return candidates.length > 0 ? match : { ...match, reason: nearest }
}

/** Nobody holds what nobody here speaks. */
function unspoken({ id, multiple }: CredentialQuery): CredentialQueryMatch {
  return { queryId: id, multiple, candidates: [], unmatched: [], reason: 'format' }
}

function matchCredential(
  query: CredentialQuery,
  demand: ClaimsDemand,
  asked: CredentialFormat,
  { held, isBound = held.holderKey !== undefined, vouchingLists }: HeldForQuery,
  formats: FormatRegistry,
): readonly ClaimPath[] | UnmatchedReason {
  const format = formats.get(held.format)
  if (format === undefined || !answersFormat(asked.id, held, format)) return 'format'
  if (!asked.matchesMeta(query.meta, held)) return 'type'
  if (query.requireHolderBinding && !isBound) return 'holder_binding'
  const { authorityKeyIds } = held
  if (answersAuthorities(query, { authorityKeyIds, vouchingLists }) !== 'matched') return 'trusted_authority'
  const disclose = demand(held.claims)
  return disclose.ok ? disclose.value : 'claims'
}

const ORDER: readonly UnmatchedReason[] = ['format', 'type', 'holder_binding', 'trusted_authority', 'claims']

function nearer(one: UnmatchedReason, other: UnmatchedReason): UnmatchedReason {
  return ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one
}

/** What the holder picked. Without `queryId` a credential may answer every credential query that it fits. */
export type HolderChoice = readonly { readonly credentialId: string; readonly queryId?: string }[]

export interface ChosenCredential {
  readonly queryId: string
  readonly credentialId: string
  readonly disclose: readonly ClaimPath[]
}

export type ChoiceRefusal =
  /** A required part of the query cannot be answered: error `access_denied` of §8.5, and nothing is sent. */
  | { readonly code: 'access_denied'; readonly unanswered: readonly string[] }
  | { readonly code: 'not_a_candidate'; readonly credentialId: string }
  | { readonly code: 'one_credential_only'; readonly queryId: string }

/**
 * Decides what is sent (§6.4.2). Required sets get their first satisfiable option, optional ones theirs if they have
 * one. With a choice only the chosen credentials count; without, the first candidate answers, also where `multiple`
 * allows more, because the holder did not ask to show more.
 */
export function chooseCredentials(
  query: DcqlQuery,
  match: QueryMatch,
  choice?: HolderChoice,
): Result<readonly ChosenCredential[], ChoiceRefusal> {
  const refusal = choice && refuseChoice(match, choice)
  if (refusal !== undefined) return refuse(refusal)
  const answers = new Map(match.queries.map((entry) => [entry.queryId, answersOf(entry, choice)]))
  const isAnswered = (id: string) => (answers.get(id)?.length ?? 0) > 0
  const chosen = chooseQueries(query, isAnswered)
  if (chosen === undefined || chosen.size === 0) {
    const unanswered = match.queries.map((entry) => entry.queryId).filter((id) => !isAnswered(id))
    return refuse({ code: 'access_denied', unanswered })
  }
  return ok([...answers].filter(([id]) => chosen.has(id)).flatMap(([, credentials]) => credentials))
}

function refuseChoice(match: QueryMatch, choice: HolderChoice): ChoiceRefusal | undefined {
  const stray = choice.find((pick) => !match.queries.some((entry) => fits(entry, pick)))
  if (stray !== undefined) return { code: 'not_a_candidate', credentialId: stray.credentialId }
  const crowded = match.queries.find((entry) => {
    const picked = choice.filter((pick) => pick.queryId === entry.queryId).map((pick) => pick.credentialId)
    return !entry.multiple && new Set(picked).size > 1
  })
  return crowded && { code: 'one_credential_only', queryId: crowded.queryId }
}

function fits(entry: CredentialQueryMatch, pick: HolderChoice[number]): boolean {
  if (pick.queryId !== undefined && pick.queryId !== entry.queryId) return false
  return entry.candidates.some((candidate) => candidate.credentialId === pick.credentialId)
}

/** A pick for this very query goes before one that fits by chance. */
function answersOf(
  entry: CredentialQueryMatch,
  choice: HolderChoice | undefined,
): readonly ChosenCredential[] {
  const picked = choice === undefined ? entry.candidates.slice(0, 1) : pickedCandidates(entry, choice)
  const sent = entry.multiple ? picked : picked.slice(0, 1)
  return sent.map((candidate) => ({ queryId: entry.queryId, ...candidate }))
}

function pickedCandidates(entry: CredentialQueryMatch, choice: HolderChoice): readonly Candidate[] {
  const explicit = choice.filter((pick) => pick.queryId === entry.queryId)
  const picks = explicit.length > 0 ? explicit : choice.filter((pick) => pick.queryId === undefined)
  const ids = new Set(picks.map((pick) => pick.credentialId))
  return [...ids].flatMap((id) => entry.candidates.find((candidate) => candidate.credentialId === id) ?? [])
}
