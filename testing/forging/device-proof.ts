/**
 * The device's proof of an mdoc (ISO/IEC 18013-5 §9.1.3), for a session transcript of anybody's choice (OpenID4VP 1.0 appendix B.2.6):
 * what a device signs, and what it says itself beside the issuer.
 */
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { makeCoseMac0 } from '@countersign/crypto/cose/mac0'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { KeyAgreement, Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { rewriteCbor } from './cbor.ts'

/** `[DeviceEngagementBytes, EReaderKeyBytes, Handover]`; the hash is of what the handover is about. */
export function transcriptOf(handover: string, about: readonly CborInput[]): CborInput {
  return [null, null, [handover, createHash('sha256').update(encodeCbor(about)).digest()]]
}

export interface DeviceStatement {
  readonly transcript: CborInput
  readonly docType: string
  /** By namespace and element; nothing when absent. */
  readonly elements?: Readonly<Record<string, Readonly<Record<string, CborInput>>>>
  /** The proof carries what it covers. */
  readonly attached?: boolean
}

/** The presentation with another proof. */
export async function provenAgain(
  presentation: string,
  statement: DeviceStatement,
  signer: Signer,
): Promise<string> {
  const { attached = false } = statement
  const parts = { protectedHeader: new Map(), payload: coveredBy(statement), detached: !attached }
  return withDevice(presentation, statement, { deviceSignature: await signCoseSign1(parts, signer) })
}

/** §9.1.3.5: what a device and a reader agree on for a session. */
export async function agreedMacKey(
  agree: KeyAgreement,
  reader: PublicJwk,
  transcript: CborInput,
): Promise<Uint8Array> {
  const secret = await agree(reader)
  if (secret === undefined) throw new Error('no key to agree with')
  const transcriptBytes = encodeCbor(tagged(TAG.embedded, encodeCbor(transcript)))
  const salt = createHash('sha256').update(transcriptBytes).digest()
  return new Uint8Array(hkdfSync('sha256', secret, salt, 'EMacKey', 32))
}

/** The parts of a COSE_Mac0. */
type MacParts = readonly CborInput[]

/** By a MAC under the key. */
export async function provenByMac(
  presentation: string,
  statement: DeviceStatement,
  macKey: Uint8Array,
  change: (mac: MacParts) => MacParts = (made) => made,
): Promise<string> {
  const { attached = false } = statement
  const parts = { protectedHeader: new Map(), payload: coveredBy(statement), detached: !attached }
  const mac = (key: Uint8Array, data: Uint8Array) =>
    Uint8Array.from(createHmac('sha256', key).update(data).digest())
  const deviceMac = await makeCoseMac0(parts, macKey, { hmacSha256: mac })
  return withDevice(presentation, statement, { deviceMac: change(deviceMac) })
}

function withDevice(
  presentation: string,
  statement: DeviceStatement,
  auth: Readonly<Record<string, CborInput>>,
): string {
  const deviceSigned = mapOf({ nameSpaces: nameSpacesOf(statement), deviceAuth: mapOf(auth) })
  return rewriteCbor(presentation, ['documents', 0, 'deviceSigned'], () => deviceSigned)
}

function nameSpacesOf({ elements = {} }: DeviceStatement): CborInput {
  const namespaces = Object.entries(elements).map(([name, values]) => [name, mapOf(values)] as const)
  return tagged(TAG.embedded, encodeCbor(new Map(namespaces)))
}

function coveredBy(statement: DeviceStatement): Uint8Array {
  const { docType, transcript } = statement
  const authentication = ['DeviceAuthentication', transcript, docType, nameSpacesOf(statement)]
  return encodeCbor(tagged(TAG.embedded, encodeCbor(authentication)))
}
