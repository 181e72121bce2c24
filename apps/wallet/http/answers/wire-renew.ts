/** Why a card is not issued anew, in words. */
import type { WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { RenewRefusal } from '../../renew/renew-credential.ts'
import { CREDENTIAL_ERRORS } from './wire-holding.ts'
import { RECEIVE_ERRORS } from './wire-receive.ts'

export const RENEW_ERRORS: WireErrors<RenewRefusal> = {
  ...RECEIVE_ERRORS,
  ...CREDENTIAL_ERRORS,
  not_renewable: () => ({
    status: 409,
    message: 'Its issuer gives no more of it by itself: ask the issuer for a new offer',
  }),
  renewal_pending: () => ({
    status: 409,
    message: 'It is just being asked for, or was a moment ago: look again in a while',
  }),
}
