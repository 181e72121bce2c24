/**
 * The Mobile Security Object (ISO/IEC 18013-5 §9.1.2.4): what the issuer signs. Digests instead of elements, the key of
 * the device, the time in which it holds. Reading is complete, so that nothing of it has to be looked at twice.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import {
  type CborInput,
  type CborMap,
  type CborValue,
  embeddedBytes,
  isBytes,
  isCborArray,
  isCborMap,
  mapOf,
  TAG,
  tagged,
} from '@countersign/crypto/cbor/value'
import { readCoseKey, writeCoseKey } from '@countersign/crypto/cose/key'
import type { HashAlgorithm } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { FormatRefusal } from '../../contract/format.ts'
import type { StatusReference } from '../../contract/status-reference.ts'
import { DIGESTS, isKnownVersion, isName, LIMITS, VERSION } from './algorithms-and-limits.ts'
import { readTime, writeTime } from './date-times.ts'
import { readMsoStatus } from './status.ts'

export interface MobileSecurityObject {
  readonly docType: string
  readonly hash: HashAlgorithm
  /** The digests of all elements, by namespace and digest id. */
  readonly digests: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>
  readonly deviceKey: PublicJwk
  readonly keyAuthorizations: KeyAuthorizations
  readonly validity: Validity
  readonly statuses: readonly StatusReference[]
}

/** Epoch seconds. */
export interface Validity {
  readonly signed: number
  readonly validFrom: number
  readonly validUntil: number
}

/** What the device may sign itself, as the issuer says (§9.1.2.4). */
export interface KeyAuthorizations {
  readonly namespaces: ReadonlySet<string>
  readonly elements: ReadonlyMap<string, ReadonlySet<string>>
}

/** The payload of `issuerAuth`: the MSO within tag 24. */
export function writeMso(
  mso: Pick<MobileSecurityObject, 'docType' | 'digests' | 'deviceKey' | 'validity'>,
  status: CborInput | undefined,
): Uint8Array {
  const { signed, validFrom, validUntil } = mso.validity
  // In the order of their bytes, which spares the writer sorting them.
  const members = mapOf({
    ...(status !== undefined && { status }),
    docType: mso.docType,
    version: VERSION,
    validityInfo: mapOf({
      signed: writeTime(signed),
      validFrom: writeTime(validFrom),
      validUntil: writeTime(validUntil),
    }),
    valueDigests: mso.digests,
    deviceKeyInfo: mapOf({ deviceKey: writeCoseKey(mso.deviceKey) }),
    digestAlgorithm: 'SHA-256',
  })
  return encodeCbor(tagged(TAG.embedded, encodeCbor(members)))
}

export function readMso(payload: Uint8Array): Result<MobileSecurityObject, FormatRefusal> {
  const members = readEmbeddedMap(payload)
  if (members === undefined) return refuse({ code: 'mso_malformed' })
  const docType = members.get('docType')
  if (!isKnownVersion(members.get('version'))) return refuse({ code: 'mso_version_unsupported' })
  if (!isName(docType)) return refuse({ code: 'mso_malformed', detail: 'docType' })
  const digest = DIGESTS.get(members.get('digestAlgorithm'))
  if (digest === undefined) return refuse({ code: 'digest_algorithm_unsupported' })
  const digests = readDigests(members.get('valueDigests'), digest.bytes)
  if (digests === undefined) return refuse({ code: 'mso_malformed', detail: 'valueDigests' })
  const device = readDeviceKeyInfo(members.get('deviceKeyInfo'))
  if (!device.ok) return device
  const validity = readValidity(members.get('validityInfo'))
  if (!validity.ok) return validity
  const statuses = readMsoStatus(members.get('status'))
  return ok({ docType, hash: digest.hash, digests, ...device.value, validity: validity.value, statuses })
}

function readEmbeddedMap(payload: Uint8Array): CborMap['entries'] | undefined {
  const outer = decodeCbor(payload, LIMITS)
  const bytes = outer.ok ? embeddedBytes(outer.value) : undefined
  const inner = bytes && decodeCbor(bytes, LIMITS)
  return inner?.ok && isCborMap(inner.value) ? inner.value.entries : undefined
}

function readDigests(value: CborValue, bytes: number): MobileSecurityObject['digests'] | undefined {
  if (!isCborMap(value)) return undefined
  const digests = new Map<string, ReadonlyMap<number, Uint8Array>>()
  for (const [namespace, inner] of value.entries) {
    const known = readNamespaceDigests(inner, bytes)
    if (!isName(namespace) || known === undefined) return undefined
    digests.set(namespace, known)
  }
  return digests
}

function readNamespaceDigests(value: CborValue, bytes: number): ReadonlyMap<number, Uint8Array> | undefined {
  if (!isCborMap(value)) return undefined
  for (const [id, digest] of value.entries) {
    if (!isDigestId(id) || !isBytes(digest) || digest.length !== bytes) return undefined
  }
  return value.entries as ReadonlyMap<number, Uint8Array>
}

export function isDigestId(value: CborValue): value is number {
  return typeof value === 'number' && value >= 0
}

function readDeviceKeyInfo(
  value: CborValue,
): Result<Pick<MobileSecurityObject, 'deviceKey' | 'keyAuthorizations'>, FormatRefusal> {
  if (!isCborMap(value)) return refuse({ code: 'mso_malformed', detail: 'deviceKeyInfo' })
  const deviceKey = readCoseKey(value.entries.get('deviceKey'))
  if (!deviceKey.ok) return refuse({ code: 'device_key_unusable', detail: deviceKey.error.code })
  const keyAuthorizations = readAuthorizations(value.entries.get('keyAuthorizations'))
  if (keyAuthorizations === undefined) return refuse({ code: 'mso_malformed', detail: 'keyAuthorizations' })
  return ok({ deviceKey: deviceKey.value, keyAuthorizations })
}

const NOTHING_AUTHORIZED: KeyAuthorizations = { namespaces: new Set(), elements: new Map() }

function readAuthorizations(value: CborValue): KeyAuthorizations | undefined {
  if (value === undefined) return NOTHING_AUTHORIZED
  if (!isCborMap(value)) return undefined
  const namespaces = readNames(value.entries.get('nameSpaces'))
  const dataElements = value.entries.get('dataElements')
  if (namespaces === undefined || (dataElements !== undefined && !isCborMap(dataElements))) return undefined
  const elements = new Map<string, ReadonlySet<string>>()
  for (const [namespace, list] of dataElements?.entries ?? []) {
    const names = readNames(list)
    if (!isName(namespace) || names === undefined) return undefined
    elements.set(namespace, names)
  }
  return { namespaces, elements }
}

function readNames(value: CborValue): ReadonlySet<string> | undefined {
  if (value === undefined) return new Set()
  if (!isCborArray(value)) return undefined
  const names = value.items.filter(isName)
  return names.length === value.items.length ? new Set(names) : undefined
}

/** §9.1.2.4: signed before it holds, and holding for a while. */
function readValidity(value: CborValue): Result<Validity, FormatRefusal> {
  const times = isCborMap(value) ? value.entries : new Map<string, CborValue>()
  const signed = readTime(times.get('signed'))
  const validFrom = readTime(times.get('validFrom'))
  const validUntil = readTime(times.get('validUntil'))
  if (signed === undefined || validFrom === undefined || validUntil === undefined) {
    return refuse({ code: 'mso_malformed', detail: 'validityInfo' })
  }
  const contradictory = validFrom < signed || validUntil < validFrom
  return contradictory ? refuse({ code: 'validity_contradictory' }) : ok({ signed, validFrom, validUntil })
}
