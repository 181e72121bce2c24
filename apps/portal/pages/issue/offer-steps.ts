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
  | 'code_used'
  | 'issued'
  | 'accepted'
  | 'failed'
  | 'deleted'
  | 'closed'
  | 'expired'

type OfferStep = LineStep<(typeof LINE)[number] | 'closed' | 'failure' | 'expired'>

export function stageOf(view: IssuanceSessionView, events: readonly SessionEvent[]): OfferStage {
  const has = (type: string) => events.some((event) => event.type === type)
  if (view.state === 'closed') return 'closed'
  if (has('credential_deleted')) return 'deleted'
  if (has('credential_failure')) return 'failed'
  if (has('accepted')) return 'accepted'
  if (view.state === 'completed' || has('credential_issued')) return 'issued'
  if (view.state === 'token_issued') return 'code_used'
  if (view.state === 'expired') return 'expired'
  return has('opened') || view.openedAt !== undefined ? 'opened' : 'offered'
}

/** A code that was used or whose time is over is shown no more. */
export function isCodeOpen(stage: OfferStage): boolean {
  return stage === 'offered' || stage === 'opened'
}

const LINE = ['offered', 'opened', 'token_issued', 'credential_issued', 'accepted'] as const

/** How many of the line are done at each stage. */
const DONE: Readonly<Record<OfferStage, number>> = {
  offered: 1,
  opened: 2,
  code_used: 3,
  issued: 4,
  accepted: 5,
  failed: 4,
  deleted: 5,
  closed: 2,
  expired: 2,
}

export function offerSteps(stage: OfferStage, events: readonly SessionEvent[]): readonly OfferStep[] {
  const eventOf = (type: string) => events.find((event) => event.type === type)
  const done = DONE[stage]
  const ends = stage === 'closed' || stage === 'expired' || stage === 'failed'
  const line = lineOf(LINE, done, eventOf)
  if (!ends) return line
  // What never happened is no step of the past.
  const happened = line.slice(0, done).filter(({ event, id }) => id === 'offered' || event !== undefined)
  if (stage === 'failed')
    return [...happened, { id: 'failure', state: 'failed', event: eventOf('credential_failure') }]
  if (stage === 'closed') return [...happened, { id: 'closed', state: 'failed', event: eventOf('closed') }]
  return [...happened, { id: 'expired', state: 'over' }]
}
