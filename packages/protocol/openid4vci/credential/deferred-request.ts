/** Deferred issuance on the wire (OpenID4VCI 1.0 §8.3, §9): a wallet is told to come again, comes, and is told so once more or given. */
import { defined, type JsonObject, presentMembers } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Recipient } from '@countersign/crypto/jwe-engine'
import { boundedText } from '../../oauth/message-values.ts'
import { type EncryptionRefusal, parseEncryption, writeEncryption } from './credential-request.ts'

export interface DeferredRequest {
  readonly transactionId: string
  /** For whom the answer is encrypted; what the first request said of it does not count (§9.1). */
  readonly responseEncryption?: Recipient | undefined
}

export type DeferredRequestRefusal = { readonly code: 'transaction_id_missing' } | EncryptionRefusal

const MAX_ID_LENGTH = 1024

export function parseDeferredRequest(body: JsonObject): Result<DeferredRequest, DeferredRequestRefusal> {
  const json = presentMembers(body)
  const transactionId = boundedText(json['transaction_id'], MAX_ID_LENGTH)
  if (transactionId === undefined) return refuse({ code: 'transaction_id_missing' })
  const encryption = parseEncryption(json['credential_response_encryption'])
  return encryption.ok ? ok({ transactionId, responseEncryption: encryption.value }) : encryption
}

export function writeDeferredRequest({ responseEncryption, transactionId }: DeferredRequest): JsonObject {
  return defined({
    transaction_id: transactionId,
    credential_response_encryption: responseEncryption && writeEncryption(responseEncryption),
  })
}

/** Goes with 202. `intervalSeconds`: how long the wallet waits before it asks again. */
export function writeDeferredResponse(transactionId: string, intervalSeconds: number): JsonObject {
  return { transaction_id: transactionId, interval: intervalSeconds }
}

/** Whether it says to come again, and has no credential in it. */
export function saysToComeAgain(response: JsonObject): boolean {
  return response['transaction_id'] !== undefined
}
