/** Why it is not known who a browser's user is, as the page says it: for whoever runs the provider, the verifier or the issuer. */
import { authorizationError } from '@countersign/protocol/oauth/errors'
import type { WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { FindRefusal } from '../../users/known-user.ts'
import { wire } from '../answers/wire-wallet.ts'
import { DECISION_ERRORS } from './wire-authorization.ts'

const words = (reason: string) => reason.toLowerCase().replaceAll('_', ' ')

export const FIND_ERRORS: WireErrors<FindRefusal> = {
  ...DECISION_ERRORS,
  attempt_unknown: () =>
    wire(
      authorizationError(
        'invalid_request',
        'This is no answer to what this browser was sent away with last: go back to the wallet and begin again',
      ),
    ),
  attempt_taken: () => ({
    ...wire(
      authorizationError(
        'temporarily_unavailable',
        'Somebody finds out who you are at this moment: try again',
      ),
    ),
    status: 503,
    refusal: 'attempt_taken',
  }),
  user_source_away: ({ reason }) => ({
    ...wire(
      authorizationError(
        'temporarily_unavailable',
        `Whoever knows you cannot be asked at the moment (${words(reason)})`,
      ),
    ),
    status: 503,
    refusal: 'user_source_away',
  }),
  user_not_shown: ({ reason }) => ({
    ...wire(
      authorizationError('access_denied', `What came back does not say who you are (${words(reason)})`),
    ),
    refusal: 'user_not_shown',
  }),
  presentation_open: () => ({
    ...wire(
      authorizationError(
        'temporarily_unavailable',
        'What you presented is not checked to its end yet: try again',
      ),
    ),
    status: 503,
    refusal: 'presentation_open',
  }),
}

export function mayTryAgain(refusal: FindRefusal): boolean {
  return (
    refusal.code === 'attempt_taken' ||
    refusal.code === 'user_source_away' ||
    refusal.code === 'user_not_shown' ||
    refusal.code === 'presentation_open'
  )
}
