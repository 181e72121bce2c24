/**
 * Why a verifier asks, where it says so. OpenID4VP 1.0 has no parameter for it; what a register knows of a verifier travels in
 * `verifier_info` (§5.11), and a `purpose` in such a statement is taken, in the open or inside a JWT. Whoever signed the JWT is
 * not judged: it is read as what the verifier says, and shown as that. Types that are not known are passed over. A verifier of ours
 * writes its purpose in the open, in a format of its own name, which other wallets pass over.
 */
import { decodeTextBase64url } from '@countersign/core/base64url'
import {
  defined,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
} from '@countersign/core/json'

export interface StatedPurpose {
  readonly text: string
  /** BCP 47, where the statement names a language. */
  readonly locale?: string
}

const MAX_ENTRIES = 10
const MAX_TEXTS = 20
const MAX_TEXT = 500
const MAX_STATEMENT_BYTES = 65_536

/** `verifier_info` of a request whose verifier says why it asks. */
export function writePurpose(purpose: string): JsonValue {
  return [{ format: 'urn:countersign:purpose', data: { purpose } }]
}

/** The same in several languages; of the first statement that has any. */
export function statedPurposes(verifierInfo: JsonValue | undefined): readonly StatedPurpose[] {
  if (!isJsonArray(verifierInfo)) return []
  for (const entry of verifierInfo.slice(0, MAX_ENTRIES)) {
    const purposes = isJsonObject(entry) ? purposesIn(statementOf(entry['data'])) : []
    if (purposes.length > 0) return purposes
  }
  return []
}

function statementOf(data: JsonValue | undefined): JsonObject | undefined {
  if (isJsonObject(data)) return data
  const payload = typeof data === 'string' ? data.split('.')[1] : undefined
  const text = payload === undefined ? undefined : decodeTextBase64url(payload)
  if (text === undefined) return undefined
  const json = parseJsonObject(text, { maxBytes: MAX_STATEMENT_BYTES })
  return json.ok ? json.value : undefined
}

/** A text, or one for each language under the names that registers use. */
function purposesIn(statement: JsonObject | undefined): readonly StatedPurpose[] {
  const purpose = statement?.['purpose']
  const entries: readonly JsonValue[] = isJsonArray(purpose) ? purpose : [purpose ?? null]
  return entries.slice(0, MAX_TEXTS).flatMap(purposeOf)
}

function purposeOf(entry: JsonValue): readonly StatedPurpose[] {
  if (typeof entry === 'string') return told(entry, undefined)
  if (!isJsonObject(entry)) return []
  const text = entry['value'] ?? entry['content'] ?? entry['name']
  return typeof text === 'string' ? told(text, entry['lang'] ?? entry['locale']) : []
}

function told(text: string, locale: JsonValue | undefined): readonly StatedPurpose[] {
  const words = text.trim().slice(0, MAX_TEXT)
  if (words === '') return []
  const isTag = typeof locale === 'string' && /^[A-Za-z0-9-]{2,35}$/.test(locale)
  return [defined({ text: words, locale: isTag ? locale : undefined })]
}
