/**
 * `status` of an MSO (Token Status List §6.3, ISO/IEC 18013-5 second edition §12.3.6): a map of mechanisms. What
 * cannot be read becomes an unknown one, so that nobody takes it for no status.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { type CborInput, type CborValue, isBytes, isCborMap, mapOf } from '@countersign/crypto/cbor/value'
import type { FormatRefusal } from '../../contract/format.ts'
import type { StatusReference } from '../../contract/status-reference.ts'

const MAX_URI_LENGTH = 2048
const MAX_IDENTIFIER_BYTES = 64

/** The map, or undefined for no reference. Refuses mechanisms that have no form in an mdoc, and one that comes twice. */
export function writeMsoStatus(
  references: readonly StatusReference[],
): Result<CborInput | undefined, FormatRefusal> {
  const status = new Map<string, CborInput>()
  for (const reference of references) {
    const entry = writeMechanism(reference)
    if (entry === undefined) {
      return refuse({ code: 'status_mechanism_unsupported', detail: reference.mechanism })
    }
    if (entry === 'malformed') return refuse({ code: 'status_malformed', detail: reference.mechanism })
    const [name, value] = entry
    if (status.has(name)) return refuse({ code: 'status_mechanism_unsupported', detail: 'several' })
    status.set(name, value)
  }
  return ok(status.size === 0 ? undefined : status)
}

function writeMechanism(reference: StatusReference): readonly [string, CborInput] | 'malformed' | undefined {
  switch (reference.mechanism) {
    case 'token_status_list': {
      const { index, uri } = reference
      return isIndex(index) && isUri(uri) ? ['status_list', mapOf({ idx: index, uri })] : 'malformed'
    }
    case 'identifier_list': {
      const { identifier, uri } = reference
      return isIdentifier(identifier) && isUri(uri)
        ? ['identifier_list', mapOf({ id: identifier, uri })]
        : 'malformed'
    }
    case 'bitstring_status_list':
    case 'unknown':
      return undefined
  }
}

/** Every mechanism that the map names. */
export function readMsoStatus(status: CborValue): readonly StatusReference[] {
  if (status === undefined || status === null) return []
  const references = isCborMap(status)
    ? Array.from(status.entries, ([type, value]) => readMechanism(String(type), value))
    : []
  // A status that names no mechanism says that there is something to look up and not where.
  return references.length > 0 ? references : [{ mechanism: 'unknown', type: 'status' }]
}

function readMechanism(type: string, value: CborValue): StatusReference {
  if (!isCborMap(value)) return { mechanism: 'unknown', type }
  const uri = value.entries.get('uri')
  const index = value.entries.get('idx')
  const identifier = value.entries.get('id')
  if (type === 'status_list' && isIndex(index) && isUri(uri)) {
    return { mechanism: 'token_status_list', uri, index }
  }
  return type === 'identifier_list' && isIdentifier(identifier) && isUri(uri)
    ? { mechanism: 'identifier_list', uri, identifier }
    : { mechanism: 'unknown', type }
}

function isIndex(value: CborValue): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isIdentifier(value: CborValue): value is Uint8Array {
  return isBytes(value) && value.length > 0 && value.length <= MAX_IDENTIFIER_BYTES
}

/** The scheme and the host are judged by whoever fetches. */
function isUri(value: CborValue): value is string {
  return typeof value === 'string' && value.length <= MAX_URI_LENGTH && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value)
}
