/**
 * The messages of ISO/IEC TS 18013-7 annex C, in which a browser is asked for mdocs: for which key the answer is encrypted, and the
 * encrypted answer. Knows neither who encrypts nor sessions.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { type Result, refuse } from '@countersign/core/result'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { isBytes, isCborArray, isCborMap, mapOf } from '@countersign/crypto/cbor/value'
import { writeCoseKey } from '@countersign/crypto/cose/key'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { HpkeMessage } from '@countersign/crypto/hpke-engine'
import type { EncryptionKey } from '@countersign/crypto/jwe-engine'
import type { FormatRefusal } from '../contract/format.ts'
import { type SplitDocument, splitDeviceResponse } from './device-signed/device-response.ts'
import { type DcapiRequest, dcapiTranscript } from './device-signed/session-transcript.ts'
import { LIMITS } from './issuer-signed/algorithms-and-limits.ts'

/** Names the way in each message. */
const DCAPI = 'dcapi'

/** `EncryptionInfo`, base64url: the text is what transcripts cover. */
export function writeEncryptionInfo({ crv, kty, x, y }: EncryptionKey, nonce: Uint8Array): string {
  const recipientPublicKey = writeCoseKey({ kty, crv, x, y })
  return encodeBase64url(encodeCbor([DCAPI, mapOf({ nonce, recipientPublicKey })]))
}

/** What both ends know and the message is encrypted under: the bytes of the session transcript. */
export async function encryptedUnder(
  request: DcapiRequest,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Uint8Array> {
  return encodeCbor(await dcapiTranscript(request, crypto))
}

/** `EncryptedResponse`, base64url. Undefined for what is none; of members that are not known nothing is asked. */
export function readEncryptedResponse(text: string): HpkeMessage | undefined {
  const bytes = decodeBase64url(text)
  const decoded = bytes && decodeCbor(bytes, { ...LIMITS, ...FLAT })
  if (!decoded?.ok || !isCborArray(decoded.value)) return undefined
  const [name, data, ...more] = decoded.value.items
  if (name !== DCAPI || !isCborMap(data) || more.length > 0) return undefined
  const [enc, cipherText] = [data.entries.get('enc'), data.entries.get('cipherText')]
  return isBytes(enc) && isBytes(cipherText) ? { enc, cipherText } : undefined
}

/** An array of a name and a map of bytes, with room for what may be added. */
const FLAT = { maxDepth: 6, maxValues: 100 } as const

/** The decrypted `DeviceResponse`, a document each. */
export function readDocuments(plaintext: Uint8Array): Result<readonly SplitDocument[], FormatRefusal> {
  const decoded = decodeCbor(plaintext, LIMITS)
  return decoded.ok ? splitDeviceResponse(decoded.value) : refuse({ code: decoded.error.code })
}
