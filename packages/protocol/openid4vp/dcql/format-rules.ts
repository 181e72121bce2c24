/**
 * What a credential query may say of each format (OpenID4VP 1.0 appendix B): the members of `meta` and the shape of a
 * claims path. A format that is not in the table has no rules here and is answered by nobody.
 */

import { isJsonArray, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { RefusalAt } from './bounded-json.ts'
import type { CredentialQuery } from './query.ts'

export interface FormatRules {
  /** Whether `meta` has what the format demands, in the form it demands. */
  acceptsMeta(meta: JsonObject): boolean
  acceptsPath(path: ClaimPath): boolean
}

export type FormatQueryFault = RefusalAt<'meta_not_of_format' | 'path_not_of_format'> & {
  readonly format: string
}

/** The first fault of a query of ours, so that no wallet is asked what none can answer. `at` as in `parse.ts`. */
export function findFormatFault(credentials: readonly CredentialQuery[]): FormatQueryFault | undefined {
  for (const [index, query] of credentials.entries()) {
    const rules = formatRules(query.format)
    if (rules === undefined) continue
    const at = `$.credentials[${index}]`
    if (!rules.acceptsMeta(query.meta))
      return { code: 'meta_not_of_format', at: `${at}.meta`, format: query.format }
    const claim = query.claims?.findIndex(({ path }) => !rules.acceptsPath(path)) ?? -1
    if (claim >= 0)
      return { code: 'path_not_of_format', at: `${at}.claims[${claim}].path`, format: query.format }
  }
  return undefined
}

export function formatRules(format: string): FormatRules | undefined {
  return Object.hasOwn(RULES, format) ? RULES[format as FormatId] : undefined
}

/** Whether a credential is of the format that a query asks for. SD-JWT VCs have gone by two names. */
export function answersFormat(
  asked: FormatId,
  held: { readonly format: FormatId; readonly claims: JsonObject },
): boolean {
  if (held.format === asked) return true
  const isSdJwtVc = held.format === 'dc+sd-jwt' || typeof held.claims['vct'] === 'string'
  return isSdJwtVc && SD_JWT_VC_NAMES.includes(asked) && SD_JWT_VC_NAMES.includes(held.format)
}

const SD_JWT_VC_NAMES: readonly FormatId[] = ['dc+sd-jwt', 'vc+sd-jwt']

const anyPath = () => true

/** B.3.5: `vct_values` is required. */
const sdJwtVc: FormatRules = { acceptsMeta: (meta) => isTexts(meta['vct_values']), acceptsPath: anyPath }

/** B.1.1: `type_values` is required, a list of sets of types. */
const w3c: FormatRules = {
  acceptsMeta: ({ type_values: sets }) => isNonEmptyArray(sets) && sets.every(isTexts),
  acceptsPath: anyPath,
}

const RULES: Readonly<Record<FormatId, FormatRules>> = {
  'dc+sd-jwt': sdJwtVc,
  jwt_vc_json: w3c,
  'vc+jwt': w3c,
  // Before SD-JWT VC had an identifier of its own it went by this one, too.
  'vc+sd-jwt': {
    acceptsMeta: (meta) => w3c.acceptsMeta(meta) || sdJwtVc.acceptsMeta(meta),
    acceptsPath: anyPath,
  },
  // B.2.3 and §7.2: a document type, and paths of a namespace and a data element.
  mso_mdoc: {
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
