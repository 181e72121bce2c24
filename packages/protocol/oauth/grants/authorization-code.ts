/**
 * The authorization code grant as it stands in a Credential Offer (OpenID4VCI 1.0 §4.1.1). Offers of other issuers name it
 * beside grants that we speak, so it is read; the token endpoint does not speak it.
 */
import { defined } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { boundedText } from '../message-values.ts'
import type { OfferedGrant } from './grant.ts'

export const AUTHORIZATION_CODE = 'authorization_code'

export interface OfferedAuthorizationCode {
  /** Opaque for the wallet, which gives it back as it is. */
  readonly issuerState?: string | undefined
}

const MAX_STATE_LENGTH = 4096

export const offeredAuthorizationCode: OfferedGrant<typeof AUTHORIZATION_CODE, OfferedAuthorizationCode> = {
  type: AUTHORIZATION_CODE,
  name: 'authorization_code',

  parse: ({ issuer_state: state }) => {
    const issuerState = boundedText(state, MAX_STATE_LENGTH)
    return issuerState === undefined && state !== undefined
      ? refuse({ at: 'grants.authorization_code.issuer_state' })
      : ok({ issuerState })
  },

  write: ({ issuerState }) => defined({ issuer_state: issuerState }),
}
