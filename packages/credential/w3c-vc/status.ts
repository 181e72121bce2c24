/**
 * `credentialStatus` of a W3C credential (VCDM 2.0 §4.10) as references to look up: entries of a Bitstring Status List
 * (§2.1 there). An entry of another type or one that cannot be read becomes an unknown one, so that nobody takes it for
 * no status.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRefusal } from '../contract/format.ts'
import type { StatusReference } from '../contract/status-reference.ts'
import { typesOf } from './data-model.ts'
import type { ModelVersion } from './json-ld-context.ts'
import { isUrl } from './urls.ts'

const ENTRY_TYPE = 'BitstringStatusListEntry'
/** What it was called before; the members are the same. */
const OLDER_ENTRY_TYPE = 'StatusList2021Entry'
const MAX_SIZE_BITS = 32

/**
 * The member, with one entry or, from version 2.0 on, several; nothing for no reference. Refuses mechanisms that have no
 * form here.
 */
export function writeCredentialStatus(
  references: readonly StatusReference[],
  version: ModelVersion,
): Result<JsonObject, FormatRefusal> {
  // VCDM 1.1 §4.9: an object. A list of them came with 2.0 (§4.10).
  if (version === '1.1' && references.length > 1) {
    return refuse({ code: 'status_mechanism_unsupported', detail: 'several' })
  }
  const entries: JsonObject[] = []
  for (const reference of references) {
    if (reference.mechanism !== 'bitstring_status_list') {
      return refuse({ code: 'status_mechanism_unsupported', detail: reference.mechanism })
    }
    const { index, purpose, size, uri } = reference
    if (!isIndex(index) || !isSize(size) || !isUrl(uri) || purpose === '') {
      return refuse({ code: 'status_malformed' })
    }
    entries.push({
      id: `${uri}#${index}`,
      type: ENTRY_TYPE,
      statusPurpose: purpose,
      statusListIndex: String(index),
      statusListCredential: uri,
      ...(size > 1 && { statusSize: size }),
    })
  }
  const [only, ...more] = entries
  if (only === undefined) return ok({})
  return ok({ credentialStatus: more.length === 0 ? only : entries })
}

export function readCredentialStatus(value: JsonValue | undefined): readonly StatusReference[] {
  if (value === undefined) return []
  return isJsonArray(value) ? value.map(readEntry) : [readEntry(value)]
}

function readEntry(entry: JsonValue): StatusReference {
  if (!isJsonObject(entry)) return { mechanism: 'unknown', type: 'credentialStatus' }
  const types = typesOf(entry.type)
  const isBitstring = types.includes(ENTRY_TYPE) || types.includes(OLDER_ENTRY_TYPE)
  const known = isBitstring ? readBitstringEntry(entry) : undefined
  return known ?? { mechanism: 'unknown', type: types[0] ?? 'credentialStatus' }
}

function readBitstringEntry(entry: JsonObject): StatusReference | undefined {
  const {
    statusListCredential: uri,
    statusListIndex: text,
    statusPurpose: purpose,
    statusSize: size = 1,
  } = entry
  const index = readIndex(text)
  if (index === undefined || !isUrl(uri) || !isSize(size)) return undefined
  if (typeof purpose !== 'string' || purpose === '') return undefined
  return { mechanism: 'bitstring_status_list', uri, index, purpose, size }
}

/** A number in decimal digits, written as text. */
function readIndex(text: JsonValue | undefined): number | undefined {
  if (typeof text !== 'string' || !/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined
  return isIndex(Number(text)) ? Number(text) : undefined
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function isSize(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= MAX_SIZE_BITS
}
