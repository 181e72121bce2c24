/**
 * `IssuerSigned` (ISO/IEC 18013-5 §8.3.2.1.2.2): the elements and what the issuer signed of them. Digests are taken of
 * the items exactly as they were received and never of anything that was written again; every rule of the structure
 * holds for what is returned, and whose signature it bears is left to the caller.
 */
import { encodeBase64 } from '@countersign/core/base64url'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { CREDENTIAL_VALUES } from '@countersign/core/size-limits'
import { type CborBudget, decodeCbor } from '@countersign/crypto/cbor/decode'
import {
  type CborMap,
  type CborTag,
  type CborValue,
  embeddedBytes,
  isBytes,
  isCborArray,
  isCborMap,
  isCborTag,
} from '@countersign/crypto/cbor/value'
import { type CoseMessage, readX5chain } from '@countersign/crypto/cose/message'
import { readCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { MAX_CHAIN_LENGTH, sameBytes } from '@countersign/x509/certificate'
import type { FormatRefusal } from '../../contract/format.ts'
import { isName, LIMITS, MAX_ELEMENTS, MIN_RANDOM_BYTES } from './algorithms-and-limits.ts'
import { toJson } from './element-values.ts'
import { isDigestId, type MobileSecurityObject, readMso } from './mso.ts'

export interface IssuerSigned {
  readonly mso: MobileSecurityObject
  readonly issuerAuth: CoseMessage
  /** The bytes as they were received: what is signed is never written anew. */
  readonly issuerAuthValue: CborValue
  /** Standard base64 of the DER form, leaf first. */
  readonly x5c: readonly string[]
  readonly items: readonly IssuerSignedItem[]
}

export interface IssuerSignedItem {
  readonly namespace: string
  readonly element: string
  readonly digestId: number
  readonly value: JsonValue
  /** Tag 24 and all, as received: what the digest covers. */
  readonly received: CborTag
}

export async function readIssuerSigned(
  value: CborValue,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<IssuerSigned, FormatRefusal>> {
  if (!isCborMap(value) || !hasKnownMembers(value)) return refuse({ code: 'issuer_signed_malformed' })
  const issuerAuthValue = value.entries.get('issuerAuth')
  const issuerAuth = readCoseSign1(issuerAuthValue)
  if (!issuerAuth.ok) return issuerAuth
  const x5c = readCertificates(issuerAuth.value)
  if (!x5c.ok) return x5c
  if (issuerAuth.value.payload === undefined) return refuse({ code: 'mso_malformed', detail: 'detached' })
  const mso = readMso(issuerAuth.value.payload)
  if (!mso.ok) return mso
  const items = readNamespaces(value.entries.get('nameSpaces'))
  if (!items.ok) return items
  const fault = await findDigestFault(items.value, mso.value, crypto)
  if (fault !== undefined) return refuse(fault)
  return ok({
    mso: mso.value,
    issuerAuth: issuerAuth.value,
    issuerAuthValue,
    x5c: x5c.value,
    items: items.value,
  })
}

/** `{namespace: {element: value}}`, namespaces without an element left out. */
export function claimsOf(items: readonly IssuerSignedItem[]): JsonObject {
  const namespaces = new Map<string, Map<string, JsonValue>>()
  for (const { namespace, element, value } of items) {
    const elements = namespaces.get(namespace)
    if (elements === undefined) namespaces.set(namespace, new Map([[element, value]]))
    else elements.set(element, value)
  }
  // From maps, since a name such as `constructor` is found in every object.
  return Object.fromEntries(
    Array.from(namespaces, ([namespace, elements]) => [namespace, Object.fromEntries(elements)]),
  )
}

/** Neither is signed: under a name that nobody knows, elements would vanish without a trace. */
function hasKnownMembers({ entries }: CborMap): boolean {
  return entries.has('issuerAuth') && entries.size === (entries.has('nameSpaces') ? 2 : 1)
}

/** §9.1.2.4: the chain must be there, or nobody could say who signed. */
function readCertificates(issuerAuth: CoseMessage): Result<readonly string[], FormatRefusal> {
  const chain = readX5chain(issuerAuth)
  if (!chain.ok || (chain.value?.length ?? 0) > MAX_CHAIN_LENGTH) return refuse({ code: 'x5chain_malformed' })
  return chain.value === undefined ? refuse({ code: 'x5chain_missing' }) : ok(chain.value.map(encodeBase64))
}

function readNamespaces(value: CborValue): Result<readonly IssuerSignedItem[], FormatRefusal> {
  if (value === undefined) return ok([])
  if (!isCborMap(value)) return refuse({ code: 'namespaces_malformed' })
  const items: IssuerSignedItem[] = []
  const budget = { valuesLeft: CREDENTIAL_VALUES.cbor }
  for (const [namespace, list] of value.entries) {
    if (!isName(namespace) || !isCborArray(list)) return refuse({ code: 'namespaces_malformed' })
    if (items.length + list.items.length > MAX_ELEMENTS) return refuse({ code: 'too_many_elements' })
    const seen = { digestIds: new Set<number>(), elements: new Set<string>() }
    for (const entry of list.items) {
      const item = readItem(namespace, entry, budget)
      if (!item.ok) return item
      const { digestId, element } = item.value
      // Two values for one element: the wallet would choose which of them the verifier believes.
      if (seen.digestIds.has(digestId)) return refuse({ code: 'digest_id_repeated', detail: element })
      if (seen.elements.has(element)) return refuse({ code: 'element_repeated', detail: element })
      seen.digestIds.add(digestId)
      seen.elements.add(element)
      items.push(item.value)
    }
  }
  return ok(items)
}

function readItem(
  namespace: string,
  received: CborValue,
  budget: CborBudget,
): Result<IssuerSignedItem, FormatRefusal> {
  const bytes = embeddedBytes(received)
  const decoded = bytes && decodeCbor(bytes, { ...LIMITS, budget })
  if (!isCborTag(received) || !decoded?.ok || !isCborMap(decoded.value)) return refuse(ITEM_MALFORMED)
  const { entries } = decoded.value
  const digestId = entries.get('digestID')
  const random = entries.get('random')
  const element = entries.get('elementIdentifier')
  if (!isDigestId(digestId) || !isBytes(random) || !isName(element) || !entries.has('elementValue')) {
    return refuse(ITEM_MALFORMED)
  }
  if (random.length < MIN_RANDOM_BYTES) return refuse({ code: 'random_too_short', detail: element })
  const value = toJson(entries.get('elementValue'))
  if (value === undefined) return refuse({ code: 'element_value_ambiguous', detail: element })
  return ok({ namespace, element, digestId, value, received })
}

const ITEM_MALFORMED = { code: 'issuer_signed_item_malformed' } as const

/** Every element has the digest that the MSO promises (§9.3.1 step 3). */
async function findDigestFault(
  items: readonly IssuerSignedItem[],
  { digests, hash }: MobileSecurityObject,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<FormatRefusal | undefined> {
  for (const { namespace, digestId, element, received } of items) {
    const expected = digests.get(namespace)?.get(digestId)
    if (expected === undefined) return { code: 'digest_missing', detail: element }
    const digest = crypto.digest(hash, received.raw)
    const actual = isBytes(digest) ? digest : await digest
    if (!sameBytes(actual, expected)) return { code: 'digest_wrong', detail: element }
  }
  return undefined
}
