/**
 * `DeviceRequest` (ISO/IEC 18013-5 §8.3.2.1.2.1): which elements of which documents a reader asks for, signed where it has a
 * certificate to show (§9.1.4). Knows no query language.
 */
import { decodeBase64 } from '@countersign/core/base64url'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { HEADER, writeX5chain } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import type { SessionTranscript } from './device-signed/session-transcript.ts'
import { MDOC_ALGORITHMS, VERSION } from './issuer-signed/algorithms-and-limits.ts'

export interface RequestedDocument {
  readonly docType: string
  readonly elements: readonly RequestedElement[]
}

export interface RequestedElement {
  readonly namespace: string
  readonly element: string
  readonly intentToRetain: boolean
}

/** `reader`: signs where its certificate can be shown and its algorithm is one of mdocs. */
export async function writeDeviceRequest(
  documents: readonly RequestedDocument[],
  transcript: SessionTranscript,
  reader: Signer,
): Promise<Uint8Array> {
  const docRequests = documents.map(async ({ docType, elements }) => {
    const itemsRequest = embedded(mapOf({ docType, nameSpaces: byNamespace(elements) }))
    const readerAuth = await signReader(itemsRequest, transcript, reader)
    return mapOf({ itemsRequest, ...(readerAuth !== undefined && { readerAuth }) })
  })
  return encodeCbor(mapOf({ version: VERSION, docRequests: await Promise.all(docRequests) }))
}

function byNamespace(elements: readonly RequestedElement[]) {
  const namespaces = Map.groupBy(elements, ({ namespace }) => namespace)
  return new Map(
    [...namespaces].map(([namespace, asked]) => [
      namespace,
      new Map(asked.map(({ element, intentToRetain }) => [element, intentToRetain])),
    ]),
  )
}

/** §9.1.4.4. */
async function signReader(
  itemsRequest: CborInput,
  transcript: SessionTranscript,
  reader: Signer,
): Promise<CborInput | undefined> {
  const chain = reader.x5c?.map(decodeBase64)
  if (chain === undefined || !MDOC_ALGORITHMS.includes(reader.algorithm)) return undefined
  const certificates = chain.filter((der) => der !== undefined)
  if (certificates.length === 0 || certificates.length < chain.length) return undefined
  const payload = encodeCbor(embedded(['ReaderAuthentication', transcript, itemsRequest]))
  const unprotectedHeader = new Map([[HEADER.x5chain, writeX5chain(certificates)]])
  return signCoseSign1({ protectedHeader: new Map(), unprotectedHeader, payload, detached: true }, reader)
}

function embedded(value: CborInput): CborInput {
  return tagged(TAG.embedded, encodeCbor(value))
}
