/** DCQL queries of chance, made with a wallet in view so that many of them are met, and some of them malformed. */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { HeldForQuery } from '@countersign/protocol/openid4vp/dcql/match'
import { malformations } from './malformed.testing.ts'
import { type Random, seededRandom } from './random.testing.ts'
import { walk } from './walk.testing.ts'
import {
  authorityKeyIds,
  makeWallet,
  memberNames,
  namespaces,
  type QueriedFormat,
  queriedFormats,
  types,
} from './wallet.testing.ts'

export interface Case {
  readonly seed: number
  readonly wallet: readonly HeldForQuery[]
  readonly query: JsonValue
}

export function makeCase(seed: number): Case {
  const random = seededRandom(seed)
  const wallet = makeWallet(random)
  const query = makeQuery(wallet, random)
  const wrong = random.chance(0.25) ? random.pick(malformations)(structuredClone(query), random) : query
  return { seed, wallet, query: wrong }
}

function makeQuery(wallet: readonly HeldForQuery[], random: Random): JsonObject {
  const ids = Array.from({ length: random.pick([1, 1, 1, 2, 2, 3]) }, (_, index) => `q${index}`)
  return {
    credentials: ids.map((id) => makeCredentialQuery(id, wallet, random)),
    ...(random.chance(0.35) && { credential_sets: makeCredentialSets(ids, random) }),
  }
}

function makeCredentialSets(ids: readonly string[], random: Random): JsonValue {
  return Array.from({ length: 1 + random.below(2) }, () => ({
    options: Array.from({ length: 1 + random.below(3) }, () => random.some(ids, 1, 3)),
    ...(random.chance(0.6) && { required: random.chance(0.5) }),
  }))
}

function makeCredentialQuery(id: string, wallet: readonly HeldForQuery[], random: Random): JsonObject {
  const { held } = random.pick(wallet)
  const inView = random.chance(0.95)
  const format = inView ? (held.format as QueriedFormat) : random.pick(queriedFormats)
  return {
    id,
    format,
    meta: makeMeta(format, inView ? held.type : random.pick(types[format]), random),
    ...(random.chance(0.15) && { trusted_authorities: makeAuthorities(held.authorityKeyIds, random) }),
    ...(random.chance(0.3) && { require_cryptographic_holder_binding: random.chance(0.4) }),
    ...(random.chance(0.2) && { multiple: random.chance(0.7) }),
    ...(random.chance(0.85) && makeClaims(format, held.claims, random)),
    ...(random.chance(0.05) && { unknown_member: true }),
  }
}

function makeMeta(format: QueriedFormat, type: string, random: Random): JsonObject {
  const others = random.some(types[format], 0, 1)
  const wanted = random.chance(0.95) ? [...others, type] : ['https://types.example/other']
  switch (format) {
    case 'dc+sd-jwt':
      return random.chance(0.04) ? {} : { vct_values: wanted }
    case 'mso_mdoc':
      return random.chance(0.04) ? {} : { doctype_value: wanted.at(-1) ?? type }
    case 'jwt_vc_json':
      return { type_values: random.chance(0.8) ? wanted.map((one) => [one]) : [wanted] }
  }
}

function makeAuthorities(held: readonly string[], random: Random): JsonValue {
  const values =
    random.chance(0.75) && held.length > 0 ? [random.pick(held)] : random.some(authorityKeyIds, 1, 2)
  const aki = { type: 'aki', values: random.chance(0.1) ? values.map(padded) : values }
  const others = [
    { type: 'etsi_tl', values: ['https://lotl.example/list.xml'] },
    { type: 'openid_federation', values: ['https://federation.example'] },
  ]
  return random.chance(0.8) ? [aki] : [...random.some(others, 1, 2), aki]
}

function padded(base64url: string): string {
  return base64url.padEnd(Math.ceil(base64url.length / 4) * 4, '=')
}

function makeClaims(format: QueriedFormat, claims: JsonObject, random: Random): JsonObject {
  const withSets = random.chance(0.4)
  const wanted = Array.from({ length: 1 + random.below(4) }, (_, index) => {
    const path = format === 'mso_mdoc' ? makeMdocPath(claims, random) : makePath(claims, random)
    return {
      ...((withSets || random.chance(0.3)) && { id: `k${index}` }),
      path,
      ...(random.chance(0.35) && { values: makeValues(walk(claims, path).values, random) }),
    }
  })
  const ids = wanted.map((_, index) => `k${index}`)
  const sets = Array.from({ length: 1 + random.below(3) }, () => random.some(ids, 1, 3))
  return { claims: wanted, ...(withSets && { claim_sets: sets }) }
}

const strange: readonly (string | number | null)[] = [
  'missing',
  'length',
  'constructor',
  '',
  'type',
  null,
  0,
  1,
  7,
]

/** Down from the top as far as chance will have it, and at times aside. */
function makePath(claims: JsonObject, random: Random): ClaimPath {
  const path: (string | number | null)[] = []
  let value: JsonValue | undefined = claims
  while (typeof value === 'object' && value !== null && (path.length === 0 || random.chance(0.65))) {
    const below: readonly JsonValue[] = Object.values(value)
    if (below.length === 0) break
    const at = random.below(below.length)
    if (Array.isArray(value)) path.push(random.chance(0.6) ? null : at)
    else path.push(Object.keys(value)[at] ?? '')
    value = below[at]
  }
  if (random.chance(0.08)) path[random.below(path.length)] = random.pick(strange)
  if (random.chance(0.05)) path.push(random.pick(strange))
  return path
}

function makeMdocPath(claims: JsonObject, random: Random): ClaimPath {
  const namespace = random.chance(0.93) ? random.pick(Object.keys(claims)) : random.pick(namespaces)
  const held = claims[namespace]
  const known = typeof held === 'object' && held !== null ? Object.keys(held) : []
  const path: (string | number | null)[] = [
    namespace,
    random.chance(0.93) && known.length > 0
      ? random.pick(known)
      : random.pick([...memberNames, 'constructor']),
  ]
  return random.chance(0.03) ? [...path, random.pick(['type', 'country'])] : path
}

const decoys: readonly (string | number | boolean)[] = ['DE', 'Erika', '1', 'true', 0, 1, 2, true, false]

function makeValues(found: readonly JsonValue[], random: Random): readonly (string | number | boolean)[] {
  const usable = found.filter(
    (value) => typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value),
  )
  const right = random.chance(0.8) ? random.some(usable as readonly (string | number | boolean)[], 0, 2) : []
  const values = [...right, ...random.some(decoys, 0, 2)]
  return values.length > 0 ? values : [random.pick(decoys)]
}
