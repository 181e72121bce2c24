/**
 * The issuer's side of a grant, as an entry of the list in `grant-handlers.ts`: from what a token request says to the session
 * it is about and to the facts on which the session's step decides. What the request looks like is protocol's part.
 */
import type { Result } from '@countersign/core/result'
import type { GrantRequest } from '@countersign/protocol/oauth/grants/grants'
import type { GrantFacts } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import type { AuthenticatedClient } from './client-authentication.ts'

export type GrantPorts = Pick<Issuer, 'macs' | 'crypto'>

/** A code that no instance of this deployment made. */
export type GrantEvidenceRefusal = { readonly code: 'code_unknown' }

export interface GrantHandler<Request extends GrantRequest, Facts extends GrantFacts> {
  /** Id of the session that the request leads to. */
  findSession(ports: GrantPorts, request: Request): Promise<Result<string, GrantEvidenceRefusal>>
  /** Asked again on the newer session when another step came first, so it has no effects. */
  gatherFacts(
    ports: GrantPorts,
    session: IssuanceSession,
    request: Request,
    client: AuthenticatedClient,
  ): Promise<Facts>
}
