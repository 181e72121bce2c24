/**
 * The exchange protocol `org-iso-mdoc` (ISO/IEC TS 18013-7 annex C), which some browsers speak alone: the verifier's key for the answer, and
 * an answer as the `vp_token` that it would have been. Which queries can be asked in it, `request/device-request.ts` says.
 */
import { type Result, refuse } from '@countersign/core/result'
import {
  encryptedUnder,
  readDocuments,
  readEncryptedResponse,
  writeEncryptionInfo,
} from '@countersign/credential/mdoc/dcapi'
import type { DecryptionKey } from '@countersign/crypto/jwe-engine'
import { type Form, parameter } from '../../oauth/form-parameters.ts'
import {
  type AskedRequest,
  type AuthorizationResponse,
  parseAuthorizationResponse,
  type ResponseRefusal,
  readVpToken,
} from './authorization-response.ts'
import type { AnswerUnreadable, AskingPorts } from './response-mode.ts'

/** Made for one request. Not the key of the other protocols: one key is for one algorithm. */
export interface MdocExchange {
  readonly key: DecryptionKey
  /** As it is sent; the transcript covers it. */
  readonly encryptionInfo: string
}

const NONCE_BYTES = 32

export async function beginMdocExchange({ crypto, jwe }: AskingPorts): Promise<MdocExchange> {
  const key = await jwe.makeKey()
  return { key, encryptionInfo: writeEncryptionInfo(key, crypto.randomBytes(NONCE_BYTES)) }
}

/** `origin`: that the answer came from. A presentation in the clear is refused. */
export async function readDeviceAnswer(
  form: Form,
  asked: AskedRequest,
  { encryptionInfo, key, origin }: MdocExchange & { readonly origin: string },
  { crypto, hpke }: AskingPorts,
): Promise<Result<AuthorizationResponse, ResponseRefusal | AnswerUnreadable>> {
  const text = parameter(form, 'response')
  if (text === undefined) {
    const isPresentation = parameter(form, 'vp_token') !== undefined
    return isPresentation
      ? refuse({ code: 'response_not_encrypted' })
      : parseAuthorizationResponse(form, asked)
  }
  const message = readEncryptedResponse(text)
  if (message === undefined) return refuse({ code: 'device_response_unreadable', reason: 'malformed' })
  const opened = await hpke.open(message, key, await encryptedUnder({ encryptionInfo, origin }, crypto))
  if (!opened.ok) return refuse({ code: 'device_response_unreadable', reason: 'undecryptable' })
  const documents = readDocuments(opened.value)
  if (!documents.ok) return refuse({ code: 'device_response_unreadable', reason: 'malformed' })
  const vpToken = new Map<string, string[]>()
  for (const { docType, response } of documents.value) {
    const query = asked.query.credentials.find(({ meta }) => meta['doctype_value'] === docType)
    if (query === undefined) return refuse({ code: 'document_not_asked', docType: docType.slice(0, 128) })
    vpToken.set(query.id, [...(vpToken.get(query.id) ?? []), response])
  }
  return readVpToken(Object.fromEntries(vpToken), asked.query)
}
