/**
 * What COSE_Sign1 and COSE_Mac0 have in common (RFC 9052 §4.2, §6.2): an array of protected header, unprotected
 * header, payload and proof. The protected header is kept as the bytes that were received, since the proof covers
 * those. An extension that must be understood (`crit`) is refused, since none is; keys are never taken from a header.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { decodeCbor } from '../cbor/decode.ts'
import { encodeCbor } from '../cbor/encode.ts'
import {
  type CborInput,
  type CborKey,
  type CborValue,
  isBytes,
  isCborArray,
  isCborMap,
  isCborTag,
} from '../cbor/value.ts'

/** RFC 9052 §3.1, RFC 9360 §2. */
export const HEADER = { algorithm: 1, critical: 2, contentType: 3, keyId: 4, type: 16, x5chain: 33 } as const

/** RFC 9052 §2. */
export const COSE_TAG = { mac0: 17, sign1: 18 } as const

export type CoseHeader = ReadonlyMap<CborKey, CborValue>

export interface CoseMessage {
  readonly protectedHeader: CoseHeader
  /** As received; empty for a header with nothing in it (RFC 9052 §4.4). */
  readonly protectedBytes: Uint8Array
  readonly unprotectedHeader: CoseHeader
  /** Absent: sent apart from the message. */
  readonly payload?: Uint8Array | undefined
  /** Signature or tag. */
  readonly proof: Uint8Array
}

export interface CoseRefusal {
  readonly code:
    | 'cose_malformed'
    | 'cose_tag_wrong'
    | 'cose_header_malformed'
    | 'cose_header_repeated' // a label in both headers (RFC 9052 §3)
    | 'cose_crit_unsupported'
}

/** Headers have numbers, texts, bytes and certificate chains. */
const HEADER_LIMITS = { maxDepth: 4, maxValues: 100, acceptLongForms: true } as const

/** The tag may be missing, as it is in ISO/IEC 18013-5. */
export function readCoseMessage(value: CborValue, tag: number): Result<CoseMessage, CoseRefusal> {
  if (isCborTag(value)) {
    return value.tag === tag && !isCborTag(value.content)
      ? readCoseMessage(value.content, tag)
      : refuse({ code: 'cose_tag_wrong' })
  }
  if (!isCborArray(value) || value.items.length !== 4) return MALFORMED
  const [protectedBytes, unprotected, payload, proof] = value.items
  if (!isBytes(protectedBytes) || !isCborMap(unprotected) || !isBytes(proof)) return MALFORMED
  if (payload !== null && !isBytes(payload)) return MALFORMED
  const protectedHeader = readProtectedHeader(protectedBytes)
  if (protectedHeader === undefined) return refuse({ code: 'cose_header_malformed' })
  const unprotectedHeader = unprotected.entries
  const fault = findHeaderFault(protectedHeader, unprotectedHeader)
  if (fault !== undefined) return refuse(fault)
  return ok({
    protectedHeader,
    protectedBytes: protectedHeader.size === 0 ? NOTHING : protectedBytes,
    unprotectedHeader,
    payload: payload ?? undefined,
    proof,
  })
}

export interface CoseParts {
  /** Written in the deterministic order. */
  readonly protectedHeader: ReadonlyMap<CborKey, CborInput>
  readonly unprotectedHeader?: ReadonlyMap<CborKey, CborInput>
  readonly payload: Uint8Array
  /** Proven, and sent apart from the message; false when absent. */
  readonly detached?: boolean
  readonly externalData?: Uint8Array
}

/** What a proof covers beside the headers. */
export interface ProvenData {
  /** Of a message without one. */
  readonly payload?: Uint8Array
  readonly externalData?: Uint8Array
}

/**
 * Sig_structure or MAC_structure (RFC 9052 §4.4, §6.3); undefined when the payload is missing, or given although
 * the message has one: then nobody could say which of both was meant.
 */
export function toBeProven(
  context: 'Signature1' | 'MAC0',
  message: Pick<CoseMessage, 'protectedBytes' | 'payload'>,
  { payload: detached, externalData = NOTHING }: ProvenData = {},
): Uint8Array | undefined {
  const payload = message.payload ?? detached
  if (payload === undefined || (message.payload !== undefined && detached !== undefined)) return undefined
  return encodeCbor([context, message.protectedBytes, externalData, payload])
}

/** The message, without a tag; `prove` gets what the proof covers. */
export async function writeCoseMessage(
  context: 'Signature1' | 'MAC0',
  { protectedHeader, unprotectedHeader, payload, detached = false, externalData = NOTHING }: CoseParts,
  prove: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<readonly CborInput[]> {
  const protectedBytes = protectedHeader.size === 0 ? NOTHING : encodeCbor(protectedHeader)
  const proof = await prove(encodeCbor([context, protectedBytes, externalData, payload]))
  return [protectedBytes, unprotectedHeader ?? new Map(), detached ? null : payload, proof]
}

/** Certificates of `x5chain`, leaf first; undefined when there is none. Trust in them is for the caller to judge. */
export function readX5chain(message: CoseMessage): Result<readonly Uint8Array[] | undefined, 'malformed'> {
  const chain = headerOf(message, HEADER.x5chain)
  if (chain === undefined) return ok(undefined)
  if (isBytes(chain)) return ok([chain])
  // RFC 9360 §2 wants one certificate without an array around it; issuers that write one mean the same.
  const certificates = isCborArray(chain) ? chain.items.filter(isBytes) : []
  return isCborArray(chain) && certificates.length > 0 && certificates.length === chain.items.length
    ? ok(certificates)
    : refuse('malformed')
}

/** RFC 9360 §2. */
export function writeX5chain(certificates: readonly Uint8Array[]): CborInput {
  const [leaf, ...rest] = certificates
  return leaf !== undefined && rest.length === 0 ? leaf : certificates
}

/** From either header: no label is in both. */
export function headerOf(message: CoseMessage, label: number): CborValue {
  return message.protectedHeader.get(label) ?? message.unprotectedHeader.get(label)
}

const NOTHING = new Uint8Array()
const MALFORMED = refuse({ code: 'cose_malformed' })

/** RFC 9052 §3: an empty map is written as no bytes; both are read. */
function readProtectedHeader(bytes: Uint8Array): CoseHeader | undefined {
  if (bytes.length === 0) return new Map()
  const decoded = decodeCbor(bytes, HEADER_LIMITS)
  return decoded.ok && isCborMap(decoded.value) ? decoded.value.entries : undefined
}

function findHeaderFault(
  protectedHeader: CoseHeader,
  unprotectedHeader: CoseHeader,
): CoseRefusal | undefined {
  if (protectedHeader.has(HEADER.critical) || unprotectedHeader.has(HEADER.critical)) {
    return { code: 'cose_crit_unsupported' }
  }
  for (const label of protectedHeader.keys()) {
    if (unprotectedHeader.has(label)) return { code: 'cose_header_repeated' }
  }
  return undefined
}
