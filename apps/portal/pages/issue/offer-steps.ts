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
  | 'waiting'
  | 'refused'
  | 'issued'
  | 'accepted'
  | 'failed'
  | 'deleted'
  | 'closed'
  | 'expired'

type Place =
  | 'offered'
  | 'opened'
  | 'authorized'
  | 'token_issued'
  | 'deferral_approved'
  | 'credential_issued'
  | 'accepted'
type OfferStep = LineStep<Place | 'closed' | 'failure' | 'expired' | 'deferral_refused'>

export function stageOf(view: IssuanceSessionView, events: readonly SessionEvent[]): OfferStage {
  const has = (type: string) => events.some((event) => event.type === type)
  if (view.state === 'closed') return 'closed'
  if (has('credential_deleted')) return 'deleted'
  if (has('credential_failure')) return 'failed'
  if (has('accepted')) return 'accepted'
  if (view.state === 'completed' || has('credential_issued')) return 'issued'
  if (has('deferral_refused')) return 'refused'
  if (view.state === 'token_issued')
    return has('credential_deferred') && !has('deferral_approved') ? 'waiting' : 'code_used'
  if (view.state === 'expired') return 'expired'
  if (has('authorized')) return 'authorized'
  return has('opened') || view.openedAt !== undefined ? 'opened' : 'offered'
}

/** A code that was used or whose time is over is shown no more. */
export function isCodeOpen(stage: OfferStage): boolean {
  return stage === 'offered' || stage === 'opened' || stage === 'authorized'
}

const LINE: readonly Place[] = [
  'offered',
  'opened',
  'authorized',
  'token_issued',
  'deferral_approved',
  'credential_issued',
  'accepted',
]

/** The last of the line that is done at each stage. */
const LAST: Readonly<Record<OfferStage, Place>> = {
  offered: 'offered',
  opened: 'opened',
  authorized: 'authorized',
  code_used: 'token_issued',
  waiting: 'token_issued',
  refused: 'token_issued',
  issued: 'credential_issued',
  accepted: 'accepted',
  failed: 'credential_issued',
  deleted: 'accepted',
  closed: 'opened',
  // Whoever said yes may still not have come for it.
  expired: 'authorized',
}

const ENDS: readonly OfferStage[] = ['closed', 'expired', 'failed', 'refused']

export interface NeededSteps {
  /** `PRE_AUTHORIZED` when absent. */
  readonly authenticationMethod?: IssuanceSessionView['authenticationMethod']
  /** As the session has it while something waits for somebody. */
  readonly deferred?: IssuanceSessionView['deferred']
}

/** A yes in a browser, and somebody's agreement, are steps of the offers that need them. */
function isNeeded(
  place: Place,
  { authenticationMethod = 'PRE_AUTHORIZED', deferred }: NeededSteps,
  events: readonly SessionEvent[],
): boolean {
  if (place === 'authorized') return authenticationMethod !== 'PRE_AUTHORIZED'
  if (place !== 'deferral_approved') return true
  return deferred !== undefined || events.some(({ type }) => type.startsWith('deferral_'))
}

export function offerSteps(
  stage: OfferStage,
  events: readonly SessionEvent[],
  needed: NeededSteps = {},
): readonly OfferStep[] {
  const places = LINE.filter((place) => isNeeded(place, needed, events))
  const eventOf = (type: string) => events.find((event) => event.type === type)
  // Somebody may have agreed before the wallet came for it.
  const isAgreed = stage === 'code_used' && eventOf('deferral_approved') !== undefined
  const last = places.indexOf(isAgreed ? 'deferral_approved' : LAST[stage])
  const done = last === -1 ? places.indexOf('opened') + 1 : last + 1
  const ends = ENDS.includes(stage)
  const line = lineOf(places, done, eventOf)
  if (!ends) return line
  // What never happened is no step of the past.
  const happened = line.slice(0, done).filter(({ event, id }) => id === 'offered' || event !== undefined)
  if (stage === 'failed')
    return [...happened, { id: 'failure', state: 'failed', event: eventOf('credential_failure') }]
  if (stage === 'refused')
    return [...happened, { id: 'deferral_refused', state: 'failed', event: eventOf('deferral_refused') }]
  if (stage === 'closed') return [...happened, { id: 'closed', state: 'failed', event: eventOf('closed') }]
  return [...happened, { id: 'expired', state: 'over' }]
}
