/** The `dcql` library asked the same question, and its answer in the terms of the comparison. */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { ClaimPath, HeldCredential } from '@countersign/credential/contract/format'
import type { HeldForQuery } from '@countersign/protocol/openid4vp/dcql/match'
import { type DcqlCredential, DcqlQuery, type DcqlQueryResult } from 'dcql'
import { W3C_BASE_TYPE } from './wallet.testing.ts'

/** Undefined: refused. */
export function parsedByThem(query: JsonValue): DcqlQuery.Output | undefined {
  try {
    const parsed = DcqlQuery.parse(query as never)
    DcqlQuery.validate(parsed)
    return parsed
  } catch {
    return undefined
  }
}

/** Undefined: it threw. */
export function matchedByThem(
  query: DcqlQuery.Output,
  wallet: readonly HeldForQuery[],
): DcqlQueryResult | undefined {
  const credentials = wallet.map(({ held }) => theirCredential(held))
  try {
    return DcqlQuery.query(query, credentials)
  } catch {
    return undefined
  }
}

/** It takes one authority a credential; a credential without any has none. */
function theirCredential(held: HeldCredential): DcqlCredential {
  const { authorityKeyIds, claims, holderKey, type } = held
  const base = {
    cryptographic_holder_binding: holderKey !== undefined,
    ...(isNonEmpty(authorityKeyIds) && { authority: { type: 'aki' as const, values: authorityKeyIds } }),
  }
  switch (held.format) {
    case 'dc+sd-jwt':
      return { ...base, credential_format: held.format, vct: type, claims: claims as never }
    case 'mso_mdoc':
      return { ...base, credential_format: held.format, doctype: type, namespaces: claims as never }
    case 'jwt_vc_json':
      // Appendix B.1.1: what is compared are the expanded types, and expanding is for the caller.
      return { ...base, credential_format: held.format, type: [W3C_BASE_TYPE, type], claims: claims as never }
    default:
      throw new Error(`not in these wallets: ${held.format}`)
  }
}

function isNonEmpty(list: readonly string[]): list is [string, ...string[]] {
  return list.length > 0
}

type Matches = NonNullable<DcqlQueryResult['credential_matches'][string]>
export type TheirVerdict =
  | NonNullable<Matches['valid_credentials']>[number]
  | NonNullable<Matches['failed_credentials']>[number]

export function verdictOfThem(result: DcqlQueryResult, queryId: string, credential: number): TheirVerdict {
  const matches = result.credential_matches[queryId]
  const all = [...(matches?.valid_credentials ?? []), ...(matches?.failed_credentials ?? [])]
  const verdict = all.find(({ input_credential_index: index }) => index === credential)
  if (verdict === undefined) throw new Error(`no verdict on ${queryId} and credential ${credential}`)
  return verdict
}

/** What the paths disclose, as the library shows it: the credential with everything else left out. */
export function projection(claims: JsonObject, paths: readonly ClaimPath[]): unknown {
  let shown: unknown
  for (const path of paths) shown = withPath(shown, claims, path)
  return bare(shown ?? {})
}

function withPath(shown: unknown, value: JsonValue | undefined, [step, ...rest]: ClaimPath): unknown {
  if (step === undefined) return value
  const inner = (value as Readonly<Record<string, JsonValue>>)[String(step)]
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...((shown as unknown[] | undefined) ?? [])]
    : { ...(shown as object | undefined) }
  const place = copy as Record<string, unknown>
  place[String(step)] = withPath(place[String(step)], inner, rest)
  return copy
}

/** Without what says nothing: nulls in objects, and at the end of arrays, where the library puts and drops them at will. */
export function bare(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = Array.from(value, (item: unknown) => bare(item ?? null))
    while (items.length > 0 && items.at(-1) === null) items.pop()
    return items
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, bare(member)]))
}
