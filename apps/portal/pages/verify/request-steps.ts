/** What a verification has come to, as the request page shows it: where it stands, and the line of steps. Pure. */
import type { VerificationView } from '@countersign/api/verifier/session'
import type { SessionEvent } from '../parts/use-session-stream.ts'
import { type LineStep, lineOf } from '../waiting/step-line.ts'

export type RequestStage = 'requested' | 'opened' | 'answered' | 'expired' | 'declined' | 'decided'

type RequestStep = LineStep<(typeof LINE)[number] | 'declined' | 'expired'>

export function stageOf({ state }: VerificationView): RequestStage {
  switch (state) {
    case 'created':
      return 'requested'
    case 'requested':
      return 'opened'
    case 'answered':
    case 'expired':
    case 'declined':
      return state
    case 'verified':
    case 'rejected':
    case 'undetermined':
      return 'decided'
  }
}

/** The code may still be scanned: an answer that waits for evidence has used it up. */
export function isCodeOpen(stage: RequestStage): boolean {
  return stage === 'requested' || stage === 'opened'
}

const LINE = ['created', 'requested', 'answered', 'checked'] as const
const DONE: Readonly<Record<RequestStage, number>> = {
  requested: 1,
  opened: 2,
  answered: 3,
  decided: 4,
  expired: 0,
  declined: 0,
}

/** `isFetched`: a wallet fetches the request, which is heard of. */
export function requestSteps(
  stage: RequestStage,
  events: readonly SessionEvent[],
  isFetched = true,
): readonly RequestStep[] {
  const eventOf = (...types: readonly string[]) => events.find(({ type }) => types.includes(type))
  const isHeardOf = isFetched || eventOf('requested') !== undefined
  const ids = isHeardOf ? LINE : LINE.filter((id) => id !== 'requested')
  const done = isHeardOf || DONE[stage] < 2 ? DONE[stage] : DONE[stage] - 1
  const line = lineOf(ids, done, (id) =>
    id === 'checked' ? eventOf('verified', 'rejected', 'undetermined') : eventOf(id),
  )
  if (stage !== 'expired' && stage !== 'declined') return line
  const happened = line
    .filter(({ event, id }) => id !== 'checked' && (id === 'created' || event !== undefined))
    .map((step): RequestStep => ({ ...step, state: 'done' }))
  return [...happened, { id: stage, state: 'over', event: eventOf(stage) }]
}

/** What is waited for in an answer that was taken: the browser, where only that is missing. */
export function waitsForReturn(view: VerificationView): boolean {
  return (
    view.state === 'answered' &&
    view.missing.length > 0 &&
    view.missing.every(({ name }) => name === 'same_device')
  )
}
