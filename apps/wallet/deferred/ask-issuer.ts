/**
 * One question at a deferred credential endpoint (OpenID4VCI 1.0 §9), and what its answer means: it came, it is to be asked for
 * again, or it does not come any more. A token that is over is exchanged once.
 */
import { ok, type Result } from '@countersign/core/result'
import {
  type CredentialResponse,
  type CredentialResponseRefusal,
  parseCredentialResponse,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import { writeDeferredRequest } from '@countersign/protocol/openid4vci/credential/deferred-request'
import type { Unissued } from '../history/event.ts'
import type { DeferredContent } from '../receive/deferred-record.ts'
import { type FetchMetadataRefusal, fetchIssuerMetadata } from '../receive/fetch-offer.ts'
import type { IssuanceRecord } from '../receive/issuance-record.ts'
import {
  type AgreedEncryption,
  agreeOnEncryption,
  type EncryptionRefusal,
  type MessageRefusal,
  sendMessage,
  writeMessage,
} from '../receive/message-encryption.ts'
import { senderOf } from '../receive/obtain-token.ts'
import type { IssuerError } from '../receive/post-to-issuer.ts'
import { refreshToken } from '../receive/refresh-token.ts'
import type { Wallet } from '../wallet.ts'

export type Answered =
  | {
      readonly kind: 'issued'
      readonly response: Extract<CredentialResponse, { readonly kind: 'issued' }>
      /** With the token that was asked with. */
      readonly issuance: IssuanceRecord
    }
  /** `intervalSeconds`: absent where the issuer did not say, or nobody answered. */
  | { readonly kind: 'later'; readonly intervalSeconds?: number | undefined }
  | { readonly kind: 'over'; readonly unissued: Unissued }

type AskRefusal = MessageRefusal | EncryptionRefusal | FetchMetadataRefusal | CredentialResponseRefusal

const LATER: Answered = { kind: 'later' }
const TOKEN_OVER: Answered = { kind: 'over', unissued: { code: 'token_over' } }
/** Nobody is asked with a token that ends on the way. */
const MARGIN_SECONDS = 5
const MAX_WORDS = 400

export async function askIssuer(
  wallet: Wallet,
  issuance: IssuanceRecord,
  content: DeferredContent,
): Promise<Answered> {
  const { token } = issuance.progress
  const isOver = token?.expiresAt !== undefined && token.expiresAt <= wallet.now() + MARGIN_SECONDS
  // One that cannot be exchanged is tried all the same: clocks differ.
  if (isOver && token.refreshToken !== undefined) return askWithNext(wallet, issuance, content)
  const asked = await ask(wallet, issuance, content)
  const mayRefresh = token?.refreshToken !== undefined
  if (!asked.ok && isTokenRefused(asked.error) && mayRefresh) return askWithNext(wallet, issuance, content)
  return meaningOf(asked, issuance)
}

async function askWithNext(
  wallet: Wallet,
  issuance: IssuanceRecord,
  content: DeferredContent,
): Promise<Answered> {
  const refreshed = await refreshToken(wallet, issuance, content)
  if (refreshed.ok) return meaningOf(await ask(wallet, refreshed.value, content), refreshed.value)
  return refreshed.error.code === 'token_over' ? TOKEN_OVER : LATER
}

async function ask(
  wallet: Wallet,
  issuance: IssuanceRecord,
  content: DeferredContent,
): Promise<Result<CredentialResponse, AskRefusal>> {
  const { issuer, transactionId = '' } = content
  const agreed = await agreedNow(wallet, content)
  if (!agreed.ok) return agreed
  // §9.1: what the first request said of its answer does not count.
  const message = await writeMessage(wallet, agreed.value, (responseEncryption) =>
    writeDeferredRequest({ transactionId, responseEncryption }),
  )
  const answered = await sendMessage(wallet, {
    ...message,
    url: issuer.metadata.deferredCredentialEndpoint ?? '',
    sender: senderOf(issuance, issuer),
  })
  return answered.ok ? parseCredentialResponse(answered.value) : answered
}

/** Keys of issuers change while somebody decides: of one that wants them used they are asked for anew. */
async function agreedNow(
  wallet: Wallet,
  { issuer: { metadata } }: DeferredContent,
): Promise<Result<AgreedEncryption, EncryptionRefusal | FetchMetadataRefusal>> {
  const before = agreeOnEncryption(metadata)
  if (before.ok && before.value.request === undefined) return ok({})
  const fetched = await fetchIssuerMetadata(wallet, metadata.issuer)
  return fetched.ok ? agreeOnEncryption(fetched.value.metadata) : fetched
}

function meaningOf(asked: Result<CredentialResponse, AskRefusal>, issuance: IssuanceRecord): Answered {
  if (asked.ok) {
    const response = asked.value
    return response.kind === 'issued'
      ? { kind: 'issued', response, issuance }
      : { kind: 'later', intervalSeconds: response.intervalSeconds }
  }
  const refusal = asked.error
  if (isTokenRefused(refusal)) return TOKEN_OVER
  if (refusal.code !== 'issuer_error' || !ENDS.has(refusal.error)) return LATER
  return { kind: 'over', unissued: { code: 'refused', words: wordsOf(refusal) } }
}

/** §9.3: whatever else an issuer says, `issuance_pending` of drafts among it, may be another thing next time. */
const ENDS: ReadonlySet<string> = new Set(['invalid_transaction_id', 'credential_request_denied'])

function wordsOf({ description, error }: IssuerError): string {
  return (description ?? error).slice(0, MAX_WORDS)
}

/** RFC 6750 §3.1 */
function isTokenRefused(refusal: AskRefusal): boolean {
  return refusal.code === 'issuer_error' && (refusal.status === 401 || refusal.error === 'invalid_token')
}
