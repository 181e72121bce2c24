/**
 * By which of its grants an offer is taken up, and what is asked for where that is done in a browser (OpenID4VCI 1.0 §4.1.1, §5).
 * What cannot succeed is said before anything is sent. Pure.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import type { GrantOffer } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { CODE_CHALLENGE_METHOD } from '@countersign/protocol/oauth/pkce'
import type { AuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import type {
  AuthorizationEndpoints,
  OfferedConfiguration,
} from '@countersign/protocol/openid4vci/metadata/read-metadata'
import type { CredentialOffer } from '@countersign/protocol/openid4vci/offer'
import { chooseClient } from '../client/client-plan.ts'
import type { AttestedFacts } from '../provider/wallet-provider.ts'
import type { Issuer } from './fetch-offer.ts'

export type ChosenGrant = PreAuthorizedGrant | BrowserGrant

export interface PreAuthorizedGrant extends GrantOffer<typeof PRE_AUTHORIZED_CODE> {
  readonly type: typeof PRE_AUTHORIZED_CODE
}

/** Somebody says yes in a browser, at the authorization server's page. */
export interface BrowserGrant {
  readonly type: typeof AUTHORIZATION_CODE
  readonly endpoints: AuthorizationEndpoints
  /** Given back as it is. */
  readonly issuerState?: string | undefined
}

export interface GrantRefusal {
  readonly code: 'authorization_unsupported'
  readonly reason: WayFault
}

export type WayFault = 'grant' | 'endpoint' | 'code_challenge' | 'client_authentication'

/** A code that is there already costs its user less than a page. An offer may leave the choice to whoever takes it up. */
export function chooseGrant(
  { grants }: Pick<CredentialOffer, 'grants'>,
  { authorizationServer }: Issuer,
  provider: AttestedFacts | undefined,
): Result<ChosenGrant, GrantRefusal> {
  const preAuthorized = grants[PRE_AUTHORIZED_CODE]
  const type = preAuthorized === undefined ? AUTHORIZATION_CODE : PRE_AUTHORIZED_CODE
  const isKnown = chooseClient(authorizationServer, type, provider) !== undefined
  if (preAuthorized !== undefined) {
    if (isKnown) return ok({ type: PRE_AUTHORIZED_CODE, ...preAuthorized })
    return refuse({ code: 'authorization_unsupported', reason: 'client_authentication' })
  }
  const { authorization: endpoints } = authorizationServer
  const reason = faultOfWay(authorizationServer) ?? (isKnown ? undefined : 'client_authentication')
  if (reason !== undefined || endpoints === undefined)
    return refuse({ code: 'authorization_unsupported', reason: reason ?? 'endpoint' })
  return ok({ type: AUTHORIZATION_CODE, endpoints, issuerState: grants[AUTHORIZATION_CODE]?.issuerState })
}

function faultOfWay({ authorization, grantTypes }: Issuer['authorizationServer']): WayFault | undefined {
  if (!grantTypes.includes(AUTHORIZATION_CODE)) return 'grant'
  if (authorization === undefined) return 'endpoint'
  const { codeChallengeMethods } = authorization
  return codeChallengeMethods?.includes(CODE_CHALLENGE_METHOD) === false ? 'code_challenge' : undefined
}

export type Asked = Pick<AuthorizationRequest, 'scope' | 'details'>

/**
 * By scope where each configuration has one of its own; otherwise by details, which name the issuer where its servers may serve
 * others (§5.1.1).
 */
export function askFor(
  { issuer, namesAuthorizationServers }: Issuer['metadata'],
  configurations: readonly Pick<OfferedConfiguration, 'id' | 'scope'>[],
): Asked {
  const scopes = configurations.flatMap(({ scope }) => (isScope(scope) ? [scope] : []))
  if (new Set(scopes).size === configurations.length) return { scope: scopes }
  const locations = namesAuthorizationServers ? [issuer] : undefined
  return { scope: [], details: configurations.map(({ id }) => ({ configurationId: id, locations })) }
}

/** RFC 6749 §3.3: one value, without a space in it. */
function isScope(scope: string | undefined): scope is string {
  return scope !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)
}

/** Without the scopes that stand for more than one configuration of this issuer: they would ask for what is not wanted. */
export function withOwnScopes(
  chosen: readonly OfferedConfiguration[],
  all: Iterable<OfferedConfiguration>,
): readonly OfferedConfiguration[] {
  const uses = new Map<string, number>()
  for (const { scope } of all) if (scope !== undefined) uses.set(scope, (uses.get(scope) ?? 0) + 1)
  return chosen.map((one) =>
    one.scope !== undefined && (uses.get(one.scope) ?? 0) > 1 ? { ...one, scope: undefined } : one,
  )
}
