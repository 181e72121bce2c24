/**
 * The offer that an address refers to (OpenID4VCI 1.0 §4.1.3). Wallets fetch it twice and people look at it, so nothing is
 * spent; the first time is written down for whoever waits beside the screen. That is one write, and no more than a note: an
 * offer is handed out also where it cannot be written.
 */
import type { JsonObject } from '@countersign/core/json'
import { isSessionId } from '@countersign/core/session-id'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { type SessionPorts, stepSession } from '@countersign/service/sessions/session-transition'
import { StoreUnavailable, type Versioned } from '@countersign/stores/ports'
import type { Issuer } from '../issuer.ts'
import { offerOf } from './create-offer.ts'

type OpeningPorts = SessionPorts<IssuanceSession> & Pick<Issuer, 'baseUrl' | 'macs' | 'now'>

/** Undefined where there is none, or not any more: nobody shall look at what can no longer be taken up. */
export async function openOffer(issuer: OpeningPorts, id: string): Promise<JsonObject | undefined> {
  const found = isSessionId(id) ? await issuer.sessions.get(id) : undefined
  if (found === undefined || isOver(found.value, issuer.now())) return undefined
  // Awaited, so that the wallet's token request, which comes next, does not meet this write half way.
  await noteOpened(issuer, id, found)
  return offerOf(issuer, found.value)
}

/** One whose code was taken is still given out: a wallet whose answer was lost begins again. */
function isOver(session: IssuanceSession, now: number): boolean {
  return session.state === 'closed' || (session.state === 'offered' && now >= session.expiresAt)
}

async function noteOpened(
  issuer: OpeningPorts,
  id: string,
  found: Versioned<IssuanceSession>,
): Promise<void> {
  const now = issuer.now()
  try {
    await stepSession(issuer, id, (session) => stepIssuance(session, { type: 'offer_fetched' }, now), found)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
