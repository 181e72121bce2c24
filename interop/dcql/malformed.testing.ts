/** One mistake each, in a query that was well-formed before. Where the place for it is missing, nothing happens. */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { Random } from './random.testing.ts'

interface Mutable {
  [member: string]: Mutable | Mutable[] | JsonValue | undefined
}

type Malformation = (query: JsonObject, random: Random) => JsonValue

/** On one of the credential queries, of the claims or of the credential sets. */
const onCredential = (change: (credential: Mutable, random: Random) => void): Malformation =>
  on(['credentials'], change)
const onClaim = (change: (claim: Mutable, random: Random) => void): Malformation =>
  on(['credentials', 'claims'], change)
const onSet = (change: (set: Mutable, random: Random) => void): Malformation =>
  on(['credential_sets'], change)

function on(lists: readonly string[], change: (place: Mutable, random: Random) => void): Malformation {
  return (query, random) => {
    let places: readonly Mutable[] = [query as Mutable]
    for (const name of lists) places = places.flatMap((place) => (place[name] ?? []) as Mutable[])
    if (places.length > 0) change(random.pick(places), random)
    return query
  }
}

const put = (name: string, values: readonly JsonValue[]) => (place: Mutable, random: Random) => {
  place[name] = random.pick(values)
}

const drop = (name: string) => (place: Mutable) => {
  delete place[name]
}

export const malformations: readonly Malformation[] = [
  (_query, random) => random.pick<JsonValue>([null, [], 'query', 1, {}]),
  (query, random) => ({ ...query, credentials: random.pick<JsonValue>([[], {}, null, 'q0']) }),
  (query, random) => ({ ...query, credential_sets: random.pick<JsonValue>([[], {}, null, [[]]]) }),
  (query) => ({ ...query, credentials: twice(query.credentials) }),
  onCredential(put('id', ['', 'q 0', 'q.0', 'é', 7, null])),
  onCredential(drop('id')),
  onCredential(drop('format')),
  onCredential(put('format', ['vc+jwt', 'unknown', '', 1, null])),
  onCredential(drop('meta')),
  onCredential(
    put('meta', [null, [], 'meta', { vct_values: 'x' }, { vct_values: [1] }, { doctype_value: 1 }]),
  ),
  onCredential(put('meta', [{ type_values: [] }, { type_values: [[]] }, { type_values: ['x'] }, {}])),
  onCredential(put('claims', [[], null, {}, 'claims', [null], [[]]])),
  onCredential(put('claim_sets', [[], null, [[]], [['unknown']], ['k0'], [['k0', 'k0']]])),
  onCredential(drop('claims')),
  onCredential(put('multiple', ['true', 1, null])),
  onCredential(put('require_cryptographic_holder_binding', ['true', 0, null])),
  onCredential(
    put('trusted_authorities', [
      [],
      null,
      [{ type: 'aki' }],
      [{ type: 'aki', values: [] }],
      [{ values: ['AAAA'] }],
      [{ type: 'aki', values: [1] }],
      [{ type: 'other', values: ['x'] }],
      [{ type: 'aki', values: ['not base64url!'] }],
    ]),
  ),
  onClaim(put('id', ['', 'k 0', 7, null])),
  onClaim(put('id', ['k0', 'k1'])),
  onClaim(drop('id')),
  onClaim(drop('path')),
  onClaim(put('path', [[], null, 'path', [-1], [0.5], [true], [{}], [['a']]])),
  onClaim(put('path', [['one'], [null, 'two'], ['one', 2], [0, 1]])),
  onClaim(put('values', [[], null, 'x', [0.5], [null], [['x']], [{}], [2 ** 53]])),
  onSet(put('options', [[], null, [[]], [['unknown']], ['q0'], [[7]]])),
  onSet(drop('options')),
  onSet(put('required', ['true', 1, null])),
]

function twice(list: JsonValue | undefined): JsonValue {
  return Array.isArray(list) ? [...list, ...list] : []
}
