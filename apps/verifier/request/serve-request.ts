/** Hands the signed request object to the wallet (OpenID4VP 1.0 §5.10). May be asked for as often as it likes. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { buildRequestObject, signRequestObject } from '@countersign/protocol/openid4vp/request/request-object'
import type { VerificationRefusal } from '@countersign/protocol/openid4vp/session'
import { stepVerification } from '@countersign/protocol/openid4vp/session-step'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import type { Verifier } from '../verifier.ts'

type ServingVerifier = Pick<
  Verifier,
  'sessions' | 'signals' | 'backOff' | 'observe' | 'formats' | 'requestSigner' | 'clientMetadata' | 'now'
>

export async function serveRequest(
  verifier: ServingVerifier,
  id: string,
  walletNonce: string | undefined,
): Promise<Result<string, VerificationRefusal | SessionUnknown>> {
  const now = verifier.now()
  const moved = await stepSession(verifier, id, (session) =>
    stepVerification(session, { type: 'request_fetched' }, now),
  )
  if (!moved.ok) return refuse(moved.error)
  const payload = buildRequestObject(moved.value.after, {
    now,
    formats: verifier.formats.all,
    walletNonce,
    clientMetadata: verifier.clientMetadata,
  })
  return ok(await signRequestObject(payload, verifier.requestSigner))
}
