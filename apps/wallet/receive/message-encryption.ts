/**
 * Credential requests and their answers, encrypted where the issuer wants them so (OpenID4VCI 1.0 §8.2, §10). An answer is
 * encrypted for a key that is made for this one request, and its request is encrypted then too, or else whoever stands between
 * puts a key of his own in it. What was asked for encrypted is not taken in the clear.
 */
import { type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { JweRefusal, KeptDecryptionKey, Recipient } from '@countersign/crypto/jwe-engine'
import type { AnswerEncryption } from '@countersign/protocol/openid4vci/metadata/read-encryption'
import type { IssuerMetadata } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import type { RemoteResponse } from '@countersign/service/outgoing/guarded-client'
import { hostOf, readJsonAnswer } from '../outgoing-client.ts'
import type { Wallet } from '../wallet.ts'
import { type IssuerPostRefusal, type Sender, sendToIssuer } from './post-to-issuer.ts'

export type EncryptionRefusal = { readonly code: 'encryption_unusable'; readonly of: 'request' | 'answer' }

export type MessageRefusal =
  | IssuerPostRefusal
  /** An encrypted one was asked for. */
  | { readonly code: 'answer_in_clear'; readonly host: string }
  | { readonly code: 'answer_undecryptable'; readonly host: string; readonly reason: JweRefusal['code'] }

export interface AgreedEncryption {
  /** Absent: the request goes in the clear, and so comes its answer. */
  readonly request?: Recipient | undefined
  readonly answer?: AnswerEncryption | undefined
}

/** What reads the answer, kept beside the request for as long as that may be sent again. */
export interface Envelope {
  /** Absent: only the request is encrypted. */
  readonly answer?: (AnswerEncryption & KeptDecryptionKey) | undefined
}

export interface Message {
  readonly body: string
  /** Absent: in the clear. */
  readonly envelope?: Envelope | undefined
}

/** Whether and how messages are encrypted; refused where the issuer wants what this wallet cannot do. Pure. */
export function agreeOnEncryption({
  encryption,
}: Pick<IssuerMetadata, 'encryption'>): Result<AgreedEncryption, EncryptionRefusal> {
  if (encryption === undefined) return ok({})
  const { request, requestRequired, response, responseRequired } = encryption
  const code = 'encryption_unusable'
  if (responseRequired && response === undefined) return refuse({ code, of: 'answer' })
  const isNeeded = requestRequired || responseRequired
  if (request === undefined) return isNeeded ? refuse({ code, of: 'request' }) : ok({})
  if (response !== undefined) return ok({ request, answer: response })
  return ok(requestRequired ? { request } : {})
}

/** `write`: the request, with for whom its answer is encrypted. */
export async function writeMessage(
  { jwe, newId }: Pick<Wallet, 'jwe' | 'newId'>,
  { answer: wanted, request }: AgreedEncryption,
  write: (responseEncryption: Recipient | undefined) => JsonObject,
): Promise<Message> {
  if (request === undefined) return { body: JSON.stringify(write(undefined)) }
  const answer = wanted && { ...wanted, key: await jwe.makeKey(), keyId: newId() }
  const body = await jwe.encrypt(JSON.stringify(write(answer)), request)
  return { body, envelope: { answer } }
}

export interface MessageCall extends Message {
  readonly url: string
  readonly sender: Sender
}

/** Gives the JSON of a 2xx answer. Errors are in the clear (§8.3.1.2). */
export async function sendMessage(
  wallet: Wallet,
  { body, envelope, sender, url }: MessageCall,
): Promise<Result<JsonObject, MessageRefusal>> {
  const answered = await sendToIssuer(wallet, {
    url,
    contentType: envelope === undefined ? 'application/json' : 'application/jwt',
    accept: envelope?.answer === undefined ? undefined : 'application/jwt, application/json',
    body,
    sender,
    maxBytes: envelope?.answer === undefined ? FETCHED.credentialResponse : FETCHED.encryptedResponse,
  })
  if (!answered.ok) return answered
  const { answer } = envelope ?? {}
  return answer === undefined
    ? readJsonAnswer(answered.value, url, FETCHED.credentialResponse)
    : openAnswer(wallet, answered.value, url, answer)
}

async function openAnswer(
  { jwe }: Pick<Wallet, 'jwe'>,
  { body }: RemoteResponse,
  url: string,
  { content, key, keyId, packed }: AnswerEncryption & KeptDecryptionKey,
): Promise<Result<JsonObject, MessageRefusal>> {
  const host = hostOf(url)
  if (parseJsonObject(body, { maxBytes: FETCHED.encryptedResponse }).ok)
    return refuse({ code: 'answer_in_clear', host })
  const opened = await jwe.decrypt(body.trim(), [{ key, keyId }], {
    content,
    maxUnpackedBytes: packed === true ? FETCHED.credentialResponse : undefined,
  })
  if (!opened.ok) return refuse({ code: 'answer_undecryptable', host, reason: opened.error.code })
  return readJsonAnswer({ body: opened.value }, url, FETCHED.credentialResponse)
}
