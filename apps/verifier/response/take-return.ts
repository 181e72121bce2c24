/**
 * The browser that began is back, and the relying party's server brings its response code (OpenID4VP 1.0 §13.3,
 * docs/decisions/034). Whether it is that browser, the relying party knows by its own cookie: here a code is worth something for
 * the session that it is brought for, once. Two exchanges at once, at whichever instances: one of them is the first.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  isDecided,
  type ReturnRefusal,
  type VerificationSession,
} from '@countersign/protocol/openid4vp/session'
import { stepVerification } from '@countersign/protocol/openid4vp/session-step'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import { isPastRetention } from '../past-retention.ts'
import type { Verifier } from '../verifier.ts'
import { goOn, type LookingVerifier } from './look-again.ts'
import { codeMadeFor } from './way-on.ts'

export type TakeReturnRefusal =
  | ReturnRefusal
  | SessionUnknown
  /** No code of this session; nobody is told whether it is one of another. */
  | { readonly code: 'response_code_wrong' }

type ReturnTakingVerifier = LookingVerifier & Pick<Verifier, 'macs'>

export async function takeReturn(
  verifier: ReturnTakingVerifier,
  id: string,
  responseCode: string,
): Promise<Result<VerificationSession, TakeReturnRefusal>> {
  const known = await verifier.sessions.get(id)
  if (known === undefined || isPastRetention(verifier, known.value))
    return refuse({ code: 'session_unknown' })
  // Who brings nothing changes nothing, not even the end of the time.
  if ((await codeMadeFor(verifier, known.value, responseCode)) === undefined)
    return refuse({ code: 'response_code_wrong' })
  const now = verifier.now()
  const isOver = now >= known.value.expiresAt && !isDecided(known.value)
  if (isOver) await goOn(verifier, known)
  const moved = await stepSession(
    verifier,
    id,
    async (session): Promise<Result<VerificationSession, TakeReturnRefusal>> => {
      // A code of an attempt may have become that of the answer, and a session another one.
      const madeFor = await codeMadeFor(verifier, session, responseCode)
      if (madeFor === undefined) return refuse({ code: 'response_code_wrong' })
      return stepVerification(session, { type: 'browser_returned', with: madeFor }, now)
    },
    isOver ? undefined : known,
  )
  return moved.ok ? ok(moved.value.after) : moved
}
