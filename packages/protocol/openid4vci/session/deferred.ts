/**
 * Credentials that somebody has to agree to first (OpenID4VCI 1.0 §9): a wallet that asks is told to come again, with the keys that it
 * proved written down; whoever decides may do so before or after; and what was agreed to is issued when the wallet comes.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { appendEvent } from '../../session-event.ts'
import { grantedTo } from './issued.ts'
import type { CredentialDeferred, DeferralDecided, IssuanceRefusal } from './message.ts'
import type {
  AuthorizedIssuance,
  DeferredCredential,
  IssuanceSession,
  OfferedIssuance,
  PromisedCredential,
} from './state.ts'

/** What the wallet was told to come again for. */
export function deferredCredential(
  session: IssuanceSession,
  configurationId: string,
): DeferredCredential | undefined {
  const { deferred = {} } = session
  return Object.hasOwn(deferred, configurationId) ? deferred[configurationId] : undefined
}

/** Whether a wallet that asks for it is told to come again. */
export function isDeferred({ deferral }: PromisedCredential): boolean {
  return deferral !== undefined && deferral !== 'approved'
}

export function recordDeferred(
  session: IssuanceSession,
  message: CredentialDeferred,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const granted = grantedTo(session, message.senderKey, now)
  if (!granted.ok) return granted
  const { configurationId, type: _type, senderKey: _senderKey, ...asked } = message
  if (!granted.value.configurationIds.includes(configurationId))
    return refuse({ code: 'not_offered', configurationId })
  const before = deferredCredential(session, configurationId)
  if (before !== undefined)
    return before.answerId === asked.answerId
      ? ok(session)
      : refuse({ code: 'already_issued', configurationId })
  return ok({
    ...granted.value,
    deferred: { ...session.deferred, [configurationId]: { ...asked, at: now } },
    events: appendEvent(session.events, 'credential_deferred', now, configurationId),
  })
}

/** A decision is one: the same once more changes nothing, another one comes too late. */
export function decideDeferral(
  session: IssuanceSession,
  { configurationId, decision }: DeferralDecided,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  if (!isOpen(session)) return refuse({ code: 'deferral_unknown', configurationId })
  const promised = session.promised.find((one) => one.configurationId === configurationId)
  if (promised?.deferral === undefined) return refuse({ code: 'deferral_unknown', configurationId })
  if (promised.deferral === decision) return ok(session)
  if (promised.deferral !== 'pending')
    return refuse({ code: 'deferral_decided', decision: promised.deferral })
  const change = (one: PromisedCredential) => (one === promised ? { ...one, deferral: decision } : one)
  return ok({
    ...session,
    promised: session.promised.map(change),
    events: appendEvent(session.events, `deferral_${decision}`, now, configurationId),
  })
}

function isOpen(session: IssuanceSession): session is OfferedIssuance | AuthorizedIssuance {
  return session.state === 'offered' || session.state === 'token_issued'
}

/** What the deferred credential endpoint asks before it signs anything: by the id that the wallet was given. */
export function deferredBy(
  session: IssuanceSession,
  request: { readonly answerId: string; readonly senderKey?: string | undefined },
  now: number,
): Result<DeferredClaim, IssuanceRefusal> {
  const granted = grantedTo(session, request.senderKey, now)
  if (!granted.ok) return granted
  const found = Object.entries(session.deferred ?? {}).find(([, one]) => one.answerId === request.answerId)
  if (found === undefined) return refuse({ code: 'deferral_over' })
  const [configurationId, deferred] = found
  const promised = granted.value.promised?.find((one) => one.configurationId === configurationId)
  return ok({ configurationId, deferred, promised, deferral: promised?.deferral })
}

/** `promised`: absent where everything was issued by now. */
export interface DeferredClaim {
  readonly configurationId: string
  readonly deferred: DeferredCredential
  readonly promised: PromisedCredential | undefined
  readonly deferral: PromisedCredential['deferral']
}
