/**
 * The small grammar that the references to keys share: `name=value` parameters, percent escapes, file names of secrets.
 * Strict: an unknown, empty or repeated parameter is refused and never skipped.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { SIGNATURE_ALGORITHMS } from '@countersign/crypto/jose/jws'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { KeyRefusal } from '../signers/software-key.ts'

export type ReferenceRefusal =
  | KeyRefusal
  | { readonly code: 'reference_scheme_unknown' }
  /** `part`: the attribute or parameter that could not be read, by its own name where we know it. */
  | { readonly code: 'reference_malformed'; readonly part: string }

export function malformed(part: string): Result<never, ReferenceRefusal> {
  return refuse({ code: 'reference_malformed', part })
}

/** `name=value` joined by `&`, with each name known and written once. */
export function readParameters<const N extends string>(
  query: string,
  names: readonly N[],
): Result<Partial<Readonly<Record<N, string>>>, ReferenceRefusal> {
  return readPairs(query, '&', names)
}

export function readPairs<const N extends string>(
  text: string,
  separator: string,
  names: readonly N[],
): Result<Partial<Readonly<Record<N, string>>>, ReferenceRefusal> {
  const found = new Map<N, string>()
  for (const pair of text === '' ? [] : text.split(separator)) {
    const [written, escaped] = splitAt(pair, '=')
    const name = names.find((known) => known === written)
    if (name === undefined) return malformed('unknown_parameter')
    const value = percentDecoded(escaped)
    if (value === undefined || value === '' || found.has(name)) return malformed(name)
    found.set(name, value)
  }
  return ok(Object.fromEntries(found) as Partial<Record<N, string>>)
}

/** What an RSA key signs with; a key on a curve has one algorithm, and another one does not fit it. */
export function readAlgorithm(
  text: string | undefined,
): Result<{ readonly algorithm?: SignatureAlgorithm }, ReferenceRefusal> {
  if (text === undefined) return ok({})
  const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === text)
  return algorithm ? ok({ algorithm }) : malformed('algorithm')
}

/** `undefined` for a broken escape, and for a zero byte, which native code would take for the end. */
export function percentDecoded(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text)
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined
  }
}

/** The second part is empty where there is no mark. */
export function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}
