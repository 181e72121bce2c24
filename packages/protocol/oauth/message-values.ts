/**
 * What untrusted messages may hold: bounded text, and endpoint URLs under one policy for plain http. Knows no
 * message; each parser names the members and the limits.
 */

/**
 * Where `http` may stand for `https` (OpenID4VCI 1.0 asks for TLS throughout): never, for this machine only
 * (development), or anywhere (closed test networks).
 */
export type HttpPolicy = 'https_only' | 'loopback' | 'any'

const MAX_URL_LENGTH = 2048

/** The value when it is text of 1 to `maxLength` UTF-16 units. */
export function boundedText(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength ? value : undefined
}

/** The same list when it has 1 to `maxItems` texts, each within `maxLength`; anything else is not a list of texts. */
export function boundedTexts(
  value: unknown,
  limits: { readonly maxItems: number; readonly maxLength: number },
): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > limits.maxItems) return undefined
  const texts = value.filter((item: unknown) => boundedText(item, limits.maxLength) !== undefined)
  return texts.length === value.length ? texts : undefined
}

/**
 * The texts of somebody's list that can be used, each once: an entry that is none is passed over, and not the list.
 * Undefined where there is none, where it is no list, and where it is an endless one.
 */
export function usableTexts(
  value: unknown,
  limits: { readonly maxItems: number; readonly maxLength: number },
): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > limits.maxItems) return undefined
  const texts = value.filter((item: unknown) => boundedText(item, limits.maxLength) !== undefined)
  return texts.length === 0 ? undefined : [...new Set<string>(texts)]
}

/**
 * The text itself when it is an absolute URL that may be called: no credentials, no fragment, no control characters. Its
 * scheme may be written in either case (RFC 3986 §3.1).
 */
export function endpointUrl(value: unknown, policy: HttpPolicy): string | undefined {
  const text = boundedText(value, MAX_URL_LENGTH)
  if (text === undefined || !/^https?:\/\/[\x21-\x7e]+$/i.test(text)) return undefined
  const url = URL.parse(text)
  if (url === null || text.includes('#') || text.includes('\\')) return undefined
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?]*@/i.test(text)) return undefined
  return url.protocol === 'https:' || allowsHttp(url.hostname, policy) ? text : undefined
}

function allowsHttp(hostname: string, policy: HttpPolicy): boolean {
  return policy === 'any' || (policy === 'loopback' && isLoopback(hostname))
}

/** The URL parser has already made `127.1` into `127.0.0.1` and lower-cased names. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  )
}
