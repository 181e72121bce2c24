/**
 * What an issuance has come to, from its state and its events: where the page stands, and the line of steps. Pure. Events that are
 * missing are passed over: a wallet may come without opening the offer, and most say nothing at the end.
 */
import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import type { SessionEvent } from '../parts/use-session-stream.ts'
import { type LineStep, lineOf } from '../waiting/step-line.ts'

export type OfferStage =
  | 'offered'
  | 'opened'
  | 'authorized'
  | 'code_used'
  | 'issued'
  | 'accepted'
  | 'failed'
  | 'deleted'
  | 'closed'
  | 'expired'

type Place = 'offered' | 'opened' | 'authorized' | 'token_issued' | 'credential_issued' | 'accepted'
type OfferStep = LineStep<Place | 'closed' | 'failure' | 'expired'>

export function stageOf(view: IssuanceSessionView, events: readonly SessionEvent[]): OfferStage {
  const has = (type: string) => events.some((event) => event.type === type)
  if (view.state === 'closed') return 'closed'
  if (has('credential_deleted')) return 'deleted'
  if (has('credential_failure')) return 'failed'
  if (has('accepted')) return 'accepted'
  if (view.state === 'completed' || has('credential_issued')) return 'issued'
  if (view.state === 'token_issued') return 'code_used'
  if (view.state === 'expired') return 'expired'
  if (has('authorized')) return 'authorized'
  return has('opened') || view.openedAt !== undefined ? 'opened' : 'offered'
}

/** A code that was used or whose time is over is shown no more. */
export function isCodeOpen(stage: OfferStage): boolean {
  return stage === 'offered' || stage === 'opened' || stage === 'authorized'
}

const LINE: readonly Place[] = ['offered', 'opened', 'token_issued', 'credential_issued', 'accepted']
/** Of an offer that somebody says yes to in a browser. */
const BROWSER_LINE: readonly Place[] = LINE.toSpliced(2, 0, 'authorized')

/** The last of the line that is done at each stage. */
const LAST: Readonly<Record<OfferStage, Place>> = {
  offered: 'offered',
  opened: 'opened',
  authorized: 'authorized',
  code_used: 'token_issued',
  issued: 'credential_issued',
  accepted: 'accepted',
  failed: 'credential_issued',
  deleted: 'accepted',
  closed: 'opened',
  // Whoever said yes may still not have come for it.
  expired: 'authorized',
}

export function offerSteps(
  stage: OfferStage,
  events: readonly SessionEvent[],
  method: IssuanceSessionView['authenticationMethod'] = 'PRE_AUTHORIZED',
): readonly OfferStep[] {
  const places = method === 'PRE_AUTHORIZED' ? LINE : BROWSER_LINE
  const eventOf = (type: string) => events.find((event) => event.type === type)
  const last = places.indexOf(LAST[stage])
  const done = last === -1 ? places.indexOf('opened') + 1 : last + 1
  const ends = stage === 'closed' || stage === 'expired' || stage === 'failed'
  const line = lineOf(places, done, eventOf)
  if (!ends) return line
  // What never happened is no step of the past.
  const happened = line.slice(0, done).filter(({ event, id }) => id === 'offered' || event !== undefined)
  if (stage === 'failed')
    return [...happened, { id: 'failure', state: 'failed', event: eventOf('credential_failure') }]
  if (stage === 'closed') return [...happened, { id: 'closed', state: 'failed', event: eventOf('closed') }]
  return [...happened, { id: 'expired', state: 'over' }]
}
