/** Whether it can be found out who takes an offer up, in the way that the offer says; judged when it is made. */
import type { AuthenticationMethod, VpRequest } from '@countersign/api/issuer/users'
import type { JsonObject } from '@countersign/core/json'
import type { Authentication, UserAuthentication } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import type { CredentialOrder } from './promise-credential.ts'

export type UserRefusal =
  | { readonly code: 'login_unavailable' }
  | { readonly code: 'presentations_unavailable' }
  | { readonly code: 'vp_request_invalid'; readonly at: string; readonly reason: string }

export type UserPorts = Pick<Issuer, 'userLogin' | 'userPresentations'>

export function isOfSomebody(
  authentication: Authentication | undefined,
): authentication is UserAuthentication {
  return authentication !== undefined && authentication.method !== 'NONE'
}

/** What an order, or a profile, says of it. */
export function authenticationBy(
  method: AuthenticationMethod | undefined,
  request: VpRequest | undefined,
): Authentication | undefined {
  switch (method) {
    case undefined:
    case 'PRE_AUTHORIZED':
      return undefined
    case 'NONE':
    case 'PWD':
      return { method }
    case 'VP_TOKEN':
      return { method, request: (request ?? {}) as JsonObject }
  }
}

export async function findUserRefusal(
  { userLogin, userPresentations }: UserPorts,
  authentication: Authentication | undefined,
): Promise<UserRefusal | undefined> {
  if (!isOfSomebody(authentication)) return undefined
  if (authentication.method === 'PWD')
    return userLogin === undefined ? { code: 'login_unavailable' } : undefined
  if (userPresentations === undefined) return { code: 'presentations_unavailable' }
  const { dcql_query: query } = authentication.request
  if (query === undefined) return undefined
  // Few offers ask a wallet for something, so what reads queries is loaded for them alone.
  const { parseDcqlQuery } = await import('@countersign/protocol/openid4vp/dcql/parse')
  const parsed = parseDcqlQuery(query)
  if (parsed.ok) return undefined
  const { at, code } = parsed.error
  return { code: 'vp_request_invalid', at, reason: code }
}

/** Where an offer does not say what the login provider's words become, the configuration does. */
export function withUsualClaims(
  { userLogin }: UserPorts,
  {
    authentication,
    credentials,
  }: {
    readonly authentication?: Authentication | undefined
    readonly credentials: readonly CredentialOrder[]
  },
): readonly CredentialOrder[] {
  const usual = authentication?.method === 'PWD' ? userLogin?.usualClaims : undefined
  if (usual === undefined) return credentials
  return credentials.map((order) => ({ ...order, userClaims: order.userClaims ?? usual }))
}
