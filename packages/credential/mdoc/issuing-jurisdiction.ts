/**
 * Whether an mdoc was signed by a signer of the country and jurisdiction that it says issued it (ISO/IEC 18013-5 §9.3.1):
 * what is stated is compared with the signer's certificate. Only what is there can be compared: an element that was not
 * disclosed, and a member that the certificate does not have, contradict nothing. Knows nothing of trust.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { NamedPlace, SignerJurisdiction } from '@countersign/x509/signer-jurisdiction'
import type { TrustedJurisdiction } from '../contract/trust-port.ts'

export interface StatedJurisdiction {
  /** Document type. */
  readonly type: string
  /** `{namespace: {element: value}}`, as far as disclosed. */
  readonly claims: JsonObject
}

export interface JurisdictionFault {
  readonly code: 'issuing_country_differs' | 'issuing_jurisdiction_differs'
  /** For people who know the credential: what it states, and what the certificate does. */
  readonly detail: string
}

/** Document types whose standard binds them, with the namespace in which it defines the elements. */
const BOUND_BY_STANDARD: ReadonlyMap<string, string> = new Map([
  ['org.iso.18013.5.1.mDL', 'org.iso.18013.5.1'],
])

/** What equals what; the elements have the same names in every namespace that has them. */
const COMPARED = [
  { element: 'issuing_country', member: 'countries', code: 'issuing_country_differs' },
  { element: 'issuing_jurisdiction', member: 'subdivisions', code: 'issuing_jurisdiction_differs' },
] as const satisfies readonly {
  readonly element: string
  readonly member: keyof SignerJurisdiction
  readonly code: JurisdictionFault['code']
}[]

/** Whether such a credential is held to its signer's certificate whatever a source of trust says. */
export function isBoundByStandard(type: string): boolean {
  return BOUND_BY_STANDARD.has(type)
}

export function findJurisdictionFault(
  { claims, type }: StatedJurisdiction,
  signer: TrustedJurisdiction,
): JurisdictionFault | undefined {
  const bound = BOUND_BY_STANDARD.get(type)
  if (bound === undefined && signer.bindsAllTypes !== true) return undefined
  const namespaces = bound === undefined ? Object.values(claims) : [claims[bound]]
  for (const { code, element, member } of COMPARED) {
    const named = signer[member]
    const other = statedIn(namespaces, element).find((stated) => !isOf(stated, named))
    if (other !== undefined)
      return { code, detail: `${textOf(other)}, the certificate: ${named.map(textOf).join(', ')}` }
  }
  return undefined
}

function statedIn(namespaces: readonly (JsonValue | undefined)[], element: string): readonly JsonValue[] {
  return namespaces.flatMap((namespace) => {
    if (!isJsonObject(namespace) || !Object.hasOwn(namespace, element)) return []
    const stated = namespace[element]
    return stated === undefined ? [] : [stated]
  })
}

/** A certificate with several names one place only if all are the same; one that cannot be read is none. */
function isOf(stated: JsonValue, named: readonly NamedPlace[]): boolean {
  return named.every((place) => place !== undefined && folded(place) === folded(stated))
}

/** Codes of ISO 3166 are the same in either case, and names in certificates are compared without it (RFC 5280 §7.1). */
function folded(place: JsonValue): JsonValue {
  return typeof place === 'string' ? place.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase() : place
}

function textOf(place: JsonValue | undefined): string {
  return typeof place === 'string' ? place.replace(/\p{C}/gu, '?').slice(0, 40) : '?'
}
