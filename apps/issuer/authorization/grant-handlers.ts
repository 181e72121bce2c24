/** The grants that the token endpoint answers: one entry a grant type, and the compiler names one that is missing. */
import type { Result } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import type { GrantRequest, GrantType } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import type { GrantFacts } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { authorizationCodeHandler } from './authorization-code.ts'
import type { AuthenticatedClient } from './client-authentication.ts'
import type { GrantEvidenceRefusal, GrantHandler, GrantPorts } from './grant-handler.ts'
import { preAuthorizedCodeHandler } from './pre-authorized-code.ts'
import { refreshTokenHandler } from './refresh-token.ts'

type FactsOf<Type extends GrantType> = Extract<GrantFacts, { readonly grantType: Type }>

const HANDLERS: { readonly [T in GrantType]: GrantHandler<GrantRequest<T>, FactsOf<T>> } = {
  [PRE_AUTHORIZED_CODE]: preAuthorizedCodeHandler,
  [AUTHORIZATION_CODE]: authorizationCodeHandler,
  [REFRESH_TOKEN]: refreshTokenHandler,
}

// A handler is looked up by the very type that its request names.
const handlers: Readonly<Record<GrantType, GrantHandler<GrantRequest, GrantFacts>>> = HANDLERS

export function findSession(
  ports: GrantPorts,
  request: GrantRequest,
): Promise<Result<string, GrantEvidenceRefusal>> {
  return handlers[request.grantType].findSession(ports, request)
}

export function gatherFacts(
  ports: GrantPorts,
  session: IssuanceSession,
  request: GrantRequest,
  client: AuthenticatedClient,
): Promise<GrantFacts> {
  return handlers[request.grantType].gatherFacts(ports, session, request, client)
}
