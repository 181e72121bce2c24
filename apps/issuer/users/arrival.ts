/** A browser is there with a request that it has open, or comes back to it with a state that was sent away with it. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { isSessionId } from '@countersign/core/session-id'
import { readLabelledSecret } from '@countersign/protocol/oauth/derived-secret'
import type {
  Authorization,
  PendingAuthorization,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import { openIn } from '@countersign/protocol/openid4vci/authorization/user'
import { browserHash } from '../authorization/open-authorization.ts'
import type { Issuer } from '../issuer.ts'
import type { FindingPorts, FindRefusal, InBrowser } from './known-user.ts'

export interface BroughtBack {
  readonly state: string
  readonly browser: string
}

/** The request that a browser came back for; it costs a keyed hash, so who guesses reaches no store. */
export async function stateOf(
  { macs }: Pick<Issuer, 'macs'>,
  state: string,
): Promise<{ readonly authorizationId: string; readonly attemptId: string } | undefined> {
  const named = await readLabelledSecret('user_state', state, macs.grant)
  return named && { authorizationId: named.sessionId, attemptId: named.label }
}

export interface Arrived {
  readonly place: InBrowser
  readonly attemptId: string
  readonly authorization: Authorization
}

/** The request that the state names, in the browser that it is open in, with the attempt that the state is of. */
export async function arrive(
  issuer: FindingPorts,
  { browser, state }: BroughtBack,
): Promise<Result<Arrived, FindRefusal>> {
  const named = await stateOf(issuer, state)
  if (named === undefined) return refuse({ code: 'attempt_unknown' })
  const { attemptId, authorizationId } = named
  const place = { authorizationId, browser }
  const opened = await openedIn(issuer, place)
  if (!opened.ok) return opened
  const { attempt, user } = opened.value
  if (attempt?.id !== attemptId && user?.attemptId !== attemptId) return refuse({ code: 'attempt_unknown' })
  return ok({ place, attemptId, authorization: opened.value })
}

export function openParts(authorization: Authorization): Pick<PendingAuthorization, 'attempt' | 'user'> {
  return authorization.state === 'pending' ? authorization : {}
}

export async function openedIn(
  issuer: Pick<Issuer, 'authorizations' | 'crypto' | 'now'>,
  { authorizationId, browser }: InBrowser,
) {
  if (!isSessionId(authorizationId)) return refuse({ code: 'session_unknown' as const })
  const found = await issuer.authorizations.get(authorizationId)
  if (found === undefined) return refuse({ code: 'session_unknown' as const })
  return openIn(found.value, await browserHash(issuer, browser), issuer.now())
}
