/**
 * The session transcript (ISO/IEC 18013-5 §9.1.5.1) as OpenID4VP 1.0 appendix B.2.6 fills it: what ties the device's
 * signature to one request, and ISO/IEC TS 18013-7 annex C where a browser is asked in its own protocol. Made of what was asked, on
 * both sides, and never of what was answered. Older handovers (a nonce of the mdoc's own, annex B there) are not made, so an answer
 * to one fits no request.
 */
import { decodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import type { CborInput } from '@countersign/crypto/cbor/value'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { FormatRefusal, RequestBinding } from '../../contract/format.ts'

/** Marks an audience that is a web origin: the Digital Credentials API (OpenID4VP appendix A.4). */
const ORIGIN_PREFIX = 'origin:'
const THUMBPRINT_BYTES = 32

/** `[DeviceEngagementBytes, EReaderKeyBytes, Handover]`; the first two are null over OpenID4VP. */
export type SessionTranscript = CborInput

export async function sessionTranscriptOf(
  binding: RequestBinding,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<SessionTranscript, FormatRefusal>> {
  const info = handoverInfo(binding)
  return info.ok ? ok(await transcriptOf(info.value, crypto)) : info
}

/** What a browser is asked for mdocs with (ISO/IEC TS 18013-7 annex C). */
export interface DcapiRequest {
  /** `EncryptionInfo`, base64url as it is sent: nonce and key are within. */
  readonly encryptionInfo: string
  readonly origin: string
}

export function dcapiTranscript(
  request: DcapiRequest,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<SessionTranscript> {
  return transcriptOf(dcapiInfo(request), crypto)
}

type HandoverInfo = readonly [name: string, values: readonly CborInput[]]

async function transcriptOf(
  [name, values]: HandoverInfo,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<SessionTranscript> {
  const hash = await crypto.digest('sha-256', encodeCbor(values))
  return [null, null, [name, hash]]
}

function dcapiInfo({ encryptionInfo, origin }: DcapiRequest): HandoverInfo {
  return ['dcapi', [encryptionInfo, origin]]
}

function handoverInfo({
  audience,
  encryptionInfo,
  encryptionKeyThumbprint,
  nonce,
  responseUri,
}: RequestBinding): Result<HandoverInfo, FormatRefusal> {
  const thumbprint = readThumbprint(encryptionKeyThumbprint)
  if (thumbprint === undefined) return refuse({ code: 'encryption_key_thumbprint_malformed' })
  if (audience.startsWith(ORIGIN_PREFIX)) {
    // B.2.6.2: the origin itself, without the prefix that makes an audience of it.
    const origin = audience.slice(ORIGIN_PREFIX.length)
    if (encryptionInfo !== undefined) return ok(dcapiInfo({ encryptionInfo, origin }))
    return ok(['OpenID4VPDCAPIHandover', [origin, nonce, thumbprint]])
  }
  if (responseUri === undefined) return refuse({ code: 'response_uri_missing' })
  return ok(['OpenID4VPHandover', [audience, nonce, thumbprint, responseUri]])
}

/** The thumbprint of the key that the answer is encrypted to; null for an answer that is not (appendix B.2.6.1). */
function readThumbprint(text: string | undefined): Uint8Array | null | undefined {
  if (text === undefined) return null
  const bytes = decodeBase64url(text)
  return bytes?.length === THUMBPRINT_BYTES ? bytes : undefined
}
