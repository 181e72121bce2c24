/**
 * What a browser brings back from an authorization server (RFC 6749 §4.1.2, RFC 9207), held against what it was sent with: whose
 * answer it is comes first, then what it says. A state is good for one answer.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { equalInConstantTime } from '@countersign/protocol/oauth/constant-time'
import {
  type AuthorizationResponseRefusal,
  parseAuthorizationResponse,
} from '@countersign/protocol/oauth/redirect-response'
import { hostOf } from '../outgoing-client.ts'
import type { Wallet } from '../wallet.ts'
import type { Issuer } from './fetch-offer.ts'
import { type Attempt, advance, type IssuanceRecord, type KeptCode } from './issuance-record.ts'

export type AnswerRefusal =
  | Exclude<AuthorizationResponseRefusal, { readonly code: 'authorization_refused' }>
  | AuthorizationDenied
  /** Nobody was sent with this state, or its answer was had. */
  | { readonly code: 'state_unknown' }

/** The page's own word, and foreign text beside it. */
export interface AuthorizationDenied {
  readonly code: 'authorization_refused'
  readonly host: string
  readonly error: string
  readonly description?: string | undefined
}

export type Answer = Pick<KeptCode, 'state' | 'code'>

/** `query`: of the address that the browser came back to. Undefined where this very answer was taken before. */
export function readAnswer(
  issuance: IssuanceRecord,
  { authorizationServer }: Issuer,
  query: string,
): Result<Answer | undefined, AnswerRefusal> {
  const parameters = new URLSearchParams(query)
  const [state = '', ...more] = parameters.getAll('state')
  if (more.length > 0) return refuse({ code: 'parameter_repeated', parameter: 'state' })
  const { attempts = [], code } = issuance.progress.authorization ?? {}
  if (code !== undefined && equalInConstantTime(code.state, state)) return ok(undefined)
  if (attemptOf(attempts, state) === undefined) return refuse({ code: 'state_unknown' })
  const { authorization, issuer } = authorizationServer
  const read = parseAuthorizationResponse(parameters, {
    issuer,
    saysIssuer: authorization?.namesIssuer === true,
  })
  if (read.ok) return ok({ state, code: read.value })
  const { error } = read
  return refuse(
    error.code === 'authorization_refused'
      ? { ...error, error: nameOf(error.error), host: hostOf(issuer) }
      : error,
  )
}

/** Of several that came back the first one counts. */
export function keepAnswer(
  wallet: Wallet,
  issuance: IssuanceRecord,
  { code, state }: Answer,
): Promise<IssuanceRecord> {
  return advance(wallet, issuance, (progress) => {
    const { attempts = [], code: before } = progress.authorization ?? {}
    const attempt = attemptOf(attempts, state)
    if (before !== undefined || attempt === undefined) return progress
    const { proofKey, redirectUri } = attempt
    const kept = { state, code, codeVerifier: proofKey.verifier, redirectUri }
    return { ...progress, authorization: { attempts: [], code: kept } }
  })
}

/** It was answered with a no. */
export async function spendState(wallet: Wallet, issuance: IssuanceRecord, query: string): Promise<void> {
  const state = new URLSearchParams(query).get('state')
  await advance(wallet, issuance, (progress) => {
    const { authorization } = progress
    if (authorization === undefined) return progress
    const attempts = authorization.attempts.filter((one) => one.state !== state)
    return { ...progress, authorization: { ...authorization, attempts } }
  })
}

function attemptOf(attempts: readonly Attempt[], state: string): Attempt | undefined {
  return attempts.find((one) => equalInConstantTime(one.state, state))
}

/** RFC 6749 §4.1.2.1 */
function nameOf(error: string): string {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(error) ? error : 'unknown_error'
}
