/**
 * `DeviceResponse` (ISO/IEC 18013-5 §8.3.2.1.2.2): what a wallet sends. Over OpenID4VP each carries one document, so
 * that an answer is about one credential; a response that reports an error, or several documents, is refused.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import type { CborMap } from '@countersign/crypto/cbor/value'
import {
  type CborInput,
  type CborKey,
  type CborTag,
  type CborValue,
  embeddedBytes,
  isCborArray,
  isCborMap,
  mapOf,
} from '@countersign/crypto/cbor/value'
import { readCoseMac0 } from '@countersign/crypto/cose/mac0'
import type { CoseMessage } from '@countersign/crypto/cose/message'
import { readCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { FormatRefusal } from '../../contract/format.ts'
import { isKnownVersion, isName, VERSION } from '../issuer-signed/algorithms-and-limits.ts'
import type { IssuerSigned, IssuerSignedItem } from '../issuer-signed/issuer-signed.ts'

export interface DeviceDocument {
  readonly docType: string
  /** `IssuerSigned`, which `issuer-signed.ts` reads. */
  readonly issuerSigned: CborValue
  /** `DeviceNameSpacesBytes`, in the bytes that were received. */
  readonly deviceNameSpaces: CborTag
  readonly deviceAuth: DeviceAuth
}

export interface DeviceAuth {
  readonly kind: 'signature' | 'mac'
  readonly proof: CoseMessage
}

/** The status code of a response in which everything is well (§8.3.2.1.2.3). */
const STATUS_OK = 0

export function readDeviceResponse(value: CborValue): Result<DeviceDocument, FormatRefusal> {
  if (!isCborMap(value)) return refuse({ code: 'device_response_malformed' })
  const { entries } = value
  if (!isKnownVersion(entries.get('version'))) return refuse({ code: 'device_response_version_unsupported' })
  if (entries.get('status') !== STATUS_OK) return refuse({ code: 'device_response_status' })
  const errors = entries.get('documentErrors')
  if (errors !== undefined && !(isCborArray(errors) && errors.items.length === 0)) {
    return refuse({ code: 'device_response_errors' })
  }
  const documents = entries.get('documents')
  if (!isCborArray(documents)) return refuse({ code: 'device_response_malformed' })
  const [document, ...more] = documents.items
  if (document === undefined || more.length > 0) return refuse({ code: 'device_response_not_one_document' })
  return readDocument(document)
}

/** A document of a response that had several, as a response of its own: unpadded base64url. */
export interface SplitDocument {
  readonly docType: string
  readonly response: string
}

/**
 * For transports on which one response answers for all documents. What the response says of itself is said of each; what a document
 * consists of is copied as it was received.
 */
export function splitDeviceResponse(value: CborValue): Result<readonly SplitDocument[], FormatRefusal> {
  if (!isCborMap(value)) return refuse({ code: 'device_response_malformed' })
  const documents = value.entries.get('documents')
  if (documents === undefined) return ok([])
  if (!isCborArray(documents)) return refuse({ code: 'device_response_malformed' })
  const split: SplitDocument[] = []
  for (const document of documents.items) {
    const docType = isCborMap(document) ? document.entries.get('docType') : undefined
    if (!isName(docType)) return refuse({ code: 'document_malformed' })
    const response = new Map<CborKey, CborInput>([...value.entries, ['documents', [document]]])
    split.push({ docType, response: encodeBase64url(encodeCbor(response)) })
  }
  return ok(split)
}

/** Writes a response with one document, as unpadded base64url. */
export function writeDeviceResponse(
  issuerSigned: Pick<IssuerSigned, 'mso' | 'issuerAuthValue'>,
  items: readonly IssuerSignedItem[],
  deviceNameSpaces: CborInput,
  deviceAuth: CborInput,
): string {
  const document = mapOf({
    docType: issuerSigned.mso.docType,
    issuerSigned: mapOf({
      // §8.3.2.1.2.2: a map with something in it, or none.
      ...(items.length > 0 && { nameSpaces: byNamespace(items) }),
      issuerAuth: issuerSigned.issuerAuthValue,
    }),
    deviceSigned: mapOf({ nameSpaces: deviceNameSpaces, deviceAuth }),
  })
  const response = mapOf({ version: VERSION, documents: [document], status: STATUS_OK })
  return encodeBase64url(encodeCbor(response))
}

function byNamespace(items: readonly IssuerSignedItem[]): ReadonlyMap<string, readonly CborTag[]> {
  const namespaces = new Map<string, CborTag[]>()
  for (const { namespace, received } of items) {
    const list = namespaces.get(namespace)
    if (list === undefined) namespaces.set(namespace, [received])
    else list.push(received)
  }
  return namespaces
}

function readDocument(value: CborValue): Result<DeviceDocument, FormatRefusal> {
  if (!isCborMap(value)) return refuse({ code: 'document_malformed' })
  const docType = value.entries.get('docType')
  const deviceSigned = value.entries.get('deviceSigned')
  if (!isName(docType) || !isCborMap(deviceSigned)) return refuse({ code: 'document_malformed' })
  const deviceNameSpaces = deviceSigned.entries.get('nameSpaces')
  if (!isEmbedded(deviceNameSpaces)) return refuse({ code: 'device_namespaces_malformed' })
  const deviceAuth = readDeviceAuth(deviceSigned.entries.get('deviceAuth'))
  if (!deviceAuth.ok) return deviceAuth
  const issuerSigned = value.entries.get('issuerSigned')
  return ok({ docType, issuerSigned, deviceNameSpaces, deviceAuth: deviceAuth.value })
}

function isEmbedded(value: CborValue): value is CborTag {
  return embeddedBytes(value) !== undefined
}

/** One proof and no other: with two, checking one would say nothing of the other. */
function readDeviceAuth(value: CborValue): Result<DeviceAuth, FormatRefusal> {
  if (!isCborMap(value) || value.entries.size !== 1) return refuse({ code: 'device_auth_malformed' })
  const kind = kindOf(value)
  if (kind === undefined) return refuse({ code: 'device_auth_malformed' })
  const proof =
    kind === 'signature'
      ? readCoseSign1(value.entries.get('deviceSignature'))
      : readCoseMac0(value.entries.get('deviceMac'))
  return proof.ok ? ok({ kind, proof: proof.value }) : proof
}

function kindOf({ entries }: CborMap): DeviceAuth['kind'] | undefined {
  if (entries.has('deviceSignature')) return 'signature'
  return entries.has('deviceMac') ? 'mac' : undefined
}
