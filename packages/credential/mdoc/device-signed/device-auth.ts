/**
 * The device's proof (ISO/IEC 18013-5 §9.1.3): a signature or a MAC over the session transcript, the document type and
 * what the device says itself. Over OpenID4VP the reader's key is the one that the answer is encrypted for: where there is none, answers
 * are signed.
 */
import { encodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import {
  type CborInput,
  type CborTag,
  embeddedBytes,
  isCborMap,
  TAG,
  tagged,
} from '@countersign/crypto/cbor/value'
import { makeCoseMac0, verifyCoseMac0 } from '@countersign/crypto/cose/mac0'
import type { CoseMessage } from '@countersign/crypto/cose/message'
import { signCoseSign1, verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine, KeyAgreement, Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { FormatRefusal } from '../../contract/format.ts'
import { isName, LIMITS, MDOC_ALGORITHMS } from '../issuer-signed/algorithms-and-limits.ts'
import type { KeyAuthorizations } from '../issuer-signed/mso.ts'
import type { SessionTranscript } from './session-transcript.ts'

/** `DeviceNameSpacesBytes` of a device that says nothing itself. */
export const NO_DEVICE_ELEMENTS: CborInput = tagged(TAG.embedded, encodeCbor(new Map()))

/** The part of a device response that its proof covers, beside the session transcript. */
export interface DeviceStatement {
  readonly docType: string
  /** `DeviceNameSpacesBytes`, in the bytes that were received. */
  readonly deviceNameSpaces: CborInput
}

export async function signDevice(
  statement: DeviceStatement,
  transcript: SessionTranscript,
  signer: Signer,
): Promise<CborInput> {
  const payload = deviceAuthenticationBytes(statement, transcript)
  return signCoseSign1({ protectedHeader: new Map(), payload, detached: true }, signer)
}

/** Answers with the fault, or with nothing where the device key signed exactly this document for this session. */
export async function findDeviceSignatureFault(
  signature: CoseMessage,
  statement: DeviceStatement,
  transcript: SessionTranscript,
  deviceKey: PublicJwk,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<string | undefined> {
  const payload = deviceAuthenticationBytes(statement, transcript)
  const verified = await verifyCoseSign1(signature, deviceKey, MDOC_ALGORITHMS, crypto, { payload })
  return verified.ok ? undefined : verified.error.code
}

/** §9.1.3.5. `agree`: with the private key of the device; `readerKey`: the ephemeral key of the reader. */
export async function macDevice(
  statement: DeviceStatement,
  transcript: SessionTranscript,
  agree: KeyAgreement,
  readerKey: PublicJwk,
  crypto: Pick<CryptoEngine, 'digest' | 'hmacSha256'>,
): Promise<Result<CborInput, FormatRefusal>> {
  const key = await deriveMacKey(agree, readerKey, transcript, crypto)
  if (key === undefined) return refuse({ code: 'reader_key_unusable' })
  const payload = deviceAuthenticationBytes(statement, transcript)
  return ok(await makeCoseMac0({ protectedHeader: new Map(), payload, detached: true }, key, crypto))
}

/**
 * Answers with the fault, or with nothing where the device made this MAC. `agree` agrees on a secret by the ephemeral private
 * key of the reader.
 */
export async function findDeviceMacFault(
  mac: CoseMessage,
  statement: DeviceStatement,
  transcript: SessionTranscript,
  agree: KeyAgreement,
  deviceKey: PublicJwk,
  crypto: Pick<CryptoEngine, 'digest' | 'hmacSha256'>,
): Promise<string | undefined> {
  // RFC 9052 §7.1: for something else.
  if (deviceKey.alg !== undefined || deviceKey.use === 'sig') return 'alg_key_mismatch'
  const key = await deriveMacKey(agree, deviceKey, transcript, crypto)
  if (key === undefined) return 'device_key_unusable'
  const payload = deviceAuthenticationBytes(statement, transcript)
  const verified = await verifyCoseMac0(mac, key, crypto, { payload })
  return verified.ok ? undefined : verified.error.code
}

/** §9.1.3.4: `DeviceAuthenticationBytes`, which the proof covers without carrying it. */
export function deviceAuthenticationBytes(
  { docType, deviceNameSpaces }: DeviceStatement,
  transcript: SessionTranscript,
): Uint8Array {
  const authentication = ['DeviceAuthentication', transcript, docType, deviceNameSpaces]
  return encodeCbor(tagged(TAG.embedded, encodeCbor(authentication)))
}

/** Whether the issuer lets the device say everything that it says (§9.1.2.4 `keyAuthorizations`). */
export function findAuthorizationFault(
  deviceNameSpaces: CborTag,
  allowed: KeyAuthorizations,
): string | undefined {
  const bytes = embeddedBytes(deviceNameSpaces)
  const decoded = bytes && decodeCbor(bytes, LIMITS)
  if (!decoded?.ok || !isCborMap(decoded.value)) return 'device_namespaces_malformed'
  for (const [namespace, elements] of decoded.value.entries) {
    if (!isName(namespace) || !isCborMap(elements)) return 'device_namespaces_malformed'
    if (allowed.namespaces.has(namespace)) continue
    const names = allowed.elements.get(namespace)
    for (const element of elements.entries.keys()) {
      if (typeof element !== 'string' || !names?.has(element)) return 'device_element_unauthorized'
    }
  }
  return undefined
}

const MAC_KEY_INFO = encodeUtf8('EMacKey')

/** HKDF with SHA-256 (RFC 5869), for as many bytes as one round gives. */
async function deriveMacKey(
  agree: KeyAgreement,
  peer: PublicJwk,
  transcript: SessionTranscript,
  crypto: Pick<CryptoEngine, 'digest' | 'hmacSha256'>,
): Promise<Uint8Array | undefined> {
  const secret = await agree(peer)
  if (secret === undefined) return undefined
  const transcriptBytes = encodeCbor(tagged(TAG.embedded, encodeCbor(transcript)))
  const salt = await crypto.digest('sha-256', transcriptBytes)
  const pseudorandom = await crypto.hmacSha256(salt, secret)
  return crypto.hmacSha256(pseudorandom, Uint8Array.of(...MAC_KEY_INFO, 1))
}
