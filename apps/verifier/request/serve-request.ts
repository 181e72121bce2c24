/**
 * Hands the signed request object to the wallet (OpenID4VP 1.0 §5.10), encrypted where the wallet sent a key for that. May be asked for as
 * often as it likes.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { encryptRequestObject } from '@countersign/protocol/openid4vp/request/request-encryption'
import {
  notTakenBy,
  parseWalletMetadata,
  type WalletMetadata,
  type WalletMetadataRefusal,
} from '@countersign/protocol/openid4vp/request/wallet-metadata'
import { isBrowserMode } from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationRefusal, VerificationSession } from '@countersign/protocol/openid4vp/session'
import { stepVerification } from '@countersign/protocol/openid4vp/session-step'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import { isPastRetention } from '../past-retention.ts'
import type { Verifier } from '../verifier.ts'
import { type AskingVerifier, isSigned, signedRequest } from './write-request.ts'

type ServingVerifier = AskingVerifier &
  Pick<Verifier, 'sessions' | 'due' | 'backOff' | 'observe' | 'limits' | 'jwe'>

/** What a wallet sends when it fetches a request by POST. */
export interface FetchingWallet {
  readonly walletNonce?: string | undefined
  /** JSON text. */
  readonly walletMetadata?: string | undefined
}

type FetchRefusal =
  | VerificationRefusal
  | WalletMetadataRefusal
  /** It stands in the URL that opens the wallet, and nobody signs it. */
  | { readonly code: 'request_not_by_reference' }
  /** The page that asks has it. */
  | { readonly code: 'request_through_browser' }

export type ServeRefusal = FetchRefusal | SessionUnknown

export async function serveRequest(
  verifier: ServingVerifier,
  id: string,
  { walletMetadata: text, walletNonce }: FetchingWallet = {},
): Promise<Result<string, ServeRefusal>> {
  const metadata = text === undefined ? ok<WalletMetadata>({}) : parseWalletMetadata(text)
  if (!metadata.ok) return metadata
  const now = verifier.now()
  const moved = await stepSession<VerificationSession, ServeRefusal>(verifier, id, (session) => {
    if (isPastRetention(verifier, session)) return refuse({ code: 'session_unknown' })
    if (isBrowserMode(session.answerMode)) return refuse({ code: 'request_through_browser' })
    if (!isSigned(verifier, session)) return refuse({ code: 'request_not_by_reference' })
    const notTaken = notTakenBy(metadata.value, session.clientId)
    return notTaken === undefined
      ? stepVerification(session, { type: 'request_fetched' }, now)
      : refuse(notTaken)
  })
  if (!moved.ok) return refuse(moved.error)
  const { encryption, issuer: audience } = metadata.value
  const signed = await signedRequest(verifier, moved.value.after, { audience, walletNonce })
  return ok(encryption === undefined ? signed : await encryptRequestObject(signed, encryption, verifier.jwe))
}
