/** Refusals of the portal as answers: one exhaustive table an area. */

import type { Result } from '@countersign/core/result'
import {
  fail,
  type WireError,
  type WireErrors,
  wireError,
} from '@countersign/service/http/answers/wire-errors'
import type { DemoRefusal } from '../demo-control.ts'
import type { LoginRefusal } from '../operators/log-in.ts'
import type { PasskeyRefused, TooManyPasskeys } from '../operators/passkeys.ts'
import type { UseLinkRefusal } from '../operators/use-link.ts'

export type OperatorRefusal = LoginRefusal | UseLinkRefusal | PasskeyRefused | TooManyPasskeys

export const OPERATOR_ERRORS: WireErrors<OperatorRefusal> = {
  login_failed: () => ({ status: 401, code: 'login_failed', message: 'The name or the password is wrong' }),
  too_many_attempts: ({ retryAfterSeconds }) => ({
    status: 429,
    message: `Too many attempts; try again in ${retryAfterSeconds} s`,
    headers: { 'retry-after': String(retryAfterSeconds) },
  }),
  link_unusable: () => ({
    status: 410,
    code: 'link_unusable',
    message: 'The link was used, replaced by another, or is older than ten minutes',
  }),
  password_length: ({ minimum, maximum }) => ({
    status: 400,
    code: 'password_length',
    message: `The password must have ${minimum} to ${maximum} characters`,
  }),
  passkey_refused: () => ({ status: 400, code: 'passkey_refused', message: 'The passkey was not accepted' }),
  passkeys_too_many: ({ maximum }) => ({
    status: 409,
    code: 'passkeys_too_many',
    message: `There are ${maximum} passkeys already, which is the limit`,
  }),
}

export const DEMO_ERRORS: WireErrors<DemoRefusal> = {
  unknown: ({ instance }) => ({ status: 404, code: 'unknown', message: `There is no instance ${instance}` }),
  last_of_its_kind: ({ instance }) => ({
    status: 409,
    code: 'last_of_its_kind',
    message: `${instance} is the last of its kind that runs: nobody would answer`,
  }),
  not_running: ({ instance }) => ({ status: 409, code: 'not_running', message: `${instance} does not run` }),
  not_stopped: ({ instance }) => ({
    status: 409,
    code: 'not_stopped',
    message: `${instance} runs already, or is about to`,
  }),
  control_silent: () => ({
    status: 503,
    code: 'control_silent',
    message: 'The cluster that started these instances does not answer',
    headers: { 'retry-after': '2' },
  }),
}

/** Gives the value, or ends the handler with the refusal's answer. */
export function valueOr<T>(result: Result<T, OperatorRefusal>): T {
  return result.ok ? result.value : fail(wireError(OPERATOR_ERRORS, result.error))
}

/** The other service does not know our key: no matter of whoever called. */
export function keyRefused(service: string): WireError {
  return {
    status: 502,
    code: 'portal_key_refused',
    message: `The ${service} refuses the portal's key: ${service}ApiKey of the portal must be the ${service}'s managementApiKey`,
    refusal: 'portal_key_refused',
  }
}

export const begunElsewhere: WireError = {
  status: 403,
  code: 'begun_elsewhere',
  message: 'Another browser began this request: nothing was exchanged. Look at the page that showed the code',
  refusal: 'begun_elsewhere',
}
