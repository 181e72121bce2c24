/** JSONPath (RFC 9535) as far as it is a claims path pointer (OpenID4VP 1.0 §7): member by member. */

/** `$.address.locality` and `$['address']['locality']`; undefined for anything cleverer. */
export function claimsPathOf(jsonPath: string): readonly string[] | undefined {
  if (!/^\$(\.[A-Za-z0-9_-]+|\['[^'\]]+'\])+$/.test(jsonPath)) return undefined
  return [...jsonPath.matchAll(/\.([A-Za-z0-9_-]+)|\['([^'\]]+)'\]/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}
