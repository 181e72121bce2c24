/**
 * Media types as `typ` and `cty` of a token name them (RFC 7515 §4.1.9-10, RFC 9596 §2): `application/` may be left out, and
 * case says nothing (RFC 2045 §5.1). Of an HTTP field the type alone counts here, whatever its parameters are (RFC 9110
 * §8.3.1).
 */

/** `name`: the subtype under `application/`, in lower case. */
export function isMediaType(value: unknown, name: string): boolean {
  if (typeof value !== 'string') return false
  const text = value.toLowerCase()
  return text === name || text === `application/${name}`
}

/** The type of a `content-type`, in lower case and without its parameters. */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
