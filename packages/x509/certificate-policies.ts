/**
 * Certificate policies and revocation list locations, read for their form. We demand no policy, so all there is to
 * decide is whether a CA demands one (RFC 5280 §6.1.3 (f)): such a path is refused, since no policy tree is built. As
 * long as none is demanded, mappings and inhibitions change nothing.
 */
import {
  type DerElement,
  readChildren,
  readInteger,
  readObjectIdentifier,
  readSequence,
  TAG,
} from './asn1/der.ts'
import { readGeneralNames } from './general-name.ts'

const ANY_POLICY = '2.5.29.32.0'

/** False for malformed ones, and for a policy that is there twice (§4.2.1.4). */
export function readPolicies(value: Uint8Array): boolean {
  const identifiers = readSequence(value)?.map((element) => readObjectIdentifier(childrenOf(element)[0]))
  if (identifiers === undefined || identifiers.length === 0) return false
  return !identifiers.includes(undefined) && new Set(identifiers).size === identifiers.length
}

/** False for malformed ones, and for any that map from or to anyPolicy (§4.2.1.5). */
export function readPolicyMappings(value: Uint8Array): boolean {
  const mappings = readSequence(value)
  if (mappings === undefined || mappings.length === 0) return false
  return mappings.every((mapping) => {
    const pair = childrenOf(mapping).map(readObjectIdentifier)
    return pair.length === 2 && pair.every((policy) => policy !== undefined && policy !== ANY_POLICY)
  })
}

const REQUIRE_EXPLICIT_POLICY = 0x80
const INHIBIT_POLICY_MAPPING = 0x81

/** Whether a policy will be demanded somewhere below (§4.2.1.11); undefined for malformed constraints. */
export function readPolicyConstraints(value: Uint8Array): boolean | undefined {
  const fields = readSequence(value)
  if (fields === undefined || fields.length === 0) return undefined
  const wellFormed = fields.every(({ tag, contents, whole }) => {
    const known = tag === REQUIRE_EXPLICIT_POLICY || tag === INHIBIT_POLICY_MAPPING
    return known && readInteger({ tag: TAG.integer, contents, whole }) !== undefined
  })
  return wellFormed ? fields.some(({ tag }) => tag === REQUIRE_EXPLICIT_POLICY) : undefined
}

const NAME_OF_POINT_TAG = 0xa0
const FULL_NAME_TAG = 0xa0
const POINT_FIELDS: readonly number[] = [NAME_OF_POINT_TAG, 0x81, 0xa2]

/** URIs of the points (§4.2.1.13); a point may be named otherwise. Undefined when malformed. */
export function readDistributionPoints(value: Uint8Array): readonly string[] | undefined {
  const points = readSequence(value)
  if (points === undefined || points.length === 0) return undefined
  const uris: string[] = []
  for (const point of points) {
    const fields = point.tag === TAG.sequence ? readChildren(point) : undefined
    if (fields === undefined || !fields.every(({ tag }) => POINT_FIELDS.includes(tag))) return undefined
    const found = urisOfPoint(fields.find(({ tag }) => tag === NAME_OF_POINT_TAG))
    if (found === undefined) return undefined
    uris.push(...found)
  }
  return uris
}

function urisOfPoint(name: DerElement | undefined): readonly string[] | undefined {
  if (name === undefined) return []
  const [choice, ...rest] = readChildren(name) ?? []
  if (choice === undefined || rest.length > 0) return undefined
  return choice.tag === FULL_NAME_TAG ? readGeneralNames(readChildren(choice))?.uris : []
}

function childrenOf(element: DerElement): readonly DerElement[] {
  return (element.tag === TAG.sequence && readChildren(element)) || []
}
