/** Refusals of the use cases as HTTP errors: every public text of the verifier is here. */
import type { Check } from '@countersign/credential/contract/checks'
import type { WireError } from '@countersign/service/http/wire-errors'
import type { TranslationMistake } from '../request/requested-credentials.ts'
import type { StartRefusal } from '../request/start-verification.ts'
import type { ReceiveRefusal } from '../response/receive-presentation.ts'

/** Word for word what scripts of the field look for when a session is not to be found. */
export const sessionUnknown: WireError = {
  status: 404,
  message: 'No active verification session found by the given id',
  body: {
    exception: true,
    status: 'Not Found',
    code: '404',
    message: 'No active verification session found by the given id',
  },
}

export function startError(refusal: StartRefusal): WireError {
  switch (refusal.code) {
    case 'session_exists':
      return { status: 409, message: `A session with the id ${refusal.id} exists already` }
    case 'session_id_guessable':
      return badRequest(
        `Without holder binding stateId must have at least ${refusal.minimumLength} random characters`,
      )
    case 'format_not_supported':
      return badRequest(
        `The format ${refusal.format} is not supported; supported: ${refusal.supported.join(', ')}`,
      )
    case 'policy_unknown':
      return badRequest(`Unknown policy ${refusal.policy}; known: ${refusal.known.join(', ')}`)
    case 'policy_arguments':
      return badRequest(`The policy ${refusal.policy} takes ${refusal.expected} as args`)
    default:
      return badRequest(`dcql_query is not valid at ${refusal.at}: ${refusal.code}`)
  }
}

const translationTexts: Readonly<Record<TranslationMistake['reason'], string>> = {
  format_not_supported: 'only dc+sd-jwt, vc+sd-jwt, jwt_vc_json, vc+jwt and mso_mdoc can be asked for',
  type_missing: 'vct, type or doc_type is missing',
  field_path: 'a field path must be like $.address.locality',
  type_pattern: 'the type must be a plain text, not a pattern',
}

export function translationError({ at, reason }: TranslationMistake): WireError {
  return badRequest(`${at}: ${translationTexts[reason]}`)
}

export function badRequest(message: string): WireError {
  return { status: 400, message }
}

/** What a wallet is told (OpenID4VP 1.0 §8.2): enough to repair an honest mistake, nothing that helps an attacker. */
export function receiveError(refusal: ReceiveRefusal): WireError {
  switch (refusal.code) {
    case 'session_unknown':
      return sessionUnknown
    case 'session_expired':
      return invalidRequest('This request has expired')
    case 'already_answered':
      return invalidRequest('This request has been answered already')
    case 'presentation_unbound':
      return invalidRequest(`The presentation cannot be accepted: ${reasons(refusal.checks)}`)
    default:
      return invalidRequest(`The response cannot be read: ${refusal.code}`)
  }
}

function reasons(checks: readonly Check[]): string {
  return [...new Set(checks.map((check) => check.detail ?? check.name))].slice(0, 5).join(', ')
}

function invalidRequest(message: string): WireError {
  return { status: 400, code: 'invalid_request', message }
}
