/**
 * What a credential query may say of each family of formats (OpenID4VP 1.0 appendix B): the members of `meta` and the shape
 * of a claims path. A format that nobody here speaks has no rules and is answered by nobody.
 */

import { isJsonArray, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath, CredentialFormat, TypedClaims } from '@countersign/credential/contract/format'
import type { FormatFacts, FormatFamily } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type { RefusalAt } from './bounded-json.ts'
import type { CredentialQuery } from './query.ts'

export type FormatQueryFault = RefusalAt<'meta_not_of_format' | 'path_not_of_format'> & {
  readonly format: string
}

/** The first fault of a query of ours, so that no wallet is asked what none can answer. `at` as in `parse.ts`. */
export function findFormatFault(
  credentials: readonly CredentialQuery[],
  formats: FormatRegistry,
): FormatQueryFault | undefined {
  for (const [index, query] of credentials.entries()) {
    const format = formats.get(query.format)
    if (format === undefined) continue
    const at = `$.credentials[${index}]`
    if (!acceptsMeta(format, query.meta))
      return { code: 'meta_not_of_format', at: `${at}.meta`, format: query.format }
    const claim = query.claims?.findIndex(({ path }) => !acceptsPath(format, path)) ?? -1
    if (claim >= 0)
      return { code: 'path_not_of_format', at: `${at}.claims[${claim}].path`, format: query.format }
  }
  return undefined
}

/** Whether `meta` has what the format demands, in the form it demands. */
function acceptsMeta({ alsoReads, family }: FormatFacts, meta: JsonObject): boolean {
  const families = alsoReads === undefined ? [family] : [family, alsoReads]
  return families.some((one) => RULES[one].acceptsMeta(meta))
}

/** Whether there can be a claim at such a path. */
export function acceptsPath({ family }: FormatFacts, path: ClaimPath): boolean {
  return RULES[family].acceptsPath(path)
}

/** Whether a credential is of the format that a query asks for, which may be an earlier name of its own. */
export function answersFormat(asked: FormatId, credential: TypedClaims, format: CredentialFormat): boolean {
  return format.id === asked || format.answersAlso?.(asked, credential) === true
}

interface QueryRules {
  acceptsMeta(meta: JsonObject): boolean
  acceptsPath(path: ClaimPath): boolean
}

const anyPath = () => true

const RULES: Readonly<Record<FormatFamily, QueryRules>> = {
  // B.3.5: `vct_values` is required.
  'sd-jwt-vc': { acceptsMeta: (meta) => isTexts(meta['vct_values']), acceptsPath: anyPath },
  // B.1.1: `type_values` is required, a list of sets of types.
  w3c: {
    acceptsMeta: ({ type_values: sets }) => isNonEmptyArray(sets) && sets.every(isTexts),
    acceptsPath: anyPath,
  },
  // B.2.3 and §7.2: a document type, and paths of a namespace and a data element.
  mdoc: {
    acceptsMeta: ({ doctype_value: type }) => typeof type === 'string' && type !== '',
    acceptsPath: (path) => path.length === 2 && path.every((step) => typeof step === 'string'),
  },
}

function isTexts(value: JsonValue | undefined): boolean {
  return isNonEmptyArray(value) && value.every((entry) => typeof entry === 'string' && entry !== '')
}

function isNonEmptyArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return isJsonArray(value) && value.length > 0
}
