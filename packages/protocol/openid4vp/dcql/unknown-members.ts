/**
 * Members of a query that DCQL does not have (OpenID4VP 1.0 §6). Wallets ignore them, so a verifier that let one pass would
 * ask for something else than its caller said: what a caller gives is looked through here, what travels is not.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { nearestWord } from '@countersign/core/nearest-word'
import type { FormatFamily } from '@countersign/credential/contract/format-facts'
import type { FormatRegistry } from '@countersign/credential/contract/registry'

export interface UnknownMember {
  readonly code: 'unknown_member'
  /** JSON path of the object that has it. */
  readonly at: string
  readonly name: string
  /** The member that was meant, where one is near enough. */
  readonly nearest?: string | undefined
}

/** An object of the query: its members, and what lies in those that have objects or lists of them. */
interface Shape {
  readonly members: readonly string[]
  readonly inside?: Readonly<Record<string, Shape>>
}

/** Appendix B: what `meta` of each family of formats consists of. */
const META: Readonly<Record<FormatFamily, readonly string[]>> = {
  'sd-jwt-vc': ['vct_values'],
  w3c: ['type_values'],
  mdoc: ['doctype_value'],
}

const QUERY: Shape = {
  members: ['credentials', 'credential_sets'],
  inside: { credential_sets: { members: ['options', 'required'] } },
}

/** The first one; the query is well-formed (`parseDcqlQuery`). */
export function findUnknownMember(query: JsonObject, formats: FormatRegistry): UnknownMember | undefined {
  const found = findIn(query, QUERY, '$')
  if (found !== undefined) return found
  const credentials = isJsonArray(query['credentials']) ? query['credentials'] : []
  for (const [index, credential] of credentials.entries()) {
    const unknown = findIn(credential, credentialShape(credential, formats), `$.credentials[${index}]`)
    if (unknown !== undefined) return unknown
  }
  return undefined
}

function credentialShape(credential: JsonValue, formats: FormatRegistry): Shape {
  const named = isJsonObject(credential) ? credential['format'] : undefined
  const format = typeof named === 'string' ? formats.get(named) : undefined
  const families = [format?.family, format?.alsoReads].filter((family) => family !== undefined)
  return {
    members: [
      'id',
      'format',
      'multiple',
      'meta',
      'trusted_authorities',
      'require_cryptographic_holder_binding',
      'claims',
      'claim_sets',
    ],
    inside: {
      meta: { members: families.flatMap((family) => META[family]) },
      trusted_authorities: { members: ['type', 'values'] },
      claims: { members: ['id', 'path', 'values', 'intent_to_retain'] },
    },
  }
}

function findIn(
  value: JsonValue | undefined,
  { members, inside = {} }: Shape,
  at: string,
): UnknownMember | undefined {
  if (!isJsonObject(value)) return undefined
  const name = Object.keys(value).find((one) => !members.includes(one))
  if (name !== undefined) return { code: 'unknown_member', at, name, nearest: nearestWord(name, members) }
  for (const [member, shape] of Object.entries(inside)) {
    const inner = value[member]
    const entries = isJsonArray(inner) ? inner.entries() : [[undefined, inner] as const]
    for (const [index, entry] of entries) {
      const place = index === undefined ? `${at}.${member}` : `${at}.${member}[${index}]`
      const found = findIn(entry, shape, place)
      if (found !== undefined) return found
    }
  }
  return undefined
}
