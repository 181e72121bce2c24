/**
 * Credential requests as they are sent, in the clear or encrypted for a key of ours, and answers as they are wanted (OpenID4VCI
 * 1.0 §10). Where an answer is to be encrypted the request has to be, or else whoever stands between puts a key of his own in it.
 */
import { type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import type { JweRefusal } from '@countersign/crypto/jwe-engine'
import {
  type CredentialRequest,
  type CredentialRequestRefusal,
  parseCredentialRequest,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import type { Issuer } from '../issuer.ts'

export type MessageRefusal =
  | CredentialRequestRefusal
  | { readonly code: 'request_not_encrypted' }
  | { readonly code: 'request_undecryptable'; readonly reason: JweRefusal['code'] }
  /** What was encrypted is no JSON object. */
  | { readonly code: 'request_content_malformed' }
  | { readonly code: 'response_encryption_in_clear' }
  | { readonly code: 'response_encryption_missing' }

export type MessagePorts = Pick<Issuer, 'encryption' | 'jwe' | 'limits' | 'now' | 'requestKeys'>

const JSON_LIMITS = { maxBytes: RECEIVED.exchange, maxDepth: 64, maxValues: 10_000 }

/** `sent`: an object, or a JWE in compact form. */
export async function readRequest(
  issuer: MessagePorts,
  sent: JsonObject | string,
): Promise<Result<CredentialRequest, MessageRefusal>> {
  const { limits, encryption } = issuer
  const isEncrypted = typeof sent === 'string'
  if (!isEncrypted && encryption.requestRequired) return refuse({ code: 'request_not_encrypted' })
  const opened = isEncrypted ? await openRequest(issuer, sent) : ok(sent)
  if (!opened.ok) return opened
  const parsed = parseCredentialRequest(opened.value, limits)
  if (!parsed.ok) return parsed
  const isAnswerEncrypted = parsed.value.responseEncryption !== undefined
  if (isAnswerEncrypted && !isEncrypted) return refuse({ code: 'response_encryption_in_clear' })
  return !isAnswerEncrypted && encryption.responseRequired
    ? refuse({ code: 'response_encryption_missing' })
    : parsed
}

/** An object, or where the request wants it so a JWE in compact form. */
export async function writeAnswer(
  { jwe }: Pick<Issuer, 'jwe'>,
  body: JsonObject,
  { responseEncryption }: CredentialRequest,
): Promise<JsonObject | string> {
  return responseEncryption === undefined ? body : jwe.encrypt(JSON.stringify(body), responseEncryption)
}

async function openRequest(
  { jwe, now, requestKeys }: MessagePorts,
  sent: string,
): Promise<Result<JsonObject, MessageRefusal>> {
  const opened = await jwe.decrypt(sent.trim(), await requestKeys.taken(now()), {
    maxUnpackedBytes: RECEIVED.exchange,
  })
  if (!opened.ok) return refuse({ code: 'request_undecryptable', reason: opened.error.code })
  const parsed = parseJsonObject(opened.value, JSON_LIMITS)
  return parsed.ok ? parsed : refuse({ code: 'request_content_malformed' })
}
