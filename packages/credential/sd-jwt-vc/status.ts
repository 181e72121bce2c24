/**
 * The `status` claim of an SD-JWT VC (Token Status List §6.1): which mechanisms it names and where they are looked up.
 * A credential may name several; what cannot be read becomes an unknown one, so that nobody takes it for no status.
 */

import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRefusal } from '../contract/format.ts'
import type { StatusReference } from '../contract/status-reference.ts'

const MAX_URI_LENGTH = 2048

/** Members of the payload; none for no reference. Refuses mechanisms that have no form in an SD-JWT VC. */
export function writeStatus(references: readonly StatusReference[]): Result<JsonObject, FormatRefusal> {
  const [reference, ...more] = references
  if (reference === undefined) return ok({})
  if (reference.mechanism !== 'token_status_list') {
    return refuse({ code: 'status_mechanism_unsupported', detail: reference.mechanism })
  }
  // §6.2: `status_list` is one object, so a second reference has no place.
  if (more.length > 0) return refuse({ code: 'status_mechanism_unsupported', detail: 'several' })
  const { uri, index } = reference
  return isIndex(index) && isUri(uri)
    ? ok({ status: { status_list: { idx: index, uri } } })
    : refuse({ code: 'status_malformed' })
}

/** Every mechanism that the claim names. */
export function readStatus(status: JsonObject | undefined): readonly StatusReference[] {
  if (status === undefined) return []
  const references = Object.entries(status).map(([type, value]) => readMechanism(type, value))
  // A status that names no mechanism says that there is something to look up and not where.
  return references.length > 0 ? references : [{ mechanism: 'unknown', type: 'status' }]
}

function readMechanism(type: string, value: JsonValue): StatusReference {
  if (type !== 'status_list' || !isJsonObject(value)) return { mechanism: 'unknown', type }
  const { idx, uri } = value
  return isIndex(idx) && isUri(uri)
    ? { mechanism: 'token_status_list', uri, index: idx }
    : { mechanism: 'unknown', type }
}

/** §6.2 asks for a non-negative integer. */
function isIndex(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** The scheme and the host are judged by whoever fetches. */
function isUri(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.length <= MAX_URI_LENGTH && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value)
}
